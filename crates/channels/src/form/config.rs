//! What an administrator may set on a form.

use inbox::{
    acknowledgements,
    port::{Configured, Field, Text},
};
use kernel::{Code, Error, Locale, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The longest text of ours on the page, in characters.
const MAX_TEXT: usize = 2_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FormConfig {
    /// Empty texts are filled with ours.
    pub title: Bilingual,
    pub intro: Bilingual,
    pub thanks: Bilingual,
    pub ask_phone: bool,
    pub require_subject: bool,
    /// What `inbox::acknowledgements` reads.
    pub acknowledge: bool,
    pub acknowledgement_hu: String,
    pub acknowledgement_en: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Bilingual {
    pub hu: String,
    pub en: String,
}

impl Bilingual {
    pub fn get(&self, locale: Locale) -> Option<&str> {
        let text = match locale {
            Locale::Hu => self.hu.trim(),
            Locale::En => self.en.trim(),
        };
        (!text.is_empty()).then_some(text)
    }
}

impl FormConfig {
    /// As it was saved; a setting that an older version wrote otherwise falls back to ours.
    pub fn of(config: &Value) -> Self {
        serde_json::from_value(config.clone()).unwrap_or_default()
    }
}

/// Checks what was typed. A setting that is not given stays as it was.
pub(super) fn configure(typed: Value, before: Option<&Configured>) -> Result<Configured> {
    let mut all = before.map_or_else(|| json!({}), |before| before.config.clone());
    match (typed, all.as_object_mut()) {
        (Value::Object(typed), Some(all)) => all.extend(typed),
        (Value::Null, _) => {}
        _ => return Err(Error::invalid("config")),
    }
    let config: FormConfig =
        serde_json::from_value(all).map_err(|error| Error::invalid("config").detail(error.to_string()))?;
    for (field, text) in
        [("config.title", &config.title), ("config.intro", &config.intro), ("config.thanks", &config.thanks)]
    {
        if [&text.hu, &text.en].iter().any(|text| text.chars().count() > MAX_TEXT) {
            return Err(Error::new(Code::TooLong).field(field));
        }
    }
    let value = serde_json::to_value(&config).map_err(Error::internal)?;
    if let Some(field) = acknowledgements::Settings::of(&value).too_long() {
        return Err(Error::new(Code::TooLong).field(field));
    }
    Ok(Configured { config: value, secrets: None, addresses: Vec::new() })
}

pub(super) fn fields() -> Vec<Field> {
    let switch = |name: &str, label: Text, help: Text| Field {
        name: name.to_owned(),
        kind: "bool".to_owned(),
        label,
        help,
        required: false,
        choices: Vec::new(),
        default: json!(false),
    };
    let own = vec![
        switch(
            "ask_phone",
            Text::new("Telefonszám kérése", "Ask for a phone number"),
            Text::new("A kitöltése nem kötelező.", "Filling it in is optional."),
        ),
        switch(
            "require_subject",
            Text::new("Kötelező tárgy", "Require a subject"),
            Text::new("Enélkül a tárgy üresen maradhat.", "Without this the subject may stay empty."),
        ),
    ];
    own.into_iter().chain(acknowledgements::fields()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_one_setting_leaves_the_others_as_they_were() {
        let first =
            configure(json!({ "title": { "hu": "Szerviz" }, "ask_phone": true }), None).expect("accepted");
        let second = configure(json!({ "require_subject": true }), Some(&first)).expect("accepted");
        let config = FormConfig::of(&second.config);
        assert_eq!(config.title.get(Locale::Hu), Some("Szerviz"));
        assert!(config.ask_phone && config.require_subject);
    }

    #[test]
    fn unknown_settings_and_endless_texts_are_refused() {
        assert_eq!(configure(json!({ "colour": "red" }), None).expect_err("refused").code, Code::Invalid);
        let endless = json!({ "intro": { "en": "x".repeat(MAX_TEXT + 1) } });
        assert_eq!(configure(endless, None).expect_err("refused").field.as_deref(), Some("config.intro"));
        assert_eq!(configure(json!("text"), None).expect_err("refused").code, Code::Invalid);
    }
}
