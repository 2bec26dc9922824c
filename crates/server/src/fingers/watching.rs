//! One sensor, watched: finger on, picture, comparison; met again after pauses that grow.

use super::desk::Desk;
use super::on_host::{Seen, Wanted};
use super::registered;
use crate::clock::SystemClock;
use api::ports::{Clock, SensorState};
use devices::{HeardKind, House, IncidentReport, Press, Pressed};
use fingerprint::GreyImage;
use model::{Device, DeviceId, DeviceTime, FingerMode, IncidentKind, Receipt, SourceKey};
use sensors::{FingerSensor, Image, SerialSensor};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Store;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long a look for a finger takes: a stop, and whoever enrols, wait so long at most.
const LOOK: Duration = Duration::from_millis(500);
/// How long a look for a finger that is lifted takes.
const LIFT: Duration = Duration::from_secs(5);
/// The first pause after trouble, and the longest.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(60)];
/// How soon a press is handed in again to a store that was overloaded.
const AGAIN: Duration = Duration::from_millis(200);

/// What watching a sensor takes.
pub struct Watch {
    /// The sensor.
    pub seen: Arc<Seen>,
    /// Who wants the next press.
    pub wishes: mpsc::Receiver<Wanted>,
    /// The registry.
    pub store: Arc<dyn Store>,
    /// The house, which hears that it is alive.
    pub house: House,
    /// Where its fingers go.
    pub desk: Desk,
    /// When to end.
    pub stop: CancellationToken,
    /// Whether the last press showed no finger: a spell of such presses is told of once.
    pub unusable: bool,
}

/// Watches a sensor until it is to stop.
pub async fn watch(mut watch: Watch) {
    let stop = watch.stop.clone();
    tokio::select! {
        () = watch.for_ever() => {}
        () = stop.cancelled() => {}
    }
}

impl Watch {
    async fn for_ever(&mut self) {
        let mut pause = PAUSES[0];
        loop {
            let began = Instant::now();
            let why = match registered::device(&*self.store, &self.seen.config).await {
                Ok(device) => self.follow(&device).await,
                Err(why) => why,
            };
            if self.seen.fails(&why) {
                tracing::warn!(sensor = %self.seen.config.path.display(), %why, "a fingerprint sensor waits");
            }
            if began.elapsed() > PAUSES[1] {
                pause = PAUSES[0];
            }
            self.refuse_until(Instant::now() + pause, &why).await;
            pause = (pause * 2).min(PAUSES[1]);
        }
    }

    /// Waits; whoever wants a press meanwhile is told why there is none.
    async fn refuse_until(&mut self, end: Instant, why: &str) {
        while let Ok(Some(wanted)) = tokio::time::timeout_at(end.into(), self.wishes.recv()).await {
            let _ = wanted
                .reply
                .send(Err(format!("The sensor cannot be used: {why}")));
        }
        tokio::time::sleep_until(end.into()).await;
    }

    /// Takes press after press; ends with what went wrong.
    async fn follow(&mut self, device: &Device) -> String {
        let setup = match self.seen.config.setup() {
            Ok(setup) => setup,
            Err(error) => return error.to_string(),
        };
        let mode = self.mode(device).await;
        self.seen.known_as(device.id, mode);
        let mut sensor = SerialSensor::new(&self.seen.config.path, setup);
        let mut wanted: Option<Wanted> = None;
        loop {
            wanted = self.wish(wanted);
            let image = match sensor.wait_for_finger(LOOK).await {
                Ok(image) => image,
                Err(error) if error.sensor() == Some(r30x::Error::NoFinger) => {
                    self.alive(device.id, wanted.is_some());
                    continue;
                }
                Err(error) => {
                    let why = error.to_string();
                    self.report(device.id, &error);
                    if let Some(wanted) = wanted {
                        let _ = wanted.reply.send(Err(why.clone()));
                    }
                    return why;
                }
            };
            self.alive(device.id, wanted.is_some());
            // Whoever asked during the look means this very press.
            match self.wish(wanted.take()) {
                Some(wanted) => drop(wanted.reply.send(picture(image))),
                None => self.press(device.id, image).await,
            }
            // However long it stays, it is one press. Trouble is met again at the next look.
            while let Err(error) = sensor.wait_until_lifted(LIFT).await {
                self.alive(device.id, wanted.is_some());
                wanted = self.wish(wanted);
                if error.sensor() != Some(r30x::Error::NotLifted) {
                    break;
                }
            }
        }
    }

    /// Who wants the next press, if anybody still waits for it.
    fn wish(&mut self, before: Option<Wanted>) -> Option<Wanted> {
        before
            .or_else(|| self.wishes.try_recv().ok())
            .and_then(still_wanted)
    }

    async fn mode(&self, device: &Device) -> FingerMode {
        if let Some(mode) = self.seen.config.mode {
            return mode;
        }
        let mode = self.desk.mode_of(device.access_point).await;
        mode.unwrap_or(FingerMode::Search)
    }

    fn alive(&self, device: DeviceId, enrolling: bool) {
        self.house.heard(device, HeardKind::Message);
        self.seen.goes(if enrolling {
            SensorState::Enrolling
        } else {
            SensorState::Ready
        });
    }

    /// Hands a press to the desk, as the device stands in the registry now.
    async fn press(&mut self, id: DeviceId, image: Image) {
        let directory = self.house.directory();
        let Some(device) = directory.device(id).filter(|device| !device.disabled) else {
            return;
        };
        let image = match picture(image) {
            Ok(image) => image,
            Err(why) => return self.unusable(id, why),
        };
        let press = Press {
            device: device.id,
            access_point: device.access_point,
            key: SourceKey::Content {
                digest: unique(),
                window_s: Some(1),
            },
            device_time: DeviceTime::Absent,
            received_at: SystemClock.now(),
            deferred: false,
        };
        loop {
            let mode = self.seen.config.mode;
            match self.desk.take(press.clone(), image.clone(), mode).await {
                Pressed::Observed(Receipt::Overloaded) if !self.house.deliveries.is_closed() => {
                    tokio::time::sleep(AGAIN).await;
                }
                Pressed::Unusable(why) => return self.unusable(id, why),
                Pressed::Observed(_) | Pressed::Again => {
                    self.unusable = false;
                    return;
                }
            }
        }
    }

    /// A press that shows no finger is something for the Devices page, as one that a device sends is; a glass that
    /// stays dirty all day is one thing, not one for each press.
    fn unusable(&mut self, device: DeviceId, why: String) {
        if !std::mem::replace(&mut self.unusable, true) {
            self.tell(
                device,
                why,
                "Press flat and in the middle; clean the sensor's glass. If every press ends so, \
                 the sensor is broken.",
            );
        }
    }

    /// A picture that broke off is something for the Devices page; a sensor that is not there is told by its state.
    fn report(&self, device: DeviceId, error: &sensors::Error) {
        use r30x::Error as E;
        let broke_off = matches!(
            error.sensor(),
            Some(E::Stalled { .. } | E::Truncated { .. } | E::TooMuch { .. } | E::Damaged)
        );
        if broke_off {
            let why = "a picture of a finger broke off on its way from the sensor";
            self.tell(
                device,
                why.to_owned(),
                "Nothing was recorded: press again. If it happens often, check the sensor's \
                 cable and ground, or set a lower baud for it.",
            );
        }
    }

    fn tell(&self, device: DeviceId, reason: String, remedy: &str) {
        self.house.report(IncidentReport {
            kind: IncidentKind::BadPicture,
            address: None,
            device: Some(device),
            reason,
            remedy: remedy.to_owned(),
            at: SystemClock.now(),
        });
    }
}

/// Keeps a wish that is not too old and still waited for; tells whoever waited too long.
fn still_wanted(wanted: Wanted) -> Option<Wanted> {
    if wanted.reply.is_closed() {
        return None;
    }
    if Instant::now() < wanted.until {
        return Some(wanted);
    }
    let why = "No finger came; press when you are asked to.";
    let _ = wanted.reply.send(Err(why.to_owned()));
    None
}

fn picture(image: Image) -> Result<GreyImage, String> {
    let picture = GreyImage::new(image.width, image.height, image.dpi, image.pixels);
    picture.map_err(|error| error.to_string())
}

/// Sensors do not count: each press is an observation of its own.
fn unique() -> [u8; 32] {
    let mut digest = [0; 32];
    let (one, two) = (Uuid::new_v4(), Uuid::new_v4());
    digest[..16].copy_from_slice(one.as_bytes());
    digest[16..].copy_from_slice(two.as_bytes());
    digest
}
