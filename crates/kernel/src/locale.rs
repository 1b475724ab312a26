use serde::{Deserialize, Serialize};

/// A language of the interface and of our own texts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    Hu,
    #[default]
    En,
}

impl Locale {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hu => "hu",
            Self::En => "en",
        }
    }

    /// Reads a language tag (`hu`, `hu-HU`); anything unknown is `None`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "hu" => Some(Self::Hu),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The first language of an `Accept-Language` header that we speak (RFC 9110 §12.5.4;
    /// the order of the list is taken for the order of preference, as every browser writes it).
    pub fn from_accept_language(header: &str) -> Option<Self> {
        header.split(',').find_map(|part| Self::from_tag(part.split(';').next()?.trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_we_speak_is_chosen() {
        assert_eq!(Locale::from_accept_language("de-DE,hu;q=0.8,en;q=0.5"), Some(Locale::Hu));
        assert_eq!(Locale::from_accept_language("en-GB"), Some(Locale::En));
        assert_eq!(Locale::from_accept_language("de"), None);
    }
}
