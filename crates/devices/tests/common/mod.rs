//! A house for the edges: a directory of two gates and some native devices, and a store in memory.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use async_trait::async_trait;
use bytes::Bytes;
use devices::{
    Authenticate, Delivery, Directory, Heard, House, IncidentReport, NotAdmitted, PictureError,
    PictureSink,
};
use model::{
    AccessPointId, Device, DeviceId, DeviceKind, Gate, GateId, ObservationDraft, PictureId,
    Receipt, Sighting, SourceKey,
};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, watch};

pub const PASSWORD: &str = "correct horse";
/// The password of somebody who tried too often.
pub const IMPATIENT: &str = "guess after guess";

/// The smallest thing that passes for a JPEG at the edge, told apart by its last bytes.
pub fn jpeg(mark: &str) -> Bytes {
    [&[0xFF, 0xD8, 0xFF, 0xE0][..], mark.as_bytes()]
        .concat()
        .into()
}

fn id(number: u128) -> [u8; 16] {
    number.to_be_bytes()
}

pub fn device_id(number: u128) -> DeviceId {
    serde_json::from_value(serde_json::json!(uuid_text(number))).unwrap()
}

fn uuid_text(number: u128) -> String {
    let hex: String = id(number)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

pub fn access_point(number: u128) -> AccessPointId {
    uuid_text(number).parse().unwrap()
}

pub fn gate(number: u128, controller: &str, camera: &str) -> Gate {
    Gate {
        id: uuid_text(number).parse::<GateId>().unwrap(),
        name: format!("gate {number}"),
        controller_address: controller.parse().ok(),
        camera_address: camera.parse().ok(),
        topic_prefix: None,
        controller: device_id(number * 10 + 1),
        camera: device_id(number * 10 + 2),
        entry: access_point(number * 10 + 3),
        exit: access_point(number * 10 + 4),
    }
}

fn device(id: DeviceId, name: &str, kind: DeviceKind, point: AccessPointId) -> Device {
    Device {
        id,
        name: name.into(),
        kind,
        access_point: point,
        silent_after_s: 0,
        disabled: false,
    }
}

pub fn directory(gates: Vec<Gate>, natives: usize) -> Directory {
    let mut devices = Vec::new();
    for gate in &gates {
        let (c, k) = (gate.controller, gate.camera);
        devices.push(device(
            c,
            &format!("{} controller", gate.name),
            DeviceKind::ClassicController,
            gate.entry,
        ));
        devices.push(device(
            k,
            &format!("{} camera", gate.name),
            DeviceKind::ClassicCamera,
            gate.entry,
        ));
    }
    for n in 0..natives {
        let point = access_point(900);
        devices.push(device(
            native_id(n),
            &native_name(n),
            DeviceKind::Native,
            point,
        ));
    }
    Directory::new(gates, devices, "Asia/Kolkata").unwrap()
}

pub fn native_id(n: usize) -> DeviceId {
    device_id(1000 + n as u128)
}

pub fn native_name(n: usize) -> String {
    format!("door-{n}")
}

#[derive(Default)]
pub struct Pictures(pub Mutex<Vec<(PictureId, Bytes)>>);

#[async_trait]
impl PictureSink for Pictures {
    async fn put(&self, jpeg: Bytes) -> Result<PictureId, PictureError> {
        let mut pictures = self.0.lock().unwrap();
        let id: PictureId = uuid_text(5000 + pictures.len() as u128).parse().unwrap();
        pictures.push((id, jpeg));
        Ok(id)
    }
}

struct OnePassword;

#[async_trait]
impl Authenticate for OnePassword {
    async fn device(
        &self,
        name: &str,
        password: &str,
        _: Option<IpAddr>,
    ) -> Result<DeviceId, NotAdmitted> {
        if password == IMPATIENT {
            return Err(NotAdmitted::TooManyAttempts { retry_after_s: 7 });
        }
        let number = name.strip_prefix("door-").and_then(|n| n.parse().ok());
        let number = number.filter(|_| password == PASSWORD);
        number.map(native_id).ok_or(NotAdmitted::Wrong)
    }
}

/// What a test looks into.
pub struct Stage {
    pub house: House,
    pub directory: watch::Sender<Arc<Directory>>,
    pub committed: Arc<Mutex<Vec<ObservationDraft>>>,
    pub pictures: Arc<Pictures>,
    pub incidents: mpsc::Receiver<IncidentReport>,
    pub heard: mpsc::Receiver<Heard>,
    /// While true, the store takes nothing.
    pub overloaded: Arc<Mutex<bool>>,
}

/// A house whose deliveries the caller serves itself.
pub fn house(site: Directory) -> (House, mpsc::Receiver<Delivery>, Stage) {
    let (deliveries, receiver) = mpsc::channel(64);
    let (directory, watched) = watch::channel(Arc::new(site));
    let (incidents_in, incidents) = mpsc::channel(256);
    let (heard_in, heard) = mpsc::channel(4096);
    let pictures = Arc::new(Pictures::default());
    let house = House {
        deliveries,
        pictures: pictures.clone(),
        directory: watched,
        authenticate: Arc::new(OnePassword),
        incidents: incidents_in,
        heard: heard_in,
    };
    let stage = Stage {
        house: house.clone(),
        directory,
        committed: Arc::default(),
        pictures,
        incidents,
        heard,
        overloaded: Arc::default(),
    };
    (house, receiver, stage)
}

/// A house with a store in memory that recognises repetitions.
pub fn stage(site: Directory) -> Stage {
    let (_, mut deliveries, stage) = house(site);
    let (committed, overloaded) = (stage.committed.clone(), stage.overloaded.clone());
    tokio::spawn(async move {
        let mut known: HashSet<(DeviceId, SourceKey)> = HashSet::new();
        let mut sequences: HashMap<(DeviceId, String), HashSet<u64>> = HashMap::new();
        while let Some(delivery) = deliveries.recv().await {
            let draft = delivery.draft;
            if *overloaded.lock().unwrap() {
                let _ = delivery.reply.send(Receipt::Overloaded);
                continue;
            }
            let contiguous = match &draft.key {
                SourceKey::Sequence { boot_id, sequence } => {
                    let seen = sequences
                        .entry((draft.device, boot_id.clone()))
                        .or_default();
                    seen.insert(*sequence);
                    Some((1..).take_while(|n| seen.contains(n)).count() as u64)
                }
                SourceKey::Content { .. } => None,
            };
            let new = known.insert((draft.device, draft.key.clone()));
            let receipt = if new {
                committed.lock().unwrap().push(draft);
                Receipt::Committed { contiguous }
            } else {
                Receipt::Duplicate { contiguous }
            };
            let _ = delivery.reply.send(receipt);
        }
    });
    stage
}

impl Stage {
    /// Waits until `count` observations are committed.
    pub async fn observations(&self, count: usize) -> Vec<ObservationDraft> {
        for _ in 0..500 {
            let committed = self.committed.lock().unwrap().clone();
            if committed.len() >= count {
                return committed;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!(
            "{count} observations expected, got {:#?}",
            self.committed.lock().unwrap()
        );
    }

    pub fn picture_of(&self, sighting: &Sighting) -> Bytes {
        let Sighting::Picture { picture } = sighting else {
            panic!("no picture: {sighting:?}")
        };
        let pictures = self.pictures.0.lock().unwrap();
        pictures
            .iter()
            .find(|(id, _)| id == picture)
            .unwrap()
            .1
            .clone()
    }

    pub async fn incident(&mut self) -> IncidentReport {
        tokio::time::timeout(Duration::from_secs(5), self.incidents.recv())
            .await
            .unwrap()
            .unwrap()
    }
}

pub fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}
