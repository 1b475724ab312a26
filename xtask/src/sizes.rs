//! The house limits that no compiler knows: length of files and names of modules. The length of Rust
//! functions is clippy's `too_many_lines`, set in `clippy.toml`.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use crate::{
    files,
    run::{Failure, Result},
};

const MOST_LINES: usize = 600;
const SOURCES: [&str; 6] = ["crates", "xtask", "accept", "benches", "ui", "widget"];
const LANGUAGES: [&str; 3] = ["rs", "ts", "tsx"];
/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 11] = [
    "util", "utils", "helper", "helpers", "common", "manager", "managers", "service", "services", "misc",
    "shared",
];

pub fn check(root: &Path) -> Result {
    let mut complaints = Vec::new();
    let mut count = 0;
    for folder in SOURCES.iter().map(|folder| root.join(folder)).filter(|folder| folder.exists()) {
        for file in files::below(&folder)?.into_iter().filter(|file| is_own_source(file)) {
            count += 1;
            let name = file.strip_prefix(root).unwrap_or(&file).to_owned();
            complaints.extend(judge(&name, &fs::read_to_string(&file)?));
        }
    }
    if complaints.is_empty() {
        println!("   {count} files keep within {MOST_LINES} lines and have a name of their own");
        return Ok(());
    }
    Err(Failure::new(complaints.join("\n")))
}

fn judge(name: &Path, content: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let lines = content.lines().count();
    if lines > MOST_LINES {
        complaints.push(format!("{}: {lines} lines; split it (at most {MOST_LINES})", name.display()));
    }
    if let Some(word) = empty_name(name) {
        complaints.push(format!("{}: \"{word}\" says nothing; name what is inside", name.display()));
    }
    complaints
}

fn empty_name(path: &Path) -> Option<&'static str> {
    let stem = path.with_extension("");
    let parts: Vec<_> =
        stem.components().map(|part| part.as_os_str().to_string_lossy().to_lowercase()).collect();
    EMPTY_NAMES.into_iter().find(|name| parts.iter().any(|part| part == name))
}

/// Made by a program or recorded from one: not for us to keep short.
fn is_own_source(file: &Path) -> bool {
    let language = file.extension().is_some_and(|end| LANGUAGES.iter().any(|language| end == *language));
    let folders: PathBuf = file.parent().map(Path::to_owned).unwrap_or_default();
    let made = folders
        .components()
        .any(|part| matches!(part, Component::Normal(name) if name == "generated" || name == "fixtures"));
    let stem = file.file_name().unwrap_or_default().to_string_lossy();
    language && !made && !stem.contains(".gen.") && !stem.contains(".generated.") && !stem.ends_with(".d.ts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_601_lines_is_too_long_and_one_of_600_is_not() {
        let name = Path::new("crates/inbox/src/lib.rs");
        assert!(judge(name, &"x\n".repeat(600)).is_empty());
        assert!(judge(name, &"x\n".repeat(601))[0].contains("601 lines"));
    }

    #[test]
    fn a_name_that_says_nothing_is_refused_as_file_and_as_folder() {
        assert!(!judge(Path::new("crates/inbox/src/utils.rs"), "").is_empty());
        assert!(!judge(Path::new("ui/src/helpers/dates.ts"), "").is_empty());
        assert!(judge(Path::new("crates/inbox/src/service_level.rs"), "").is_empty());
    }

    #[test]
    fn generated_files_and_fixtures_may_be_long() {
        assert!(is_own_source(Path::new("ui/src/app.tsx")));
        assert!(!is_own_source(Path::new("ui/src/api/generated/client.ts")));
        assert!(!is_own_source(Path::new("ui/src/routes.gen.ts")));
        assert!(!is_own_source(Path::new("ui/src/style.css")));
    }
}
