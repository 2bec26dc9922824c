//! Devices as they behave: last seen, gaps, skew, incidents.

use crate::Result;
use async_trait::async_trait;
use model::{Device, DeviceId, Incident, IncidentKind, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A sign of life.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Heard {
    /// The device.
    pub device: DeviceId,
    /// When.
    pub at: Timestamp,
}

/// Sequence numbers that never came.
#[derive(Clone, PartialEq, Debug)]
pub struct SequenceGap {
    /// The device's start.
    pub boot_id: String,
    /// First missing sequence.
    pub from: u64,
    /// Last missing sequence.
    pub to: u64,
}

/// How a device behaves.
#[derive(Clone, PartialEq, Debug)]
pub struct DeviceStatus {
    /// The device.
    pub device: Device,
    /// When it was last heard.
    pub last_seen: Option<Timestamp>,
    /// Server receipt minus device time of its last observation with a possible time.
    pub skew_ms: Option<i64>,
    /// Missing sequence numbers, at most 20, newest first.
    pub gaps: Vec<SequenceGap>,
    /// Observations committed so far.
    pub observations: u64,
}

/// Where a network camera is and how it is asked. All of it is sealed: addresses of cameras hold secrets, too.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkCamera {
    /// The device.
    pub device: DeviceId,
    /// `http://…` or `rtsp://…`, without name and password.
    pub address: String,
    /// The user's name; empty: none.
    pub user: String,
    /// The password.
    pub password: String,
    /// Pictures wanted each second, 1..=15.
    pub frames_per_second: u8,
    /// Its main stream, `rtsp://…`, that the kept pictures are taken from where faces are looked for in a
    /// smaller one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main_address: Option<String>,
}

/// Without what is sealed.
impl std::fmt::Debug for NetworkCamera {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NetworkCamera({}, …)", self.device)
    }
}

/// What an edge reports; equal reports (all but `at`) are counted in one [`Incident`].
#[derive(Clone, PartialEq, Debug)]
pub struct IncidentReport {
    /// What kind.
    pub kind: IncidentKind,
    /// Source address.
    pub address: Option<IpAddr>,
    /// The device, where known.
    pub device: Option<DeviceId>,
    /// Why, for an installer.
    pub reason: String,
    /// What to do.
    pub remedy: String,
    /// When.
    pub at: Timestamp,
}

/// Devices and what went wrong with them.
#[async_trait]
pub trait Devices: Send + Sync {
    /// All devices by name.
    async fn devices(&self) -> Result<Vec<Device>>;

    /// All devices with how they behave.
    async fn device_statuses(&self) -> Result<Vec<DeviceStatus>>;

    /// Where the network cameras are, by device.
    async fn network_cameras(&self) -> Result<Vec<NetworkCamera>>;

    /// A device's password hash.
    async fn device_password(&self, name: &str) -> Result<Option<(DeviceId, String)>>;

    /// Keeps signs of life, in one write.
    async fn heard(&self, signs: &[Heard]) -> Result<()>;

    /// Keeps an incident or counts it onto an equal one. At most 1,000 are kept: the oldest go.
    async fn report_incident(&self, report: IncidentReport) -> Result<()>;

    /// Incidents, last seen first.
    async fn incidents(&self, limit: u32) -> Result<Vec<Incident>>;
}
