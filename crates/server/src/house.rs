//! What edges reach of the site, and the receiving ends of it.

use crate::directory::{self, DevicePasswords};
use anyhow::Result;
use async_trait::async_trait;
use bytes::Bytes;
use devices::{Delivery, Directory, Heard, House, IncidentReport, PictureError, PictureSink};
use model::PictureId;
use std::sync::Arc;
use storage::PictureFiles;
use store::{Pictures, Store, StoreError};
use tokio::sync::{mpsc, watch};

/// Deliveries that wait to be committed. Beyond, edges wait, and their devices with them.
const DELIVERIES: usize = 1_024;
/// Reports of refusals and signs of life that wait to be written; more are dropped.
const ASIDE: usize = 4_096;

/// What edges report beside observations, and what they are told.
pub struct Reported {
    /// What was refused.
    pub incidents: mpsc::Receiver<IncidentReport>,
    /// Signs of life.
    pub heard: mpsc::Receiver<Heard>,
    /// Where edges learn of gates and devices.
    pub directory: watch::Sender<Arc<Directory>>,
}

/// The house as edges see it, the deliveries they make, and what they report beside them.
///
/// # Errors
/// When the store cannot be read or the machine has no randomness.
pub async fn open(
    store: &Arc<dyn Store>,
    pictures: &Arc<PictureFiles>,
) -> Result<(House, mpsc::Receiver<Delivery>, Reported)> {
    let (deliver, deliveries) = mpsc::channel(DELIVERIES);
    let (report, incidents) = mpsc::channel(ASIDE);
    let (hear, heard) = mpsc::channel(ASIDE);
    let (tell, directory) = watch::channel(Arc::new(directory::read(&**store).await?));
    let house = House {
        deliveries: deliver,
        pictures: Arc::new(Sealing(pictures.clone())),
        directory,
        authenticate: Arc::new(DevicePasswords::new(store.clone())?),
        incidents: report,
        heard: hear,
    };
    let reported = Reported {
        incidents,
        heard,
        directory: tell,
    };
    Ok((house, deliveries, reported))
}

/// Pictures that come from devices.
struct Sealing(Arc<PictureFiles>);

#[async_trait]
impl PictureSink for Sealing {
    async fn put(&self, jpeg: Bytes) -> Result<PictureId, PictureError> {
        self.0.put(&jpeg).await.map_err(|error: StoreError| {
            tracing::warn!(%error, "a picture could not be kept");
            PictureError::Unavailable
        })
    }
}
