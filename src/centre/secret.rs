//! Passwords and tokens.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};

/// The shortest password accepted, in characters (NIST SP 800-63B asks for 8).
const SHORTEST: usize = 10;
/// The longest password accepted, in bytes: hashing more is only work for an attacker to cause.
const LONGEST: usize = 256;

/// Why a password or token cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Too short.
    #[error("the password is too short: use at least {SHORTEST} characters")]
    Short,
    /// Too long.
    #[error("the password is too long: use at most {LONGEST} bytes")]
    Long,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random,
    /// The hash function failed.
    #[error("cannot hash the password: {0}")]
    Hash(String),
}

/// A secret that is given out once; only its hash is kept.
pub(super) struct Token {
    /// What the holder shows.
    pub(super) text: String,
    /// What is kept.
    pub(super) hash: [u8; 32],
}

impl Token {
    /// A new one, of 256 random bits.
    pub(super) fn new() -> Result<Self, SecretError> {
        let text = URL_SAFE_NO_PAD.encode(random::<32>()?);
        let hash = Self::hash(&text);
        Ok(Self { text, hash })
    }

    /// What is kept of a token. The token is random, so a plain hash is enough.
    pub(super) fn hash(text: &str) -> [u8; 32] {
        Sha256::digest(text.as_bytes()).into()
    }
}

fn random<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SecretError::Random)?;
    Ok(bytes)
}

/// Hashes a password (argon2id, RFC 9106). Takes tens of milliseconds and 19 MiB:
/// call it off the async threads.
pub(super) fn hash_password(password: &str) -> Result<String, SecretError> {
    if password.chars().count() < SHORTEST {
        return Err(SecretError::Short);
    }
    if password.len() > LONGEST {
        return Err(SecretError::Long);
    }
    let salt =
        SaltString::encode_b64(&random::<16>()?).map_err(|e| SecretError::Hash(e.to_string()))?;
    Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|e| SecretError::Hash(e.to_string()))
}

/// A hash of no password, so that an unknown name takes as long as a known one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Whether a password belongs to a hash; `None` stands for an account without one.
/// As slow as [`hash_password`], whatever the answer.
pub(super) fn password_matches(password: &str, hash: Option<&str>) -> bool {
    let password = if password.len() > LONGEST { "" } else { password };
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    let right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    right && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_its_own_hash_only() {
        let hash = hash_password("correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(password_matches("correct horse", Some(&hash)));
        assert!(!password_matches("correct horsf", Some(&hash)));
        assert!(!password_matches("", None));
        assert!(PasswordHash::new(NOBODY).is_ok());
    }

    #[test]
    fn weak_and_absurd_passwords_are_refused() {
        assert!(matches!(hash_password("short"), Err(SecretError::Short)));
        assert!(matches!(hash_password(&"x".repeat(300)), Err(SecretError::Long)));
    }

    #[test]
    fn tokens_differ_and_keep_only_their_hash() {
        let (a, b) = (Token::new().unwrap(), Token::new().unwrap());
        assert_ne!(a.text, b.text);
        assert_eq!(a.text.len(), 43);
        assert_eq!(Token::hash(&a.text), a.hash);
    }
}
