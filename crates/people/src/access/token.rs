//! Secrets that are only recognised: 256 random bits, kept as SHA-256.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A new secret; with a prefix that tells people and scanners what it is.
pub(super) fn generate(prefix: &str) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
}

/// What is kept of it. Whatever is presented is hashed and looked up, well-formed or not: the work is the same.
pub(super) fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn tokens_never_repeat_and_use_all_their_bits() {
        let tokens: Vec<String> = (0..10_000).map(|_| generate("kps_")).collect();
        assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), tokens.len());
        let bytes = tokens.iter().map(|token| URL_SAFE_NO_PAD.decode(&token[4..]).expect("base64url"));
        let ones: Vec<u32> = bytes.fold(vec![0; 256], |mut ones, bytes| {
            (0..256).for_each(|bit| ones[bit] += u32::from(bytes[bit / 8] >> (bit % 8) & 1));
            ones
        });
        // Five standard deviations of a fair coin thrown 10,000 times.
        assert!(ones.iter().all(|count| count.abs_diff(5_000) < 250), "{ones:?}");
    }
}
