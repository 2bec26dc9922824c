//! Dialling the private part.

use crate::bundle::Bundle;
use crate::greeting::{Hello, Verdict};
use crate::protocol::Protocol;
use crate::stream::{Link, tune};
use crate::tls::{dialling, private_part};
use crate::{Error, Result};
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How long until a host answers at all.
const REACHED: Duration = Duration::from_secs(3);
/// How long a handshake may take.
const GREETED: Duration = Duration::from_secs(5);

/// Dials the private part for one protocol. Clones share the keys.
#[derive(Clone)]
pub struct Connector {
    tls: TlsConnector,
    name: ServerName<'static>,
    protocol: Protocol,
    address: Arc<str>,
    hello: Hello,
}

impl Connector {
    /// Dials `address` (host and port), with the keys of `bundle`, saying `hello`.
    ///
    /// # Errors
    /// When the bundle's key does not belong to its certificate.
    pub fn new(bundle: &Bundle, address: &str, protocol: Protocol, hello: Hello) -> Result<Self> {
        Ok(Self {
            tls: TlsConnector::from(Arc::new(dialling(bundle, protocol)?)),
            name: private_part()?,
            protocol,
            address: address.into(),
            hello,
        })
    }

    /// The address that is dialled.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Makes a link; names are looked up anew each time.
    ///
    /// # Errors
    /// Says why there is none; [`Error::may_pass`] tells whether to try again.
    pub async fn connect(&self) -> Result<Link> {
        let tcp = timeout(REACHED, TcpStream::connect(&*self.address));
        let tcp = tcp.await.map_err(|_| self.slow())?;
        let tcp = tcp.map_err(|error| self.unreached(&error))?;
        let link = timeout(GREETED, self.greet(tcp));
        link.await.map_err(|_| self.slow())?
    }

    async fn greet(&self, tcp: TcpStream) -> Result<Link> {
        tune(&tcp).map_err(|error| self.broken(error))?;
        let tls = self.tls.connect(self.name.clone(), tcp).await;
        let mut tls = tls.map_err(|error| self.broken(error))?;
        let said = self.hello.send(&mut tls).await;
        // What was refused is told by what comes back, also when sending has failed by then.
        match Verdict::receive(&mut tls).await {
            Ok(Verdict::Welcome) => {
                said.map_err(|error| self.broken(error))?;
                Ok(Link::dialled(tls.into()))
            }
            Ok(Verdict::Revoked) => Err(Error::Revoked),
            Ok(Verdict::WrongRole) => Err(Error::WrongRole(self.protocol)),
            Err(error) => Err(self.broken(error)),
        }
    }

    fn slow(&self) -> Error {
        Error::Slow(self.address.to_string())
    }

    fn unreached(&self, error: &io::Error) -> Error {
        let address = self.address.to_string();
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Error::Refused(address),
            _ => Error::Unreachable {
                address,
                reason: error.to_string(),
            },
        }
    }

    /// What a handshake that failed means.
    fn broken(&self, error: io::Error) -> Error {
        use AlertDescription as Alert;
        let tls = error.get_ref().and_then(|e| e.downcast_ref());
        let stranger = |reason: String| Error::Stranger {
            address: self.address.to_string(),
            reason,
        };
        match tls {
            Some(rustls::Error::AlertReceived(Alert::NoApplicationProtocol)) => {
                Error::OtherVersion(self.protocol)
            }
            Some(rustls::Error::AlertReceived(
                Alert::UnknownCA | Alert::BadCertificate | Alert::DecryptError,
            )) => Error::Revoked,
            Some(rustls::Error::InvalidCertificate(
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
            )) => stranger("its certificate is not valid yet: is this host's clock right?".into()),
            Some(other) => stranger(other.to_string()),
            None => Error::Broken {
                address: self.address.to_string(),
                source: error,
            },
        }
    }
}
