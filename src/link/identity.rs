//! A node's or a centre's own key: made at the first start, kept in a file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::ParsedCertificate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::keyfile::{self, KeyFileError};
use crate::store::sha256_hex;

/// Text that is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} is no key fingerprint; it must be 64 hexadecimal digits, as `varco node key` and `varco centre key` print them"
)]
pub struct FingerprintError {
    /// What was given.
    pub found: String,
}

/// The SHA-256 of a public key (its SubjectPublicKeyInfo, DER): how the two sides
/// know each other. Written as 64 lower-case hexadecimal digits; colons and
/// upper case are understood.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// As 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The fingerprint of a certificate's public key; `None` when it is no certificate.
    #[must_use]
    pub fn of_certificate(certificate: &CertificateDer<'_>) -> Option<Self> {
        let parsed = ParsedCertificate::try_from(certificate).ok()?;
        Some(Self(sha256_hex(&parsed.subject_public_key_info())))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: String =
            text.trim().chars().filter(|c| *c != ':').map(|c| c.to_ascii_lowercase()).collect();
        if digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(digits))
        } else {
            Err(FingerprintError { found: text.chars().take(100).collect() })
        }
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Why the own key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The file cannot be made, written or read, or others can read it.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// The file holds no key and certificate of ours.
    #[error(
        "the key file {} is damaged ({detail}); restore it from a backup, or remove it: a new key is made, which the other side must be told",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The key cannot be made.
    #[error("cannot make a key: {0}")]
    Make(#[from] rcgen::Error),
}

/// A key pair with a self-signed certificate. The certificate only carries the
/// key: nobody checks its name or dates.
pub struct Identity {
    key: PrivateKeyDer<'static>,
    certificate: CertificateDer<'static>,
    fingerprint: Fingerprint,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.fingerprint)
    }
}

impl Identity {
    /// Reads the key from a file (PEM, mode 0600), making key and file at the first start.
    ///
    /// `name` goes into a new certificate, for people who look at it.
    ///
    /// # Errors
    /// [`IdentityError`] when the file cannot be written or read, is damaged, or
    /// is readable by others.
    pub fn load_or_make(path: &Path, name: &str) -> Result<Self, IdentityError> {
        if !path.exists() {
            Self::make(path, name)?;
        }
        Self::load(path)
    }

    /// Reads an existing key file.
    ///
    /// # Errors
    /// See [`Self::load_or_make`].
    pub fn load(path: &Path) -> Result<Self, IdentityError> {
        let pem = keyfile::read(path)?;
        Self::from_pem(&pem).map_err(|detail| IdentityError::Damaged { path: path.into(), detail })
    }

    /// The own fingerprint, to tell the other side.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    pub(super) fn certificate_chain(&self) -> Vec<CertificateDer<'static>> {
        vec![self.certificate.clone()]
    }

    pub(super) fn key(&self) -> PrivateKeyDer<'static> {
        self.key.clone_key()
    }

    fn from_pem(pem: &str) -> Result<Self, String> {
        use rustls::pki_types::pem::PemObject;
        let key = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|e| format!("private key: {e}"))?;
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|e| format!("certificate: {e}"))?;
        let fingerprint = Fingerprint::of_certificate(&certificate)
            .ok_or_else(|| "the certificate cannot be read".to_owned())?;
        let pair = KeyPair::try_from(&key).map_err(|e| format!("private key: {e}"))?;
        if sha256_hex(&rcgen::PublicKeyData::subject_public_key_info(&pair)) != fingerprint.0 {
            return Err("private key and certificate do not belong together".to_owned());
        }
        Ok(Self { key: key.into(), certificate, fingerprint })
    }

    fn make(path: &Path, name: &str) -> Result<(), IdentityError> {
        let pair = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec!["varco".to_owned()])?;
        let mut subject = DistinguishedName::new();
        subject.push(DnType::CommonName, name);
        params.distinguished_name = subject;
        let certificate = params.self_signed(&pair)?;
        let text = format!("{}{}", pair.serialize_pem(), certificate.pem());

        Ok(keyfile::make(path, &text)?)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_key_stays_the_same_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/node.pem");
        let first = Identity::load_or_make(&path, "porta-nord").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = Identity::load_or_make(&path, "other name").unwrap();
        assert_eq!(first.fingerprint(), again.fingerprint());
        assert_eq!(first.fingerprint().as_str().len(), 64);
        let other = Identity::load_or_make(&folder.path().join("other.pem"), "x").unwrap();
        assert_ne!(first.fingerprint(), other.fingerprint());
        assert_eq!(fs::read_dir(folder.path().join("keys")).unwrap().count(), 1);
    }

    #[test]
    fn the_fingerprint_is_that_of_the_public_key_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node.pem");
        let identity = Identity::load_or_make(&path, "n").unwrap();
        let pair = KeyPair::from_pem(&fs::read_to_string(&path).unwrap()).unwrap();
        let spki = rcgen::PublicKeyData::subject_public_key_info(&pair);
        assert_eq!(identity.fingerprint().as_str(), sha256_hex(&spki));
    }

    #[test]
    fn damaged_mixed_and_readable_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a.pem"), folder.path().join("b.pem"));
        Identity::load_or_make(&a, "a").unwrap();
        Identity::load_or_make(&b, "b").unwrap();
        let (text_a, text_b) = (fs::read_to_string(&a).unwrap(), fs::read_to_string(&b).unwrap());
        let cut = text_a.find("-----BEGIN CERT").unwrap();
        let cut_b = text_b.find("-----BEGIN CERT").unwrap();
        fs::write(&a, format!("{}{}", &text_a[..cut], &text_b[cut_b..])).unwrap();
        assert!(matches!(Identity::load(&a), Err(IdentityError::Damaged { .. })));
        fs::write(&a, &text_a[..cut]).unwrap();
        assert!(matches!(Identity::load(&a), Err(IdentityError::Damaged { .. })));
        fs::set_permissions(&b, fs::Permissions::from_mode(0o644)).unwrap();
        let error = Identity::load(&b).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn fingerprints_are_read_with_colons_and_capitals() {
        let plain = "ab".repeat(32);
        let colons = vec!["AB"; 32].join(":");
        assert_eq!(colons.parse::<Fingerprint>().unwrap().as_str(), plain);
        for bad in ["", "ab", &"zz".repeat(32), &"ab".repeat(33)] {
            assert!(bad.parse::<Fingerprint>().is_err(), "{bad}");
        }
    }
}
