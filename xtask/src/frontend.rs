//! The two front ends: their Node packages and their builds, made anew only when something has changed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{
    files,
    run::{self, Result},
    workspace::Workspace,
};

pub struct Frontend {
    pub name: &'static str,
    folder: PathBuf,
    texts: PathBuf,
}

impl Frontend {
    pub fn all(workspace: &Workspace) -> [Self; 2] {
        ["ui", "widget"].map(|name| Self {
            name,
            folder: workspace.root().join(name),
            texts: workspace.root().join("i18n"),
        })
    }

    /// The vendors' SDKs that the program is tested with: packages, and nothing to build.
    pub fn sdks(workspace: &Workspace) -> Self {
        Self { name: "sdks", folder: workspace.root().join("sdks"), texts: workspace.root().join("i18n") }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Installs the packages of the lock file and builds.
    pub fn prepare(&self) -> Result {
        self.install()?;
        self.build()
    }

    pub fn is_built(&self) -> bool {
        self.folder.join("dist").exists()
    }

    /// `npm run SCRIPT`, or nothing when there is no such script.
    pub fn script(&self, script: &str) -> Option<Command> {
        let package = json(&self.folder.join("package.json"))?;
        package.get("scripts")?.get(script)?;
        let mut npm = self.npm();
        npm.args(["run", script]);
        Some(npm)
    }

    pub fn install(&self) -> Result {
        let wanted = json(&self.folder.join("package-lock.json"));
        let present = json(&self.folder.join("node_modules/.package-lock.json"));
        if let (Some(wanted), Some(present)) = (&wanted, &present)
            && satisfies(present, wanted)
        {
            println!("   {}: packages are up to date", self.name);
            return Ok(());
        }
        println!("   {}: installing packages", self.name);
        // The lock of an optional package of theirs is never complete, so `ci` refuses it.
        let how: &[&str] = if self.name == "sdks" { &["install", "--no-save"] } else { &["ci"] };
        run::show(self.npm().args(how).args(["--no-audit", "--no-fund"]))
    }

    fn build(&self) -> Result {
        let stamp = self.folder.join("node_modules/.kapocs-built");
        if self.is_built()
            && fs::read_to_string(&stamp).is_ok_and(|old| self.fingerprint().is_ok_and(|new| old == new))
        {
            println!("   {}: the build is up to date", self.name);
            return Ok(());
        }
        println!("   {}: building", self.name);
        run::show(self.npm().args(["run", "build"]))?;
        // After the build: it may write sources, such as the texts made from i18n.
        fs::write(stamp, self.fingerprint()?)?;
        Ok(())
    }

    fn fingerprint(&self) -> Result<String> {
        let mut sources = files::below(&self.folder)?;
        sources.extend(files::below(&self.texts)?);
        Ok(files::fingerprint(&sources)?)
    }

    fn npm(&self) -> Command {
        let mut npm = Command::new("npm");
        npm.current_dir(&self.folder);
        npm
    }
}

/// Whether the packages that npm has noted as installed are those of the lock file. Optional ones may be
/// missing: most are for other machines.
fn satisfies(present: &Value, wanted: &Value) -> bool {
    let (Some(present), Some(wanted)) = (packages(present), packages(wanted)) else {
        return false;
    };
    let same = |path: &String, package: &Value| {
        present.get(path).is_some_and(|found| {
            found.get("version") == package.get("version")
                && found.get("integrity") == package.get("integrity")
        })
    };
    let flag = |package: &Value, name: &str| package.get(name).and_then(Value::as_bool).unwrap_or(false);
    let complete = wanted.iter().filter(|(path, _)| !path.is_empty()).all(|(path, package)| {
        same(path, package)
            || (!present.contains_key(path) && (flag(package, "optional") || flag(package, "devOptional")))
    });
    complete && present.keys().all(|path| wanted.contains_key(path))
}

fn packages(lock: &Value) -> Option<&serde_json::Map<String, Value>> {
    lock.get("packages")?.as_object()
}

fn json(file: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lock(version: &str) -> Value {
        json!({"packages": {
            "": {"name": "ui"},
            "node_modules/react": {"version": version, "integrity": "x"},
            "node_modules/only-elsewhere": {"version": "1.0.0", "optional": true},
        }})
    }

    #[test]
    fn installed_packages_need_not_hold_the_optional_ones() {
        let present = json!({"packages": {"node_modules/react": {"version": "19.0.0", "integrity": "x"}}});
        assert!(satisfies(&present, &lock("19.0.0")));
    }

    #[test]
    fn another_version_or_a_package_too_many_means_installing_again() {
        let present = json!({"packages": {"node_modules/react": {"version": "19.0.0", "integrity": "x"}}});
        assert!(!satisfies(&present, &lock("19.0.1")));
        let present = json!({"packages": {
            "node_modules/react": {"version": "19.0.0", "integrity": "x"},
            "node_modules/left-over": {"version": "1.0.0"},
        }});
        assert!(!satisfies(&present, &lock("19.0.0")));
    }
}
