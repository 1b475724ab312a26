//! Reading `Cargo.lock` and the bans of `deny.toml`.

use std::fmt;

use toml::{Table, Value};

/// Compared number by number; what follows a `-` or `+` is left aside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Version(u64, u64, u64);

impl Version {
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(['-', '+']).next()?.split('.').map(str::parse);
        let version = Self(numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
        numbers.next().is_none().then_some(version)
    }
}

#[derive(Debug)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// Absent for the crates of the workspace itself.
    pub source: Option<String>,
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// `{ crate = "sqlx" }` forbids a crate, `{ crate = "h2@<0.4.16" }` its older versions.
#[derive(Debug)]
pub struct Ban {
    pub name: String,
    pub below: Option<Version>,
    pub reason: String,
}

impl Ban {
    /// A version we cannot read counts as too old.
    pub fn concerns(&self, package: &Package) -> bool {
        self.name == package.name
            && self
                .below
                .is_none_or(|floor| Version::parse(&package.version).is_none_or(|found| found < floor))
    }
}

pub fn packages(lock: &str) -> Result<Vec<Package>, String> {
    let table: Table = lock.parse().map_err(|error| format!("Cargo.lock: {error}"))?;
    let list = table.get("package").and_then(Value::as_array).ok_or("Cargo.lock lists no packages")?;
    let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    list.iter()
        .map(|entry| {
            let name = text(entry, "name").ok_or("a package without a name")?;
            let version = text(entry, "version").ok_or_else(|| format!("{name} without a version"))?;
            Ok(Package { name, version, source: text(entry, "source") })
        })
        .collect()
}

pub fn bans(policy: &str) -> Result<Vec<Ban>, String> {
    let table: Table = policy.parse().map_err(|error| format!("deny.toml: {error}"))?;
    let list = table.get("bans").and_then(|bans| bans.get("deny")).and_then(Value::as_array);
    list.ok_or("deny.toml bans nothing")?.iter().map(ban).collect()
}

fn ban(entry: &Value) -> Result<Ban, String> {
    let spec = entry.get("crate").and_then(Value::as_str).ok_or("a ban without a crate")?;
    let reason = entry.get("reason").and_then(Value::as_str).unwrap_or("forbidden").to_owned();
    let Some((name, versions)) = spec.split_once('@') else {
        return Ok(Ban { name: spec.to_owned(), below: None, reason });
    };
    let below = versions.strip_prefix('<').and_then(Version::parse);
    let below = below.ok_or_else(|| format!("{spec}: only @<VERSION is understood"))?;
    Ok(Ban { name: name.to_owned(), below: Some(below), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str) -> Package {
        Package { name: name.to_owned(), version: version.to_owned(), source: None }
    }

    #[test]
    fn a_ban_with_a_version_concerns_only_what_is_older() {
        let bans = bans("[bans]\ndeny = [{ crate = \"h2@<0.4.16\" }, { crate = \"sqlx\" }]").unwrap();
        assert!(bans[0].concerns(&package("h2", "0.4.9")));
        assert!(bans[0].concerns(&package("h2", "0.3.27")));
        assert!(!bans[0].concerns(&package("h2", "0.4.16")));
        assert!(!bans[0].concerns(&package("h3", "0.0.1")));
        assert!(bans[1].concerns(&package("sqlx", "9.9.9")));
    }

    #[test]
    fn a_policy_that_is_not_understood_is_an_error_and_no_permission() {
        assert!(bans("[bans]\ndeny = [{ crate = \"h2@^0.4\" }]").is_err());
        assert!(bans("[bans]\n").is_err());
    }
}
