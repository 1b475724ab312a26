//! Where things are, and how cargo is called.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What `cargo run` says about this very package would make the inner cargo rebuild things.
const OWN_VARIABLES: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    pub fn find() -> Self {
        // Asked at run time: a target folder may be shared by several clones.
        let own = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&own).parent().expect("xtask lies in the workspace");
        Self { root: root.to_owned(), target: target(root) }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A program that cargo has built; `profile` is the folder's name.
    pub fn built(&self, profile: &str, program: &str) -> PathBuf {
        self.target.join(profile).join(program)
    }

    pub fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        for (name, _) in env::vars_os() {
            if OWN_VARIABLES.iter().any(|own| name.to_string_lossy().starts_with(own)) {
                cargo.env_remove(name);
            }
        }
        cargo.args(arguments).current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        cargo
    }
}

/// Outside the sources unless told otherwise, so that a fresh checkout finds the last build again.
fn target(root: &Path) -> PathBuf {
    if let Some(given) = env::var_os("CARGO_TARGET_DIR") {
        return root.join(given);
    }
    let cached = home("XDG_CACHE_HOME", ".cache").map(|cache| cache.join("kapocs/target"));
    cached.filter(|target| fs::create_dir_all(target).is_ok()).unwrap_or_else(|| root.join("target"))
}

/// A folder of the XDG base directory specification.
pub fn home(variable: &str, otherwise: &str) -> Option<PathBuf> {
    let given = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    given.or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(otherwise)))
}
