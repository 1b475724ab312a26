//! Passwords: which are good enough, and how they are kept and checked.

use std::{collections::HashSet, sync::LazyLock};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use kernel::{Code, Error, Result, fault};
use tokio::sync::Semaphore;

use crate::persons::fold;

/// Memory in KiB and passes of Argon2id (OWASP's first recommendation).
const MEMORY: u32 = 19 * 1_024;
const PASSES: u32 = 2;
/// Each hash holds its memory while it runs: a flood of sign-ins may not take all there is.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// The commonest passwords and the words they are made of, folded.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// Checked against when there is no account, so that the answer takes as long.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash(&rand::random::<[u8; 16]>()).expect("random bytes are hashed"));

/// A password that was found good and hashed.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub(in crate::access) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks the rule, then hashes away from the threads that serve requests.
pub async fn hash_password(password: &str) -> Result<PasswordHash> {
    if !is_good(password) {
        return Err(Error::new(Code::WeakPassword).field("password"));
    }
    let password = password.to_owned();
    on_its_own_thread(move || hash(password.as_bytes()).map(PasswordHash)).await
}

/// Whether the password is that of the hash. Without a hash it takes as long and says no.
pub(super) async fn is_right(password: &str, hash: Option<String>) -> Result<bool> {
    if hash.is_none() && fault::is_off("sign-in-time") {
        return Ok(false);
    }
    let password = password.to_owned();
    on_its_own_thread(move || {
        let nobody = &*NOBODY;
        let known = phc::PasswordHash::new(hash.as_deref().unwrap_or(nobody)).map_err(unhashed)?;
        let right = argon2()?.verify_password(password.as_bytes(), &known).is_ok();
        Ok(right && hash.is_some())
    })
    .await
}

async fn on_its_own_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let _turn = AT_ONCE.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

fn hash(password: &[u8]) -> Result<String> {
    let hash: phc::PasswordHash = argon2()?.hash_password(password).map_err(unhashed)?;
    Ok(hash.to_string())
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY, PASSES, 1, None).map_err(|error| Error::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn unhashed(error: impl std::fmt::Display) -> Error {
    Error::internal(error.to_string())
}

/// 12–128 characters, and not a common password or a common word dressed up with digits and signs.
fn is_good(password: &str) -> bool {
    (12..=128).contains(&password.chars().count()) && !is_common(&fold(password))
}

fn is_common(folded: &str) -> bool {
    let core = folded.trim_matches(|c: char| !c.is_alphabetic());
    is_known(folded) || is_known(core) || is_run(folded)
}

/// A common password, once or several times.
fn is_known(text: &str) -> bool {
    COMMON.contains(text)
        || (2..=text.len() / 2).any(|length| {
            text.len().is_multiple_of(length)
                && text
                    .get(..length)
                    .is_some_and(|word| COMMON.contains(word) && text == word.repeat(text.len() / length))
        })
}

/// Few different characters, or each the neighbour of the one before.
fn is_run(text: &str) -> bool {
    let different: HashSet<char> = text.chars().collect();
    let is_step = |(a, b): (char, char)| (u32::from(a)).abs_diff(u32::from(b)) <= 1;
    different.len() <= 3
        || text.chars().zip(text.chars().skip(1)).filter(|pair| is_step(*pair)).count() * 4 >= text.len() * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widely_known_passwords_are_refused_and_phrases_are_not() {
        let weak = [
            "short",
            "password1234",
            "Passw0rd",
            "Jelszo123456",
            "JELSZÓ!2024!!",
            "Szeretlek2025",
            "123456789012",
            "aaaaaaaaaaaa",
            "abababababab",
            "abcdefghijkl",
            "qwertzuiop123",
            "kiskutyakiskutya",
            "Kiskutyafüle12!",
        ];
        for password in weak {
            assert!(!is_good(password), "{password}");
        }
        let good = ["esőben ázó zsiráf", "tizenhét lila villamos", "Xk7#pQ2!vLm9zR", "correct tractor onion"];
        for password in good {
            assert!(is_good(password), "{password}");
        }
        assert!(is_good(&"árvíz ".repeat(21)) && !is_good(&"árvíz ".repeat(22)));
    }

    #[test]
    fn the_list_holds_folded_words_only_once_each() {
        let lines: Vec<&str> = include_str!("common_passwords.txt").lines().collect();
        assert!(lines.len() >= 200 && lines.len() == COMMON.len());
        assert!(lines.iter().all(|line| fold(line) == *line && !line.is_empty()));
    }

    #[tokio::test]
    async fn a_password_is_right_only_against_its_own_hash() {
        let hash = hash_password("esőben ázó zsiráf").await.expect("hashed");
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(is_right("esőben ázó zsiráf", Some(hash.0.clone())).await.expect("checked"));
        assert!(!is_right("esőben ázó zsiráF", Some(hash.0)).await.expect("checked"));
        assert!(!is_right("esőben ázó zsiráf", None).await.expect("checked"));
    }

    #[test]
    fn a_stranger_is_checked_with_the_same_work_as_a_user() {
        let user = hash(b"some password").expect("hashed");
        let cost = |text: &str| {
            let hash = phc::PasswordHash::new(text).expect("a hash");
            (
                hash.algorithm.to_string(),
                hash.version,
                hash.params.to_string(),
                hash.hash.map(|hash| hash.len()),
            )
        };
        assert_eq!(cost(&NOBODY), cost(&user));
    }
}
