//! What the registry says is what is followed.

use super::{Decoding, NetworkCameras};
use crate::cameras::LiveCameras;
use crate::cameras::tests::rig::{Rig, face};
use crate::config::Config;
use crate::house;
use crate::recognition::Recogniser;
use crate::site::Site;
use crate::tests::{act, door, native, opened};
use api::ports::{CameraState, NetworkCameras as _};
use cameras::Guard;
use model::{Act, Device, DeviceKind, Receipt, Sighting};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::{NetworkCamera, Pictures as _, Put, Store, Write};
use testkit::cameras::{HttpCamera, Reply, RtspCamera, Video};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use vision::TrackerSettings;

const PATIENCE: Duration = Duration::from_secs(30);
const JPEG: [u8; 4] = [0xff, 0xd8, 0xff, 0xd9];

fn source(device: &Device, camera: &HttpCamera, path: &str) -> NetworkCamera {
    NetworkCamera {
        device: device.id,
        address: format!("http://{}/{path}", camera.address()),
        user: String::new(),
        password: String::new(),
        frames_per_second: 10,
        main_address: None,
    }
}

async fn put(site: &Site, device: &Device, writes: Vec<Write>) {
    act(site, Act::DevicePut { device: device.id }, writes).await;
}

/// Follows the cameras of `site`, with nobody to look at their pictures.
async fn following(site: &Site, stop: &CancellationToken) -> Arc<NetworkCameras> {
    let store: Arc<dyn Store> = Arc::new(site.store.clone());
    let pictures = Arc::new(site.pictures.clone());
    let mut config = Config::default();
    config.vision.threads = 0;
    let recogniser = Recogniser::load(store.clone(), pictures.clone(), &config)
        .await
        .unwrap();
    let recogniser = Arc::new(recogniser);
    let (house, _, _) = house::open(&store, &pictures).await.unwrap();
    let settings = TrackerSettings::default();
    let strangers = crate::strangers::StrangerBook::new(&store, &pictures, &recogniser);
    let live = LiveCameras::new(&store, &recogniser, &pictures, &house, &strangers, settings);
    let live = Arc::new(live);
    let guard = Guard::new(&["127.0.0.0/8"]).unwrap();
    let network = NetworkCameras::new(guard, SocketAddr::from(([127, 0, 0, 1], 9)));
    tokio::spawn(network.clone().run(store, live, stop.clone()));
    network
}

async fn becomes(network: &NetworkCameras, device: &Device, state: Option<CameraState>) {
    let reached = async {
        while network.status(device.id).map(|status| status.state) != state {
            sleep(Duration::from_millis(20)).await;
        }
    };
    let within = timeout(PATIENCE, reached).await;
    assert!(within.is_ok(), "{:?}", network.status(device.id));
}

#[tokio::test]
async fn a_camera_is_followed_from_when_it_is_added_until_it_is_switched_off() {
    let (_dir, site) = opened().await;
    let stop = CancellationToken::new();
    let network = following(&site, &stop).await;
    let camera = HttpCamera::start(0, |question| match question.contains("/capture") {
        true => Reply::picture(&JPEG),
        false => Reply::answer("404 Not Found", &[], b""),
    });
    let camera = camera.await.unwrap();
    let (point, mut writes) = door();
    let device = Device {
        kind: DeviceKind::NetworkCamera,
        ..native("North", point)
    };
    assert_eq!(network.status(device.id), None);
    writes.push(Write::Device(Put::Add(device.clone())));
    writes.push(Write::NetworkCamera(source(&device, &camera, "wrong")));
    put(&site, &device, writes).await;
    becomes(&network, &device, Some(CameraState::Waiting)).await;
    let status = network.status(device.id).unwrap();
    assert!(status.error.unwrap().contains("404"));

    let moved = Write::NetworkCamera(source(&device, &camera, "capture"));
    put(&site, &device, vec![moved]).await;
    becomes(&network, &device, Some(CameraState::Live)).await;

    let off = Device {
        disabled: true,
        ..device.clone()
    };
    let change = Write::Device(Put::change(device.clone(), off));
    put(&site, &device, vec![change]).await;
    becomes(&network, &device, None).await;
    stop.cancel();
}

/// A camera that gives that picture whenever it is asked, followed at so many pictures each second.
async fn added(rig: &Rig, name: &str, picture: &'static [u8], rate: u8) -> (HttpCamera, Device) {
    added_with(rig, name, (picture, None), rate).await
}

/// The same with a main stream.
async fn added_with(
    rig: &Rig,
    name: &str,
    (picture, main_address): (&'static [u8], Option<String>),
    rate: u8,
) -> (HttpCamera, Device) {
    let camera = HttpCamera::start(0, move |_| Reply::picture(picture));
    let camera = camera.await.unwrap();
    let (point, mut writes) = door();
    let device = Device {
        kind: DeviceKind::NetworkCamera,
        ..native(name, point)
    };
    let source = NetworkCamera {
        frames_per_second: rate,
        main_address,
        ..source(&device, &camera, "capture")
    };
    writes.push(Write::Device(Put::Add(device.clone())));
    writes.push(Write::NetworkCamera(source));
    put(&rig.site, &device, writes).await;
    (camera, device)
}

/// Follows the cameras that were added to `rig` before.
async fn follow_in(rig: &Rig, stop: &CancellationToken) -> (Arc<NetworkCameras>, Running) {
    follow_decoding(rig, stop, Decoding::default()).await
}

/// The same where decoding main streams may take that.
async fn follow_decoding(
    rig: &Rig,
    stop: &CancellationToken,
    decoding: Decoding,
) -> (Arc<NetworkCameras>, Running) {
    let guard = Guard::new(&["127.0.0.0/8"]).unwrap();
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    let network = NetworkCameras::decoding(guard, nobody, decoding);
    let run = network.clone();
    let running = run.run(rig.store.clone(), rig.live.clone(), stop.clone());
    (network, tokio::spawn(running))
}

type Running = tokio::task::JoinHandle<anyhow::Result<()>>;

#[tokio::test]
async fn cameras_that_send_more_than_can_be_looked_at_take_nothing_from_a_slow_one() {
    const PICTURES: [&[u8]; 3] = [b"\xff\xd8\xff1", b"\xff\xd8\xff2", b"\xff\xd8\xff3"];
    let mut rig = Rig::of(Duration::from_millis(150)).await;
    let mut cameras = Vec::new();
    for (picture, rate) in PICTURES.into_iter().zip([15, 15, 2]) {
        let name = format!("At {rate} ({})", picture[3]);
        cameras.push(added(&rig, &name, picture, rate).await);
    }
    // One place, six pictures each second, and thirty-two are wanted.
    rig.reread().await;
    let stop = CancellationToken::new();
    let (_network, running) = follow_in(&rig, &stop).await;
    let enough = async {
        while rig.fake.looks.lock().unwrap().len() < 40 {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, enough).await.unwrap();
    stop.cancel();
    running.await.unwrap().unwrap();
    let looks = rig.fake.looks.lock().unwrap();
    let count = |of: &[u8]| looks.iter().filter(|(image, _)| &**image == of).count();
    let [one, other, slow] = PICTURES.map(count);
    assert!(one.abs_diff(other) <= 2, "{one} and {other}");
    // Two a second it sends, and a third of six are its turns.
    assert!(
        slow * 4 >= one,
        "{slow} of the slow one, {one} of a fast one"
    );
}

#[tokio::test]
async fn a_passage_that_was_decided_is_delivered_although_its_camera_is_removed() {
    let mut rig = Rig::of(Duration::ZERO).await;
    rig.enrol(0).await;
    *rig.fake.faces.lock().unwrap() = vec![face(0)];
    let (_camera, device) = added(&rig, "North", &JPEG, 10).await;
    rig.reread().await;
    let stop = CancellationToken::new();
    let (network, running) = follow_in(&rig, &stop).await;
    let first = timeout(PATIENCE, rig.deliveries.recv()).await.unwrap();
    let off = Device {
        disabled: true,
        ..device.clone()
    };
    let change = Write::Device(Put::change(device.clone(), off));
    put(&rig.site, &device, vec![change]).await;
    becomes(&network, &device, None).await;
    // The store takes it only later.
    drop(first.unwrap().reply);
    let again = timeout(PATIENCE, rig.deliveries.recv()).await.unwrap();
    stop.cancel();
    sleep(Duration::from_millis(100)).await;
    assert!(!running.is_finished(), "a stop waits for it");
    let receipt = Receipt::Committed { contiguous: None };
    again.unwrap().reply.send(receipt).unwrap();
    running.await.unwrap().unwrap();
}

/// The next passage, which is committed: its track and its picture.
async fn passage(rig: &mut Rig) -> (u64, Vec<u8>) {
    let delivery = timeout(PATIENCE, rig.deliveries.recv()).await.unwrap();
    let delivery = delivery.unwrap();
    let receipt = Receipt::Committed { contiguous: None };
    delivery.reply.send(receipt).unwrap();
    let Sighting::Face(face) = delivery.draft.sighting else {
        panic!("a camera sees faces");
    };
    let picture = face.picture.unwrap();
    let picture = rig.site.pictures.get(picture).await.unwrap().unwrap();
    (face.track, picture)
}

/// The picture of the next passage.
async fn kept(rig: &mut Rig) -> Vec<u8> {
    passage(rig).await.1
}

/// A main stream, and its address.
async fn main_stream() -> (RtspCamera, Option<String>) {
    let film = Video {
        encoding: "H264",
        film: include_bytes!("../../../cameras/tests/films/counting.h264").to_vec(),
        pause: Duration::from_millis(40),
        pictures: None,
        authorization: None,
    };
    let main = RtspCamera::start(0, film).await.unwrap();
    let address = format!("rtsp://{}/main", main.address());
    (main, Some(address))
}

/// A site with two people, and a camera that has that main stream.
async fn with_main_stream(address: Option<String>) -> (Rig, HttpCamera, Device) {
    let mut rig = Rig::of(Duration::ZERO).await;
    rig.enrol(0).await;
    rig.enrol(1).await;
    let (camera, device) = added_with(&rig, "North", (&JPEG, address), 10).await;
    rig.reread().await;
    (rig, camera, device)
}

async fn main_becomes(network: &NetworkCameras, device: &Device, state: CameraState) {
    let reached = async {
        while network.main_status(device.id).map(|status| status.state) != Some(state) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, reached).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_is_looked_at_while_its_main_stream_is_decoded_and_nobody_passes_twice() {
    let (_main, address) = main_stream().await;
    let (mut rig, _camera, device) = with_main_stream(address).await;
    let stop = CancellationToken::new();
    let decoding = Decoding {
        places: Semaphore::new(0),
        ..Decoding::default()
    };
    let (network, running) = follow_decoding(&rig, &stop, decoding).await;
    main_becomes(&network, &device, CameraState::Live).await;
    *rig.fake.faces.lock().unwrap() = vec![face(0), face(1)];
    let before = rig.fake.looks.lock().unwrap().len();
    let first = passage(&mut rig).await;
    // They are told of after three looks, and wait three seconds for a picture: some thirty.
    let looks = rig.fake.looks.lock().unwrap().len() - before;
    let second = passage(&mut rig).await;
    assert_eq!([first, second], [1, 2].map(|track| (track, JPEG.to_vec())));
    assert!(looks > 10, "{looks} looks");
    sleep(Duration::from_secs(1)).await;
    assert!(rig.deliveries.try_recv().is_err());
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn faces_are_looked_for_in_the_small_stream_and_the_picture_is_kept_of_the_main_one() {
    let (main, address) = main_stream().await;
    let (mut rig, _camera, device) = with_main_stream(address).await;
    let stop = CancellationToken::new();
    let patient = Decoding {
        picture: PATIENCE,
        look: PATIENCE,
        ..Decoding::default()
    };
    let (network, running) = follow_decoding(&rig, &stop, patient).await;
    main_becomes(&network, &device, CameraState::Live).await;
    *rig.fake.faces.lock().unwrap() = vec![face(0)];
    let picture = kept(&mut rig).await;
    assert!(picture.len() > 1_000, "{} bytes", picture.len());
    assert!(
        rig.fake
            .looks
            .lock()
            .unwrap()
            .iter()
            .all(|(image, _)| **image == JPEG)
    );
    // A main stream that is away takes nobody's passage with it.
    drop(main);
    main_becomes(&network, &device, CameraState::Waiting).await;
    *rig.fake.faces.lock().unwrap() = vec![face(1)];
    assert_eq!(kept(&mut rig).await, JPEG);
    stop.cancel();
    running.await.unwrap().unwrap();
}
