//! A recognition worker, as the private part sees it.

use super::analyser::{Analyser, Fault};
use super::pool::Pool;
use super::wire::{FromWorker, Incoming, Outgoing, PING, ToWorker};
use async_trait::async_trait;
use bytes::Bytes;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite, split};
use tokio::sync::{mpsc, oneshot};
use tokio::time::interval;
use vision::{Look, ModelId, Purpose};

/// A worker that says it takes more at a time is believed up to here.
const MOST_PLACES: u16 = 256;

type Reply = oneshot::Sender<Option<Look>>;

/// An image on its way to the worker.
struct Order {
    purpose: Purpose,
    image: Bytes,
    reply: Reply,
}

/// Hands images to the task that holds the link.
struct Remote(mpsc::Sender<Order>);

#[async_trait]
impl Analyser for Remote {
    async fn look(&self, image: Bytes, purpose: Purpose) -> Result<Look, Fault> {
        let (reply, looked) = oneshot::channel();
        let order = Order {
            purpose,
            image,
            reply,
        };
        self.0.send(order).await.map_err(|_| Fault::Lost)?;
        looked.await.map_err(|_| Fault::Lost)?.ok_or(Fault::Broken)
    }
}

/// Lets the worker at the other end of `link` look at `capacity` images at a time, until the link
/// ends. Its templates have to be of `model`.
///
/// # Errors
/// How the link ended: it never ends well.
pub async fn employ<L>(
    pool: &Arc<Pool>,
    model: ModelId,
    name: &str,
    capacity: u16,
    link: L,
) -> io::Result<()>
where
    L: AsyncRead + AsyncWrite + Send + 'static,
{
    let (reader, writer) = split(link);
    let mut incoming = Incoming::new(reader);
    let mut outgoing = Outgoing::new(writer);
    let FromWorker::Hello { model: theirs } = incoming.next().await? else {
        return Err(io::Error::other("the worker did not introduce itself"));
    };
    if let Err(why) = fits(model, &theirs) {
        outgoing.send(&ToWorker::Refused(why.clone())).await?;
        return Err(io::Error::other(why));
    }
    let capacity = usize::from(capacity.clamp(1, MOST_PLACES));
    tracing::info!(worker = name, capacity, "a recognition worker came");
    let (orders, taken) = mpsc::channel(capacity);
    let _membership = pool.join(name, capacity, Remote(orders));
    let waiting = Waiting::default();
    tokio::select! {
        ended = write(&mut outgoing, taken, &waiting) => ended,
        ended = read(&mut incoming, &waiting) => ended,
    }
}

fn fits(ours: ModelId, theirs: &str) -> Result<(), String> {
    if theirs == ours.to_string() {
        return Ok(());
    }
    Err(format!(
        "the worker's model is {theirs}, the site's is {ours}: install the same Gatebook on both, and give \
         both the same vision.embedder"
    ))
}

/// Who waits for which image. Replies that are dropped tell that the worker is lost.
#[derive(Default)]
struct Waiting(std::sync::Mutex<HashMap<u64, Reply>>);

impl Waiting {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<u64, Reply>) -> T) -> T {
        work(
            &mut self
                .0
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        )
    }
}

async fn write<W: AsyncWrite + Unpin>(
    outgoing: &mut Outgoing<W, ToWorker>,
    mut orders: mpsc::Receiver<Order>,
    waiting: &Waiting,
) -> io::Result<()> {
    let mut pings = interval(PING);
    let mut number = 0;
    loop {
        let message = tokio::select! {
            _ = pings.tick() => ToWorker::Ping,
            order = orders.recv() => {
                let Some(order) = order else { return Ok(()) };
                number += 1;
                waiting.with(|waiting| waiting.insert(number, order.reply));
                ToWorker::Look { number, purpose: order.purpose, image: order.image.into() }
            }
        };
        outgoing.send(&message).await?;
    }
}

async fn read<R: AsyncRead + Unpin>(
    incoming: &mut Incoming<R, FromWorker>,
    waiting: &Waiting,
) -> io::Result<()> {
    loop {
        match incoming.next().await? {
            FromWorker::Looked { number, look } => {
                if let Some(reply) = waiting.with(|waiting| waiting.remove(&number)) {
                    // A camera that went away does not wait any more.
                    let _ = reply.send(look);
                }
            }
            FromWorker::Pong => {}
            FromWorker::Hello { .. } => return Err(io::Error::other("the worker came twice")),
        }
    }
}
