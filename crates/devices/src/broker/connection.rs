//! One connection to the broker, up to its greeting.
//!
//! MQTT 5: it bounds what may be on the way without an acknowledgement (Receive Maximum), keeps
//! Gatebook's own messages from coming back (No Local), and gives a reason for each refusal.

use super::session::{MAX_PACKET_BYTES, RECEIVE_MAXIMUM};
use super::topics::Topics;
use async_trait::async_trait;
use futures::{SinkExt, StreamExt};
use rmqtt_codec::error::DecodeError;
use rmqtt_codec::types::QoS;
use rmqtt_codec::v5::{
    Codec, Connect, ConnectAck, ConnectAckReason, Disconnect, DisconnectReasonCode, Packet,
    RetainHandling, Subscribe, SubscribeAckReason, SubscriptionOptions,
};
use std::io;
use std::num::{NonZeroU16, NonZeroU32};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_util::codec::Framed;

/// How long reaching and greeting the broker may take.
const GREETING: Duration = Duration::from_secs(10);

/// How long the broker may refuse to take what is sent to it.
const SEND_PATIENCE: Duration = Duration::from_secs(10);

/// How long the broker may take to close a connection that was taken leave of.
const FAREWELL: Duration = Duration::from_secs(2);

/// Silence after which either side takes the other for gone, in seconds.
pub(super) const KEEP_ALIVE_S: u16 = 20;

/// The broker keeps the session for ever (MQTT 5, section 3.1.2.11.2).
const FOR_EVER: u32 = u32::MAX;

/// A connection, with TLS or without.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Reaches the broker.
#[async_trait]
pub trait Dial: Send + Sync + 'static {
    /// A new connection; with TLS, the broker has proven who it is.
    async fn dial(&self) -> io::Result<Box<dyn Stream>>;
}

/// How Gatebook introduces itself, and where its topics are.
#[derive(Clone)]
pub struct Settings {
    /// Where the broker is, for people; without a password.
    pub name: String,
    /// Client id: the broker keeps the session under it.
    pub client_id: String,
    /// User name, where the broker wants one.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// Topics of the site.
    pub topics: Topics,
}

/// Why there is no connection (any more).
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Lost {
    /// It cannot be reached, or proves to be somebody else.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// It does not let this user in.
    #[error("it refuses user, password or client id ({0})")]
    NotAdmitted(String),
    /// It refuses the connection for another reason.
    #[error("it refuses the connection ({0})")]
    Refused(String),
    /// It ended the connection with a reason.
    #[error("it ended the connection ({0})")]
    Ended(String),
    /// The same client id connected elsewhere.
    #[error("another client with the same client id took the session over")]
    TakenOver,
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// It does not speak MQTT 5.
    #[error("it does not speak MQTT 5: {0}")]
    NotMqtt(String),
    /// Nothing was heard of it.
    #[error("it fell silent")]
    Silent,
    /// Gatebook is stopping.
    #[error("Gatebook is stopping")]
    Stopping,
}

pub(super) type Packets = Framed<Box<dyn Stream>, Codec>;

/// Connects and resumes the session, or begins one.
pub(super) async fn open(
    dial: &dyn Dial,
    settings: &Settings,
) -> Result<(Packets, ConnectAck), Lost> {
    let connect = Connect {
        clean_start: false,
        session_expiry_interval_secs: FOR_EVER,
        ..introduction(settings, &settings.client_id)
    };
    within(greet(dial, connect)).await
}

/// Whether the broker lets Gatebook in and lets it subscribe, without touching its session.
///
/// # Errors
/// When it does not, with the reason.
pub async fn check(dial: &dyn Dial, settings: &Settings) -> Result<(), Lost> {
    let connect = Connect {
        clean_start: true,
        ..introduction(settings, &format!("{}-doctor", settings.client_id))
    };
    within(async {
        let (mut packets, _) = greet(dial, connect).await?;
        let filter = settings
            .topics
            .native("+", crate::native::topics::OBSERVATION);
        let subscribe = Packet::Subscribe(subscription(NonZeroU16::MIN, &[filter]));
        send(&mut packets, subscribe).await?;
        loop {
            if let Packet::SubscribeAck(answer) = next(&mut packets).await? {
                let refused = answer.status.into_iter().find(|status| !granted(*status));
                farewell(&mut packets).await;
                return refused.map_or(Ok(()), |why| Err(Lost::Refused(in_words(&why))));
            }
        }
    })
    .await
}

async fn within<T>(work: impl Future<Output = Result<T, Lost>>) -> Result<T, Lost> {
    let late = |_| Lost::Unreachable("it does not answer in time".to_owned());
    timeout(GREETING, work).await.map_err(late)?
}

fn introduction(settings: &Settings, client_id: &str) -> Connect {
    Connect {
        keep_alive: KEEP_ALIVE_S,
        client_id: client_id.to_owned().into(),
        username: settings.user.clone().map(Into::into),
        password: settings.password.clone().map(Into::into),
        receive_max: NonZeroU16::new(RECEIVE_MAXIMUM),
        max_packet_size: NonZeroU32::new(MAX_PACKET_BYTES),
        ..Connect::default()
    }
}

async fn greet(dial: &dyn Dial, connect: Connect) -> Result<(Packets, ConnectAck), Lost> {
    let stream = dial
        .dial()
        .await
        .map_err(|error| Lost::Unreachable(error.to_string()))?;
    let mut packets = Framed::new(stream, Codec::new(MAX_PACKET_BYTES, 0));
    send(&mut packets, connect.into()).await?;
    let answer = match next(&mut packets).await? {
        Packet::ConnectAck(answer) => *answer,
        other => return Err(Lost::NotMqtt(format!("its greeting is {other:?}"))),
    };
    match answer.reason_code {
        ConnectAckReason::Success => Ok((packets, answer)),
        why @ (ConnectAckReason::BadUserNameOrPassword
        | ConnectAckReason::NotAuthorized
        | ConnectAckReason::ClientIdentifierNotValid
        | ConnectAckReason::Banned) => Err(Lost::NotAdmitted(in_words(&why))),
        why => Err(Lost::Refused(in_words(&why))),
    }
}

/// Retained messages are not asked for: they tell of something earlier.
pub(super) fn subscription(packet_id: NonZeroU16, filters: &[String]) -> Subscribe {
    let options = SubscriptionOptions {
        qos: QoS::ExactlyOnce,
        no_local: true,
        retain_as_published: false,
        retain_handling: RetainHandling::NoAtSubscribe,
    };
    let filters = filters.iter();
    Subscribe {
        packet_id,
        id: None,
        user_properties: Vec::new(),
        topic_filters: filters.map(|f| (f.clone().into(), options)).collect(),
    }
}

pub(super) fn granted(status: SubscribeAckReason) -> bool {
    matches!(
        status,
        SubscribeAckReason::GrantedQos0
            | SubscribeAckReason::GrantedQos1
            | SubscribeAckReason::GrantedQos2
    )
}

pub(super) async fn send(packets: &mut Packets, packet: Packet) -> Result<(), Lost> {
    match timeout(SEND_PATIENCE, packets.send(packet)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Lost::Broken(error.to_string())),
        Err(_) => Err(Lost::Broken("it takes nothing".to_owned())),
    }
}

/// The next packet, or why none comes. Safe to drop before it is ready.
pub(super) async fn next(packets: &mut Packets) -> Result<Packet, Lost> {
    match packets.next().await {
        Some(Ok((Packet::Disconnect(end), _))) => Err(match end.reason_code {
            DisconnectReasonCode::SessionTakenOver => Lost::TakenOver,
            why => Lost::Ended(in_words(&why)),
        }),
        Some(Ok((packet, _))) => Ok(packet),
        Some(Err(DecodeError::Io(error))) => Err(Lost::Broken(error.to_string())),
        Some(Err(error)) => Err(Lost::NotMqtt(error.to_string())),
        None => Err(Lost::Broken("it closed the connection".to_owned())),
    }
}

/// Says goodbye, and stays until the broker has closed; the session and what waits in it stay.
///
/// A broker closes once it has read the goodbye (MQTT 5.0, 3.14.4), and with it the acknowledgements before it. Where this
/// side closes first while something is unread here, the system takes back what the broker has not read either.
pub(super) async fn farewell(packets: &mut Packets) {
    let goodbye = Disconnect {
        reason_code: DisconnectReasonCode::NormalDisconnection,
        session_expiry_interval_secs: None,
        server_reference: None,
        reason_string: None,
        user_properties: Vec::new(),
    };
    let _ = send(packets, Packet::Disconnect(goodbye)).await;
    let closed = async { while let Some(Ok(_)) = packets.next().await {} };
    let _ = timeout(FAREWELL, closed).await;
}

/// `NotAuthorized` as *not authorized*.
pub(super) fn in_words(reason: &impl std::fmt::Debug) -> String {
    let mut words = String::new();
    for letter in format!("{reason:?}").chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}
