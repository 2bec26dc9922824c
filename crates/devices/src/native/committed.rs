//! Tells each device up to where its observations are committed: the device deletes below it.

use super::topics::{COMMITTED, topic};
use bytes::Bytes;
use rmqtt::codec::types::{Publish as Packet, QoS};
use rmqtt::context::ServerContext;
use rmqtt::session::SessionState;
use rmqtt::types::{From, Id, Publish};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Answers are gathered for this long, so that a device that sends fast is told now and then
/// instead of after each message.
const GATHER: Duration = Duration::from_millis(50);

/// Up to where a device's observations are committed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Committed {
    boot_id: String,
    /// Highest sequence without a gap from 1.
    sequence: u64,
}

impl Committed {
    /// What is published of it, retained.
    pub(crate) fn payload(&self) -> Bytes {
        // Text and a number: there is nothing that could not be written.
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// The newest answers that were not published yet, by device name.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    pending: Mutex<HashMap<String, Committed>>,
    some: Notify,
}

impl Answers {
    pub(crate) fn tell(&self, device: &str, boot_id: &str, sequence: u64) {
        let committed = Committed {
            boot_id: boot_id.to_owned(),
            sequence,
        };
        self.pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(device.to_owned(), committed);
        self.some.notify_one();
    }

    /// Tells again what did not arrive, unless something newer waits.
    pub(crate) fn tell_again(&self, device: String, committed: Committed) {
        self.pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(device)
            .or_insert(committed);
        self.some.notify_one();
    }

    /// The next answers, gathered for a moment. Given up, it takes none away; whoever waits next is
    /// told by [`Answers::look_again`].
    pub(crate) async fn gathered(self: Arc<Self>) -> HashMap<String, Committed> {
        self.some.notified().await;
        tokio::time::sleep(GATHER).await;
        std::mem::take(&mut *self.pending.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes the next [`Answers::gathered`] look at what there is.
    pub(crate) fn look_again(&self) {
        self.some.notify_one();
    }

    /// Publishes answers for as long as it is polled.
    pub(super) async fn publish(self: &Arc<Self>, context: &ServerContext) {
        loop {
            for (device, committed) in self.clone().gathered().await {
                publish(context, &device, &committed).await;
            }
        }
    }
}

async fn publish(context: &ServerContext, device: &str, committed: &Committed) {
    let packet = Packet {
        dup: false,
        retain: true,
        qos: QoS::AtLeastOnce,
        topic: topic(device, COMMITTED).into(),
        packet_id: None,
        payload: committed.payload(),
        properties: None,
    };
    let from = From::from_system(Id::new(
        context.node.id(),
        0,
        None,
        None,
        "gatebook".into(),
        None,
    ));
    if let Err(error) =
        SessionState::forwards(context, from, Publish::from(packet), false, None).await
    {
        tracing::warn!(%error, "an answer to a device could not be published");
    }
}
