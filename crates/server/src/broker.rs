//! The site's own MQTT broker: how it is reached, and under which name the session there is noted.

use crate::config::Config;
use crate::config::mqtt::{Address, Broker};
use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use devices::broker::{Dial, SessionNote, Settings, Stream, Topics};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The broker that is configured: how to reach it, and how Gatebook introduces itself.
///
/// # Errors
/// When a file that it names cannot be used.
pub fn configured(config: &Config) -> Result<Option<(Dialler, Settings)>> {
    let broker = &config.mqtt.broker;
    let Some(address) = broker.address()? else {
        return Ok(None);
    };
    let settings = Settings {
        name: address.to_string(),
        client_id: broker.client_id.clone(),
        user: broker.user.clone(),
        password: broker.password()?,
        topics: Topics::new(broker.topic_prefix()?),
    };
    Ok(Some((Dialler::new(address, broker)?, settings)))
}

/// Opens connections to the broker.
pub struct Dialler {
    address: Address,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Dialler {
    fn new(address: Address, broker: &Broker) -> Result<Self> {
        let tls = match address.tls {
            true => {
                let name = ServerName::try_from(address.host.clone());
                let name = name.context("mqtt.broker.url: no certificate can have this name")?;
                Some((TlsConnector::from(Arc::new(trust(broker)?)), name))
            }
            false => None,
        };
        Ok(Self { address, tls })
    }
}

#[async_trait]
impl Dial for Dialler {
    async fn dial(&self) -> io::Result<Box<dyn Stream>> {
        let Address { host, port, .. } = &self.address;
        let stream = TcpStream::connect((host.as_str(), *port)).await?;
        stream.set_nodelay(true)?;
        match &self.tls {
            Some((connector, name)) => {
                let stream = connector.connect(name.clone(), stream).await?;
                Ok(Box::new(stream))
            }
            None => Ok(Box::new(stream)),
        }
    }
}

fn trust(broker: &Broker) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    match &broker.ca {
        Some(file) => {
            let what = || format!("mqtt.broker.ca: {} cannot be read", file.display());
            let certificates = CertificateDer::pem_file_iter(file).with_context(what)?;
            roots.add_parsable_certificates(certificates.flatten());
        }
        None => {
            let system = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(system.certs);
        }
    }
    ensure!(
        !roots.is_empty(),
        "there is no certificate by which to trust the broker; name its authority in mqtt.broker.ca"
    );
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    let (Some(certificate), Some(key)) = (&broker.certificate, &broker.key) else {
        return Ok(config.with_no_client_auth());
    };
    let what = |file: &Path| format!("mqtt.broker: {} cannot be used", file.display());
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .with_context(|| what(certificate))?;
    let secret = PrivateKeyDer::from_pem_file(key).with_context(|| what(key))?;
    let config = config.with_client_auth_cert(chain, secret);
    config.with_context(|| what(certificate))
}

/// Notes the session in a file beside the database: a line that also says whose session it is, so that
/// another broker's is no loss of this one's.
pub struct Noted {
    file: PathBuf,
    whose: String,
}

impl Noted {
    /// The note in this data directory.
    pub fn of(data_dir: &Path, settings: &Settings) -> Self {
        Self {
            file: data_dir.join("broker-session"),
            whose: format!("{} at {}", settings.client_id, settings.name),
        }
    }
}

impl SessionNote for Noted {
    fn read(&self) -> Option<String> {
        let text = std::fs::read_to_string(&self.file).ok()?;
        let (session, whose) = text.trim_end().split_once(' ')?;
        (whose == self.whose).then(|| session.to_owned())
    }

    fn write(&self, session: &str) {
        if let Err(error) = std::fs::write(&self.file, format!("{session} {}\n", self.whose)) {
            tracing::warn!(%error, "the broker's session could not be noted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_known_again_at_the_same_broker_alone() {
        let dir = tempfile::tempdir().unwrap();
        let noted = |name: &str| {
            let settings = Settings {
                name: name.into(),
                client_id: "gatebook".into(),
                user: None,
                password: None,
                topics: Topics::default(),
            };
            Noted::of(dir.path(), &settings)
        };
        assert_eq!(noted("mqtt://a:1883").read(), None);
        noted("mqtt://a:1883").write("s1");
        assert_eq!(noted("mqtt://a:1883").read().as_deref(), Some("s1"));
        assert_eq!(noted("mqtt://b:1883").read(), None);
    }
}
