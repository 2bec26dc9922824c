//! The camera board: waits for `camera/trigger` and posts what stands before its lens.

use crate::http;
use crate::mqtt::{Client, Event, Identity, KEEP_ALIVE_S, QoS};
use bytes::Bytes;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// How long the board takes from the trigger to the first byte of the picture.
const EXPOSURE: Duration = Duration::from_millis(30);

/// What stands before a camera. Cheap to clone: one half for the demo, one for the board.
#[derive(Clone, Debug, Default)]
pub struct Lens {
    scene: Arc<Mutex<Bytes>>,
}

impl Lens {
    /// A camera that looks at this JPEG picture.
    #[must_use]
    pub fn facing(jpeg: Bytes) -> Self {
        Self {
            scene: Arc::new(Mutex::new(jpeg)),
        }
    }

    /// Somebody else steps before the camera.
    pub fn show(&self, jpeg: Bytes) {
        *self.scene.lock().unwrap_or_else(PoisonError::into_inner) = jpeg;
    }

    fn look(&self) -> Bytes {
        self.scene
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A classic camera board, connected.
pub struct Camera {
    client: Client,
    source: IpAddr,
    upload: SocketAddr,
    lens: Lens,
}

impl Camera {
    /// The client id that camera boards use, all of them.
    pub const CLIENT_ID: &'static str = "ESP32-CAM";

    /// Connects from `source`, listens to the trigger and says that it is ready. Pictures go
    /// to `upload` (the classic HTTP port).
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn connect(
        source: IpAddr,
        mqtt: SocketAddr,
        upload: SocketAddr,
        lens: Lens,
    ) -> anyhow::Result<Self> {
        let mut client = Client::connect(source, mqtt, &Identity::classic(Self::CLIENT_ID)).await?;
        client.subscribe("camera/trigger", QoS::AtLeastOnce).await?;
        client
            .publish("camera/ack", "cam_ready", QoS::AtMostOnce)
            .await?;
        Ok(Self {
            client,
            source,
            upload,
            lens,
        })
    }

    /// Waits for triggers and posts pictures until the connection ends.
    ///
    /// # Errors
    /// Why it ended.
    pub async fn run(mut self) -> anyhow::Result<()> {
        let pause = Duration::from_secs(u64::from(KEEP_ALIVE_S) / 2);
        let mut next_ping = Instant::now() + pause;
        loop {
            tokio::select! {
                event = self.client.next() => {
                    if let Event::Message { topic, payload, .. } = event?
                        && topic == "camera/trigger"
                    {
                        self.capture(&payload).await?;
                    }
                }
                () = sleep_until(next_ping) => {
                    self.client.ping().await?;
                    next_ping = Instant::now() + pause;
                }
            }
        }
    }

    /// Waits for one trigger and posts one picture; the server's status code.
    ///
    /// # Errors
    /// When the connection ends or the upload fails.
    pub async fn capture_once(&mut self) -> anyhow::Result<u16> {
        loop {
            if let Event::Message { payload, .. } = self.client.next().await? {
                return self.capture(&payload).await;
            }
        }
    }

    /// Holds nothing of the connection while it waits, so that a camera can run as a task.
    fn capture(&self, trigger: &[u8]) -> impl Future<Output = anyhow::Result<u16>> + Send + use<> {
        let (source, upload, lens) = (self.source, self.upload, self.lens.clone());
        // The board makes the name from the trigger's payload, so it is nearly always the same.
        let name = format!("X-Filename: {}.jpg", String::from_utf8_lossy(trigger));
        async move {
            sleep(EXPOSURE).await;
            let headers = ["Content-Type: image/jpeg", name.as_str()];
            let answer = http::post(source, upload, "/upload", &headers, &lens.look()).await?;
            Ok(answer.status)
        }
    }
}
