//! Tells each device up to where its observations are committed: the device deletes below it.

use super::topics::{COMMITTED, topic};
use bytes::Bytes;
use rmqtt::codec::types::{Publish as Packet, QoS};
use rmqtt::context::ServerContext;
use rmqtt::session::SessionState;
use rmqtt::types::{From, Id, Publish};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Answers are gathered for this long, so that a device that sends fast is told now and then
/// instead of after each message.
const GATHER: Duration = Duration::from_millis(50);

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Committed {
    boot_id: String,
    /// Highest sequence without a gap from 1.
    sequence: u64,
}

/// The newest answers that were not published yet, by device name.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pending: Mutex<HashMap<String, Committed>>,
    some: Notify,
}

impl Answers {
    pub(super) fn tell(&self, device: &str, boot_id: &str, sequence: u64) {
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

    /// Publishes answers for as long as it is polled.
    pub(super) async fn publish(&self, context: &ServerContext) {
        loop {
            self.some.notified().await;
            tokio::time::sleep(GATHER).await;
            let answers =
                std::mem::take(&mut *self.pending.lock().unwrap_or_else(PoisonError::into_inner));
            for (device, committed) in answers {
                publish(context, &device, &committed).await;
            }
        }
    }
}

async fn publish(context: &ServerContext, device: &str, committed: &Committed) {
    let Ok(payload) = serde_json::to_vec(committed) else {
        return;
    };
    let packet = Packet {
        dup: false,
        retain: true,
        qos: QoS::AtLeastOnce,
        topic: topic(device, COMMITTED).into(),
        packet_id: None,
        payload: Bytes::from(payload),
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
