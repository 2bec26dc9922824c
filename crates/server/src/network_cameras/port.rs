//! What the API asks of network cameras.

use super::NetworkCameras;
use api::ports::{CameraAddress, CameraState, CameraStatus, FoundCamera, NetworkCameras as Port};
use async_trait::async_trait;
use bytes::Bytes;
use cameras::{Address, Credentials, Spec, State, Status, discover, first_picture, onvif_streams};
use model::DeviceId;
use std::time::Duration;

/// How long cameras have to answer that they are there.
const PATIENCE: Duration = Duration::from_secs(3);

#[async_trait]
impl Port for NetworkCameras {
    fn status(&self, camera: DeviceId) -> Option<CameraStatus> {
        let followed = self.followed();
        let status = followed.get(&camera)?.feed.status.borrow().clone();
        Some(shown(status))
    }

    fn main_status(&self, camera: DeviceId) -> Option<CameraStatus> {
        let followed = self.followed();
        let main = followed.get(&camera)?.main.as_ref()?;
        let mut status = main.status.borrow().clone();
        status.error = status.error.or_else(|| main.trouble());
        Some(shown(status))
    }

    fn host(&self, address: &str) -> Result<String, String> {
        let address: Address = address.parse().map_err(in_words)?;
        Ok(address.authority())
    }

    async fn first_picture(&self, camera: CameraAddress) -> Result<Bytes, String> {
        let spec = Spec {
            address: camera.address.parse().map_err(in_words)?,
            credentials: credentials(camera),
            frames_per_second: 5,
        };
        let picture = first_picture(&spec, &self.guard).await;
        picture.map(|frame| frame.jpeg).map_err(in_words)
    }

    async fn discover(&self) -> Result<Vec<FoundCamera>, String> {
        let found = discover(self.discovery, PATIENCE).await;
        let found = found.map_err(|error| format!("the network cannot be asked: {error}"))?;
        let one = |found: cameras::Found| FoundCamera {
            name: found.name,
            hardware: found.hardware,
            service: found.service,
        };
        Ok(found.into_iter().map(one).collect())
    }

    async fn streams(&self, service: CameraAddress) -> Result<(String, Option<String>), String> {
        let address: Address = service.address.parse().map_err(in_words)?;
        let credentials = credentials(service);
        let streams = onvif_streams(&address, credentials.as_ref(), &self.guard).await;
        let streams = streams.map_err(in_words)?;
        let detection = streams.detection.map(|address| address.to_string());
        Ok((streams.main.to_string(), detection))
    }
}

fn shown(status: Status) -> CameraStatus {
    CameraStatus {
        state: match status.state {
            State::Connecting => CameraState::Connecting,
            State::Live => CameraState::Live,
            State::Waiting => CameraState::Waiting,
        },
        frames_per_second: status.frames_per_second,
        kind: status.kind,
        error: status.error.map(|error| error.to_string()),
    }
}

fn credentials(camera: CameraAddress) -> Option<Credentials> {
    (!camera.user.is_empty()).then_some(Credentials {
        user: camera.user,
        password: camera.password,
    })
}

fn in_words(error: cameras::Error) -> String {
    error.to_string()
}
