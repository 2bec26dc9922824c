//! What was received and is on its way to the store, in the order of receipt: acknowledgements go out
//! in that order (MQTT 5, section 4.6).

use super::incidents;
use super::message::Meaning;
use crate::classic::refusal::words;
use crate::house::House;
use crate::native::committed::Answers;
use futures::future::{BoxFuture, ready};
use futures::stream::FuturesOrdered;
use futures::{FutureExt, StreamExt};
use model::{ObservationDraft, Receipt, SourceKey};
use rmqtt_codec::types::{Publish, QoS};
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How soon what the house could not take is handed in again.
const RETRY: Duration = Duration::from_millis(200);

/// A message that may be acknowledged now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Taken {
    pub packet_id: Option<NonZeroU16>,
    pub qos: QoS,
}

impl Taken {
    pub fn of(publish: &Publish) -> Self {
        Self {
            packet_id: publish.packet_id,
            qos: publish.qos,
        }
    }
}

/// Messages that are not acknowledged yet.
pub(super) struct Deliveries {
    house: House,
    answers: Arc<Answers>,
    stop: CancellationToken,
    /// `None`: the house took it no more; the broker keeps it.
    waiting: FuturesOrdered<BoxFuture<'static, Option<Taken>>>,
}

impl Deliveries {
    pub fn new(house: House, answers: Arc<Answers>, stop: CancellationToken) -> Self {
        Self {
            house,
            answers,
            stop,
            waiting: FuturesOrdered::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Hands a message in.
    pub fn hand_in(&mut self, meaning: Meaning, taken: Taken) {
        let Some(draft) = meaning.draft else {
            return self.pass(taken);
        };
        let (house, stop) = (self.house.clone(), self.stop.clone());
        let (answers, name) = (self.answers.clone(), meaning.answer);
        let committed = async move {
            let key = draft.key.clone();
            let contiguous = commit(&house, *draft, &stop).await?;
            if let (Some(name), SourceKey::Sequence { boot_id, .. }, Some(sequence)) =
                (name, key, contiguous)
            {
                answers.tell(&name, &boot_id, sequence);
            }
            Some(taken)
        };
        self.waiting.push_back(committed.boxed());
    }

    /// Lets a message pass that has nothing to be committed, in its turn.
    pub fn pass(&mut self, taken: Taken) {
        self.waiting.push_back(ready(Some(taken)).boxed());
    }

    /// The next message that may be acknowledged. Safe to drop before it is ready. While nothing
    /// waits, it does not end.
    pub async fn next(&mut self) -> Taken {
        loop {
            match self.waiting.next().await {
                Some(Some(taken)) => return taken,
                // Not taken: neither it nor what follows it is acknowledged on this connection.
                Some(None) | None => std::future::pending().await,
            }
        }
    }

    /// Those that are committed already or within a moment, once nothing more is handed in.
    pub async fn rest(&mut self) -> Option<Taken> {
        self.waiting.next().await.flatten()
    }
}

/// Waits for the commit; `None` when the house stops before it. What is refused for good counts as
/// taken, or it would stand before everything else for ever.
async fn commit(
    house: &House,
    draft: ObservationDraft,
    stop: &CancellationToken,
) -> Option<Option<u64>> {
    loop {
        match house.deliver(draft.clone()).await {
            Receipt::Committed { contiguous } | Receipt::Duplicate { contiguous } => {
                return Some(contiguous);
            }
            Receipt::Refused(why) => {
                incidents::refused(house, draft.device, &words(&why));
                return Some(None);
            }
            Receipt::Overloaded if stop.is_cancelled() || house.deliveries.is_closed() => {
                return None;
            }
            Receipt::Overloaded => tokio::time::sleep(RETRY).await,
        }
    }
}
