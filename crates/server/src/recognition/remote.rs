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

/// What answers of a worker have to come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// The model of its templates.
    pub model: ModelId,
    /// Its spoof models, see [`crate::models::spoof_ids`].
    pub spoof: Vec<String>,
}

/// Lets the worker at the other end of `link` look at `capacity` images at a time, until the link
/// ends. Its models have to be those `wanted`.
///
/// # Errors
/// How the link ended: it never ends well.
pub async fn employ<L>(
    pool: &Arc<Pool>,
    wanted: &Wanted,
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
    let FromWorker::Hello { model, spoof } = incoming.next().await? else {
        return Err(io::Error::other("the worker did not introduce itself"));
    };
    if let Err(why) = wanted.fits(&model, &spoof) {
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

impl Wanted {
    fn fits(&self, model: &str, spoof: &[String]) -> Result<(), String> {
        let ours = self.model;
        if model != ours.to_string() {
            return Err(format!(
                "the worker's model is {model}, the site's is {ours}: install the same Gatebook on both, and give \
                 both the same vision.embedder"
            ));
        }
        if spoof != self.spoof {
            return Err(format!(
                "the worker's spoof models are {}, the site's are {}: give both the same vision.spoof and cards",
                listed(spoof),
                listed(&self.spoof)
            ));
        }
        Ok(())
    }
}

fn listed(models: &[String]) -> String {
    if models.is_empty() {
        return "none".into();
    }
    models.join(" and ")
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
