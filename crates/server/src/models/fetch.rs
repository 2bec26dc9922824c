//! Fetching a model's file, bounded in size and time.

use super::package::Packaged;
use anyhow::{Context, Result, bail};
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, Uri, header};
use futures::StreamExt;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use vision::models::LARGEST_FILE;

/// Redirections followed: model hosts name the place of a file by them.
const REDIRECTIONS: usize = 5;
/// For a connection, and between two pieces of an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// For the whole file.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// The file at `source`: an http or https address, a file of an npm package (`npm:PACKAGE@VERSION/PATH`), or a path
/// beside the card. `progress` is told how many
/// bytes are there.
///
/// # Errors
/// When it cannot be fetched, is larger than [`LARGEST_FILE`] or takes more than half an hour.
pub async fn fetch(source: &str, card: &Path, progress: impl Fn(u64)) -> Result<Vec<u8>> {
    if source.starts_with("http://") || source.starts_with("https://") {
        let fetched = timeout(LONGEST, download(source, progress)).await;
        return fetched.context("it takes more than half an hour")?;
    }
    if let Some(packaged) = source.strip_prefix("npm:") {
        return Packaged::read(packaged)?.fetch(LONGEST).await;
    }
    let path = card.parent().unwrap_or(Path::new(".")).join(source);
    let size = std::fs::metadata(&path)
        .with_context(|| path.display().to_string())?
        .len();
    if size > LARGEST_FILE {
        bail!(
            "{} has {size} bytes; at most {LARGEST_FILE} are taken",
            path.display()
        );
    }
    std::fs::read(&path).with_context(|| path.display().to_string())
}

async fn download(source: &str, progress: impl Fn(u64)) -> Result<Vec<u8>> {
    let mut uri: Uri = source.parse().context("the source is no address")?;
    for _ in 0..=REDIRECTIONS {
        let answer = ask(&uri).await.with_context(|| uri.to_string())?;
        let status = answer.status();
        if status == StatusCode::OK {
            return body(answer, progress)
                .await
                .with_context(|| uri.to_string());
        }
        if !status.is_redirection() {
            bail!("{uri} answers {status}");
        }
        uri = redirected(&uri, &answer)?;
    }
    bail!("{source} leads from one address to the next without end")
}

/// Where an answer leads; never from https to http, for what is secret in an address stays so.
fn redirected(from: &Uri, answer: &Response<Incoming>) -> Result<Uri> {
    let location = answer.headers().get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    let location = location.with_context(|| format!("{from} leads nowhere"))?;
    let to: Uri = if location.starts_with('/') {
        let host = from.authority().map_or("", |authority| authority.as_str());
        format!(
            "{}://{host}{location}",
            from.scheme_str().unwrap_or("https")
        )
        .parse()?
    } else {
        location.parse()?
    };
    match (from.scheme_str(), to.scheme_str()) {
        (Some("https"), Some("https")) | (Some("http"), Some("http" | "https")) => Ok(to),
        _ => bail!("{from} leads to {to}, which is not as secure"),
    }
}

async fn ask(uri: &Uri) -> Result<Response<Incoming>> {
    let host = uri.host().context("the address has no host")?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let secure = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let tcp = timeout(PATIENCE, TcpStream::connect((bare, port)))
        .await
        .context("it does not answer in time")??;
    if secure {
        let name = ServerName::try_from(bare.to_owned())?;
        let tls = TlsConnector::from(Arc::new(trusting()?));
        let stream = timeout(PATIENCE, tls.connect(name, tcp)).await??;
        return request(stream, uri).await;
    }
    request(tcp, uri).await
}

/// The authorities that this machine trusts.
fn trusting() -> Result<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        bail!("this machine trusts no authority: install ca-certificates");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

async fn request<S>(stream: S, uri: &Uri) -> Result<Response<Incoming>>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, "gatebook")
        .body(Body::empty())?;
    timeout(PATIENCE, sender.send_request(request))
        .await
        .context("it does not answer in time")?
        .map_err(Into::into)
}

async fn body(answer: Response<Incoming>, progress: impl Fn(u64)) -> Result<Vec<u8>> {
    let mut pieces = Body::new(answer.into_body()).into_data_stream();
    let mut file = Vec::new();
    while let Some(piece) = timeout(PATIENCE, pieces.next())
        .await
        .context("nothing comes any more")?
    {
        file.extend_from_slice(&piece?);
        let size = file.len() as u64;
        if size > LARGEST_FILE {
            bail!("it has more than {LARGEST_FILE} bytes");
        }
        progress(size);
    }
    Ok(file)
}
