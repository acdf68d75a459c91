//! What is known of one token: everything but the token itself.

use std::fmt::Write;

use events_schema::{Text, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use crate::auth::Role;

/// A token as it is kept: it can be recognised, but not shown again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Its id, by which it is revoked.
    pub id: String,
    /// Whose it is. No two tokens have the same name; what its holder does is recorded with it.
    pub name: Text,
    /// What its holder may do.
    pub role: Role,
    /// The SHA-256 of the token, in hexadecimal.
    pub(crate) sha256: Fingerprint,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is no longer valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// The SHA-256 of a token. Tokens are 256 random bits, so a slow hash would protect nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

/// What every token that is made here begins with, so that a leaked one is recognised as such.
const TOKEN_PREFIX: &str = "ledger_";

impl Token {
    /// Whether it is valid at `now`.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

impl Fingerprint {
    /// The fingerprint of `token`.
    pub(crate) fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

/// A new token that nobody can guess.
pub(crate) fn random_token() -> String {
    format!("{TOKEN_PREFIX}{}", hex(&rand::random::<[u8; 32]>()))
}

/// A new id for a token.
pub(crate) fn random_id() -> String {
    hex(&rand::random::<[u8; 8]>())
}

/// Whether `token` can be sent as a bearer token.
pub(crate) fn is_sendable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        unhex(&text).map(Self).ok_or_else(|| de::Error::custom("expected 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_the_sha256_of_the_token() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(serde_json::to_value(Fingerprint::of("abc")).unwrap(), abc);
        assert_eq!(serde_json::from_value::<Fingerprint>(abc.into()).unwrap(), Fingerprint::of("abc"));
        assert!(serde_json::from_value::<Fingerprint>("ba78".into()).is_err());
    }

    #[test]
    fn tokens_can_be_sent_and_are_never_the_same() {
        let (one, other) = (random_token(), random_token());
        assert!(is_sendable(&one) && one.len() == TOKEN_PREFIX.len() + 64);
        assert_ne!(one, other);
        for text in ["", "two words", "密码", "line\n"] {
            assert!(!is_sendable(text), "{text:?}");
        }
    }
}
