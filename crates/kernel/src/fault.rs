//! Faults the acceptance checks ask for: a guard switched off, or a halt between two steps.
//!
//! Invariant: without debug assertions there are none, whatever the environment says.

use std::{
    collections::{HashMap, HashSet},
    env, io,
    io::Write as _,
    sync::{LazyLock, Mutex},
};

/// Guards that are off, separated by commas.
const OFF: &str = "KAPOCS_TEST_GUARDS_OFF";
/// `name:n`: whoever passes that point for the n-th time stops there for good.
const HALT: &str = "KAPOCS_TEST_HALT";

static GUARDS_OFF: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let list = env::var(OFF).unwrap_or_default();
    list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
});

static POINT: LazyLock<Option<(String, usize)>> = LazyLock::new(|| {
    let value = env::var(HALT).ok()?;
    let (name, count) = value.rsplit_once(':')?;
    Some((name.to_owned(), count.parse().ok()?))
});

static PASSED: LazyLock<Mutex<HashMap<&'static str, usize>>> = LazyLock::new(Mutex::default);

/// Whether a guard is to be left out, so that its check can be seen to fail.
pub fn is_off(guard: &str) -> bool {
    cfg!(debug_assertions) && GUARDS_OFF.contains(guard)
}

/// A place between two steps. Whoever examines us kills the process while it stands there.
pub fn point(name: &'static str) {
    if !cfg!(debug_assertions) {
        return;
    }
    let Some((_, wanted)) = POINT.as_ref().filter(|(wanted, _)| wanted == name) else { return };
    let mut passed = PASSED.lock().expect("nobody panics while counting");
    let count = passed.entry(name).or_default();
    *count += 1;
    if *count == *wanted {
        drop(passed);
        let _ = writeln!(io::stderr(), "halted at {name}");
        loop {
            std::thread::park();
        }
    }
}
