//! One plain HTTP/1.1 request over a connection of its own, as boards make them.

use crate::mqtt::connect_from;
use anyhow::Context;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Status line, headers and body as text.
    pub text: String,
}

/// Posts `body` from `source`; each header is `Name: value`.
///
/// # Errors
/// When the server cannot be reached or does not answer with HTTP.
pub async fn post(
    source: IpAddr,
    server: SocketAddr,
    path: &str,
    headers: &[&str],
    body: &[u8],
) -> anyhow::Result<Answer> {
    let mut stream = connect_from(source, server).await?;
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    // A server may answer and close before it has read everything: the answer still counts.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .context("no HTTP answer")??;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok());
    Ok(Answer {
        status: status.context("not an HTTP answer")?,
        text,
    })
}
