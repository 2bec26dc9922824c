//! An MQTT 3.1.1 client for playing devices: bound to a source address, and open about each
//! acknowledgement, which ordinary clients keep to themselves.

use anyhow::{Context, anyhow, bail};
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use rmqtt_codec::types::Publish;
use rmqtt_codec::v3::{Codec, Connect, ConnectAckReason, Packet, SubscribeReturnCode};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_util::codec::Framed;

pub use rmqtt_codec::types::QoS;

/// How long the other side may take for a handshake step.
const PATIENCE: Duration = Duration::from_secs(10);

/// Seconds between signs of life that classic boards announce.
pub const KEEP_ALIVE_S: u16 = 60;

/// How a client introduces itself.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Client id.
    pub client_id: String,
    /// User name and password; classic boards have none.
    pub credentials: Option<(String, String)>,
    /// Whether the session ends with the connection.
    pub clean_session: bool,
}

impl Identity {
    /// A classic board: a client id and nothing else.
    #[must_use]
    pub fn classic(client_id: &str) -> Self {
        Self {
            client_id: client_id.to_owned(),
            credentials: None,
            clean_session: true,
        }
    }

    /// A native device under its own name.
    #[must_use]
    pub fn native(name: &str, password: &str) -> Self {
        Self {
            client_id: name.to_owned(),
            credentials: Some((name.to_owned(), password.to_owned())),
            clean_session: true,
        }
    }
}

/// What comes from the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// A message on a subscribed topic.
    Message {
        /// Topic.
        topic: String,
        /// Payload.
        payload: Bytes,
        /// Whether it was kept from before the subscription.
        retained: bool,
    },
    /// PUBACK or PUBREC: the server has taken the message over.
    Acknowledged(u16),
    /// PUBCOMP: a QoS 2 exchange is over and its packet id free again.
    Completed(u16),
    /// An answer to a ping.
    Alive,
}

/// A connected client. Events are read with [`Client::next`]; nothing is read in between.
pub struct Client {
    packets: Framed<TcpStream, Codec>,
    last_packet_id: u16,
}

/// Opens a TCP connection from `source`.
///
/// # Errors
/// When the address cannot be used or the server not be reached.
pub async fn connect_from(source: IpAddr, server: SocketAddr) -> anyhow::Result<TcpStream> {
    let socket = if server.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket
        .bind((source, 0).into())
        .with_context(|| format!("binding to {source}"))?;
    let stream = socket
        .connect(server)
        .await
        .with_context(|| format!("connecting to {server}"))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

impl Client {
    /// Connects; `source` is the address the server sees.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn connect(
        source: IpAddr,
        server: SocketAddr,
        identity: &Identity,
    ) -> anyhow::Result<Self> {
        let stream = connect_from(source, server).await?;
        let mut packets = Framed::new(stream, Codec::new(0));
        let (username, password) = identity.credentials.clone().unzip();
        let connect = Connect {
            clean_session: identity.clean_session,
            keep_alive: KEEP_ALIVE_S,
            client_id: identity.client_id.clone().into(),
            username: username.map(Into::into),
            password: password.map(Bytes::from),
            ..Connect::default()
        };
        packets
            .send(Packet::Connect(Box::new(connect)))
            .await
            .map_err(|e| anyhow!("{e}"))?;
        match timeout(PATIENCE, packets.next())
            .await
            .context("no CONNACK")?
        {
            Some(Ok((Packet::ConnectAck(ack), _)))
                if ack.return_code == ConnectAckReason::ConnectionAccepted =>
            {
                Ok(Self {
                    packets,
                    last_packet_id: 0,
                })
            }
            Some(Ok((Packet::ConnectAck(ack), _))) => {
                bail!("refused: {}", ack.return_code.reason())
            }
            other => bail!("no CONNACK but {other:?}"),
        }
    }

    /// Subscribes and returns the granted quality, `None` when refused.
    ///
    /// # Errors
    /// When the connection ends, or something else than the answer comes first.
    pub async fn subscribe(&mut self, filter: &str, qos: QoS) -> anyhow::Result<Option<QoS>> {
        let packet_id = self.next_packet_id();
        let topic_filters = vec![(filter.to_owned().into(), qos)];
        self.send(Packet::Subscribe {
            packet_id,
            topic_filters,
        })
        .await?;
        match timeout(PATIENCE, self.packets.next())
            .await
            .context("no SUBACK")?
        {
            Some(Ok((Packet::SubscribeAck { status, .. }, _))) => {
                Ok(status.first().and_then(|status| match status {
                    SubscribeReturnCode::Success(qos) => Some(*qos),
                    SubscribeReturnCode::Failure => None,
                }))
            }
            other => bail!("no SUBACK but {other:?}"),
        }
    }

    /// Publishes and returns at once; the packet id when the server is to acknowledge.
    ///
    /// # Errors
    /// When the connection ended.
    pub async fn publish(
        &mut self,
        topic: &str,
        payload: impl Into<Bytes>,
        qos: QoS,
    ) -> anyhow::Result<Option<u16>> {
        let packet_id = (qos != QoS::AtMostOnce).then(|| self.next_packet_id());
        let publish = Publish {
            dup: false,
            retain: false,
            qos,
            topic: topic.to_owned().into(),
            packet_id,
            payload: payload.into(),
            properties: None,
        };
        self.send(Packet::Publish(Box::new(publish))).await?;
        Ok(packet_id.map(NonZeroU16::get))
    }

    /// Asks for a sign of life.
    ///
    /// # Errors
    /// When the connection ended.
    pub async fn ping(&mut self) -> anyhow::Result<()> {
        self.send(Packet::PingRequest).await
    }

    /// The next event. Safe to drop before it is ready.
    ///
    /// # Errors
    /// When the connection ended or the server broke the protocol.
    pub async fn next(&mut self) -> anyhow::Result<Event> {
        loop {
            let Some(packet) = self.packets.next().await else {
                bail!("the server closed")
            };
            let (packet, _) = packet.map_err(|e| anyhow!("{e}"))?;
            if let Some(event) = self.receive(packet).await? {
                return Ok(event);
            }
        }
    }

    async fn receive(&mut self, packet: Packet) -> anyhow::Result<Option<Event>> {
        Ok(Some(match packet {
            Packet::Publish(message) => {
                if let (QoS::AtLeastOnce, Some(packet_id)) = (message.qos, message.packet_id) {
                    self.send(Packet::PublishAck { packet_id }).await?;
                }
                Event::Message {
                    topic: message.topic.to_string(),
                    payload: message.payload,
                    retained: message.retain,
                }
            }
            Packet::PublishAck { packet_id } => Event::Acknowledged(packet_id.get()),
            Packet::PublishReceived { packet_id } => {
                self.send(Packet::PublishRelease { packet_id }).await?;
                Event::Acknowledged(packet_id.get())
            }
            Packet::PublishComplete { packet_id } => Event::Completed(packet_id.get()),
            Packet::PingResponse => Event::Alive,
            _ => return Ok(None),
        }))
    }

    /// Says goodbye.
    ///
    /// # Errors
    /// When the connection ended already.
    pub async fn disconnect(mut self) -> anyhow::Result<()> {
        self.send(Packet::Disconnect).await
    }

    async fn send(&mut self, packet: Packet) -> anyhow::Result<()> {
        self.packets.send(packet).await.map_err(|e| anyhow!("{e}"))
    }

    fn next_packet_id(&mut self) -> NonZeroU16 {
        self.last_packet_id = self.last_packet_id.wrapping_add(1);
        match NonZeroU16::new(self.last_packet_id) {
            Some(id) => id,
            None => {
                self.last_packet_id = 1;
                NonZeroU16::MIN
            }
        }
    }
}
