//! The key that signs lists, and the one that is trusted.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::keyfile::{self, KeyFileError};

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// Why the signing key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// The file cannot be made, written or read, or others can read it.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// The file holds no Ed25519 key.
    #[error(
        "the key file {} holds no Ed25519 key; restore it from a backup, or remove it: a new key is made, which every node must then be told",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The system gives no random numbers.
    #[error("cannot make a key: the system gives no random numbers")]
    Random,
}

/// The key that signs snapshots.
pub struct SigningKey(Ed25519KeyPair);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public())
    }
}

impl SigningKey {
    /// Reads the key from a file (PKCS#8 in PEM, mode 0600), making key and file at the
    /// first use.
    ///
    /// # Errors
    /// [`SigningKeyError`] when the file cannot be written or read, is damaged, or is
    /// readable by others.
    pub fn load_or_make(path: &Path) -> Result<Self, SigningKeyError> {
        if !path.exists() {
            let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
                .map_err(|_| SigningKeyError::Random)?;
            let text = format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode(key.as_ref()));
            keyfile::make(path, &text)?;
        }
        let text = keyfile::read(path)?;
        let damaged = || SigningKeyError::Damaged { path: path.to_owned() };
        let body: String = text
            .trim()
            .strip_prefix(BEGIN)
            .and_then(|rest| rest.strip_suffix(END))
            .ok_or_else(damaged)?
            .split_whitespace()
            .collect();
        let key = STANDARD.decode(body).map_err(|_| damaged())?;
        Ed25519KeyPair::from_pkcs8(&key).map(Self).map_err(|_| damaged())
    }

    /// What others check its signatures with.
    #[must_use]
    pub fn public(&self) -> PublisherKey {
        let mut key = [0; 32];
        for (to, from) in key.iter_mut().zip(self.0.public_key().as_ref()) {
            *to = *from;
        }
        PublisherKey(key)
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

/// The public key of who publishes lists: 32 bytes, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublisherKey([u8; 32]);

/// Text that is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no publisher's key: it has 64 hexadecimal digits")]
pub struct PublisherKeyError(String);

impl PublisherKey {
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, signature).is_ok()
    }
}

impl fmt::Display for PublisherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::hex(f, &self.0)
    }
}

impl fmt::Debug for PublisherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::hex(f, &self.0)
    }
}

impl FromStr for PublisherKey {
    type Err = PublisherKeyError;

    fn from_str(text: &str) -> Result<Self, PublisherKeyError> {
        let bad = || PublisherKeyError(text.chars().take(80).collect());
        super::from_hex(text).map(Self).ok_or_else(bad)
    }
}

impl Serialize for PublisherKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublisherKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
