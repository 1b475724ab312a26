//! What an administrator gives for a mail channel.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use egress::{Grant, Policy, Target, Tls, TlsMode};
use inbox::{
    acknowledgements,
    channels::ChannelRow,
    port::{Configured, Field, Text},
};
use kernel::{Caller, Code, Error, Result, Timestamp};
use people::secrets::Vault;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    text::{Address, DkimKey},
    wire::credentials::Credentials,
};

/// Which end of the wire the channel is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// A mailbox at a mail server: IMAP.
    Mailbox,
    /// We are the mail server: a port of our own.
    Receiver,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EmailConfig {
    pub addresses: Vec<String>,
    /// The name answers are sent under; the channel's name when empty.
    pub from_name: String,
    pub imap_host: String,
    pub imap_port: u16,
    pub imap_user: String,
    #[serde(skip_serializing)]
    pub imap_password: Option<String>,
    pub imap_tls: TlsMode,
    pub imap_verify: bool,
    pub imap_mailbox: String,
    /// Mark mail as seen on the server once it is kept.
    pub mark_seen: bool,
    /// Also take in what lay in the mailbox before.
    pub import_existing: bool,
    pub smtp_host: String,
    pub smtp_port: u16,
    pub smtp_user: String,
    #[serde(skip_serializing)]
    pub smtp_password: Option<String>,
    pub smtp_tls: TlsMode,
    pub smtp_verify: bool,
    /// Put the reply token into a plus-address; off where the mail server does not know them.
    pub plus_addressing: bool,
    /// The name our own mail server writes into `Authentication-Results`: only then a sender is called verified.
    pub authserv_id: String,
    pub dkim_domain: String,
    pub dkim_selector: String,
    /// PKCS #8, base64; made by us when a selector is given without one.
    #[serde(skip_serializing)]
    pub dkim_key: Option<String>,
    /// The DNS record to publish; filled by us.
    pub dkim_record: Option<Value>,
    /// Receiver only: where it listens.
    pub listen_host: String,
    pub listen_port: u16,
    /// Receiver only: smtp, lmtp
    pub protocol: String,
    /// What `inbox::acknowledgements` reads.
    pub acknowledge: bool,
    pub acknowledgement_hu: String,
    pub acknowledgement_en: String,
    /// Set by us: the servers were named by whoever runs this machine.
    pub by_operator: bool,
}

impl Default for EmailConfig {
    fn default() -> Self {
        Self {
            addresses: Vec::new(),
            from_name: String::new(),
            imap_host: String::new(),
            imap_port: 993,
            imap_user: String::new(),
            imap_password: None,
            imap_tls: TlsMode::Tls,
            imap_verify: true,
            imap_mailbox: "INBOX".into(),
            mark_seen: false,
            import_existing: false,
            smtp_host: String::new(),
            smtp_port: 465,
            smtp_user: String::new(),
            smtp_password: None,
            smtp_tls: TlsMode::Tls,
            smtp_verify: true,
            plus_addressing: true,
            authserv_id: String::new(),
            dkim_domain: String::new(),
            dkim_selector: String::new(),
            dkim_key: None,
            dkim_record: None,
            listen_host: "127.0.0.1".into(),
            listen_port: 0,
            protocol: "smtp".into(),
            acknowledge: false,
            acknowledgement_hu: String::new(),
            acknowledgement_en: String::new(),
            by_operator: false,
        }
    }
}

/// A server and how to sign in there.
pub(crate) struct Server {
    pub target: Target,
    pub tls: Tls,
    pub credentials: Credentials,
}

impl EmailConfig {
    pub fn of(channel: &ChannelRow) -> Result<Self> {
        serde_json::from_value(channel.config.clone()).map_err(Error::internal)
    }

    pub fn grant(&self) -> Grant {
        if self.by_operator { Grant::Operator } else { Grant::Public }
    }

    /// The address answers come from.
    pub fn address(&self) -> &str {
        self.addresses.first().map_or("", String::as_str)
    }

    /// Mail that the server received before this is passed over.
    pub fn begins_at(&self, channel: &ChannelRow) -> Timestamp {
        if self.import_existing { Timestamp(0) } else { channel.created_at - Duration::from_secs(120) }
    }

    pub fn imap(&self, secrets: &Secrets) -> Option<Server> {
        (!self.imap_host.is_empty()).then(|| Server {
            target: Target::new(&*self.imap_host, self.imap_port),
            tls: tls(self.imap_tls, self.imap_verify),
            credentials: password(&self.imap_user, secrets.imap_password.as_deref()),
        })
    }

    /// The SMTP server, and whether it wants a sign-in.
    pub fn smtp(&self, secrets: &Secrets) -> Option<(Server, bool)> {
        (!self.smtp_host.is_empty()).then(|| {
            let server = Server {
                target: Target::new(&*self.smtp_host, self.smtp_port),
                tls: tls(self.smtp_tls, self.smtp_verify),
                credentials: password(&self.smtp_user, secrets.smtp_password.as_deref()),
            };
            (server, !self.smtp_user.is_empty())
        })
    }
}

fn tls(mode: TlsMode, verify: bool) -> Tls {
    Tls { verify, ..Tls::new(mode) }
}

fn password(user: &str, password: Option<&str>) -> Credentials {
    Credentials::Password { user: user.to_owned(), password: password.unwrap_or_default().to_owned() }
}

/// What is sealed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Secrets {
    pub imap_password: Option<String>,
    pub smtp_password: Option<String>,
    pub dkim_key: Option<String>,
}

impl Secrets {
    pub fn open(vault: &Vault, channel: &ChannelRow) -> Result<Self> {
        let Some(sealed) = &channel.secrets else { return Ok(Self::default()) };
        serde_json::from_slice(&vault.open(channel.workspace, sealed)?).map_err(Error::internal)
    }

    /// The key that signs, if the channel signs.
    pub fn dkim(&self, config: &EmailConfig) -> Result<Option<DkimKey>> {
        let Some(key) = &self.dkim_key else { return Ok(None) };
        let pkcs8 = STANDARD.decode(key).map_err(|_| Error::invalid("dkim_key"))?;
        DkimKey::new(&config.dkim_domain, &config.dkim_selector, &pkcs8).map(Some)
    }
}

/// Whether mail can be sent to it, as far as its form tells.
pub(crate) fn is_address(text: &str) -> bool {
    text.len() <= 254
        && Address::normalise(text).is_some_and(|address| address.eq_ignore_ascii_case(text))
        && text.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.') && !domain.starts_with('.'))
}

pub(crate) fn configure(
    caller: &Caller,
    typed: Value,
    before: Option<&Configured>,
    side: Side,
) -> Result<Configured> {
    let typed = Value::Object(merged(typed, before)?);
    let mut config: EmailConfig =
        serde_json::from_value(typed).map_err(|error| Error::invalid("config").detail(error.to_string()))?;
    config.addresses = addresses(&config.addresses)?;
    check(&config, side)?;
    let same_servers = before.is_some_and(|before| servers(&before.config) == servers(&json!(config)));
    config.by_operator = caller.operator || (same_servers && config.by_operator);
    if side == Side::Receiver && !config.by_operator {
        return Err(Error::new(Code::Forbidden).field("config.listen_port"));
    }
    let secrets = secrets(&mut config, before.is_some())?;
    Ok(Configured { addresses: config.addresses.clone(), config: json!(config), secrets })
}

/// A change is given over what stands.
fn merged(typed: Value, before: Option<&Configured>) -> Result<Map<String, Value>> {
    let mut base = match before.map(|before| before.config.clone()) {
        Some(Value::Object(base)) => base,
        _ => Map::new(),
    };
    match typed {
        Value::Object(given) => {
            let mut given = flattened(given);
            // Ours to say, never the caller's.
            given.remove("by_operator");
            given.remove("dkim_record");
            base.extend(given);
            Ok(base)
        }
        Value::Null => Ok(base),
        _ => Err(Error::invalid("config")),
    }
}

/// `{"imap": {"host": …}}` means the same as `{"imap_host": …}`.
fn flattened(given: Map<String, Value>) -> Map<String, Value> {
    let mut flat = Map::new();
    for (key, value) in given {
        match (key.as_str(), value) {
            ("imap" | "smtp" | "dkim" | "listen", Value::Object(inner)) => {
                flat.extend(inner.into_iter().map(|(name, value)| (format!("{key}_{name}"), value)));
            }
            (_, value) => {
                flat.insert(key, value);
            }
        }
    }
    flat
}

fn addresses(given: &[String]) -> Result<Vec<String>> {
    let field = |error: Error| error.field("config.addresses");
    if given.is_empty() {
        return Err(field(Error::new(Code::Required)));
    }
    given
        .iter()
        .map(|address| {
            let address = address.trim().to_lowercase();
            if is_address(&address) { Ok(address) } else { Err(field(Error::new(Code::InvalidEmail))) }
        })
        .collect()
}

fn check(config: &EmailConfig, side: Side) -> Result<()> {
    let missing = |field: &str| Err(Error::new(Code::Required).field(field));
    if let Some(field) = acknowledgements::Settings::of(&json!(config)).too_long() {
        return Err(Error::new(Code::TooLong).field(field));
    }
    match side {
        Side::Mailbox if config.imap_host.is_empty() && config.smtp_host.is_empty() => {
            missing("config.imap_host")
        }
        Side::Receiver if config.listen_port == 0 => missing("config.listen_port"),
        Side::Receiver if !matches!(config.protocol.as_str(), "smtp" | "lmtp") => {
            Err(Error::invalid("config.protocol"))
        }
        _ if config.dkim_selector.is_empty() != config.dkim_domain.is_empty() => {
            missing("config.dkim_selector")
        }
        _ if config.acknowledge && config.smtp_host.is_empty() => missing("config.smtp_host"),
        _ => Ok(()),
    }
}

fn servers(config: &Value) -> Vec<Value> {
    ["imap_host", "imap_port", "smtp_host", "smtp_port", "listen_host", "listen_port"]
        .iter()
        .map(|key| config[*key].clone())
        .collect()
}

/// Takes the secrets out of the configuration; `None` when a change gave none.
fn secrets(config: &mut EmailConfig, is_change: bool) -> Result<Option<Value>> {
    let signs = !config.dkim_selector.is_empty();
    if signs && config.dkim_key.is_none() && config.dkim_record.is_none() {
        config.dkim_key = Some(STANDARD.encode(DkimKey::generate_rsa()?));
    }
    if let Some(key) = &config.dkim_key {
        let pkcs8 = STANDARD.decode(key).map_err(|_| Error::invalid("config.dkim_key"))?;
        let key = DkimKey::new(&config.dkim_domain, &config.dkim_selector, &pkcs8)
            .map_err(|_| Error::invalid("config.dkim_key"))?;
        let (name, value) = key.dns_record();
        config.dkim_record = Some(json!({ "name": name, "value": value }));
    }
    let secrets = Secrets {
        imap_password: config.imap_password.take(),
        smtp_password: config.smtp_password.take(),
        dkim_key: config.dkim_key.take(),
    };
    let given =
        secrets.imap_password.is_some() || secrets.smtp_password.is_some() || secrets.dkim_key.is_some();
    Ok((given || !is_change).then(|| json!(secrets)))
}

/// Resolves the servers and refuses those that may not be reached.
pub(crate) async fn check_servers(policy: &Policy, configured: &Configured) -> Result<()> {
    let config: EmailConfig = serde_json::from_value(configured.config.clone()).map_err(Error::internal)?;
    for (host, port, field) in [
        (&config.imap_host, config.imap_port, "config.imap_host"),
        (&config.smtp_host, config.smtp_port, "config.smtp_host"),
    ] {
        if !host.is_empty() {
            let checked = egress::check(policy, host, port, config.grant()).await;
            // One answer for every reason: what a name resolves to is nobody's business.
            checked.map_err(|_| Error::new(Code::AddressNotAllowed).field(field))?;
        }
    }
    Ok(())
}

/// The fields of the settings form.
pub(crate) fn fields(side: Side) -> Vec<Field> {
    let both = [
        field("addresses", "list", ("Címek", "Addresses"), true, Value::Null),
        field("from_name", "text", ("Feladó neve", "Sender's name"), false, json!("")),
    ];
    let smtp = [
        field("smtp_host", "text", ("Kimenő kiszolgáló (SMTP)", "Outgoing server (SMTP)"), true, json!("")),
        field("smtp_port", "number", ("SMTP-port", "SMTP port"), true, json!(465)),
        choice("smtp_tls", ("SMTP titkosítása", "SMTP encryption"), &["tls", "starttls", "none"]),
        field("smtp_user", "text", ("SMTP-felhasználó", "SMTP user"), false, json!("")),
        field("smtp_password", "secret", ("SMTP-jelszó", "SMTP password"), false, Value::Null),
        field("plus_addressing", "bool", ("Plusz-címzés", "Plus addressing"), false, json!(true)),
        field("dkim_domain", "text", ("DKIM-tartomány", "DKIM domain"), false, json!("")),
        field("dkim_selector", "text", ("DKIM-szelektor", "DKIM selector"), false, json!("")),
    ];
    let own = match side {
        Side::Mailbox => vec![
            field(
                "imap_host",
                "text",
                ("Bejövő kiszolgáló (IMAP)", "Incoming server (IMAP)"),
                true,
                json!(""),
            ),
            field("imap_port", "number", ("IMAP-port", "IMAP port"), true, json!(993)),
            choice("imap_tls", ("IMAP titkosítása", "IMAP encryption"), &["tls", "starttls", "none"]),
            field("imap_user", "text", ("IMAP-felhasználó", "IMAP user"), true, json!("")),
            field("imap_password", "secret", ("IMAP-jelszó", "IMAP password"), true, Value::Null),
            field(
                "import_existing",
                "bool",
                ("A meglévő levelek átvétele", "Import existing mail"),
                false,
                json!(false),
            ),
        ],
        Side::Receiver => vec![
            field("listen_host", "text", ("Cím", "Listen on"), false, json!("127.0.0.1")),
            field("listen_port", "number", ("Port", "Port"), true, json!(2525)),
            choice("protocol", ("Protokoll", "Protocol"), &["smtp", "lmtp"]),
        ],
    };
    both.into_iter().chain(own).chain(smtp).chain(acknowledgements::fields()).collect()
}

fn field(name: &str, kind: &str, (hu, en): (&str, &str), required: bool, default: Value) -> Field {
    Field {
        name: name.into(),
        kind: kind.into(),
        label: Text::new(hu, en),
        help: Text::default(),
        required,
        choices: Vec::new(),
        default,
    }
}

fn choice(name: &str, label: (&str, &str), choices: &[&str]) -> Field {
    let first = json!(choices.first());
    Field {
        choices: choices.iter().map(|c| (*c).to_owned()).collect(),
        ..field(name, "choice", label, true, first)
    }
}
