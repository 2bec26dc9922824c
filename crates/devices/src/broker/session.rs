//! The session at the broker, over one connection: what is received is handed in, what is committed is
//! acknowledged.

use super::answers::{Outbox, word};
use super::connection::{
    KEEP_ALIVE_S, Lost, Packets, Settings, farewell, granted, in_words, next, send, subscription,
};
use super::deliveries::{Deliveries, Taken};
use super::incidents;
use super::message::{Delivered, Delivery, Meaning, Unfit, understand};
use super::state::{self, State};
use super::subscriptions::{AT_ONCE, Subscriptions};
use crate::classic::message::CAMERA_TRIGGER;
use crate::classic::{Beyond, Switchboard};
use crate::house::{HeardKind, House};
use crate::native::committed::{Answers, Committed};
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use model::{DeviceId, Sighting};
use rmqtt_codec::types::{Publish, QoS};
use rmqtt_codec::v5::{
    Packet, PublishAck, PublishAck2, PublishAck2Reason, PublishAckReason, SubscribeAck, Unsubscribe,
};
use std::collections::{HashMap, HashSet};
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Interval, interval};
use tokio_util::sync::CancellationToken;

/// Messages that the broker may deliver before the first of them is acknowledged (MQTT 5, section
/// 3.1.2.11.3): the rest waits there while the store is busy.
pub(super) const RECEIVE_MAXIMUM: u16 = 128;

/// Messages in hand beyond which nothing more is read: those at QoS 0 are bounded by nothing else.
const IN_HAND: usize = 256;

/// The largest packet taken, in bytes: the broker sets larger ones aside. Far above the largest report,
/// so that one that is too long is named and not lost without a word.
pub const MAX_PACKET_BYTES: u32 = 1024 * 1024;

/// What a session needs of its surroundings.
pub(super) struct Surroundings<'s> {
    pub house: &'s House,
    pub switchboard: &'s Switchboard,
    pub settings: &'s Settings,
    pub answers: &'s Arc<Answers>,
    pub beyond: &'s mut mpsc::Receiver<Beyond>,
    /// QoS 2 messages that were taken and not released; kept as long as the session is.
    pub unreleased: &'s mut HashSet<NonZeroU16>,
    pub state: &'s watch::Sender<State>,
    pub stop: &'s CancellationToken,
}

/// Which session it is.
pub(super) struct Resumed {
    pub session: String,
    pub connected_at: Timestamp,
    pub resumed: bool,
    /// Publications that the broker takes without acknowledging them.
    pub receive_maximum: NonZeroU16,
}

pub(super) struct Session<'s> {
    around: Surroundings<'s>,
    packets: Packets,
    this: Resumed,
    deliveries: Deliveries,
    subscriptions: Subscriptions,
    outbox: Outbox,
    next_answers: BoxFuture<'static, HashMap<String, Committed>>,
    /// Controllers whose last finger had waited at the broker.
    late: HashSet<DeviceId>,
    /// Topics that the session still has and nobody uses any more.
    unwanted: Vec<String>,
    last_packet_id: u16,
    heard_at: Instant,
    pulse: Interval,
}

impl<'s> Session<'s> {
    pub fn new(around: Surroundings<'s>, packets: Packets, this: Resumed) -> Self {
        let answers = around.answers;
        answers.look_again();
        Self {
            deliveries: Deliveries::new(around.house.clone(), answers.clone(), around.stop.clone()),
            subscriptions: Subscriptions::default(),
            outbox: Outbox::new(answers.clone(), this.receive_maximum),
            next_answers: answers.clone().gathered().boxed(),
            late: HashSet::new(),
            unwanted: Vec::new(),
            last_packet_id: 0,
            heard_at: Instant::now(),
            pulse: interval(Duration::from_secs(u64::from(KEEP_ALIVE_S)) / 2),
            around,
            packets,
            this,
        }
    }

    /// Serves until the connection is lost or Gatebook stops.
    pub async fn serve(mut self) -> Lost {
        let stop = self.around.stop;
        let mut directory = self.around.house.directory.clone();
        directory.mark_changed();
        loop {
            metrics::gauge!("gatebook_broker_in_hand").set(self.deliveries.len() as f64);
            let served = tokio::select! {
                () = stop.cancelled() => return self.finish().await,
                packet = next(&mut self.packets), if self.is_reading() => match packet {
                    Ok(packet) => self.receive(packet).await,
                    Err(lost) => Err(lost),
                },
                taken = self.deliveries.next(), if !self.deliveries.is_empty() => {
                    self.acknowledge(taken).await
                }
                answers = &mut self.next_answers, if self.outbox.is_empty() => {
                    self.next_answers = self.around.answers.clone().gathered().boxed();
                    self.outbox.add(answers);
                    self.send_answers().await
                }
                Some(message) = self.around.beyond.recv() => self.forward(message).await,
                Ok(()) = directory.changed() => self.subscribe().await,
                _ = self.pulse.tick() => self.beat().await,
            };
            if let Err(lost) = served {
                return lost;
            }
        }
    }

    fn is_reading(&self) -> bool {
        self.deliveries.len() < IN_HAND
    }

    async fn receive(&mut self, packet: Packet) -> Result<(), Lost> {
        self.heard_at = Instant::now();
        match packet {
            Packet::Publish(publish) => {
                self.take(&publish);
                let unwanted = std::mem::take(&mut self.unwanted);
                self.unsubscribe(&unwanted).await
            }
            Packet::PublishRelease(release) => self.release(release.packet_id).await,
            Packet::PublishAck(answer) => {
                if let Some(device) = self.outbox.arrived(answer.packet_id)
                    && answer.reason_code != PublishAckReason::Success
                    && answer.reason_code != PublishAckReason::NoMatchingSubscribers
                {
                    let topics = &self.around.settings.topics;
                    let topic = topics.native(&device, crate::native::topics::COMMITTED);
                    let why = in_words(&answer.reason_code);
                    incidents::not_allowed(self.around.house, "publish", &topic, &why);
                }
                self.send_answers().await
            }
            Packet::SubscribeAck(answer) => {
                self.subscribed(answer);
                Ok(())
            }
            Packet::UnsubscribeAck(_) | Packet::PingResponse => Ok(()),
            other => Err(Lost::NotMqtt(format!("it sent {other:?}"))),
        }
    }

    /// Takes a message in hand. One that was taken before and is not released is acknowledged again.
    fn take(&mut self, publish: &Publish) {
        let taken = Taken::of(publish);
        let repeated = publish.qos == QoS::ExactlyOnce
            && taken
                .packet_id
                .is_some_and(|id| self.around.unreleased.contains(&id));
        if repeated {
            return self.deliveries.pass(taken);
        }
        let message = Delivered {
            topic: &publish.topic,
            payload: &publish.payload,
            packet_id: publish.packet_id.map(NonZeroU16::get),
            again: publish.dup,
            retained: publish.retain,
        };
        let delivery = Delivery {
            session: &self.this.session,
            connected_at: self.this.connected_at,
            resumed: self.this.resumed,
            received_at: Timestamp::now(),
            late: &self.late,
        };
        let directory = self.around.house.directory();
        let topics = &self.around.settings.topics;
        let meaning = understand(&message, &delivery, topics, &directory);
        let outcome = if meaning.is_ok() { "taken" } else { "unfit" };
        metrics::counter!("gatebook_broker_messages_total", "outcome" => outcome).increment(1);
        match meaning {
            Ok(meaning) => {
                self.around.house.heard(meaning.device, HeardKind::Message);
                self.trigger(&meaning, publish.qos);
                self.deliveries.hand_in(meaning, taken);
            }
            // What will never be acceptable is acknowledged, or it would stand before everything.
            Err(why) => {
                if why == Unfit::Nobodys {
                    self.unwanted.push(publish.topic.to_string());
                }
                incidents::unfit(self.around.house, &message, &why);
                self.deliveries.pass(taken);
            }
        }
    }

    /// Notes whether a gate's finger was late, and tells a camera that is connected here of a request:
    /// the person stands there now and does not wait for the store. A camera behind the broker has
    /// the request from there.
    fn trigger(&mut self, meaning: &Meaning, qos: QoS) {
        let Some(draft) = &meaning.draft else {
            return;
        };
        match (&draft.sighting, draft.deferred) {
            (Sighting::Finger { .. }, true) => drop(self.late.insert(draft.device)),
            (Sighting::Finger { .. }, false) => drop(self.late.remove(&draft.device)),
            _ => {}
        }
        if let Some(gate) = meaning.trigger.filter(|_| !draft.deferred) {
            let word = Bytes::from_static(b"capture");
            let switchboard = self.around.switchboard;
            switchboard.publish_here(gate, CAMERA_TRIGGER, qos, &word);
        }
    }

    async fn acknowledge(&mut self, taken: Taken) -> Result<(), Lost> {
        let Some(packet_id) = taken.packet_id else {
            return Ok(());
        };
        let answer = PublishAck {
            packet_id,
            reason_code: PublishAckReason::Success,
            properties: Vec::new(),
            reason_string: None,
        };
        let answer = match taken.qos {
            QoS::AtMostOnce => return Ok(()),
            QoS::AtLeastOnce => Packet::PublishAck(answer),
            QoS::ExactlyOnce => {
                self.around.unreleased.insert(packet_id);
                Packet::PublishReceived(answer)
            }
        };
        send(&mut self.packets, answer).await
    }

    async fn release(&mut self, packet_id: NonZeroU16) -> Result<(), Lost> {
        self.around.unreleased.remove(&packet_id);
        let complete = PublishAck2 {
            packet_id,
            reason_code: PublishAck2Reason::Success,
            properties: Vec::new(),
            reason_string: None,
        };
        send(&mut self.packets, Packet::PublishComplete(complete)).await
    }

    /// Brings the subscriptions up to what the site is now. A resumed session may have others still,
    /// which are ended when they deliver something.
    async fn subscribe(&mut self) -> Result<(), Lost> {
        let topics = &self.around.settings.topics;
        let filters = topics.filters(&self.around.house.directory());
        let change = self.subscriptions.want(filters);
        for filters in change.subscribe.chunks(AT_ONCE) {
            let packet_id = self.packet_id();
            self.subscriptions.ask(packet_id, filters);
            let subscribe = Packet::Subscribe(subscription(packet_id, filters));
            send(&mut self.packets, subscribe).await?;
        }
        self.unsubscribe(&change.unsubscribe).await
    }

    async fn unsubscribe(&mut self, filters: &[String]) -> Result<(), Lost> {
        for filters in filters.chunks(AT_ONCE) {
            let unsubscribe = Packet::Unsubscribe(Unsubscribe {
                packet_id: self.packet_id(),
                user_properties: Vec::new(),
                topic_filters: filters.iter().map(|f| f.clone().into()).collect(),
            });
            send(&mut self.packets, unsubscribe).await?;
        }
        Ok(())
    }

    fn subscribed(&mut self, answer: SubscribeAck) {
        let asked = self.subscriptions.answered(answer.packet_id);
        for (filter, status) in asked.iter().zip(answer.status) {
            if !granted(status) {
                let why = in_words(&status);
                incidents::not_allowed(self.around.house, "subscribe to", filter, &why);
            }
        }
        if self.subscriptions.are_answered() {
            state::up(self.around.state);
        }
    }

    async fn send_answers(&mut self) -> Result<(), Lost> {
        loop {
            let packet_id = self.packet_id();
            let topics = &self.around.settings.topics;
            match self.outbox.next(packet_id, topics) {
                Some(publish) => send(&mut self.packets, publish.into()).await?,
                None => return Ok(()),
            }
        }
    }

    /// A word for boards of a gate that are behind the broker.
    async fn forward(&mut self, message: Beyond) -> Result<(), Lost> {
        let directory = self.around.house.directory();
        let gate = directory.gates.iter().find(|gate| gate.id == message.gate);
        let Some(prefix) = gate.and_then(|gate| gate.topic_prefix.as_ref()) else {
            return Ok(());
        };
        let publish = word(prefix.topic(message.topic), message.payload);
        send(&mut self.packets, publish.into()).await
    }

    /// A sign of life; while nothing is read, none can be heard.
    async fn beat(&mut self) -> Result<(), Lost> {
        let patience = Duration::from_secs(u64::from(KEEP_ALIVE_S)).mul_f32(1.5);
        if self.is_reading() && self.heard_at.elapsed() > patience {
            return Err(Lost::Silent);
        }
        if !self.is_reading() {
            self.heard_at = Instant::now();
        }
        send(&mut self.packets, Packet::PingRequest).await
    }

    /// Acknowledges what is committed yet; the broker delivers the rest at the next start.
    async fn finish(mut self) -> Lost {
        while let Some(taken) = self.deliveries.rest().await {
            if let Err(lost) = self.acknowledge(taken).await {
                return lost;
            }
        }
        if let Some(answers) = self.next_answers.as_mut().now_or_never() {
            self.outbox.add(answers);
        }
        let _ = self.send_answers().await;
        farewell(&mut self.packets).await;
        Lost::Stopping
    }

    fn packet_id(&mut self) -> NonZeroU16 {
        loop {
            self.last_packet_id = self.last_packet_id.wrapping_add(1);
            match NonZeroU16::new(self.last_packet_id) {
                Some(id) if !self.outbox.uses(id) => return id,
                _ => {}
            }
        }
    }
}
