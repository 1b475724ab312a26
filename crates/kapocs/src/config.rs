//! Configuration: a TOML file, then `KAPOCS_*` variables, then the command line. Unknown keys are refused.

use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// Variables of the checks and benchmarks share the prefix and are none of the program's.
const OF_CHECKS: [&str; 2] = ["KAPOCS_TEST_", "KAPOCS_PROGRAM"];

/// How the server runs. Every key may stand in the file (`listen = "…"`) or in the environment (`KAPOCS_LISTEN=…`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where everything is kept that is not in the database server.
    pub data: PathBuf,
    /// Address and port of the web server.
    pub listen: SocketAddr,
    /// `postgres://…`; without it an SQLite file in `data`.
    pub database: Option<String>,
    /// How browsers reach this server; `http://LISTEN` when not given.
    pub external_url: Option<String>,
    /// Another origin of the same server for the bytes of strangers.
    pub content_url: Option<String>,
    /// More hosts (`name[:port]`) under which requests may come.
    pub hosts: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Networks (CIDR) that channels of every workspace may reach, though they are not public.
    pub egress_allow: Vec<String>,
    /// Resolvers (`address:port`) by which senders of mail are verified; those of the system when none is given,
    /// `off` to verify nobody.
    pub dns: Vec<String>,
    /// Certificate chain and private key (PEM files) that mail receivers show after STARTTLS.
    pub mail_certificate: Option<PathBuf>,
    pub mail_key: Option<PathBuf>,
    /// The key that seals secrets (64 hexadecimal digits); without it `data/master.key`.
    pub master_key: Option<String>,
    /// Switch off only behind a load generator.
    pub rate_limits: bool,
    /// What is logged, as `tracing` filters.
    pub log: String,
    pub log_format: LogFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("kapocs-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            database: None,
            external_url: None,
            content_url: None,
            hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            egress_allow: Vec::new(),
            dns: Vec::new(),
            mail_certificate: None,
            mail_key: None,
            master_key: None,
            rate_limits: true,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
        }
    }
}

/// Why the configuration was not accepted, in one line for the console.
#[derive(Debug)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the file and the environment.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table = match file {
            None => toml::Table::new(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| ConfigError(format!("{}: {error}", path.display())))?;
                text.parse().map_err(|error| ConfigError(format!("{}: {error}", path.display())))?
            }
        };
        let ours: BTreeMap<_, _> = environment
            .filter_map(|(name, value)| {
                Some((name.strip_prefix("KAPOCS_")?.to_ascii_lowercase(), value, name.clone()))
            })
            .filter(|(_, _, name)| !OF_CHECKS.iter().any(|prefix| name.starts_with(prefix)))
            .map(|(key, value, _)| (key, value))
            .collect();
        for (key, value) in ours {
            let value = typed(&key, value);
            table.insert(key, value);
        }
        table.try_into().map_err(|error: toml::de::Error| ConfigError(error.message().to_owned()))
    }
}

/// Variables are texts; lists are comma-separated there.
fn typed(key: &str, text: String) -> toml::Value {
    match key {
        "hosts" | "trusted_proxies" | "egress_allow" | "dns" => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            toml::Value::Array(items.map(|item| toml::Value::String(item.to_owned())).collect())
        }
        "rate_limits" => text.parse().map_or(toml::Value::String(text), toml::Value::Boolean),
        _ => toml::Value::String(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
        let owned: Vec<_> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        owned.into_iter()
    }

    #[test]
    fn variables_are_read_and_lists_are_split() {
        let vars = [
            ("KAPOCS_LISTEN", "127.0.0.1:9999"),
            ("KAPOCS_EGRESS_ALLOW", "10.0.0.0/8, ::1/128"),
            ("HOME", "/x"),
        ];
        let config = Config::load(None, environment(&vars)).expect("accepted");
        assert_eq!(config.listen.port(), 9999);
        assert_eq!(config.egress_allow, ["10.0.0.0/8", "::1/128"]);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let refused =
            Config::load(None, environment(&[("KAPOCS_LISTN", "127.0.0.1:1")])).expect_err("refused");
        assert!(refused.to_string().contains("listn"), "{refused}");
    }
}
