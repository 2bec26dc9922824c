//! A small site for tests of this crate.

use crate::clock::SystemClock;
use crate::config::{Config, Database};
use crate::founding;
use crate::recognition::Recogniser;
use crate::site::Site;
use api::ports::Clock;
use model::{
    AccessPoint, AccessPointId, Acknowledgement, AlertId, Area, AreaId, Author, Device, DeviceId,
    DeviceKind, Direction, Entry, EventId, Gate, GateId, LivenessPolicy, Person, PersonDetails,
    PersonId, PersonStatus, Places, Record, Timestamp, UserId,
};
use std::sync::Arc;
use storage::PictureFiles;
use store::{Append, Book, Devices, Heard, Put, Store, Write};
use tempfile::TempDir;
use uuid::Uuid;

/// An instant, in seconds after 2027-01-15T08:00:00Z.
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// A founded site in a directory of its own.
pub async fn opened() -> (TempDir, Site) {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::open(dir.path(), &database()).await.unwrap();
    founding::found(&site.store, SystemClock.now())
        .await
        .unwrap();
    (dir, site)
}

/// A file, or with `GATEBOOK_TEST_ENGINE=postgres` a new database on the test server.
fn database() -> Database {
    if !std::env::var("GATEBOOK_TEST_ENGINE").is_ok_and(|engine| engine == "postgres") {
        return Database::default();
    }
    let server = std::env::var("GATEBOOK_TEST_POSTGRES").expect("scripts/postgres.sh run");
    let name = format!("test_{}", Uuid::new_v4().simple());
    let made = std::process::Command::new("psql")
        .args([
            &server,
            "--quiet",
            "--command",
            &format!("CREATE DATABASE {name}"),
        ])
        .status();
    assert!(made.unwrap().success());
    Database {
        url: server.replacen("/postgres?", &format!("/{name}?"), 1),
    }
}

/// Recognition that has no places of its own: tests join theirs.
pub async fn recogniser(store: &Arc<dyn Store>, pictures: &Arc<PictureFiles>) -> Arc<Recogniser> {
    let mut config = Config::default();
    config.vision.threads = 0;
    let loaded = Recogniser::load(store.clone(), pictures.clone(), &config).await;
    Arc::new(loaded.unwrap())
}

/// Somebody of whom nothing is known but who they are.
pub fn person(number: u128) -> Person {
    Person {
        id: PersonId(Uuid::from_u128(number)),
        number: number.to_string(),
        name: format!("Person {number}"),
        department: String::new(),
        status: PersonStatus::Active,
        valid_from: None,
        valid_until: None,
        places: Places::Everywhere,
        photo: None,
        details: PersonDetails::default(),
    }
}

/// Appends an act with registry writes.
pub async fn act(site: &Site, act: model::Act, writes: Vec<Write>) {
    let entry = Entry {
        id: EventId(Uuid::now_v7()),
        written_at: at(0),
        author: Author::System,
        record: Record::Act(act),
    };
    let append = Append {
        writes,
        ..Append::entry(entry)
    };
    site.store.append(append).await.unwrap();
}

/// Registry writes alone.
pub async fn write(site: &Site, writes: Vec<Write>) {
    act(site, model::Act::SettingsChanged, writes).await;
}

/// Acknowledges an alert.
pub async fn acknowledge(site: &Site, alert: AlertId, now: Timestamp) {
    let by = UserId(Uuid::now_v7());
    let act = model::Act::AlertAcknowledged {
        alert,
        acknowledgement: Acknowledgement {
            by,
            at: now,
            note: String::new(),
        },
    };
    let entry = Entry {
        id: EventId(Uuid::now_v7()),
        written_at: now,
        author: Author::User { user: by },
        record: Record::Act(act),
    };
    site.store.append(Append::entry(entry)).await.unwrap();
}

/// An access point in an area of its own.
pub fn door() -> (AccessPointId, Vec<Write>) {
    let area = Area {
        id: AreaId(Uuid::now_v7()),
        name: Uuid::now_v7().to_string(),
    };
    let point = AccessPoint {
        id: AccessPointId(Uuid::now_v7()),
        name: Uuid::now_v7().to_string(),
        direction: Direction::Both,
        area: area.id,
        factors: Vec::new(),
        liveness: LivenessPolicy::NotAsked,
    };
    let id = point.id;
    (
        id,
        vec![
            Write::Area(Put::Add(area)),
            Write::AccessPoint(Put::Add(point)),
        ],
    )
}

/// A native device that may be silent for ever.
pub fn native(name: &str, access_point: AccessPointId) -> Device {
    Device {
        id: DeviceId(Uuid::now_v7()),
        name: name.into(),
        kind: DeviceKind::Native,
        access_point,
        silent_after_s: 0,
        disabled: false,
    }
}

/// Adds a classic gate whose boards share an address; its controller.
pub async fn gate(site: &Site, name: &str, address: &str) -> DeviceId {
    let (point, mut writes) = door();
    let board = |role: &str, kind| Device {
        kind,
        ..native(&format!("{name} {role}"), point)
    };
    let controller = board("controller", DeviceKind::ClassicController);
    let camera = board("camera", DeviceKind::ClassicCamera);
    let gate = Gate {
        id: GateId(Uuid::now_v7()),
        name: name.into(),
        controller_address: address.parse().ok(),
        camera_address: address.parse().ok(),
        topic_prefix: None,
        controller: controller.id,
        camera: camera.id,
        entry: point,
        exit: point,
    };
    let id = controller.id;
    writes.extend([
        Write::Device(Put::Add(controller)),
        Write::Device(Put::Add(camera)),
        Write::Gate(Put::Add(gate)),
    ]);
    write(site, writes).await;
    id
}

/// A sign of life.
pub async fn heard(site: &Site, device: DeviceId, second: i64) {
    let sign = Heard {
        device,
        at: at(second),
    };
    site.store.heard(&[sign]).await.unwrap();
}
