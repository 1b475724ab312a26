//! The way to PostgreSQL, in the words of libpq (postgresql.org/docs/current/libpq-ssl.html).
//!
//! `sslmode`: `disable`, `prefer` (unless said otherwise: TLS when the server offers it), `require` (TLS, with whomever),
//! `verify-full` (the certificate must be good for the name). `sslrootcert`: a PEM file, trusted beside the public roots.

use std::fs;

use egress::{Tls, TlsMode};
use kernel::{Error, Result};
use postgres::Client;
use tokio_postgres::{Config, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::form_urlencoded;

/// Connects as the address says.
pub(crate) fn connect(address: &str) -> Result<Client> {
    let (config, tls) = prepare(address)?;
    postgres::Config::from(config).connect(tls).map_err(Error::internal)
}

pub(super) fn prepare(address: &str) -> Result<(Config, MakeRustlsConnect)> {
    let (plain, tls) = read(address)?;
    let mut config: Config =
        plain.parse().map_err(|error: tokio_postgres::Error| refused(&error.to_string()))?;
    if config.get_hosts().is_empty() && config.get_ssl_mode() == SslMode::Prefer {
        // TLS needs a name to speak to.
        config.ssl_mode(SslMode::Disable);
    }
    let tls = egress::client_config(&tls).map_err(|error| refused(&format!("sslrootcert: {error}")))?;
    Ok((config, MakeRustlsConnect::new((*tls).clone())))
}

/// Takes out of the address what the driver does not know.
fn read(address: &str) -> Result<(String, Tls)> {
    let mut tls = Tls { verify: false, ..Tls::new(TlsMode::Tls) };
    let Some((server, query)) = address.split_once('?') else { return Ok((address.to_owned(), tls)) };
    let (mut kept, mut named) = (Vec::new(), false);
    for pair in query.split('&') {
        let Some((name, value)) = form_urlencoded::parse(pair.as_bytes()).next() else { continue };
        if name == "sslmode" && std::mem::replace(&mut named, true) {
            return Err(refused("sslmode is there twice"));
        }
        match (name.as_ref(), value.as_ref()) {
            ("sslmode", "verify-full") => {
                tls.verify = true;
                kept.push("sslmode=require");
            }
            ("sslmode", "verify-ca") => return Err(refused("use sslmode=verify-full")),
            ("sslrootcert", path) => {
                let pem = fs::read_to_string(path).map_err(|error| refused(&format!("{path}: {error}")))?;
                if !pem.contains("BEGIN CERTIFICATE") {
                    return Err(refused(&format!("{path}: no certificate")));
                }
                tls.extra_roots = Some(pem);
            }
            _ => kept.push(pair),
        }
    }
    if tls.extra_roots.is_some() && !tls.verify {
        return Err(refused("sslrootcert is of use with sslmode=verify-full only"));
    }
    Ok((if kept.is_empty() { server.to_owned() } else { format!("{server}?{}", kept.join("&")) }, tls))
}

fn refused(why: &str) -> Error {
    Error::invalid("database").detail(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_verify_full_asks_for_the_certificate() {
        for (address, plain, verify) in [
            ("postgres://a@b/c", "postgres://a@b/c", false),
            ("postgres://a@b/c?sslmode=require", "postgres://a@b/c?sslmode=require", false),
            ("postgres://a@b/c?sslmode=verify-full", "postgres://a@b/c?sslmode=require", true),
            (
                "postgres://a@b/c?options=-c%20x&sslmode=verify-full",
                "postgres://a@b/c?options=-c%20x&sslmode=require",
                true,
            ),
        ] {
            let (found, tls) = read(address).expect("readable");
            assert_eq!((found.as_str(), tls.verify), (plain, verify), "{address}");
        }
    }

    #[test]
    fn what_would_be_less_secure_than_it_sounds_is_refused() {
        for words in [
            "sslmode=verify-ca",
            "sslmode=verify-full&sslmode=disable",
            "sslmode=verify-full&sslrootcert=/there/is/none.pem",
            "sslmode=verify-full&sslrootcert=Cargo.toml",
        ] {
            assert!(read(&format!("postgres://a@b/c?{words}")).is_err(), "{words}");
        }
    }
}
