//! The certificate that browsers see: from PEM files, or of the site's own authority.

use super::ca::Authority;
use super::serve;
use crate::config::Config;
use anyhow::{Context, Result};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use axum_server::tls_rustls::RustlsConfig;
use std::fs::{DirBuilder, read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the files are looked at. Whoever renews a certificate need not restart Gatebook.
const LOOK: Duration = Duration::from_secs(10);

/// What HTTPS and MQTT with TLS are served with, `None` where there is neither; and the certificate
/// of the site's own authority, where it is that one's. Files are read again when they change, until
/// `stop`.
///
/// # Errors
/// When the files cannot be used, or the authority cannot be made.
pub async fn of(
    config: &Config,
    stop: &CancellationToken,
) -> Result<(Option<RustlsConfig>, Option<String>)> {
    if !config.https() && config.mqtt.tls_listen.is_none() {
        return Ok((None, None));
    }
    if let Some(files) = Files::of(config) {
        let tls = files.load().await?;
        tokio::spawn(files.follow(tls.clone(), stop.clone()));
        return Ok((Some(tls), None));
    }
    let keys = config.data_dir.join("keys");
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&keys)
        .with_context(|| format!("cannot make {}", keys.display()))?;
    let authority = Authority::open(&keys)?;
    let pem = authority.certificate_pem.clone();
    let tls = serve::local_tls(config, authority).await?;
    Ok((Some(tls), Some(pem)))
}

/// The authority's certificate, for installing on the machines that open the page.
pub fn offered(pem: String) -> Router {
    let kind = [(CONTENT_TYPE, "application/x-x509-ca-cert")];
    Router::new().route("/gatebook-ca.crt", get(async move || (kind, pem.clone())))
}

/// A certificate with what leads to its authority, and its key.
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

type Pems = (Vec<u8>, Vec<u8>);

impl Files {
    fn of(config: &Config) -> Option<Self> {
        Some(Self {
            certificate: config.http.certificate.clone()?,
            key: config.http.key.clone()?,
        })
    }

    fn pems(&self) -> Result<Pems> {
        let pem =
            |file: &Path| read(file).with_context(|| format!("cannot read {}", file.display()));
        Ok((pem(&self.certificate)?, pem(&self.key)?))
    }

    async fn load(&self) -> Result<RustlsConfig> {
        serve::choose_provider();
        let (certificate, key) = self.pems()?;
        let loaded = RustlsConfig::from_pem(certificate, key).await;
        loaded.context("http.certificate and http.key are no certificate and its key")
    }

    /// Takes over a pair that changed. One that does not fit, such as a new certificate whose key
    /// is still being written, is left alone until it does.
    async fn follow(self, tls: RustlsConfig, stop: CancellationToken) {
        let mut used = self.pems().ok();
        while tokio::time::timeout(LOOK, stop.cancelled()).await.is_err() {
            let found = match self.pems() {
                Ok(found) if used.as_ref() != Some(&found) => found,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%error, "the certificate stays as it is");
                    continue;
                }
            };
            match tls.reload_from_pem(found.0.clone(), found.1.clone()).await {
                Ok(()) => {
                    tracing::info!("the certificate was renewed");
                    used = Some(found);
                }
                Err(error) => tracing::warn!(%error, "the certificate stays as it is"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn written(dir: &Path) -> (Config, String) {
        let authority = Authority::open(dir).unwrap();
        let issued = authority
            .issue(&["gate.lan".into()], Timestamp::now())
            .unwrap();
        let [certificate, key] = [dir.join("c.pem"), dir.join("k.pem")];
        std::fs::write(&certificate, &issued.chain_pem).unwrap();
        std::fs::write(&key, &issued.key_pem).unwrap();
        let mut config = Config::default();
        config.http.listen = ([0, 0, 0, 0], 443).into();
        config.http.certificate = Some(certificate);
        config.http.key = Some(key);
        (config, issued.key_pem)
    }

    #[tokio::test]
    async fn files_take_the_place_of_the_sites_own_authority() {
        let dir = tempfile::tempdir().unwrap();
        let (config, _) = written(dir.path());
        let (tls, authority) = of(&config, &CancellationToken::new()).await.unwrap();
        assert!(tls.is_some() && authority.is_none());
    }

    #[tokio::test]
    async fn a_key_of_another_certificate_is_refused_with_the_names_of_the_settings() {
        let [one, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let (config, _) = written(one.path());
        let (_, key) = written(other.path());
        std::fs::write(config.http.key.as_ref().unwrap(), key).unwrap();
        let error = of(&config, &CancellationToken::new()).await.unwrap_err();
        assert!(error.to_string().contains("http.certificate"), "{error:#}");
    }
}
