//! TLS of links: 1.3, certificates on both sides, one name for the private part.

use crate::authority::{Authority, Validity};
use crate::bundle::Bundle;
use crate::protocol::Protocol;
use crate::{Error, Result};
use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::path::Path;
use std::sync::Arc;

/// The private part's name in its certificate. It is fixed, so that it may be dialled under any
/// address; the authority is the site's own, so that no other site answers to it.
const PRIVATE_PART: &str = "private.gatebook.internal";
/// The authority of the links whose key is in `keys`.
pub(crate) fn authority(keys: &Path) -> Result<Authority> {
    Authority::open(keys, "link-ca", "Gatebook links")
}

/// The name that whoever dials asks for.
pub(crate) fn private_part() -> Result<ServerName<'static>> {
    ServerName::try_from(PRIVATE_PART)
        .map_err(|error| rustls::Error::General(error.to_string()).into())
}

/// How the private part answers, with a certificate made for this start.
pub(crate) fn answering(authority: &Authority) -> Result<ServerConfig> {
    let issued = authority.server(&[PRIVATE_PART.to_owned()], Validity::AsAuthority)?;
    let trusted = CertificateDer::from_pem_slice(authority.certificate_pem.as_bytes())
        .map_err(|_| Error::NoBundle("the authority's certificate cannot be read".into()))?;
    let key = PrivateKeyDer::from_pem_slice(issued.key_pem.as_bytes())
        .map_err(|_| Error::NoBundle("the key cannot be read".into()))?;
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(only(trusted)?), provider())
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![issued.certificate_der.into()], key)?;
    config.alpn_protocols = Protocol::ALL.map(|p| p.alpn().into()).to_vec();
    // Each link is looked at anew: nothing is remembered of an earlier one.
    config.send_tls13_tickets = 0;
    Ok(config)
}

/// How a node dials for `protocol`.
pub(crate) fn dialling(bundle: &Bundle, protocol: Protocol) -> Result<ClientConfig> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(only(bundle.authority.clone())?)
        .with_client_auth_cert(vec![bundle.certificate.clone()], bundle.key.clone_key())?;
    config.alpn_protocols = vec![protocol.alpn().into()];
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn only(authority: CertificateDer<'static>) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add(authority)?;
    Ok(roots)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
