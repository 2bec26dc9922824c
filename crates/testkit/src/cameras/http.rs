//! A camera that speaks HTTP.

use super::Running;
use anyhow::{Result, bail};
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Largest question that is read, in bytes.
const LARGEST: usize = 256 * 1024;

/// What a camera sends in reply to a question.
#[derive(Clone, Debug)]
pub enum Reply {
    /// These bytes, head included; then the connection ends.
    Bytes(Bytes),
    /// These bytes, head included; then these again and again, with a pause after each.
    Endless {
        /// The head, and whatever comes once.
        first: Bytes,
        /// What comes again and again.
        again: Vec<Bytes>,
        /// Time between two of them.
        pause: Duration,
    },
}

impl Reply {
    /// A whole answer of that status with further header lines.
    #[must_use]
    pub fn answer(status: &str, headers: &[&str], body: &[u8]) -> Self {
        let mut head = format!(
            "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n",
            body.len()
        );
        for line in headers {
            head.push_str(line);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        Self::Bytes([head.as_bytes(), body].concat().into())
    }

    /// A picture.
    #[must_use]
    pub fn picture(jpeg: &[u8]) -> Self {
        Self::answer("200 OK", &["Content-Type: image/jpeg"], jpeg)
    }
}

/// An MJPEG stream of these pictures, over and over.
#[must_use]
pub fn mjpeg(pictures: &[Bytes], pause: Duration) -> Reply {
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=frontier\r\n\r\n";
    let part = |jpeg: &Bytes| {
        let head = format!(
            "\r\n--frontier\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n",
            jpeg.len()
        );
        Bytes::from([head.as_bytes(), jpeg].concat())
    };
    Reply::Endless {
        first: Bytes::from_static(head.as_bytes()),
        again: pictures.iter().map(part).collect(),
        pause,
    }
}

/// A camera on loopback; it is gone when this is dropped.
#[derive(Debug)]
pub struct HttpCamera {
    address: SocketAddr,
    _running: Running,
}

impl HttpCamera {
    /// Starts one that answers each question, given whole, with what `reply` says.
    ///
    /// # Errors
    /// When no port is free, or this one is taken.
    pub async fn start(
        port: u16,
        reply: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let reply = Arc::new(reply);
        let running = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let reply = reply.clone();
                // A client that goes away ends its connection.
                connections.spawn(async move { drop(serve(stream, &*reply).await) });
            }
        });
        Ok(Self {
            address,
            _running: Running(running),
        })
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn serve(mut stream: TcpStream, reply: &(dyn Fn(&str) -> Reply + Send + Sync)) -> Result<()> {
    let question = question(&mut stream).await?;
    match reply(&question) {
        Reply::Bytes(bytes) => stream.write_all(&bytes).await?,
        Reply::Endless {
            first,
            again,
            pause,
        } => {
            stream.write_all(&first).await?;
            for bytes in again.iter().cycle() {
                stream.write_all(bytes).await?;
                tokio::time::sleep(pause).await;
            }
        }
    }
    stream.shutdown().await?;
    Ok(())
}

/// Head and body of a question, as text.
async fn question(stream: &mut TcpStream) -> Result<String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await? == 0 || bytes.len() > LARGEST {
            bail!("no whole question");
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let named = name.eq_ignore_ascii_case("content-length");
                named.then(|| value.trim().parse::<usize>().ok()).flatten()
            });
            if body.len() >= length.unwrap_or(0) {
                return Ok(text);
            }
        }
    }
}
