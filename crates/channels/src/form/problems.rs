//! What keeps a filled-in form from being sent, said in the words of the page.

use people::persons::{IdentityKind, normalize};

use super::{
    config::FormConfig,
    submission::{MAX_FILE, MAX_FILES, Submission},
    words::Words,
};
use crate::email::is_address;

const MAX_LINE: usize = 200;
const MAX_MESSAGE: usize = 10_000;

/// One thing to put right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Problem {
    /// The `id` of the field it is about; `None` = the page as a whole.
    pub field: Option<&'static str>,
    pub text: String,
}

impl Problem {
    pub fn of_page(text: String) -> Self {
        Self { field: None, text }
    }
}

/// Everything that is wrong, in the order of the fields.
pub(super) fn check(form: &Submission, config: &FormConfig, words: &Words) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut add = |field, text| found.push(Problem { field: Some(field), text });
    match form.name.chars().count() {
        0 => add("name", words.get("problem-name-required")),
        1..=MAX_LINE => {}
        _ => add("name", words.fill("problem-name-long", &[("limit", &MAX_LINE.to_string())])),
    }
    if form.email.is_empty() {
        add("email", words.get("problem-email-required"));
    } else if !is_reachable(&form.email) {
        add("email", words.get("problem-email-invalid"));
    }
    if !form.phone.is_empty() && normalize(IdentityKind::Phone, &form.phone).is_err() {
        add("phone", words.get("problem-phone-invalid"));
    }
    match form.subject.chars().count() {
        0 if config.require_subject => add("subject", words.get("problem-subject-required")),
        0..=MAX_LINE => {}
        _ => add("subject", words.fill("problem-subject-long", &[("limit", &MAX_LINE.to_string())])),
    }
    match form.message.chars().count() {
        0 => add("message", words.get("problem-message-required")),
        1..=MAX_MESSAGE => {}
        length => {
            let (limit, length) = (MAX_MESSAGE.to_string(), length.to_string());
            add("message", words.fill("problem-message-long", &[("limit", &limit), ("length", &length)]));
        }
    }
    if form.chosen > MAX_FILES {
        add("files", words.fill("problem-files-many", &[("count", &MAX_FILES.to_string())]));
    }
    let size = (MAX_FILE / 1024 / 1024).to_string();
    for name in &form.too_large {
        add("files", words.fill("problem-file-large", &[("name", name), ("size", &size)]));
    }
    found
}

/// An address that mail from the outside can have: with a domain of several parts.
fn is_reachable(address: &str) -> bool {
    is_address(address)
        && address
            .rsplit_once('@')
            .is_some_and(|(_, domain)| domain.contains('.') && !domain.starts_with('['))
}

#[cfg(test)]
mod tests {
    use kernel::Locale;

    use super::*;

    fn filled() -> Submission {
        Submission {
            name: "Kiss Ilona".into(),
            email: "ilona@vevo.example".into(),
            message: "Jó napot!".into(),
            ..Submission::default()
        }
    }

    fn fields(form: &Submission, config: &FormConfig) -> Vec<&'static str> {
        check(form, config, Words::of(Locale::Hu)).iter().filter_map(|problem| problem.field).collect()
    }

    #[test]
    fn an_empty_form_names_every_field_that_must_be_filled() {
        let strict = FormConfig { require_subject: true, ..FormConfig::default() };
        assert_eq!(fields(&Submission::default(), &strict), ["name", "email", "subject", "message"]);
        assert_eq!(fields(&Submission::default(), &FormConfig::default()), ["name", "email", "message"]);
        assert!(fields(&filled(), &FormConfig::default()).is_empty());
    }

    #[test]
    fn an_address_that_no_answer_could_reach_is_refused() {
        for wrong in [
            "ilona",
            "ilona@",
            "@vevo.example",
            "ilona@localhost",
            "a b@vevo.example",
            "<a@b.hu>",
            "a@[127.0.0.1]",
        ] {
            let form = Submission { email: wrong.into(), ..filled() };
            assert_eq!(fields(&form, &FormConfig::default()), ["email"], "{wrong}");
        }
        let foreign =
            Submission { email: "ilona@bőrönd.example".into(), phone: "06 30 123 4567".into(), ..filled() };
        assert!(fields(&foreign, &FormConfig::default()).is_empty());
    }

    #[test]
    fn limits_are_told_with_their_numbers() {
        let form = Submission {
            message: "ő".repeat(MAX_MESSAGE + 1),
            too_large: vec!["kép.png".into()],
            chosen: 4,
            ..filled()
        };
        let texts: Vec<String> = check(&form, &FormConfig::default(), Words::of(Locale::En))
            .into_iter()
            .map(|problem| problem.text)
            .collect();
        assert_eq!(texts[0], "The message can have at most 10000 characters, it has 10001.");
        assert_eq!(texts[1], "You can attach at most 3 files.");
        assert_eq!(texts[2], "“kép.png” is larger than the 10 MB allowed.");
    }
}
