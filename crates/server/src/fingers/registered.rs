//! The device that stands in the registry for a sensor of the configuration.

use super::config::SensorConfig;
use crate::clock::SystemClock;
use crate::notices;
use api::ports::Clock;
use model::{AccessPoint, Act, Author, Device, DeviceId, DeviceKind, Record};
use store::{Put, Store, Write};
use uuid::Uuid;

/// A sensor that was not heard for so long raises an alert, in seconds.
const SILENT_AFTER_S: u32 = 300;

/// The sensor's device, which is added where it is missing and moved where the configuration names another access
/// point.
///
/// # Errors
/// Why there is none, in words for an installer.
pub async fn device(store: &dyn Store, sensor: &SensorConfig) -> Result<Device, String> {
    let unread = |error: store::StoreError| format!("the registry cannot be read: {error}");
    let points = store.access_points().await.map_err(unread)?;
    let named = |point: &&AccessPoint| point.name == sensor.access_point;
    let point = points.iter().find(named).ok_or_else(|| {
        format!(
            "there is no access point named \"{}\": add it, or correct fingers.sensors",
            sensor.access_point
        )
    })?;
    let name = sensor.device();
    let devices = store.devices().await.map_err(unread)?;
    let put = match devices.into_iter().find(|device| device.name == name) {
        Some(other) if other.kind != DeviceKind::FingerSensor => {
            return Err(format!(
                "the device \"{name}\" is no fingerprint sensor: give the sensor another name"
            ));
        }
        Some(known) if known.access_point == point.id => return Ok(known),
        Some(known) => {
            let moved = Device {
                access_point: point.id,
                ..known.clone()
            };
            Put::change(known, moved)
        }
        None => Put::Add(Device {
            id: DeviceId(Uuid::new_v4()),
            name,
            kind: DeviceKind::FingerSensor,
            access_point: point.id,
            silent_after_s: SILENT_AFTER_S,
            disabled: false,
        }),
    };
    let device = match &put {
        Put::Add(device) => device.clone(),
        Put::Change { now, .. } => (**now).clone(),
    };
    let act = Record::Act(Act::DevicePut { device: device.id });
    let writes = vec![Write::Device(put)];
    let now = SystemClock.now();
    let written = notices::write(store, (Author::System, act), writes, now).await;
    written.map_err(|error| format!("its device cannot be added: {error}"))?;
    Ok(device)
}
