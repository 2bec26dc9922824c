//! A camera that gives one picture whenever it is asked, such as an ESP32-CAM's `/capture`.

use super::client::{Ask, Client, read};
use crate::address::Address;
use crate::frame::{Frame, LARGEST_PICTURE, Source};
use crate::pace::Pace;
use crate::{Result, Spec};
use async_trait::async_trait;
use tokio::time::{Instant, sleep_until};

pub(super) struct Snapshots {
    client: Client,
    address: Address,
    pace: Pace,
    first: Option<Frame>,
}

impl Snapshots {
    pub(super) fn new(client: Client, spec: &Spec, first: Frame) -> Self {
        Self {
            client,
            address: spec.address.clone(),
            pace: Pace::every(spec.interval()),
            first: Some(first),
        }
    }
}

#[async_trait]
impl Source for Snapshots {
    async fn next(&mut self) -> Result<Frame> {
        sleep_until(self.pace.due(Instant::now())).await;
        self.pace.wants(Instant::now());
        if let Some(first) = self.first.take() {
            return Ok(first);
        }
        let answer = self.client.ask(&self.address, Ask::Get).await?;
        Frame::now(read(answer, LARGEST_PICTURE, "a picture").await?)
    }

    fn kind(&self) -> String {
        "pictures on request".into()
    }
}
