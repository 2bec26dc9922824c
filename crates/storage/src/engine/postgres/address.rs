//! Where a PostgreSQL server is, and how to reach it.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use store::{Result, StoreError};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::engine::fault::fault;

/// How long a server may take to answer a new connection.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long what was sent may stay unacknowledged by the server's host, and how often a line at rest is tried. A host
/// without power says nothing at all: the system would wait for a quarter of an hour.
const SILENCE: Duration = Duration::from_secs(10);

/// The address of a database on a PostgreSQL server, as in
/// `postgresql://user:password@host:5432/database?sslmode=require` or
/// `postgresql:///database?host=/run/postgresql`.
///
/// With TLS the server's certificate is always held against its name: against the certificates
/// in the file named by `sslrootcert`, or against those the system trusts.
#[derive(Clone)]
pub struct ServerAddress {
    config: tokio_postgres::Config,
    roots: Option<PathBuf>,
}

impl FromStr for ServerAddress {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self> {
        let (url, roots) = without_roots(text);
        // What libpq calls `verify-full` is the only way in which TLS is used here.
        let url = url
            .replace("sslmode=verify-full", "sslmode=require")
            .replace("sslmode=verify-ca", "sslmode=require");
        let mut config: tokio_postgres::Config = url.parse().map_err(|error| {
            StoreError::Engine(format!(
                "this is no address of a PostgreSQL database: {error}"
            ))
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host("/run/postgresql");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        if !text.contains("keepalives_idle=") {
            config.keepalives_idle(SILENCE);
        }
        if config.get_application_name().is_none() {
            config.application_name("gatebook");
        }
        Ok(Self { config, roots })
    }
}

impl std::fmt::Debug for ServerAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// Without the password.
impl std::fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.config.get_dbname().unwrap_or_default();
        write!(f, "database {name:?}")?;
        for host in self.config.get_hosts() {
            match host {
                Host::Tcp(host) => write!(f, " at {host}")?,
                Host::Unix(folder) => write!(f, " at {}", folder.display())?,
            }
        }
        Ok(())
    }
}

impl ServerAddress {
    /// Connects; the line is kept by a task of its own until the client is dropped.
    ///
    /// # Errors
    /// [`StoreError::Engine`] if the server cannot be reached or lets nobody in.
    pub(super) async fn connect(&self) -> Result<Client> {
        if !self.encrypted() {
            let (client, line) = self.config.connect(NoTls).await.map_err(fault)?;
            drop(tokio::spawn(line));
            return Ok(client);
        }
        let tls = MakeRustlsConnect::new(self.trust()?);
        let (client, line) = self.config.connect(tls).await.map_err(fault)?;
        drop(tokio::spawn(line));
        Ok(client)
    }

    /// A socket of this machine needs no encryption.
    fn encrypted(&self) -> bool {
        let remote = |host: &Host| matches!(host, Host::Tcp(_));
        self.config.get_ssl_mode() != SslMode::Disable && self.config.get_hosts().iter().any(remote)
    }

    fn trust(&self) -> Result<ClientConfig> {
        let unusable = |why: String| StoreError::Engine(format!("TLS to the database: {why}"));
        let mut roots = RootCertStore::empty();
        match &self.roots {
            Some(file) => {
                let certificates = CertificateDer::pem_file_iter(file)
                    .map_err(|error| unusable(format!("{}: {error}", file.display())))?;
                roots.add_parsable_certificates(certificates.flatten());
            }
            None => {
                let system = rustls_native_certs::load_native_certs();
                roots.add_parsable_certificates(system.certs);
            }
        }
        if roots.is_empty() {
            return Err(unusable(
                "no certificate to trust; give sslrootcert".to_owned(),
            ));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(error.to_string()))?;
        Ok(config.with_root_certificates(roots).with_no_client_auth())
    }
}

/// `sslrootcert` is taken out of a URL, since the client does not know it.
fn without_roots(text: &str) -> (String, Option<PathBuf>) {
    let Some((address, parameters)) = text.split_once('?') else {
        return (text.to_owned(), None);
    };
    let mut roots = None;
    let mut kept = Vec::new();
    for parameter in parameters.split('&') {
        match parameter.split_once('=') {
            Some(("sslrootcert", file)) => roots = Some(PathBuf::from(file)),
            _ => kept.push(parameter),
        }
    }
    (format!("{address}?{}", kept.join("&")), roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> ServerAddress {
        text.parse().unwrap()
    }

    #[test]
    fn a_socket_is_not_encrypted_and_a_host_is_unless_told_otherwise() {
        assert!(!read("postgresql:///gatebook?host=/run/postgresql").encrypted());
        assert!(!read("postgresql:///gatebook").encrypted());
        assert!(read("postgresql://db.example/gatebook").encrypted());
        assert!(!read("postgresql://db.example/gatebook?sslmode=disable").encrypted());
    }

    #[test]
    fn the_certificates_to_trust_are_named_in_the_address() {
        let address = read("postgres://db.example/x?sslmode=verify-full&sslrootcert=/etc/ca.pem");
        assert_eq!(address.roots, Some(PathBuf::from("/etc/ca.pem")));
        assert!(address.config.get_ssl_mode() == SslMode::Require);
    }

    #[test]
    fn a_host_that_says_nothing_is_given_up_soon_unless_the_address_says_how_long_to_wait() {
        let waits = |text: &str| {
            let config = read(text).config;
            let unheard = config.get_tcp_user_timeout().copied();
            (unheard.unwrap_or_default(), config.get_keepalives_idle())
        };
        assert_eq!(waits("postgresql://db.example/x"), (SILENCE, SILENCE));
        let own = "postgresql://db.example/x?tcp_user_timeout=60&keepalives_idle=90";
        let said = [60, 90].map(Duration::from_secs);
        assert_eq!(waits(own), (said[0], said[1]));
    }

    #[test]
    fn a_password_is_never_shown() {
        let shown = format!("{:?}", read("postgresql://me:hush@db.example/gatebook"));
        assert_eq!(shown, "database \"gatebook\" at db.example");
    }

    #[test]
    fn something_else_is_no_address() {
        assert!("postgresql://h:port/x".parse::<ServerAddress>().is_err());
    }
}
