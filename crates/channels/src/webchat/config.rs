//! What an administrator may set on a chat.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use inbox::port::{Configured, Field, Text};
use kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ChatConfig {
    pub greeting: Words,
    pub reply_time: Words,
    /// `#rrggbb`
    pub color: String,
    /// right, left
    pub position: String,
    /// never, offer, require
    pub ask_email: String,
    /// Given once at creation or rotation; kept sealed.
    #[serde(skip_serializing)]
    pub identity_secret: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Words {
    pub hu: String,
    pub en: String,
}

impl Default for ChatConfig {
    fn default() -> Self {
        Self {
            greeting: Words {
                hu: "Üdvözöljük! Miben segíthetünk?".into(),
                en: "Hello, how can we help?".into(),
            },
            reply_time: Words {
                hu: "Általában néhány percen belül válaszolunk.".into(),
                en: "We usually answer within a few minutes.".into(),
            },
            color: "#0B6A5D".into(),
            position: "right".into(),
            ask_email: "offer".into(),
            identity_secret: None,
        }
    }
}

pub(super) fn configure(typed: Value, before: Option<&Configured>) -> Result<Configured> {
    let mut base = before.and_then(|before| before.config.as_object().cloned()).unwrap_or_default();
    match typed {
        Value::Null => {}
        Value::Object(given) => base.extend(given),
        _ => return Err(Error::invalid("config")),
    }
    let typed = Value::Object(base);
    let config: ChatConfig =
        serde_json::from_value(typed).map_err(|error| Error::invalid("config").detail(error.to_string()))?;
    let hex = config
        .color
        .strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.chars().all(|c| c.is_ascii_hexdigit()));
    let checks = [
        (hex, "config.color"),
        (["right", "left"].contains(&config.position.as_str()), "config.position"),
        (["never", "offer", "require"].contains(&config.ask_email.as_str()), "config.ask_email"),
        (config.identity_secret.as_ref().is_none_or(|secret| secret.len() >= 32), "config.identity_secret"),
    ];
    if let Some((_, field)) = checks.iter().find(|(good, _)| !good) {
        return Err(Error::invalid(field));
    }
    let secret = match (&config.identity_secret, before) {
        (Some(secret), _) => Some(secret.clone()),
        (None, Some(_)) => None,
        (None, None) => Some(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())),
    };
    Ok(Configured {
        config: serde_json::to_value(&config).map_err(Error::internal)?,
        secrets: secret.map(|secret| json!({ "identity_secret": secret })),
        addresses: Vec::new(),
    })
}

pub(super) fn fields() -> Vec<Field> {
    let field = |name: &str, kind: &str, label: Text, help: Text, choices: &[&str], default: Value| Field {
        name: name.into(),
        kind: kind.into(),
        label,
        help,
        required: false,
        choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
        default,
    };
    vec![
        field(
            "color",
            "text",
            Text::new("Szín", "Colour"),
            Text::new("Pl. #0B6A5D", "E.g. #0B6A5D"),
            &[],
            json!("#0B6A5D"),
        ),
        field(
            "position",
            "choice",
            Text::new("Hely", "Position"),
            Text::default(),
            &["right", "left"],
            json!("right"),
        ),
        field(
            "ask_email",
            "choice",
            Text::new("E-mail-cím kérése", "Ask for an e-mail address"),
            Text::new(
                "Ha a látogató megadja, a válasz e-mailben is megérkezik.",
                "When given, answers also go there by mail.",
            ),
            &["never", "offer", "require"],
            json!("offer"),
        ),
        field(
            "identity_secret",
            "secret",
            Text::new("Azonosító titok", "Identity secret"),
            Text::new(
                "Ezzel írja alá a webhely kiszolgálója a bejelentkezett látogató JWT-jét (HS256). Legalább 32 karakter.",
                "The site's server signs the JWT of a signed-in visitor with it (HS256). At least 32 characters.",
            ),
            &[],
            Value::Null,
        ),
    ]
}
