//! A certificate authority of one day, and a server certificate it has signed: clients that check
//! certificates refuse one that is its own authority.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Result, supervised::run};

const NEW_KEY: [&str; 6] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-batch"];
const SERVER: &str = "basicConstraints=critical,CA:FALSE\n\
    extendedKeyUsage=serverAuth\n\
    subjectAltName=DNS:localhost,IP:127.0.0.1\n";

pub struct Certificate {
    authority: PathBuf,
    chain: PathBuf,
    key: PathBuf,
}

impl Certificate {
    pub fn issue(directory: &Path) -> Result<Self> {
        fs::write(directory.join("server.ext"), SERVER)?;
        openssl(
            directory,
            &["req", "-x509"],
            "-days 30 -subj /CN=Test-Authority -keyout ca.key -out ca.pem",
        )?;
        openssl(directory, &["req"], "-subj /CN=localhost -keyout server.key -out server.csr")?;
        let sign = "x509 -req -days 30 -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial \
            -extfile server.ext -out server.pem";
        run(Command::new("openssl").args(sign.split_whitespace()).current_dir(directory))?;
        Ok(Self {
            authority: directory.join("ca.pem"),
            chain: directory.join("server.pem"),
            key: directory.join("server.key"),
        })
    }

    pub fn authority(&self) -> &Path {
        &self.authority
    }

    pub fn chain(&self) -> &Path {
        &self.chain
    }

    pub fn key(&self) -> &Path {
        &self.key
    }
}

fn openssl(directory: &Path, verb: &[&str], options: &str) -> Result<()> {
    run(Command::new("openssl")
        .args(verb)
        .args(NEW_KEY)
        .args(options.split_whitespace())
        .current_dir(directory))
}
