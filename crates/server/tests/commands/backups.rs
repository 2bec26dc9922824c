//! Backups of a running site on both engines, and what becomes of them.

use crate::api::{Api, PASSWORD, ready};
use crate::cards::{LOG_HEADER, files, gate};
use crate::device_http::Device;
use crate::postgres::new_database;
use crate::process::{Ended, Serving, eventually, run};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::scope;
use tempfile::{TempDir, tempdir};
use testkit::classic::Visitor;

/// A data directory, and where its database is.
pub struct House {
    pub data: TempDir,
    set: String,
}

impl House {
    pub fn in_a_file() -> Self {
        Self::at("sqlite:")
    }

    pub fn on_a_server() -> Self {
        Self::at(&new_database())
    }

    pub fn at(url: &str) -> Self {
        let data = tempdir().unwrap();
        let set = format!("database.url={url}");
        Self { data, set }
    }

    pub fn path(&self) -> &Path {
        self.data.path()
    }

    pub fn start(&self) -> Serving {
        Serving::start(self.path(), &["--set", &self.set])
    }

    pub fn run(&self, words: &[&str]) -> Ended {
        run(self.path(), &[words, &["--set", &self.set]].concat())
    }

    /// Where copies of the keys would be kept.
    fn keys(&self) -> String {
        text(&self.path().join("keys"))
    }

    /// Takes a backup; where it is.
    fn backup(&self, place: &Path) -> PathBuf {
        let said = self.run(&["backup", &text(place)]).with(0).said;
        let path = said.lines().find_map(|line| line.strip_prefix("Backup: "));
        PathBuf::from(path.unwrap())
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// A gate, and an entry with a picture.
fn with_a_picture(house: &House) {
    let mut serving = house.start();
    gate(&Api::first(&mut serving));
    serving.stop().with(0);
    let card = tempdir().unwrap();
    let at = jiff::civil::date(2026, 3, 2).at(9, 15, 30, 0);
    let row = Visitor::new("7", "Asha Rao", "4AB3").row(at);
    let picture = row.rsplit(',').next().unwrap();
    fs::write(card.path().join(picture), [0xff, 0xd8, 0xff, 0xe0]).unwrap();
    let csv = card.path().join("log.csv");
    fs::write(&csv, format!("{LOG_HEADER}\n{row}\n")).unwrap();
    let (csv, pictures) = (text(&csv), text(card.path()));
    let import = [
        "log",
        "import",
        &csv,
        "--gate",
        "North gate",
        "--pictures",
        &pictures,
    ];
    house.run(&import).with(0);
}

/// The only picture file below a folder.
fn only_picture(folder: &Path) -> PathBuf {
    let mut path = folder.join("pictures");
    assert_eq!(files(&path), 1);
    while path.is_dir() {
        let mut inner = fs::read_dir(&path).unwrap().flatten().map(|e| e.path());
        path = inner.find(|path| !path.ends_with("new")).unwrap();
    }
    path
}

/// Backs a site up while a device reports, and restores it into another.
fn everything_acknowledged_before_comes_back(house: &House, other: &House) {
    with_a_picture(house);
    let serving = house.start();
    let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
    let device = Device::added(&api);
    let (acknowledged, enough) = (AtomicU64::new(0), AtomicBool::new(false));
    let place = tempdir().unwrap();
    let (before, backup) = scope(|scope| {
        scope.spawn(|| {
            for sequence in 1.. {
                if enough.load(Ordering::SeqCst) {
                    return;
                }
                assert_eq!(device.report(&serving.address, sequence).0, 200);
                acknowledged.store(sequence, Ordering::SeqCst);
            }
        });
        let count = || Some(acknowledged.load(Ordering::SeqCst)).filter(|count| *count >= 20);
        let before = eventually("some reports", count);
        let backup = house.backup(place.path());
        enough.store(true, Ordering::SeqCst);
        (before, backup)
    });
    serving.stop().with(0);

    let backup = text(&backup);
    other
        .run(&["restore", &backup, "--keys", &house.keys()])
        .with(0)
        .saying("Restored and verified")
        .saying("1 pictures came back")
        .saying("ARE LOST");
    other.run(&["verify"]).with(0);
    let serving = other.start();
    for sequence in 1..=before {
        let (_, answer) = device.report(&serving.address, sequence);
        assert_eq!(answer["status"], "duplicate", "{sequence}: {answer}");
    }
    let api = Api::sign_in(&serving, "warden", PASSWORD).unwrap();
    let id = only_picture(other.path());
    let id = id.file_name().unwrap().to_str().unwrap();
    let opened = place.path().join("opened.jpeg");
    api.download(&format!("pictures/{id}"), &opened);
    assert_eq!(fs::read(opened).unwrap(), [0xff, 0xd8, 0xff, 0xe0]);
    assert!(
        api.get("log?limit=500")
            .to_string()
            .contains("site_restored")
    );
    let told = ready(&serving.metrics)["log"].as_str().unwrap().to_owned();
    assert!(!told.contains("does not verify"), "{told}");
    serving.stop().with(0);
}

#[test]
fn a_running_site_in_a_file_comes_back_with_everything_acknowledged() {
    everything_acknowledged_before_comes_back(&House::in_a_file(), &House::in_a_file());
}

#[test]
fn a_running_site_on_a_server_comes_back_with_everything_acknowledged() {
    everything_acknowledged_before_comes_back(&House::on_a_server(), &House::on_a_server());
}

#[test]
fn a_backup_of_one_engine_is_restored_onto_the_other() {
    everything_acknowledged_before_comes_back(&House::in_a_file(), &House::on_a_server());
    everything_acknowledged_before_comes_back(&House::on_a_server(), &House::in_a_file());
}

/// A stopped site with a picture, and a backup of it.
fn backed_up() -> (House, TempDir, PathBuf) {
    let (house, place) = (House::in_a_file(), tempdir().unwrap());
    with_a_picture(&house);
    let backup = house.backup(place.path());
    (house, place, backup)
}

fn restored(backup: &Path, keys: &str) -> Ended {
    House::in_a_file().run(&["restore", &text(backup), "--keys", keys])
}

#[test]
fn a_backup_that_was_changed_is_refused_and_the_file_is_named() {
    let (house, _place, backup) = backed_up();
    for name in [
        "tables/people.copy",
        "tables/entries.copy",
        "pictures.sha256",
    ] {
        let file = backup.join(name);
        let content = fs::read(&file).unwrap();
        fs::write(&file, [&content, b"1\n".as_slice()].concat()).unwrap();
        restored(&backup, &house.keys())
            .with(1)
            .saying(&format!("{name} was changed since the backup was taken"));
        fs::write(&file, content).unwrap();
    }
    let manifest = backup.join("manifest.json");
    let content = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, content.replace("\"rows\": 1,", "\"rows\": 0,")).unwrap();
    restored(&backup, &house.keys())
        .with(1)
        .saying("manifest.json was changed");
    fs::remove_file(&manifest).unwrap();
    restored(&backup, &house.keys())
        .with(1)
        .saying("is no complete backup");
}

#[test]
fn pictures_that_were_changed_or_are_missing_are_listed_and_the_rest_comes_back() {
    let (house, _place, backup) = backed_up();
    let picture = only_picture(&backup);
    let id = picture.file_name().unwrap().to_str().unwrap().to_owned();
    fs::write(&picture, "something else").unwrap();
    restored(&backup, &house.keys())
        .with(3)
        .saying("Restored and verified")
        .saying(&format!("picture {id} WAS CHANGED"));
    fs::remove_file(&picture).unwrap();
    restored(&backup, &house.keys())
        .with(0)
        .saying(&format!("picture {id} is missing"));
}

#[test]
fn keys_are_left_out_unless_asked_for_and_a_restore_says_what_it_needs() {
    let (house, place, backup) = backed_up();
    assert!(!backup.join("keys").exists());
    let other = House::in_a_file();
    other
        .run(&["restore", &text(&backup)])
        .with(1)
        .saying("give --keys DIR");
    let strange = House::in_a_file();
    strange.start().stop().with(0);
    restored(&backup, &strange.keys())
        .with(1)
        .saying("wrong site key");
    let said = house
        .run(&["backup", &text(place.path()), "--with-keys"])
        .with(0)
        .saying("THE KEYS ARE IN IT")
        .said;
    let path = said.lines().find_map(|line| line.strip_prefix("Backup: "));
    other.run(&["restore", path.unwrap()]).with(0);
    other.run(&["verify"]).with(0);
}

#[test]
fn a_second_backup_shares_the_pictures_of_the_first_and_outlives_it() {
    let (house, place, first) = backed_up();
    let said = house
        .run(&["backup", &text(place.path())])
        .with(0)
        .saying("1 pictures, 0 of them copied now")
        .said;
    let second = said.lines().find_map(|line| line.strip_prefix("Backup: "));
    let second = PathBuf::from(second.unwrap());
    let inode = |backup: &Path| fs::metadata(only_picture(backup)).unwrap().ino();
    assert_eq!(inode(&first), inode(&second));
    assert_ne!(
        inode(&first),
        fs::metadata(only_picture(house.path())).unwrap().ino()
    );
    fs::remove_dir_all(first).unwrap();
    restored(&second, &house.keys())
        .with(0)
        .saying("1 pictures came back");
}

#[test]
fn a_backup_is_restored_into_a_new_data_directory_only() {
    let (house, _place, backup) = backed_up();
    house
        .run(&["restore", &text(&backup)])
        .with(1)
        .saying("is not empty");
    let taken = House::on_a_server();
    taken.start().stop().with(0);
    let again = tempdir().unwrap();
    let (set, keys) = (taken.set.as_str(), house.keys());
    let words = ["restore", &text(&backup), "--keys", &keys, "--set", set];
    run(again.path(), &words)
        .with(1)
        .saying("holds a site already");
    // What is half there is opened by nobody.
    run(again.path(), &["verify"])
        .with(1)
        .saying("restore again");
}

#[test]
fn a_site_that_was_never_started_has_no_backup() {
    let place = tempdir().unwrap();
    House::in_a_file()
        .run(&["backup", &text(place.path())])
        .with(1)
        .saying("site.key does not exist");
}
