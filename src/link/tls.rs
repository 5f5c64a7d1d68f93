//! Mutual TLS with pinned keys.
//!
//! There is no certificate authority: the node is told the centre's fingerprint,
//! the centre the node's. Names and dates in the certificates do not count; that
//! the peer holds the private key does, and the handshake proves it. TLS 1.3 only,
//! as both ends are ours.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use axum::Extension;
use axum_server::accept::{Accept, NoDelayAcceptor};
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme,
};
use tokio::net::TcpStream;
use tower_layer::Layer;

use super::identity::{Fingerprint, Identity};

/// How the error of a centre with another key starts; the handshake gives only text.
pub(super) const KEY_MISMATCH: &str = "the centre's key has the fingerprint";

/// Why TLS cannot be set up with the own key.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up TLS with the own key: {0}")]
pub struct TlsError(#[from] Error);

/// TLS for a node that speaks to the one centre whose key has this fingerprint.
///
/// # Errors
/// [`TlsError`] when the own key cannot be used.
pub fn client_config(identity: &Identity, centre: Fingerprint) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let verifier = PinnedCentre { centre, provider: Arc::clone(&provider) };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_auth_cert(identity.certificate_chain(), identity.key())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// TLS for a centre: every client must present a certificate and prove its key.
/// Whether that key is admitted is for the request handler to say, which finds it
/// as [`PeerKey`] and can answer in words.
///
/// # Errors
/// [`TlsError`] when the own key cannot be used.
pub fn server_config(identity: &Identity) -> Result<ServerConfig, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let verifier = AnyKey { provider: Arc::clone(&provider) };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(identity.certificate_chain(), identity.key())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The key that the client of a request proved to hold: an axum request extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerKey(pub Fingerprint);

/// Takes TLS connections for `axum-server` and puts the client's [`PeerKey`] into its requests.
#[derive(Debug, Clone)]
pub struct PeerAcceptor {
    inner: RustlsAcceptor<NoDelayAcceptor>,
}

impl PeerAcceptor {
    /// An acceptor with a configuration of [`server_config`].
    #[must_use]
    pub fn new(config: ServerConfig) -> Self {
        let config = RustlsConfig::from_config(Arc::new(config));
        Self { inner: RustlsAcceptor::new(config).acceptor(NoDelayAcceptor::new()) }
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for PeerAcceptor {
    type Stream = <RustlsAcceptor<NoDelayAcceptor> as Accept<TcpStream, S>>::Stream;
    type Service = <Extension<PeerKey> as Layer<S>>::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let accepting = self.inner.accept(stream, service);
        Box::pin(async move {
            let (stream, service) = accepting.await?;
            let peer = stream
                .get_ref()
                .1
                .peer_certificates()
                .and_then(|chain| chain.first())
                .and_then(Fingerprint::of_certificate)
                .ok_or_else(|| io::Error::other("the client showed no certificate"))?;
            Ok((stream, Extension(PeerKey(peer)).layer(service)))
        })
    }
}

/// The part of a verifier that is the same on both sides: the peer signs the handshake with the
/// key of its certificate. The two traits of rustls ask for it by the same three methods.
macro_rules! proves_its_key {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = &self.provider.signature_verification_algorithms;
            verify_tls12_signature(message, cert, dss, algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = &self.provider.signature_verification_algorithms;
            verify_tls13_signature(message, cert, dss, algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.provider.signature_verification_algorithms.supported_schemes()
        }
    };
}

/// Accepts exactly one key.
#[derive(Debug)]
struct PinnedCentre {
    centre: Fingerprint,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedCentre {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match Fingerprint::of_certificate(end_entity) {
            Some(found) if found == self.centre => Ok(ServerCertVerified::assertion()),
            Some(found) => {
                Err(Error::General(format!("{KEY_MISMATCH} {found}, expected was {}", self.centre)))
            }
            None => Err(Error::InvalidCertificate(CertificateError::BadEncoding)),
        }
    }

    proves_its_key!();
}

/// Accepts any key whose holder proves it.
#[derive(Debug)]
struct AnyKey {
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for AnyKey {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        match Fingerprint::of_certificate(end_entity) {
            Some(_) => Ok(ClientCertVerified::assertion()),
            None => Err(Error::InvalidCertificate(CertificateError::BadEncoding)),
        }
    }

    proves_its_key!();
}
