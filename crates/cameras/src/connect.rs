//! Connections: the name is looked up, each address it leads to is checked, and the one that was
//! checked is connected to. So a name that leads elsewhere a moment later changes nothing.

use crate::address::Address;
use crate::{Error, Guard, Result};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::Host;

/// How long a name may take to be looked up, and a camera to answer a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// The checked address of a camera.
///
/// # Errors
/// [`Error::Forbidden`] when any of the addresses that the name leads to is refused,
/// [`Error::UnknownName`] when there is none.
pub(crate) async fn resolve(guard: &Guard, address: &Address) -> Result<SocketAddr> {
    let (host, port) = (address.host()?.to_string(), address.port());
    let addresses = looked_up(&host, port).await?;
    for found in &addresses {
        guard.check(found.ip()).map_err(|why| Error::Forbidden {
            host: host.clone(),
            address: found.ip(),
            why,
        })?;
    }
    addresses.first().copied().ok_or(Error::UnknownName(host))
}

async fn looked_up(host: &str, port: u16) -> Result<Vec<SocketAddr>> {
    // `rtsp:` addresses keep a host in figures as a name, and `http:` ones write 0x7f.1 as it is meant.
    match Host::parse(host) {
        Ok(Host::Ipv4(four)) => return Ok(vec![(four, port).into()]),
        Ok(Host::Ipv6(six)) => return Ok(vec![(six, port).into()]),
        _ => {}
    }
    let found = timeout(PATIENCE, lookup_host((host, port))).await;
    match found {
        Ok(Ok(found)) => Ok(found.collect()),
        Ok(Err(_)) | Err(_) => Err(Error::UnknownName(host.to_owned())),
    }
}

/// A connection to a camera.
///
/// # Errors
/// Those of [`resolve`], and [`Error::NoAnswer`].
pub(crate) async fn connect(guard: &Guard, address: &Address) -> Result<TcpStream> {
    let there = resolve(guard, address).await?;
    let stream = match timeout(PATIENCE, TcpStream::connect(there)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(no_answer(there, &error.to_string())),
        Err(_) => return Err(no_answer(there, "no answer in 5 s")),
    };
    // Small requests that wait for answers: nothing is gained by collecting them.
    stream
        .set_nodelay(true)
        .map_err(|error| no_answer(there, &error.to_string()))?;
    Ok(stream)
}

pub(crate) fn no_answer(there: SocketAddr, why: &str) -> Error {
    Error::NoAnswer {
        address: there.to_string(),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolved(text: &str) -> Result<SocketAddr> {
        resolve(&Guard::default(), &text.parse().unwrap()).await
    }

    #[tokio::test]
    async fn every_way_to_write_this_machine_or_the_metadata_host_is_refused() {
        let ways = [
            "http://127.0.0.1/",
            "http://localhost/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://169.254.169.254/latest/meta-data/",
            "rtsp://169.254.169.254/",
            "rtsp://127.1/",
            "rtsp://2130706433/",
            "rtsp://[::1]/x",
            "rtsp://[::ffff:169.254.169.254]/x",
        ];
        for way in ways {
            let error = resolved(way).await.unwrap_err();
            assert!(matches!(error, Error::Forbidden { .. }), "{way}: {error}");
        }
    }

    #[tokio::test]
    async fn a_camera_of_the_local_network_is_resolved() {
        let address = resolved("rtsp://192.168.1.20/stream1").await.unwrap();
        assert_eq!(address.to_string(), "192.168.1.20:554");
    }
}
