//! The serial sensor against the simulator, over a real pseudo-terminal.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use r30x::{Baud, Confirmation, Setup};
use sensors::{Error, FingerSensor, SerialSensor, Verdict};
use tempfile::TempDir;
use testkit::prints::{Finger, Sensor as Glass};
use testkit::sensor::{Bench, Fault, Model, OnTheGlass, Plugged};

/// Long enough for any machine; what comes, comes at once.
const WITHIN: Duration = Duration::from_secs(20);

static FINGERS: LazyLock<[Finger; 2]> = LazyLock::new(|| [Finger::new(1), Finger::new(2)]);

fn finger(who: usize, number: u64) -> OnTheGlass {
    let picture = FINGERS[who].impression(Glass::R307, number);
    OnTheGlass::finger(&picture, &format!("finger {who}"))
}

/// A sensor on the bench, plugged in, and the host's end of it.
struct Desk {
    bench: Bench,
    plugged: Option<Plugged>,
    path: PathBuf,
    host: SerialSensor,
    _folder: TempDir,
}

fn desk(model: Model) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ttyFINGER");
    let bench = Bench::new(model);
    let plugged = Some(bench.plug(Some(&path)).unwrap());
    let host = SerialSensor::new(&path, Setup::default());
    Desk {
        bench,
        plugged,
        path,
        host,
        _folder: folder,
    }
}

#[tokio::test]
async fn the_picture_on_the_glass_arrives_over_the_device() {
    let mut desk = desk(Model::R307);
    desk.bench.sensor().put(finger(0, 0));
    let image = desk.host.wait_for_finger(WITHIN).await.unwrap();
    assert_eq!((image.width, image.height, image.dpi), (256, 288, 500));
    assert_eq!(image.pixels, finger(0, 0).pixels());
    assert_eq!(desk.bench.sensor().baud(), Baud::FASTEST);
}

#[tokio::test]
async fn a_picture_arrives_in_the_time_a_real_line_takes() {
    let mut desk = desk(Model {
        real_time: true,
        ..Model::R307
    });
    desk.bench.sensor().put(finger(0, 1));
    let image = desk.host.wait_for_finger(WITHIN).await.unwrap();
    assert_eq!(image.pixels, finger(0, 1).pixels());
}

#[tokio::test]
async fn a_finger_is_matched_1_to_1_with_a_template_that_the_host_kept() {
    for model in [Model::R307, Model::ODD_R307, Model::R503] {
        let length = model.template;
        let mut desk = desk(model);
        desk.bench.sensor().put(finger(0, 0));
        let template = desk.host.take_template(WITHIN).await.unwrap();
        assert_eq!(template.len(), length);
        desk.bench.sensor().put(finger(0, 1));
        let verdict = desk.host.verify(&template, WITHIN).await.unwrap();
        assert!(matches!(verdict, Verdict::Same { score: 60.. }));
        desk.bench.sensor().put(finger(1, 0));
        assert_eq!(
            desk.host.verify(&template, WITHIN).await.unwrap(),
            Verdict::Other
        );
    }
}

#[tokio::test]
async fn a_registry_in_the_flash_is_searched_listed_and_cleared() {
    let mut desk = desk(Model::R307);
    desk.bench.sensor().put(finger(0, 0));
    let template = desk.host.take_template(WITHIN).await.unwrap();
    desk.host.store(3, &template).await.unwrap();
    desk.host.store(700, &template).await.unwrap();
    assert_eq!(desk.host.pages().await.unwrap(), [3, 700]);
    assert_eq!(desk.host.load(700).await.unwrap(), template);
    desk.bench.sensor().put(finger(0, 2));
    assert_eq!(desk.host.search(WITHIN).await.unwrap().unwrap().page, 3);
    desk.host.delete(3).await.unwrap();
    assert_eq!(desk.host.search(WITHIN).await.unwrap().unwrap().page, 700);
    desk.bench.sensor().put(finger(1, 0));
    assert_eq!(desk.host.search(WITHIN).await.unwrap(), None);
    desk.host.clear().await.unwrap();
    assert_eq!(desk.bench.sensor().stored(), []);
}

#[tokio::test]
async fn a_stall_in_the_middle_of_a_picture_is_a_clear_error_and_the_next_picture_is_whole() {
    let mut desk = desk(Model::R307);
    desk.bench.sensor().put(finger(0, 0));
    for fault in [
        Fault::Stall(20_000),
        Fault::BadData,
        Fault::Loss(300),
        Fault::Silence,
    ] {
        desk.host.parameters().await.unwrap();
        desk.bench.sensor().expect(fault);
        let error = desk.host.wait_for_finger(WITHIN).await.unwrap_err();
        assert!(error.sensor().is_some(), "{fault:?}: {error}");
        let image = desk.host.wait_for_finger(WITHIN).await.unwrap();
        assert_eq!(image.pixels, finger(0, 0).pixels(), "after {fault:?}");
    }
}

#[tokio::test]
async fn an_unplugged_sensor_is_said_and_used_again_once_it_is_back() {
    let mut desk = desk(Model::R307);
    desk.bench.sensor().put(finger(0, 0));
    desk.host.wait_for_finger(WITHIN).await.unwrap();
    desk.plugged = None;
    let gone = desk.host.wait_for_finger(WITHIN).await.unwrap_err();
    assert!(matches!(gone, Error::Unplugged { .. }), "{gone}");
    let absent = desk.host.wait_for_finger(WITHIN).await.unwrap_err();
    assert!(matches!(absent, Error::Open { .. }), "{absent}");
    assert!(absent.to_string().contains("is it plugged in"));
    desk.plugged = Some(desk.bench.plug(Some(&desk.path)).unwrap());
    let image = desk.host.wait_for_finger(WITHIN).await.unwrap();
    assert_eq!(image.pixels, finger(0, 0).pixels());
}

#[tokio::test]
async fn a_sensor_that_lost_its_power_is_met_again_without_a_word_to_the_caller() {
    let mut desk = desk(Model::R307);
    let password = 4711;
    desk.bench.sensor().left_as(Baud::FACTORY, password);
    let refused = desk.host.parameters().await.unwrap_err();
    let confirmation = Confirmation::WrongPassword;
    assert_eq!(
        refused.sensor(),
        Some(r30x::Error::Refused {
            command: 0x13,
            confirmation
        })
    );
    desk.host = SerialSensor::new(
        &desk.path,
        Setup {
            password,
            ..Setup::default()
        },
    );
    desk.host.clear().await.unwrap();
    desk.bench.sensor().power_cycle();
    desk.bench.sensor().put(finger(1, 1));
    desk.host.wait_for_finger(WITHIN).await.unwrap();
}

#[tokio::test]
async fn without_a_finger_the_call_ends_and_says_so() {
    let mut desk = desk(Model::R307);
    let error = desk
        .host
        .wait_for_finger(Duration::from_millis(200))
        .await
        .unwrap_err();
    assert_eq!(error.sensor(), Some(r30x::Error::NoFinger));
    desk.bench.sensor().put(finger(0, 0));
    let error = desk
        .host
        .wait_until_lifted(Duration::from_millis(200))
        .await
        .unwrap_err();
    assert_eq!(error.sensor(), Some(r30x::Error::NotLifted));
    desk.bench.sensor().lift();
    desk.host.wait_until_lifted(WITHIN).await.unwrap();
}

#[tokio::test]
async fn a_caller_that_stops_waiting_leaves_the_sensor_usable() {
    let mut desk = desk(Model {
        real_time: true,
        ..Model::R307
    });
    desk.host.parameters().await.unwrap();
    desk.bench.sensor().put(finger(0, 0));
    let given_up = desk.host.wait_for_finger(WITHIN);
    assert!(
        tokio::time::timeout(Duration::from_secs(1), given_up)
            .await
            .is_err()
    );
    let image = desk.host.wait_for_finger(WITHIN).await.unwrap();
    assert_eq!(image.pixels, finger(0, 0).pixels());
}
