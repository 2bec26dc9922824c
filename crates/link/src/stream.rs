//! An open link: a byte stream.

use crate::roster::Present;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;
use tokio_util::sync::WaitForCancellationFutureOwned;

/// After so long without a sign of life the other side is asked for one, and asked again as often.
const ASK: Duration = Duration::from_secs(1);
/// So many questions without an answer, and the link is broken.
const QUESTIONS: u32 = 3;
/// The longest time that something sent may go without being acknowledged by the other host.
const PATIENCE: Duration = Duration::from_secs(4);

/// An open link. Reading fails once its node is revoked, or the other host is gone.
pub struct Link {
    tls: TlsStream<TcpStream>,
    counted: Option<Counted>,
}

/// The private part's side of a link.
struct Counted {
    present: Present,
    revoked: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Link {
    pub(crate) fn dialled(tls: TlsStream<TcpStream>) -> Self {
        Self { tls, counted: None }
    }

    pub(crate) fn answered(tls: TlsStream<TcpStream>, present: Present) -> Self {
        let revoked = Box::pin(present.revoked.clone().cancelled_owned());
        let counted = Some(Counted { present, revoked });
        Self { tls, counted }
    }
}

/// Sends small things at once, and notices within some seconds when the other host is gone: a cable
/// that was pulled says nothing.
pub(crate) fn tune(tcp: &TcpStream) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let socket = socket2::SockRef::from(tcp);
    let asking = socket2::TcpKeepalive::new()
        .with_time(ASK)
        .with_interval(ASK)
        .with_retries(QUESTIONS);
    socket.set_tcp_keepalive(&asking)?;
    socket.set_tcp_user_timeout(Some(PATIENCE))
}

fn revoked() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the node was revoked")
}

impl AsyncRead for Link {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(counted) = &mut self.counted
            && counted.revoked.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Err(revoked()));
        }
        Pin::new(&mut self.tls).poll_read(cx, buf)
    }
}

impl AsyncWrite for Link {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let counted = self.counted.as_ref();
        if counted.is_some_and(|counted| counted.present.revoked.is_cancelled()) {
            return Poll::Ready(Err(revoked()));
        }
        Pin::new(&mut self.tls).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tls).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tls).poll_shutdown(cx)
    }
}
