//! Binding and serving, by HTTP or HTTPS, until told to stop.

use super::bounded::Bounded;
use super::ca::Authority;
use crate::config::Config;
use crate::exit::Failure;
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::connect_info::ConnectInfo;
use axum::http::Request;
use axum::middleware::AddExtension;
use axum_server::accept::{Accept, DefaultAcceptor};
use axum_server::service::SendService;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use hyper::body::Incoming;
use hyper_util::rt::TokioTimer;
use jiff::Timestamp;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

/// How long open requests may go on after a stop.
const GRACE: Duration = Duration::from_secs(5);
/// How often the server certificate is made anew; it is valid for far longer.
const RENEW: Duration = Duration::from_secs(30 * 24 * 3600);

/// Binds `address`, with a clear sentence when the port is in use.
///
/// # Errors
/// When the address cannot be bound.
pub fn bind(what: &str, address: SocketAddr) -> Result<TcpListener> {
    let listener =
        TcpListener::bind(address).map_err(|error| Failure::port(what, address, &error))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Whether `address` can be bound, for parts that bind by themselves: their own message would not
/// say what to do.
///
/// # Errors
/// When the address cannot be bound.
pub fn free(what: &str, address: SocketAddr) -> Result<()> {
    bind(what, address).map(drop)
}

/// How much strangers may take of a port before they are known.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long the head of a request may take to arrive, and a connection may rest between two.
    pub head: Duration,
    /// Connections open at once.
    pub connections: usize,
}

impl Limits {
    /// For `connections` at once; 15 s for a head is long on the slowest line.
    pub const fn of(connections: usize) -> Self {
        Self {
            head: Duration::from_secs(15),
            connections,
        }
    }
}

/// Serves `router` until `stop`, then lets open requests end.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<RustlsConfig>,
    limits: Limits,
    stop: CancellationToken,
) -> Result<()> {
    let server = axum_server::from_tcp(listener)?;
    match tls {
        Some(tls) => {
            let acceptor = Bounded::new(RustlsAcceptor::new(tls), limits.connections);
            run(server.acceptor(acceptor), router, limits, stop).await
        }
        None => {
            let acceptor = Bounded::new(DefaultAcceptor::new(), limits.connections);
            run(server.acceptor(acceptor), router, limits, stop).await
        }
    }
}

async fn run<A>(
    mut server: Server<SocketAddr, A>,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
) -> Result<()>
where
    A: Accept<TcpStream, AddExtension<Router, ConnectInfo<SocketAddr>>>
        + Clone
        + Send
        + Sync
        + 'static,
    A::Stream: AsyncRead + AsyncWrite + Unpin + Send,
    A::Service: SendService<Request<Incoming>> + Send,
    A::Future: Send,
{
    let handle = Handle::new();
    let stopper = handle.clone();
    tokio::spawn(async move {
        stop.cancelled().await;
        stopper.graceful_shutdown(Some(GRACE));
    });
    let builder = server.http_builder();
    let timer = TokioTimer::new();
    builder
        .http1()
        .timer(timer.clone())
        .header_read_timeout(limits.head);
    builder
        .http2()
        .timer(timer)
        .keep_alive_interval(limits.head)
        .keep_alive_timeout(limits.head);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    Ok(server.handle(handle).serve(service).await?)
}

/// Chooses the cryptography of TLS for libraries that ask for it.
pub fn choose_provider() {
    // Another library may have set one already; which one does not matter.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// TLS with a certificate of the site's own authority, renewed while running.
///
/// # Errors
/// When no certificate can be made for the configured names.
pub async fn local_tls(config: &Config, authority: Authority) -> Result<RustlsConfig> {
    choose_provider();
    let names = certificate_names(config);
    let first = authority.issue(&names, Timestamp::now())?;
    let tls = RustlsConfig::from_pem(first.chain_pem.into_bytes(), first.key_pem.into_bytes())
        .await
        .context("the server certificate cannot be loaded")?;
    let renewed = tls.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(RENEW).await;
            if let Err(error) = renew(&authority, &names, &renewed).await {
                tracing::error!(%error, "the server certificate could not be renewed");
            }
        }
    });
    Ok(tls)
}

async fn renew(authority: &Authority, names: &[String], tls: &RustlsConfig) -> Result<()> {
    let issued = authority.issue(names, Timestamp::now())?;
    tls.reload_from_pem(issued.chain_pem.into_bytes(), issued.key_pem.into_bytes())
        .await?;
    Ok(())
}

fn certificate_names(config: &Config) -> Vec<String> {
    let mut names = config.http.names.clone();
    names.push("localhost".into());
    let ip = config.http.listen.ip();
    if !ip.is_unspecified() {
        names.push(ip.to_string());
    }
    names.extend(hostname());
    names
}

fn hostname() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let name = name.trim();
    let plain = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    (plain && !name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: gate\r\n\r\n";

    fn serving(limits: Limits) -> SocketAddr {
        let listener = bind("test", "127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(async || "here"));
        tokio::spawn(serve(
            listener,
            router,
            None,
            limits,
            CancellationToken::new(),
        ));
        address
    }

    /// Reads until the answer is there, or the connection ends.
    async fn answer(stream: &mut TcpStream) -> String {
        let mut got = Vec::new();
        while !got.ends_with(b"here") && stream.read_buf(&mut got).await.unwrap_or(0) > 0 {}
        String::from_utf8(got).unwrap()
    }

    #[tokio::test]
    async fn a_head_that_trickles_is_given_up() {
        let address = serving(Limits {
            head: Duration::from_millis(50),
            connections: 8,
        });
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nHost: ga").await.unwrap();
        let said = answer(&mut slow).await;
        assert!(!said.contains("here"), "{said}");
    }

    #[tokio::test]
    async fn connections_beyond_the_bound_are_closed_until_one_of_the_others_ends() {
        let address = serving(Limits::of(1));
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(REQUEST).await.unwrap();
        assert!(answer(&mut first).await.ends_with("here"));
        let mut second = TcpStream::connect(address).await.unwrap();
        // It may be closed before the request is written.
        let _ = second.write_all(REQUEST).await;
        assert_eq!(answer(&mut second).await, "");
        drop(first);
        loop {
            let mut third = TcpStream::connect(address).await.unwrap();
            let _ = third.write_all(REQUEST).await;
            if answer(&mut third).await.ends_with("here") {
                break;
            }
        }
    }
}
