//! A mail as the rest of the product sees it.

use kernel::Timestamp;

use super::{clean::clean_line, headers::Headers};

const MAX_ADDRESS: usize = 320;
const MAX_DISPLAY_NAME: usize = 200;

/// A mailbox: `"Kovács Anna" <anna@example.hu>`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Address {
    pub name: Option<String>,
    /// The local part as written, the domain in lower case.
    pub address: String,
}

impl Address {
    /// Cleans what a header holds; `None` when it is no address at all.
    pub fn new(name: Option<&str>, spec: &str) -> Option<Self> {
        let address = Self::normalise(spec)?;
        let name = name
            .map(|name| clean_line(name, MAX_DISPLAY_NAME))
            .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case(&address));
        Some(Self { name, address })
    }

    /// `local@domain` without brackets, spaces and control characters, the domain in lower case.
    pub fn normalise(spec: &str) -> Option<String> {
        let spec: String = spec
            .trim_matches(|c: char| c.is_whitespace() || "<>'\",;".contains(c))
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        let (local, domain) = spec.rsplit_once('@')?;
        let plain = |part: &str| {
            !part.is_empty() && !part.chars().any(|c| c.is_control() || "<>(),;:\"\\[]".contains(c))
        };
        let domain = domain.trim_end_matches('.').to_lowercase();
        let fits = spec.len() <= MAX_ADDRESS && plain(&domain) && !domain.contains('@');
        (fits && plain(local) && !local.contains('@')).then(|| format!("{local}@{domain}"))
    }

    pub fn local(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(local, _)| local)
    }

    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// A file that came with a mail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attachment {
    /// Cleaned: never a path, never a control character.
    pub name: String,
    pub media_type: String,
    pub content_id: Option<String>,
    /// Meant to be shown within the body.
    pub inline: bool,
    pub bytes: Vec<u8>,
}

/// A parsed mail. Every text is valid, bounded and free of NUL; `html` alone is raw and must be sanitised.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Mail {
    /// Without angle brackets, as every id here.
    pub message_id: Option<String>,
    pub in_reply_to: Vec<String>,
    /// Oldest first, each once.
    pub references: Vec<String>,
    pub from: Option<Address>,
    /// More than one author, or more than one `From`: never to be taken for anybody.
    pub ambiguous_from: bool,
    pub sender: Option<Address>,
    pub reply_to: Vec<Address>,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    /// Where the mail was really delivered: `Delivered-To`, `X-Original-To`, `Envelope-To`.
    pub delivered_to: Vec<Address>,
    /// `Some("")` is the null sender.
    pub return_path: Option<String>,
    pub subject: Option<String>,
    /// What `Date` says, when it is believable.
    pub sent_at: Option<Timestamp>,
    /// What `Date` says, word for word.
    pub sent_text: Option<String>,
    /// The best plain text of the mail.
    pub text: String,
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
    pub headers: Headers,
    /// A limit was reached: some of the mail is only in the original.
    pub cut: bool,
    pub size: usize,
}

impl Mail {
    /// Everybody the mail names as its receiver, the envelope first.
    pub fn receivers(&self) -> impl Iterator<Item = &Address> {
        self.delivered_to.iter().chain(&self.to).chain(&self.cc)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_freed_of_brackets_and_spaces_and_its_domain_is_lower_case() {
        assert_eq!(Address::normalise(" < Anna.K@Example.HU. > ").as_deref(), Some("Anna.K@example.hu"));
        assert_eq!(Address::normalise("anna@ example.hu").as_deref(), Some("anna@example.hu"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for spec in
            ["", "anna", "@example.hu", "anna@", "a@b@c>d@e", "a\r\nBcc:x@y", "undisclosed-recipients:;"]
        {
            assert_eq!(Address::normalise(spec), None, "{spec:?}");
        }
    }

    #[test]
    fn a_display_name_that_only_repeats_the_address_is_dropped() {
        let address = Address::new(Some("anna@example.hu"), "anna@example.hu").expect("an address");
        assert_eq!(address.name, None);
    }
}
