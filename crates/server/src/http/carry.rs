//! The TLS end of MQTT. The MQTT library's own TLS would bring a second cryptography library, so TLS
//! ends here, and what it carried goes on to the gateway over loopback, behind a PROXY protocol
//! header (version 1) that names the device's address.

use super::bounded::Bounded;
use super::serve::bind;
use anyhow::Result;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Connections carried at once.
const CONNECTIONS: usize = 256;

/// How long the port rests after the system refused to accept (for want of file handles, say).
const REST: Duration = Duration::from_millis(200);

/// TLS connections to `address` carried to `gateway`.
pub struct Carrier {
    listener: TcpListener,
    acceptor: Bounded<RustlsAcceptor>,
    gateway: SocketAddr,
}

impl Carrier {
    /// Takes the port. Nobody is carried before [`Carrier::run`].
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn bind(address: SocketAddr, tls: RustlsConfig, gateway: SocketAddr) -> Result<Self> {
        let listener = bind("MQTT gateway with TLS (mqtt.tls_listen)", address)?;
        Ok(Self {
            listener: TcpListener::from_std(listener)?,
            acceptor: Bounded::new(RustlsAcceptor::new(tls), CONNECTIONS),
            gateway,
        })
    }

    /// Carries until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let carried = TaskTracker::new();
        while let Some(accepted) = stop.run_until_cancelled(self.listener.accept()).await {
            match accepted {
                Ok((stream, device)) => {
                    let carrying = carry(self.acceptor.clone(), stream, device, self.gateway);
                    let stop = stop.clone();
                    carried.spawn(async move {
                        if let Some(Err(error)) = stop.run_until_cancelled(carrying).await {
                            tracing::debug!(%device, %error, "a TLS connection of MQTT ended");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the MQTT port with TLS could not accept");
                    tokio::time::sleep(REST).await;
                }
            }
        }
        carried.close();
        carried.wait().await;
    }
}

async fn carry(
    acceptor: Bounded<RustlsAcceptor>,
    stream: TcpStream,
    device: SocketAddr,
    gateway: SocketAddr,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut stream, ()) = acceptor.accept(stream, ()).await?;
    let mut inner = TcpStream::connect(gateway).await?;
    inner.set_nodelay(true)?;
    inner.write_all(header(device, gateway).as_bytes()).await?;
    copy_bidirectional(&mut stream, &mut inner).await.map(drop)
}

/// PROXY protocol, version 1: both addresses have to be of one family.
fn header(device: SocketAddr, gateway: SocketAddr) -> String {
    let (from, to) = (device.ip().to_canonical(), gateway.ip());
    let ports = format!("{} {}", device.port(), gateway.port());
    if from.is_ipv4() {
        format!("PROXY TCP4 {from} {to} {ports}\r\n")
    } else {
        format!("PROXY TCP6 {from} ::1 {ports}\r\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_names_the_device_in_its_own_family() {
        let header = |device: &str| header(device.parse().unwrap(), "127.0.0.1:9".parse().unwrap());
        let v4 = "PROXY TCP4 192.0.2.7 127.0.0.1 5 9\r\n";
        assert_eq!(header("192.0.2.7:5"), v4);
        assert_eq!(header("[::ffff:192.0.2.7]:5"), v4);
        assert_eq!(
            header("[2001:db8::7]:5"),
            "PROXY TCP6 2001:db8::7 ::1 5 9\r\n"
        );
    }
}
