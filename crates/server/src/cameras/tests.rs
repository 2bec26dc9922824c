//! Cameras while somebody sets the clock.

mod asked;
pub mod rig;

use super::{LiveCameras, Moment};
use crate::house;
use crate::recognition::{Analyser, Fault};
use crate::strangers::StrangerBook;
use crate::tests::{act, at, door, native, opened, recogniser};
use async_trait::async_trait;
use bytes::Bytes;
use model::{Act, Device, DeviceId, DeviceKind};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::{Put, Store, Write};
use vision::{
    Analysis, Attention, Face, Followed, Look, ModelId, Point, Purpose, Quality, Rect, Template,
    TrackerSettings,
};

/// Always sees the same stranger, describes them when asked to, and remembers whether it was.
#[derive(Clone, Default)]
struct Stranger(Arc<Mutex<Vec<bool>>>);

#[async_trait]
impl Analyser for Stranger {
    async fn look(&self, _: Bytes, purpose: Purpose) -> Result<Look, Fault> {
        let attention = match purpose {
            Purpose::Following(attention) => attention,
            _ => Attention::default(),
        };
        let only_followed = attention.expected.iter().filter(|face| !face.described);
        let followed: Vec<Followed> = only_followed
            .map(|face| Followed {
                track: face.track,
                bounds: stranger().bounds,
            })
            .collect();
        self.0.lock().unwrap().push(followed.is_empty());
        Ok(Look::Seen(Analysis {
            width: 640,
            height: 480,
            faces: followed.is_empty().then(stranger).into_iter().collect(),
            followed,
            everywhere: true,
        }))
    }
}

fn stranger() -> Face {
    let mesh =
        serde_json::json!({ "points": vec![Point::default(); 468], "presence": 1.0, "nod": 0.0 });
    Face {
        bounds: Rect {
            x: 200.0,
            y: 100.0,
            width: 100.0,
            height: 120.0,
        },
        confidence: 0.9,
        landmarks: serde_json::from_value(mesh).unwrap(),
        quality: Quality::well_shown(120.0),
        template: Template::new(ModelId::FACE_API, vec![1.0; 128]).unwrap(),
        real: None,
    }
}

/// A camera that sees a stranger five times a second, while the time of day is as `clock` says (seconds at each
/// frame): the tracks on each frame, and whether the face was to be described in it.
async fn seen(clock: impl Fn(u64) -> i64) -> (Vec<u64>, Vec<bool>) {
    let (_dir, site) = opened().await;
    let store: Arc<dyn Store> = Arc::new(site.store.clone());
    let pictures = Arc::new(site.pictures.clone());
    let recogniser = recogniser(&store, &pictures).await;
    let analyser = Stranger::default();
    let _joined = recogniser.pool().join("here", 1, analyser.clone());
    let camera = added(&site).await;
    let (house, _, _) = house::open(&store, &pictures).await.unwrap();
    let strangers = StrangerBook::new(&store, &pictures, &recogniser);
    let settings = TrackerSettings::default();
    let live = LiveCameras::new(&store, &recogniser, &pictures, &house, &strangers, settings);
    let began = Instant::now();
    let mut tracks = Vec::new();
    for n in 0..16 {
        let moment = Moment {
            at: at(clock(n)),
            came: began + Duration::from_millis(n * 200),
        };
        let frame = live.sent(camera, Bytes::new(), moment).await.unwrap();
        assert_eq!(frame.at, moment.at);
        tracks.extend(frame.overlays.iter().map(|overlay| overlay.track));
    }
    let described = analyser.0.lock().unwrap().clone();
    (tracks, described)
}

async fn added(site: &crate::site::Site) -> DeviceId {
    let (point, mut writes) = door();
    let device = Device {
        kind: DeviceKind::CameraStation,
        ..native("Station", point)
    };
    writes.push(Write::Device(Put::Add(device.clone())));
    act(site, Act::DevicePut { device: device.id }, writes).await;
    device.id
}

#[tokio::test]
async fn a_clock_that_is_set_forward_or_back_changes_nothing_of_what_is_followed() {
    let steady = seen(|n| n as i64 / 5).await;
    assert_eq!(steady.0, [1; 16]);
    let spared = steady.1.iter().filter(|described| !**described).count();
    assert!((1..8).contains(&spared), "{:?}", steady.1);
    assert_eq!(seen(|n| if n < 9 { 7_200 } else { 0 }).await, steady);
    assert_eq!(seen(|n| if n < 9 { 0 } else { 7_200 }).await, steady);
}
