//! What a camera sends is counted on its way: `retina` takes a message, or a picture in pieces, of any length.

use crate::connect::no_answer;
use crate::{Error, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// The most that may come between two pictures, in bytes: the largest picture, what RTP and RTSP put around it, and what waits
/// on the way.
const MOST: usize = 2 * super::decoder::LARGEST_UNIT;
/// How long the way is kept open for who wanted it.
const WANTED_WITHIN: Duration = Duration::from_secs(5);

/// A way to a camera on loopback, which ends when too much comes without a picture.
pub(super) struct Bounded {
    /// Where it begins.
    pub(super) entry: SocketAddr,
    came: Arc<Came>,
}

/// What came.
#[derive(Default)]
struct Came {
    /// Bytes since the last picture.
    bytes: AtomicUsize,
    /// They were too many, and the way was cut.
    too_many: AtomicBool,
}

impl Bounded {
    /// A way through `camera`, for one connection.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] when loopback has no port left.
    pub(super) async fn through(camera: TcpStream) -> Result<Self> {
        let failed =
            |error: std::io::Error| no_answer((Ipv4Addr::LOCALHOST, 0).into(), &error.to_string());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listener = listener.await.map_err(failed)?;
        let entry = listener.local_addr().map_err(failed)?;
        let came = Arc::new(Came::default());
        let counted = came.clone();
        // It ends with the connection on either side; a farewell to the camera still goes through.
        tokio::spawn(async move {
            let wanted = timeout(WANTED_WITHIN, listener.accept()).await;
            drop(listener);
            if let Ok(Ok((client, _))) = wanted {
                let _ = client.set_nodelay(true);
                pass(client, camera, &counted).await;
            }
        });
        Ok(Self { entry, came })
    }

    /// A picture came out at the other end.
    pub(super) fn picture(&self) {
        self.came.bytes.store(0, Ordering::Relaxed);
    }

    /// Why the way ended, if it was because of what came; else `error`.
    pub(super) fn why(&self, error: Error) -> Error {
        match self.came.too_many.load(Ordering::Relaxed) {
            true => Error::TooLarge {
                what: "a picture of the stream",
                limit: MOST,
            },
            false => error,
        }
    }
}

async fn pass(client: TcpStream, camera: TcpStream, came: &Came) {
    let (mut asked, answered) = client.into_split();
    let (coming, mut asking) = camera.into_split();
    tokio::select! {
        _ = copy(&mut asked, &mut asking) => {}
        () = count(coming, answered, came) => {}
    }
}

async fn count(mut coming: OwnedReadHalf, mut client: OwnedWriteHalf, came: &Came) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = coming.read(&mut bytes).await {
        if came.bytes.fetch_add(read, Ordering::Relaxed) + read > MOST {
            came.too_many.store(true, Ordering::Relaxed);
            return;
        }
        let some = bytes.get(..read).unwrap_or_default();
        if client.write_all(some).await.is_err() {
            return;
        }
    }
}
