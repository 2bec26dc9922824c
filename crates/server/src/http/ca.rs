//! A certificate authority of the site's own, made at first start, so that browsers on the local
//! network can trust Gatebook once its certificate is installed.

use anyhow::{Context, Result};
use jiff::Timestamp;
use link::Validity;
use std::path::Path;

/// Days a server certificate is valid: browsers refuse more than 825 days under a private authority.
const LEAF_DAYS: u16 = 397;

/// The authority: its key stays in `keys/`, its certificate is offered for download.
pub struct Authority {
    authority: link::Authority,
    /// The certificate to install on the machines that open the page.
    pub certificate_pem: String,
}

/// A server certificate chain and its key, in PEM.
pub struct ServerCertificate {
    /// Leaf, then authority.
    pub chain_pem: String,
    /// PKCS #8.
    pub key_pem: String,
}

impl Authority {
    /// Reads the authority from `keys`, or makes it there at first start.
    ///
    /// # Errors
    /// When the folder cannot be read or written, or holds something else.
    pub fn open(keys: &Path) -> Result<Self> {
        let authority = link::Authority::open(keys, "ca", "Gatebook local authority")?;
        Ok(Self {
            certificate_pem: authority.certificate_pem.clone(),
            authority,
        })
    }

    /// Makes a server certificate for `names` (DNS names and IP addresses), valid from yesterday on.
    ///
    /// # Errors
    /// When a name cannot stand in a certificate.
    pub fn issue(&self, names: &[String], now: Timestamp) -> Result<ServerCertificate> {
        let validity = Validity::Days {
            from: now,
            days: LEAF_DAYS,
        };
        let issued = self
            .authority
            .server(names, validity)
            .with_context(|| format!("http.names cannot stand in a certificate: {names:?}"))?;
        Ok(ServerCertificate {
            chain_pem: issued.certificate_pem + &self.certificate_pem,
            key_pem: issued.key_pem,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_comes_with_the_authority_that_issued_it() {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::open(dir.path()).unwrap();
        let names = ["gate.lan".into(), "192.0.2.7".into()];
        let issued = authority.issue(&names, Timestamp::now()).unwrap();
        assert_eq!(issued.chain_pem.matches("BEGIN CERTIFICATE").count(), 2);
    }
}
