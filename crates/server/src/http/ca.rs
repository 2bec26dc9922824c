//! A certificate authority of the site's own, made at first start, so that browsers on the local
//! network can trust Gatebook once its certificate is installed.

use anyhow::{Context, Result};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use std::path::Path;

/// Days a server certificate is valid: browsers refuse more than 825 days under a private authority.
const LEAF_DAYS: i64 = 397;

/// The authority: its key stays in `keys/`, its certificate is offered for download.
pub struct Authority {
    key: KeyPair,
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
        let key_file = keys.join("ca.key.pem");
        let cert_file = keys.join("ca.crt.pem");
        if cert_file.exists() {
            let key = KeyPair::from_pem(&std::fs::read_to_string(&key_file)?)
                .with_context(|| format!("{} is not a private key", key_file.display()))?;
            let certificate_pem = std::fs::read_to_string(&cert_file)?;
            return Ok(Self {
                key,
                certificate_pem,
            });
        }
        let key = KeyPair::generate()?;
        let certificate_pem = authority_params()?.self_signed(&key)?.pem();
        crate::site::write_secret(&key_file, key.serialize_pem().as_bytes())?;
        std::fs::write(&cert_file, &certificate_pem)?;
        Ok(Self {
            key,
            certificate_pem,
        })
    }

    /// Makes a server certificate for `names` (DNS names and IP addresses), valid from yesterday on.
    ///
    /// # Errors
    /// When a name cannot stand in a certificate.
    pub fn issue(&self, names: &[String], now: Timestamp) -> Result<ServerCertificate> {
        let mut params = CertificateParams::new(names.to_vec())
            .with_context(|| format!("http.names cannot stand in a certificate: {names:?}"))?;
        params.distinguished_name = named("Gatebook");
        params.use_authority_key_identifier_extension = true;
        params.key_usages.push(KeyUsagePurpose::DigitalSignature);
        params
            .extended_key_usages
            .push(ExtendedKeyUsagePurpose::ServerAuth);
        (params.not_before, params.not_after) = validity(now)?;
        let key = KeyPair::generate()?;
        let authority = authority_params()?;
        let issuer = Issuer::from_params(&authority, &self.key);
        let leaf = params.signed_by(&key, &issuer)?;
        Ok(ServerCertificate {
            chain_pem: leaf.pem() + &self.certificate_pem,
            key_pem: key.serialize_pem(),
        })
    }
}

fn authority_params() -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = named("Gatebook local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2046, 1, 1);
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    subject
}

type Instants = (time::OffsetDateTime, time::OffsetDateTime);

fn validity(now: Timestamp) -> Result<Instants> {
    let today = now.to_zoned(TimeZone::UTC);
    let day = |days: i64| -> Result<time::OffsetDateTime> {
        let at = today.checked_add(days.days())?;
        Ok(time::OffsetDateTime::from_unix_timestamp(
            at.timestamp().as_second(),
        )?)
    };
    Ok((day(-1)?, day(LEAF_DAYS)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_is_made_once_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let first = Authority::open(dir.path()).unwrap().certificate_pem;
        let again = Authority::open(dir.path()).unwrap().certificate_pem;
        assert_eq!(first, again);
    }

    #[test]
    fn a_certificate_is_issued_for_names_and_addresses() {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::open(dir.path()).unwrap();
        let names = ["gate.lan".into(), "192.0.2.7".into()];
        let issued = authority.issue(&names, Timestamp::now()).unwrap();
        assert_eq!(issued.chain_pem.matches("BEGIN CERTIFICATE").count(), 2);
    }
}
