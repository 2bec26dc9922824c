//! The device that stands in the registry for a sensor of the configuration.

use super::config::SensorConfig;
use crate::clock::SystemClock;
use crate::notices;
use api::ports::Clock;
use model::{AccessPoint, Act, Author, Device, DeviceId, DeviceKind, Record};
use sha2::{Digest, Sha256};
use store::{Put, Store, Write};

/// A sensor that was not heard for so long raises an alert, in seconds.
const SILENT_AFTER_S: u32 = 300;

/// The sensor's device, which is added where it is missing. What is changed of it in Settings, its name and its access
/// point among that, stays: the configuration says where it stands at first.
///
/// # Errors
/// Why there is none, in words for an installer.
pub async fn device(store: &dyn Store, sensor: &SensorConfig) -> Result<Device, String> {
    let unread = |error: store::StoreError| format!("the registry cannot be read: {error}");
    let (id, name) = (identity(sensor), sensor.device());
    let devices = store.devices().await.map_err(unread)?;
    let known = devices.iter().find(|device| device.id == id);
    // Sites of before know it by its name alone, under a random identity.
    let of_before = |device: &Device| {
        device.kind == DeviceKind::FingerSensor && device.id.0.get_version_num() == 4
    };
    match known.or_else(|| devices.iter().find(|device| device.name == name)) {
        Some(known) if known.id == id || of_before(known) => return Ok(known.clone()),
        Some(_) => {
            return Err(format!(
                "the device \"{name}\" is another one: give the sensor another name"
            ));
        }
        None => {}
    }
    let points = store.access_points().await.map_err(unread)?;
    let named = |point: &&AccessPoint| point.name == sensor.access_point;
    let point = points.iter().find(named).ok_or_else(|| {
        format!(
            "there is no access point named \"{}\": add it, or correct fingers.sensors",
            sensor.access_point
        )
    })?;
    let device = Device {
        id,
        name,
        kind: DeviceKind::FingerSensor,
        access_point: point.id,
        silent_after_s: SILENT_AFTER_S,
        disabled: false,
    };
    let act = Record::Act(Act::DevicePut { device: device.id });
    let writes = vec![Write::Device(Put::Add(device.clone()))];
    let now = SystemClock.now();
    let written = notices::write(store, (Author::System, act), writes, now).await;
    written.map_err(|error| format!("its device cannot be added: {error}"))?;
    Ok(device)
}

/// Made of the name that the configuration gives it, so that a sensor is the same device under whatever name it is
/// shown, and after whatever happens to the registry.
fn identity(sensor: &SensorConfig) -> DeviceId {
    let mut digest = Sha256::new();
    digest.update(b"fingerprint sensor on this host\0");
    digest.update(sensor.device().as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    DeviceId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
