//! The one file that a node needs: its certificate, its key, and the authority's certificate.

use crate::{Error, Result};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;

/// What a node needs to dial the private part. Secret.
pub struct Bundle {
    pem: String,
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) key: PrivateKeyDer<'static>,
    pub(crate) authority: CertificateDer<'static>,
}

impl Bundle {
    /// Understands the text of a bundle file. Text between the blocks is ignored.
    ///
    /// # Errors
    /// When it does not hold a certificate, its key, and the authority's certificate.
    pub fn parse(pem: &str) -> Result<Self> {
        let wrong = |what: &str| Error::NoBundle(what.to_owned());
        let certificates: std::result::Result<Vec<_>, _> =
            CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
        let certificates = certificates.map_err(|_| wrong("a certificate cannot be read"))?;
        let [certificate, authority] = <[_; 2]>::try_from(certificates)
            .map_err(|_| wrong("it has to hold two certificates"))?;
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| wrong("it holds no private key"))?;
        Ok(Self {
            pem: pem.to_owned(),
            certificate,
            key,
            authority,
        })
    }

    /// Reads a bundle file.
    ///
    /// # Errors
    /// When it cannot be read or is no bundle.
    pub fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).map_err(Error::file(file))?;
        Self::parse(&text)
    }

    /// The text to write into a file.
    #[must_use]
    pub fn as_pem(&self) -> &str {
        &self.pem
    }
}
