//! S19: the dependency graph keeps to `deny.toml`, examined without a network.

use std::{fs, path::Path};

use crate::{
    check::{Guard, Outcome},
    lockfile::{Ban, Package, bans, packages},
    report::Report,
};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// Crates with a known hole in older versions, or with a rival we refuse; `deny.toml` must speak of each.
const GUARDED: [&str; 8] =
    ["aws-lc-sys", "openssl-sys", "native-tls", "sqlx", "ammonia", "h2", "quick-xml", "tokio-postgres"];
/// What the control puts into the graph: one forbidden crate, one too old, one from elsewhere.
const POISON: &str = r#"
[[package]]
name = "openssl-sys"
version = "0.9.117"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "ammonia"
version = "4.1.2"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "left-pad"
version = "1.0.0"
source = "git+https://example.com/left-pad"
"#;

pub async fn run(guard: Guard) -> Outcome {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let root = Path::new(&own).parent().expect("the checks lie in the workspace");
    let mut lock = fs::read_to_string(root.join("Cargo.lock"))?;
    if guard == Guard::Off {
        lock.push_str(POISON);
    }
    let bans = bans(&fs::read_to_string(root.join("deny.toml"))?)?;
    Ok(judge(&packages(&lock)?, &bans))
}

fn judge(packages: &[Package], bans: &[Ban]) -> Report {
    let mut report = Report::new();
    let unspoken: Vec<&str> =
        GUARDED.into_iter().filter(|name| !bans.iter().any(|ban| ban.name == *name)).collect();
    report.assert_none("deny.toml speaks of every guarded crate", &unspoken);
    report.assert("the lock file lists the dependencies", packages.len() > 100, packages.len());
    let (floors, forbidden): (Vec<&Ban>, Vec<&Ban>) = bans.iter().partition(|ban| ban.below.is_some());
    report.assert_none("no forbidden crate is used", &offences(packages, &forbidden));
    report.assert_none("no crate is older than its safe version", &offences(packages, &floors));
    let foreign: Vec<&Package> = packages.iter().filter(|package| is_foreign(package)).collect();
    report.assert_none("every crate comes from crates.io or from here", &foreign);
    report
}

fn offences(packages: &[Package], bans: &[&Ban]) -> Vec<String> {
    let pairs = packages.iter().flat_map(|package| bans.iter().map(move |ban| (package, ban)));
    pairs
        .filter(|(package, ban)| ban.concerns(package))
        .map(|(package, ban)| format!("{package} ({})", ban.reason))
        .collect()
}

fn is_foreign(package: &Package) -> bool {
    package.source.as_deref().is_some_and(|source| source != REGISTRY)
}
