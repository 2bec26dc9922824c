//! Links as connections of an HTTP client.

use axum::http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use link::{Connector, Error, Link};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tower::Service;

/// Links open at once, WebSockets included.
const MOST: usize = 450;
/// How long a request waits for one of them.
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes a link for each connection that the client wants, whatever address it names.
#[derive(Clone)]
pub struct Dialler {
    connector: Connector,
    places: Arc<Semaphore>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum NotDialled {
    /// There is no link.
    #[error(transparent)]
    Link(#[from] Error),
    /// As many links as allowed are open.
    #[error("too many requests at once")]
    Busy,
}

/// An open connection.
pub struct Dialled {
    link: TokioIo<Link>,
    _place: OwnedSemaphorePermit,
}

impl Dialler {
    pub fn new(connector: Connector) -> Self {
        Self {
            connector,
            places: Arc::new(Semaphore::new(MOST)),
        }
    }
}

impl Service<Uri> for Dialler {
    type Response = Dialled;
    type Error = NotDialled;
    type Future = Pin<Box<dyn Future<Output = Result<Dialled, NotDialled>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), NotDialled>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let place = timeout(PATIENCE, this.places.acquire_owned()).await;
            let place = place.map_err(|_| NotDialled::Busy)?;
            let place = place.map_err(|_| NotDialled::Busy)?;
            let link = TokioIo::new(this.connector.connect().await?);
            Ok(Dialled {
                link,
                _place: place,
            })
        })
    }
}

impl Connection for Dialled {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Dialled {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.link).poll_read(cx, buf)
    }
}

impl Write for Dialled {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.link).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.link).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.link).poll_shutdown(cx)
    }
}
