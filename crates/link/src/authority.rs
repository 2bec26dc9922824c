//! A certificate authority of the site's own, made when first needed.

use crate::secret::{alone_in, write_secret};
use crate::{Error, Result};
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use std::path::Path;

/// An authority: its key stays in `keys/`, its certificate may be given away.
pub struct Authority {
    key: KeyPair,
    subject: String,
    /// The certificate that others have to trust, in PEM.
    pub certificate_pem: String,
}

/// A certificate and its key, in PEM.
pub struct Issued {
    /// The certificate alone.
    pub certificate_pem: String,
    /// The same in DER (X.509).
    pub certificate_der: Vec<u8>,
    /// PKCS #8.
    pub key_pem: String,
}

/// How long a certificate is valid.
#[derive(Clone, Copy, Debug)]
pub enum Validity {
    /// As long as the authority: where a list says who is allowed, a date would only shut out
    /// somebody on a day that nobody remembers.
    AsAuthority,
    /// From the day before `from`, for clocks that differ, until so many days after.
    Days {
        /// Now, usually.
        from: Timestamp,
        /// How many.
        days: u16,
    },
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Authority {
    /// Reads the authority `stem` from the folder `keys` (`stem.key.pem`, `stem.crt.pem`), or makes
    /// it there; `subject` is the name in its certificate.
    ///
    /// # Errors
    /// When the folder cannot be read or written, or holds something else.
    pub fn open(keys: &Path, stem: &str, subject: &str) -> Result<Self> {
        let _held = alone_in(keys)?;
        let key_file = keys.join(format!("{stem}.key.pem"));
        let certificate_file = keys.join(format!("{stem}.crt.pem"));
        if !key_file.exists() {
            if certificate_file.exists() {
                return Err(Error::Damaged {
                    path: key_file,
                    what: "missing beside its certificate; put it back, or remove both".into(),
                });
            }
            write_secret(&key_file, KeyPair::generate()?.serialize_pem().as_bytes())?;
        }
        let text = std::fs::read_to_string(&key_file).map_err(Error::file(&key_file))?;
        let key = KeyPair::from_pem(&text).map_err(|_| Error::Damaged {
            path: key_file,
            what: "not a private key".into(),
        })?;
        if !certificate_file.exists() {
            let made = authority_params(subject)?.self_signed(&key)?.pem();
            crate::secret::replace(&certificate_file, made.as_bytes())?;
        }
        let certificate_pem =
            std::fs::read_to_string(&certificate_file).map_err(Error::file(&certificate_file))?;
        Ok(Self {
            key,
            subject: subject.to_owned(),
            certificate_pem,
        })
    }

    /// A server's certificate for `names` (DNS names and IP addresses).
    ///
    /// # Errors
    /// When a name cannot stand in a certificate.
    pub fn server(&self, names: &[String], validity: Validity) -> Result<Issued> {
        self.issue(
            names,
            "Gatebook",
            ExtendedKeyUsagePurpose::ServerAuth,
            validity,
        )
    }

    /// A certificate by which a node dials; it cannot be used to answer.
    ///
    /// # Errors
    /// When the name cannot stand in a certificate.
    pub fn client(&self, name: &str, validity: Validity) -> Result<Issued> {
        self.issue(&[], name, ExtendedKeyUsagePurpose::ClientAuth, validity)
    }

    fn issue(
        &self,
        names: &[String],
        subject: &str,
        purpose: ExtendedKeyUsagePurpose,
        validity: Validity,
    ) -> Result<Issued> {
        let authority = authority_params(&self.subject)?;
        let mut params = CertificateParams::new(names.to_vec())?;
        params.distinguished_name = named(subject);
        params.use_authority_key_identifier_extension = true;
        params.key_usages.push(KeyUsagePurpose::DigitalSignature);
        params.extended_key_usages.push(purpose);
        (params.not_before, params.not_after) = match validity {
            Validity::AsAuthority => (authority.not_before, authority.not_after),
            Validity::Days { from, days } => {
                let end = DAY.saturating_mul(i32::from(days));
                (instant(from, -DAY)?, instant(from, end)?)
            }
        };
        let key = KeyPair::generate()?;
        let issuer = Issuer::from_params(&authority, &self.key);
        let certificate = params.signed_by(&key, &issuer)?;
        Ok(Issued {
            certificate_pem: certificate.pem(),
            certificate_der: certificate.der().to_vec(),
            key_pem: key.serialize_pem(),
        })
    }
}

fn authority_params(subject: &str) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = named(subject);
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

fn instant(from: Timestamp, after: SignedDuration) -> Result<time::OffsetDateTime> {
    let at = from.saturating_add(after).map_err(|_| rcgen::Error::Time)?;
    time::OffsetDateTime::from_unix_timestamp(at.as_second()).map_err(|_| rcgen::Error::Time.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(dir: &Path) -> Result<Authority> {
        Authority::open(dir, "ca", "Test")
    }

    #[test]
    fn the_authority_is_made_once_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let first = open(dir.path()).unwrap().certificate_pem;
        assert_eq!(open(dir.path()).unwrap().certificate_pem, first);
    }

    #[test]
    fn power_that_failed_between_key_and_certificate_is_made_good() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).unwrap();
        std::fs::remove_file(dir.path().join("ca.crt.pem")).unwrap();
        assert!(open(dir.path()).is_ok());
    }

    #[test]
    fn a_lost_key_is_said_and_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).unwrap();
        std::fs::remove_file(dir.path().join("ca.key.pem")).unwrap();
        assert!(matches!(open(dir.path()), Err(Error::Damaged { .. })));
        assert!(!dir.path().join("ca.key.pem").exists());
    }

    #[test]
    fn a_server_gets_names_and_addresses() {
        let dir = tempfile::tempdir().unwrap();
        let names = ["gate.lan".into(), "192.0.2.7".into()];
        let validity = Validity::Days {
            from: Timestamp::now(),
            days: 397,
        };
        let issued = open(dir.path()).unwrap().server(&names, validity).unwrap();
        assert!(issued.certificate_pem.contains("BEGIN CERTIFICATE"));
    }
}
