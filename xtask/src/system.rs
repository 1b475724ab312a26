//! What the tests need from the operating system.

use std::{
    env, fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use crate::run::{self, Failure, Result};

/// A Debian package and a file that proves it, or something of the same use, is there.
struct Package {
    name: &'static str,
    proof: &'static str,
}

const PACKAGES: [Package; 11] = [
    Package { name: "chromium", proof: "/usr/bin/chromium" },
    Package { name: "postgresql", proof: "/usr/lib/postgresql/*/bin/initdb" },
    Package { name: "postfix", proof: "/usr/lib/postfix/sbin/master" },
    Package { name: "dovecot-imapd", proof: "/usr/lib/dovecot/imap" },
    Package { name: "dovecot-lmtpd", proof: "/usr/lib/dovecot/lmtp" },
    Package { name: "openssl", proof: "/usr/bin/openssl" },
    Package { name: "swaks", proof: "/usr/bin/swaks" },
    // swaks only recommends it, and speaks no TLS without it.
    Package { name: "libnet-ssleay-perl", proof: "/usr/share/doc/libnet-ssleay-perl" },
    Package { name: "python3-venv", proof: "/usr/share/doc/python3-venv" },
    Package { name: "strace", proof: "/usr/bin/strace" },
    Package { name: "ca-certificates", proof: "/etc/ssl/certs/ca-certificates.crt" },
];

/// Debian would set up a mail server for the whole internet; the tests bring a configuration of their own.
const ANSWERS: &str = "postfix postfix/main_mailer_type select No configuration\n";

/// Installs what is missing, or says how to.
pub fn prepare() -> Result {
    let missing: Vec<&str> = PACKAGES.iter().filter(|p| !is_there(p.proof)).map(|p| p.name).collect();
    let list = missing.join(" ");
    if !is_root() {
        let install = format!("sudo apt-get install -y --no-install-recommends {list}");
        return Err(Failure::new(match missing.is_empty() {
            true => {
                "Postfix can be started by root only: sudo -E env \"PATH=$PATH\" cargo xtask test".to_owned()
            }
            false => format!("Missing: {list}. Get them with: {install}"),
        }));
    }
    if missing.is_empty() {
        println!("   all {} Debian packages are there", PACKAGES.len());
        return Ok(());
    }
    if run::ask("apt-get", &["--version"]).is_none() {
        return Err(Failure::new(format!(
            "Missing: {list}. Install these Debian packages, or run the tests on Debian 12"
        )));
    }
    println!("   installing: {list}");
    install(&missing).map_err(|_| {
        Failure::new(format!("apt-get could not install: {list}. Install them by hand and run this again"))
    })
}

fn install(packages: &[&str]) -> Result {
    answer_questions();
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    run::show(apt().arg("update"))?;
    run::show(apt().args(["install", "-y", "--no-install-recommends"]).args(packages))
}

/// Without these answers the packages install as well, only less modestly.
fn answer_questions() {
    let asked = Command::new("debconf-set-selections").stdin(Stdio::piped()).spawn();
    if let Ok(mut asked) = asked {
        if let Some(mut stdin) = asked.stdin.take() {
            let _ = stdin.write_all(ANSWERS.as_bytes());
        }
        let _ = asked.wait();
    }
}

/// A path in which one folder may be `*`.
fn is_there(path: &str) -> bool {
    let Some((parent, rest)) = path.split_once("/*/") else {
        return Path::new(path).exists();
    };
    let folders = fs::read_dir(parent).into_iter().flatten().flatten();
    folders.map(|folder| folder.path().join(rest)).any(|path| path.exists())
}

fn is_root() -> bool {
    run::ask("id", &["-u"]).as_deref() == Some("0")
}

/// Node and npm, in a version the front ends are built with.
pub fn node() -> Result {
    const HOW: &str = "get Node 20 LTS or newer from https://nodejs.org/en/download";
    let version =
        run::ask("node", &["--version"]).ok_or_else(|| Failure::new(format!("Missing: node; {HOW}")))?;
    let mut numbers = version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < (20, 19) {
        return Err(Failure::new(format!("Node {version} is too old (20.19 is the least); {HOW}")));
    }
    if run::ask("npm", &["--version"]).is_none() {
        return Err(Failure::new(format!("Missing: npm; {HOW}")));
    }
    println!("   node {version}, {}", env::consts::ARCH);
    Ok(())
}
