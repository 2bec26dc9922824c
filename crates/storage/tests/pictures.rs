//! Pictures as sealed files.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use model::*;
use storage::{DataDir, Options, PictureFiles, SqlStore};
use store::{Ingest, Pictures, StoreError};
use uuid::Uuid;

const JPEG: &[u8] = b"\xff\xd8 not really a picture, but recognisable \xff\xd9";

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn a_picture_is_given_back_until_it_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::open(dir.path()).unwrap();
    let pictures = PictureFiles::open(&data).unwrap();
    let id = pictures.put(JPEG).await.unwrap();
    assert_eq!(pictures.get(id).await.unwrap().as_deref(), Some(JPEG));
    pictures.remove(id).await.unwrap();
    pictures.remove(id).await.unwrap();
    assert_eq!(pictures.get(id).await.unwrap(), None);
    assert_eq!(files(&data.pictures()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn on_disk_a_picture_is_sealed_and_under_its_own_name() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::open(dir.path()).unwrap();
    let pictures = PictureFiles::open(&data).unwrap();
    let (one, two) = (
        pictures.put(JPEG).await.unwrap(),
        pictures.put(JPEG).await.unwrap(),
    );
    let found = files(&data.pictures());
    assert_eq!(found.len(), 2);
    for file in &found {
        let sealed = fs::read(file).unwrap();
        assert!(!sealed.windows(12).any(|window| window == b"recognisable"));
    }
    let file_of = |id: PictureId| {
        found
            .iter()
            .find(|file| file.ends_with(id.to_string()))
            .unwrap()
    };
    fs::copy(file_of(two), file_of(one)).unwrap();
    let swapped = pictures.get(one).await;
    assert!(matches!(swapped, Err(StoreError::Unsealable { .. })));
}

#[tokio::test]
async fn what_an_interrupted_write_left_is_gone_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::open(dir.path()).unwrap();
    let drafts = data.pictures().join("new");
    fs::create_dir_all(&drafts).unwrap();
    fs::write(drafts.join("half"), "half a picture").unwrap();
    PictureFiles::open(&data).unwrap();
    assert_eq!(files(&data.pictures()), Vec::<PathBuf>::new());
}

fn draft(picture: PictureId) -> ObservationDraft {
    ObservationDraft {
        device: DeviceId(Uuid::new_v4()),
        access_point: AccessPointId(Uuid::new_v4()),
        key: SourceKey::Content {
            digest: [1; 32],
            window_s: None,
        },
        device_time: DeviceTime::Absent,
        received_at: Timestamp::now(),
        deferred: false,
        sighting: Sighting::Picture { picture },
        raw: Vec::new(),
    }
}

#[tokio::test]
async fn only_old_pictures_that_no_row_names_are_swept() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::open(dir.path()).unwrap();
    let store = SqlStore::open(&data, Options::default()).await.unwrap();
    let pictures = PictureFiles::open(&data).unwrap();
    let named = pictures.put(JPEG).await.unwrap();
    let orphan = pictures.put(JPEG).await.unwrap();
    store.commit(draft(named)).await.unwrap();
    for file in files(&data.pictures()) {
        let yesterday = SystemTime::now() - Duration::from_secs(86_400);
        File::options()
            .write(true)
            .open(file)
            .unwrap()
            .set_modified(yesterday)
            .unwrap();
    }
    let fresh = pictures.put(JPEG).await.unwrap();
    assert_eq!(pictures.sweep(&store).await.unwrap(), 1);
    assert_eq!(pictures.get(orphan).await.unwrap(), None);
    assert!(pictures.get(named).await.unwrap().is_some());
    assert!(pictures.get(fresh).await.unwrap().is_some());
}
