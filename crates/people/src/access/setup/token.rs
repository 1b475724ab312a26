//! The one-time token of the first run.

use std::sync::{Arc, Mutex};

use kernel::{Code, Error, Result};

use crate::access::token;

/// Held by the process that printed it; only its hash.
#[derive(Clone, Default)]
pub struct SetupToken(Arc<Mutex<Option<Vec<u8>>>>);

/// The right to set up, taken out of the token. Given back when setting up failed.
pub(super) struct Taken {
    token: SetupToken,
    hash: Option<Vec<u8>>,
}

impl SetupToken {
    /// A token with its text, to be shown on the console and nowhere else.
    pub fn generate() -> (Self, String) {
        let text = token::generate("");
        (Self(Arc::new(Mutex::new(Some(token::digest(&text))))), text)
    }

    /// No token: nobody can set up through the web.
    pub fn none() -> Self {
        Self::default()
    }

    pub(super) fn take(&self, presented: &str) -> Result<Taken> {
        let mut held = self.0.lock().expect("no panic while held");
        match held.take() {
            Some(hash) if hash == token::digest(presented) => {
                Ok(Taken { token: self.clone(), hash: Some(hash) })
            }
            other => {
                *held = other;
                Err(Error::new(Code::InvalidToken).field("token"))
            }
        }
    }
}

impl Taken {
    /// The token has done its work.
    pub fn spend(mut self) {
        self.hash = None;
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(hash) = self.hash.take() {
            *self.token.0.lock().expect("no panic while held") = Some(hash);
        }
    }
}
