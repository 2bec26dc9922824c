//! The controller: finger, trigger, tag, line.

use super::Visitor;
use crate::mqtt::{Client, Event, Identity, QoS};
use jiff::civil::DateTime;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// How fast things happen at a gate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// Between `camera/metadata` and `camera/trigger`; about a second.
    pub before_trigger: Duration,
    /// Between the trigger and the tag at the reader; up to five seconds.
    pub before_tag: Duration,
}

impl Pace {
    /// As at a real gate.
    pub const REAL: Self = Self {
        before_trigger: Duration::from_secs(1),
        before_tag: Duration::from_secs(3),
    };

    /// As fast as a test can.
    pub const QUICK: Self = Self {
        before_trigger: Duration::from_millis(20),
        before_tag: Duration::from_millis(150),
    };
}

/// A classic controller, connected.
pub struct Controller {
    client: Client,
}

impl Controller {
    /// The client id that controllers use, all of them.
    pub const CLIENT_ID: &'static str = "ESP32-WROOM";

    /// Connects from `source` and listens to `camera/ack`.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn connect(source: IpAddr, server: SocketAddr) -> anyhow::Result<Self> {
        let mut client =
            Client::connect(source, server, &Identity::classic(Self::CLIENT_ID)).await?;
        client.subscribe("camera/ack", QoS::AtMostOnce).await?;
        Ok(Self { client })
    }

    /// Somebody enters: finger, picture, tag, line.
    ///
    /// # Errors
    /// When the connection ends.
    pub async fn enter(
        &mut self,
        visitor: &Visitor,
        at: DateTime,
        pace: Pace,
    ) -> anyhow::Result<()> {
        self.finger(visitor, at).await?;
        sleep(pace.before_trigger).await;
        self.trigger().await?;
        sleep(pace.before_tag).await;
        self.line(visitor, at).await
    }

    /// A finger was matched.
    ///
    /// # Errors
    /// When the connection ended.
    pub async fn finger(&mut self, visitor: &Visitor, at: DateTime) -> anyhow::Result<()> {
        self.say("camera/metadata", visitor.metadata(at)).await
    }

    /// The camera is to take a picture.
    ///
    /// # Errors
    /// When the connection ended.
    pub async fn trigger(&mut self) -> anyhow::Result<()> {
        self.say("camera/trigger", "capture".to_owned()).await
    }

    /// A tag was held to the reader: the entry's line.
    ///
    /// # Errors
    /// When the connection ended.
    pub async fn line(&mut self, visitor: &Visitor, at: DateTime) -> anyhow::Result<()> {
        self.say("esp32/new_entry", format!("\n{}\n", visitor.row(at)))
            .await
    }

    /// Somebody leaves: the tag is read.
    ///
    /// # Errors
    /// When the connection ended.
    pub async fn leave(&mut self, visitor: &Visitor, at: DateTime) -> anyhow::Result<()> {
        self.say("court/access", visitor.exit(at)).await
    }

    /// Publishes anything, as a board of other firmware might.
    ///
    /// # Errors
    /// When the connection ended.
    pub async fn say(&mut self, topic: &str, payload: String) -> anyhow::Result<()> {
        self.client
            .publish(topic, payload, QoS::AtMostOnce)
            .await
            .map(|_| ())
    }

    /// The words heard on `camera/ack` within a while.
    ///
    /// # Errors
    /// When the connection ended.
    pub async fn acks_within(&mut self, while_: Duration) -> anyhow::Result<Vec<String>> {
        let end = Instant::now() + while_;
        let mut words = Vec::new();
        while let Ok(event) = timeout_at(end, self.client.next()).await {
            if let Event::Message { payload, .. } = event? {
                words.push(String::from_utf8_lossy(&payload).into_owned());
            }
        }
        Ok(words)
    }

    /// A sign of life; boards send one when nothing else happens.
    ///
    /// # Errors
    /// When the connection ended.
    pub async fn ping(&mut self) -> anyhow::Result<()> {
        self.client.ping().await?;
        while self.client.next().await? != Event::Alive {}
        Ok(())
    }
}
