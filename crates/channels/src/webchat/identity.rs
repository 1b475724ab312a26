//! Signed identity: a JWT (RFC 7519) made by the site's own server.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use kernel::{Code, Error, Result, Timestamp};
use serde::Deserialize;

/// The longest life of a token, in seconds.
const LONGEST: i64 = 300;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Identity {
    /// The person's id in the site's own system.
    pub sub: String,
    pub exp: i64,
    pub iat: i64,
    pub name: Option<String>,
    pub email: Option<String>,
    #[serde(default)]
    pub email_verified: bool,
}

/// Checks signature (HS256 and nothing else), audience and life. Anything wrong is one answer: 401.
pub(super) fn verify(token: &str, secret: &str, audience: &str, now: Timestamp) -> Result<Identity> {
    let refused = || Error::new(Code::InvalidToken);
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "aud", "sub"]);
    // The life is checked below, against our own clock.
    validation.validate_exp = false;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let identity = decode::<Identity>(token, &key, &validation).map_err(|_| refused())?.claims;
    let now = now.seconds();
    let alive = identity.exp > now && identity.iat <= now + 60 && identity.exp - identity.iat <= LONGEST;
    if alive && !identity.sub.is_empty() && identity.sub.len() <= 200 { Ok(identity) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::{Value, json};

    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn token(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
        encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).expect("signs")
    }

    fn claims(exp: i64) -> Value {
        json!({ "sub": "u1", "aud": "key", "iat": 1_000, "exp": exp, "email": "anna@vevo.example" })
    }

    fn check(token: &str) -> bool {
        verify(token, SECRET, "key", Timestamp::from_seconds(1_010)).is_ok()
    }

    #[test]
    fn only_a_fresh_token_signed_for_this_chat_names_a_person() {
        assert!(check(&token(Algorithm::HS256, SECRET, &claims(1_200))));
        assert!(
            !check(&token(Algorithm::HS256, "another secret of the same length", &claims(1_200))),
            "foreign key"
        );
        assert!(!check(&token(Algorithm::HS512, SECRET, &claims(1_200))), "other algorithm");
        assert!(!check(&token(Algorithm::HS256, SECRET, &claims(1_005))), "expired");
        assert!(!check(&token(Algorithm::HS256, SECRET, &claims(9_000))), "lives too long");
        let mut foreign = claims(1_200);
        foreign["aud"] = json!("other");
        assert!(!check(&token(Algorithm::HS256, SECRET, &foreign)), "other chat");
        assert!(
            !check("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1MSIsImF1ZCI6ImtleSIsImlhdCI6MTAwMCwiZXhwIjoxMjAwfQ."),
            "unsigned"
        );
        assert!(!check(""), "empty");
    }
}
