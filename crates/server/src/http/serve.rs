//! Binding and serving, by HTTP or HTTPS, until told to stop.

use super::ca::Authority;
use crate::config::Config;
use crate::exit::Failure;
use anyhow::{Context, Result};
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use jiff::Timestamp;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
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

/// Serves `router` until `stop`, then lets open requests end.
///
/// # Errors
/// When the certificate cannot be made or the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<RustlsConfig>,
    stop: CancellationToken,
) -> Result<()> {
    let handle = Handle::new();
    let stopper = handle.clone();
    tokio::spawn(async move {
        stop.cancelled().await;
        stopper.graceful_shutdown(Some(GRACE));
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        Some(tls) => {
            axum_server::from_tcp_rustls(listener, tls)?
                .handle(handle)
                .serve(service)
                .await?;
        }
        None => {
            axum_server::from_tcp(listener)?
                .handle(handle)
                .serve(service)
                .await?
        }
    }
    Ok(())
}

/// TLS with a certificate of the site's own authority, renewed while running.
///
/// # Errors
/// When no certificate can be made for the configured names.
pub async fn local_tls(config: &Config, authority: Authority) -> Result<RustlsConfig> {
    // Another library may have set one already; which one does not matter.
    let _ = rustls::crypto::ring::default_provider().install_default();
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
