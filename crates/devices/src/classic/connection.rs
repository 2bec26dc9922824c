//! One connection of a classic board: MQTT 3.1.1, each message committed before the next is read.

use super::message::{Board, CAMERA_TRIGGER, Message, draft, parse, publisher};
use super::places::{Place, place_of};
use super::refusal;
use super::switchboard::{Notice, Outgoing, SessionId, Switchboard};
use crate::house::{HeardKind, House};
use bytes::Bytes;
use bytestring::ByteString;
use futures::{SinkExt, StreamExt};
use jiff::Timestamp;
use model::Receipt;
use rmqtt_codec::types::{Publish, QoS};
use rmqtt_codec::v3::{Codec, Connect, ConnectAck, ConnectAckReason, Packet, SubscribeReturnCode};
use std::collections::HashSet;
use std::net::IpAddr;
use std::num::NonZeroU16;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::codec::Framed;
use tokio_util::sync::CancellationToken;

/// Boards send at most their buffer of 2,048 bytes; twice that leaves room for other clients.
const MAX_PACKET: u32 = 4096;

/// How long a new connection may stay silent before its CONNECT.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);

/// How long a board may refuse to take what is sent to it.
const SEND_PATIENCE: Duration = Duration::from_secs(10);

/// How soon a message that the house could not take is handed in again.
const RETRY: Duration = Duration::from_millis(200);

/// Why a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Closed,
    NotMqtt,
    Silent,
    NotReading,
    TakenOver,
    NoPlace,
    Overloaded,
    Stopping,
}

struct Connection {
    house: House,
    switchboard: Switchboard,
    packets: Framed<TcpStream, Codec>,
    session: SessionId,
    /// Which board speaks, once it is known.
    board: Option<Board>,
    /// QoS 2 packets received and not released yet.
    unreleased: HashSet<NonZeroU16>,
    last_packet_id: u16,
    keep_alive: Option<Duration>,
}

/// Serves a connection to its end.
pub(super) async fn serve(
    house: House,
    switchboard: Switchboard,
    stream: TcpStream,
    address: IpAddr,
    stop: CancellationToken,
) {
    let mut packets = Framed::new(stream, Codec::new(MAX_PACKET));
    let first = tokio::select! {
        () = stop.cancelled() => return,
        first = timeout(CONNECT_PATIENCE, packets.next()) => first,
    };
    let place = place_of(&house.directory(), address);
    let Some(place) = place else {
        refusal::unknown_address(&house, address, "A connection to the classic port");
        let _ = acknowledge_connect(&mut packets, ConnectAckReason::NotAuthorized).await;
        return;
    };
    let Ok(Some(Ok((Packet::Connect(connect), _)))) = first else {
        tracing::info!(%address, "a connection to the classic port did not begin with MQTT 3.1.1");
        return;
    };
    if acknowledge_connect(&mut packets, ConnectAckReason::ConnectionAccepted)
        .await
        .is_err()
    {
        return;
    }
    let mut connection = Connection::new(house, switchboard, packets, &place, address, &connect);
    let end = connection.run(stop).await;
    tracing::debug!(%address, ?end, "a classic board's connection ended");
}

async fn acknowledge_connect(
    packets: &mut Framed<TcpStream, Codec>,
    return_code: ConnectAckReason,
) -> Result<(), End> {
    // A classic board always starts a clean session; none is kept for anybody.
    let answer = Packet::ConnectAck(ConnectAck {
        return_code,
        session_present: false,
    });
    send(packets, answer).await
}

async fn send(packets: &mut Framed<TcpStream, Codec>, packet: Packet) -> Result<(), End> {
    match timeout(SEND_PATIENCE, packets.send(packet)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Closed),
        Err(_) => Err(End::NotReading),
    }
}

impl Connection {
    fn new(
        house: House,
        switchboard: Switchboard,
        packets: Framed<TcpStream, Codec>,
        place: &Place,
        address: IpAddr,
        connect: &Connect,
    ) -> Self {
        let session = SessionId {
            gate: place.gate.id,
            address: address.to_canonical(),
            client: connect.client_id.to_string(),
        };
        // MQTT 3.1.1, section 3.1.2.10: one and a half times the keep-alive; 0 means none.
        let keep_alive = (connect.keep_alive > 0)
            .then(|| Duration::from_secs(u64::from(connect.keep_alive)).mul_f32(1.5));
        Self {
            house,
            switchboard,
            packets,
            session,
            board: None,
            unreleased: HashSet::new(),
            last_packet_id: 0,
            keep_alive,
        }
    }

    async fn run(&mut self, stop: CancellationToken) -> End {
        let (number, mut notices) = self.switchboard.connect(self.session.clone());
        if let Ok(Place { boards, .. }) = self.place()
            && let [only] = boards.as_slice()
        {
            self.speaks_as(*only);
        }
        let end = self.serve_until_end(&mut notices, &stop).await;
        self.switchboard.disconnect(&self.session, number);
        self.hear(HeardKind::Disconnected);
        end
    }

    async fn serve_until_end(
        &mut self,
        notices: &mut mpsc::Receiver<Notice>,
        stop: &CancellationToken,
    ) -> End {
        let mut last_packet = Instant::now();
        loop {
            let silence = self.keep_alive.unwrap_or(Duration::MAX);
            let deadline = last_packet.checked_add(silence).unwrap_or(last_packet);
            let served = tokio::select! {
                () = stop.cancelled() => Err(End::Stopping),
                packet = self.packets.next() => {
                    last_packet = Instant::now();
                    match packet {
                        Some(Ok((packet, _))) => self.receive(packet).await,
                        Some(Err(_)) => Err(End::NotMqtt),
                        None => Err(End::Closed),
                    }
                }
                notice = notices.recv() => match notice {
                    Some(Notice::Send(message)) => self.forward(message).await,
                    Some(Notice::TakenOver) | None => Err(End::TakenOver),
                },
                () = sleep_until(deadline), if self.keep_alive.is_some() => Err(End::Silent),
            };
            if let Err(end) = served {
                return end;
            }
        }
    }

    async fn receive(&mut self, packet: Packet) -> Result<(), End> {
        match packet {
            Packet::Publish(publish) => self.publish(&publish).await,
            Packet::PublishRelease { packet_id } => {
                self.unreleased.remove(&packet_id);
                self.send(Packet::PublishComplete { packet_id }).await
            }
            Packet::Subscribe {
                packet_id,
                topic_filters,
            } => self.subscribe(packet_id, topic_filters).await,
            Packet::Unsubscribe {
                packet_id,
                topic_filters,
            } => {
                for filter in topic_filters {
                    self.switchboard.unsubscribe(&self.session, &filter);
                }
                self.send(Packet::UnsubscribeAck { packet_id }).await
            }
            Packet::PingRequest => {
                self.hear(HeardKind::Message);
                self.send(Packet::PingResponse).await
            }
            Packet::PublishAck { .. } => Ok(()),
            Packet::Disconnect => Err(End::Closed),
            _ => Err(End::NotMqtt),
        }
    }

    async fn publish(&mut self, publish: &Publish) -> Result<(), End> {
        let repeated = publish
            .packet_id
            .is_some_and(|id| self.unreleased.contains(&id));
        if !(publish.qos == QoS::ExactlyOnce && repeated) {
            self.take(publish).await?;
        }
        match (publish.qos, publish.packet_id) {
            (QoS::AtLeastOnce, Some(packet_id)) => {
                self.send(Packet::PublishAck { packet_id }).await
            }
            (QoS::ExactlyOnce, Some(packet_id)) => {
                self.unreleased.insert(packet_id);
                self.send(Packet::PublishReceived { packet_id }).await
            }
            _ => Ok(()),
        }
    }

    /// Takes a message as far as it can be taken: after this it may be acknowledged. A message
    /// that will never be acceptable is acknowledged too, or the board would send it for ever.
    async fn take(&mut self, publish: &Publish) -> Result<(), End> {
        let received_at = Timestamp::now();
        let place = self.place()?;
        let address = self.session.address;
        let Some(board) = publisher(&publish.topic).filter(|b| place.boards.contains(b)) else {
            let device = self.speaker(&place).device(&place.gate);
            refusal::topic(&self.house, address, device, "publishing", &publish.topic);
            return Ok(());
        };
        self.speaks_as(board);
        let message = match parse(&publish.topic, &publish.payload) {
            Ok(message) => message,
            Err(error) => {
                let device = board.device(&place.gate);
                refusal::message(&self.house, address, device, &publish.topic, &error);
                return Ok(());
            }
        };
        if message == Message::PictureRequested {
            // The person stands there now: the camera does not wait for the store.
            let word = Bytes::from_static(b"capture");
            self.switchboard
                .publish(place.gate.id, CAMERA_TRIGGER, publish.qos, &word);
        }
        let zone = self.house.directory().time_zone.clone();
        match draft(&message, &place.gate, &zone, received_at, &publish.payload) {
            Some(draft) => self.deliver(draft, publish.qos).await,
            None => Ok(()),
        }
    }

    /// At QoS 0 the board will not send again, so the message is held here, and nothing more is
    /// read, until the house takes it. With QoS 1 and 2 the board keeps it.
    async fn deliver(&mut self, draft: model::ObservationDraft, qos: QoS) -> Result<(), End> {
        loop {
            match self.house.deliver(draft.clone()).await {
                Receipt::Committed { .. } | Receipt::Duplicate { .. } => return Ok(()),
                Receipt::Refused(why) => {
                    let (device, why) = (draft.device, refusal::words(&why));
                    refusal::refused(&self.house, self.session.address, device, &why);
                    return Ok(());
                }
                Receipt::Overloaded
                    if qos == QoS::AtMostOnce && !self.house.deliveries.is_closed() =>
                {
                    tokio::time::sleep(RETRY).await;
                }
                Receipt::Overloaded => return Err(End::Overloaded),
            }
        }
    }

    async fn subscribe(
        &mut self,
        packet_id: NonZeroU16,
        filters: Vec<(ByteString, QoS)>,
    ) -> Result<(), End> {
        let place = self.place()?;
        let mut status = Vec::with_capacity(filters.len());
        for (filter, qos) in filters {
            let granted = self
                .switchboard
                .subscribe(&self.session, &place.boards, &filter, qos);
            if granted.is_none() {
                let device = self.speaker(&place).device(&place.gate);
                let address = self.session.address;
                refusal::topic(&self.house, address, device, "subscribing to", &filter);
            } else if let Some(board) = place.boards.iter().find(|b| *filter == *b.listens_to()) {
                self.speaks_as(*board);
            }
            status.push(granted.map_or(SubscribeReturnCode::Failure, SubscribeReturnCode::Success));
        }
        self.send(Packet::SubscribeAck { packet_id, status }).await
    }

    async fn forward(&mut self, message: Outgoing) -> Result<(), End> {
        let packet_id = (message.qos != QoS::AtMostOnce).then(|| self.next_packet_id());
        let publish = Publish {
            dup: false,
            retain: false,
            qos: message.qos,
            topic: ByteString::from_static(message.topic),
            packet_id,
            payload: message.payload,
            properties: None,
        };
        self.send(Packet::Publish(Box::new(publish))).await
    }

    async fn send(&mut self, packet: Packet) -> Result<(), End> {
        send(&mut self.packets, packet).await
    }

    fn next_packet_id(&mut self) -> NonZeroU16 {
        self.last_packet_id = self.last_packet_id.wrapping_add(1);
        NonZeroU16::new(self.last_packet_id).unwrap_or(NonZeroU16::MIN)
    }

    /// Looked up anew each time, so that a change in Settings acts at once.
    fn place(&self) -> Result<Place, End> {
        place_of(&self.house.directory(), self.session.address)
            .filter(|place| place.gate.id == self.session.gate)
            .ok_or(End::NoPlace)
    }

    fn speaker(&self, place: &Place) -> Board {
        self.board
            .or_else(|| place.boards.first().copied())
            .unwrap_or(Board::Controller)
    }

    fn speaks_as(&mut self, board: Board) {
        let kind = if self.board == Some(board) {
            HeardKind::Message
        } else {
            HeardKind::Connected
        };
        self.board = Some(board);
        self.hear(kind);
    }

    fn hear(&self, kind: HeardKind) {
        if let (Some(board), Ok(place)) = (self.board, self.place()) {
            self.house.heard(board.device(&place.gate), kind);
        }
    }
}
