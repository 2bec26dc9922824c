//! A full disk: a real one, a small file system in memory. Mounting it takes root; without it the
//! test says so and does nothing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::Command;

use model::*;
use storage::{DataDir, Options, PictureFiles, SqlStore};
use store::{Append, Book, LedgerRows, Pictures, StoreError, StoredCheckpoint};
use uuid::Uuid;

const ORIGIN: &str = "gatebook.example/full";

struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mounted() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"])
            .arg(dir.path())
            .output();
        let mounted = mount.is_ok_and(|done| done.status.success());
        mounted.then_some(Self(dir))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).output();
    }
}

fn entry() -> Append {
    Append::entry(Entry {
        id: EventId(Uuid::new_v4()),
        written_at: Timestamp::now(),
        author: Author::System,
        record: Record::Act(Act::UnresolvedDismissed {
            note: "x".repeat(20_000),
        }),
    })
}

async fn append_until_full(store: &SqlStore) -> u64 {
    for appended in 0..10_000 {
        match store.append(entry()).await {
            Ok(_) => (),
            Err(StoreError::Full) => return appended,
            Err(other) => panic!("{other:?}"),
        }
    }
    panic!("the disk did not fill up");
}

#[tokio::test]
async fn a_full_disk_is_said_clearly_and_damages_nothing() {
    let Some(disk) = SmallDisk::mounted() else {
        println!("skipped: a small disk cannot be mounted here");
        return;
    };
    let data = DataDir::open(disk.path()).unwrap();
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![0; 10 << 20]).unwrap();
    let store = SqlStore::open(&data, Options::default()).await.unwrap();
    let pictures = PictureFiles::open(&data).unwrap();
    let appended = append_until_full(&store).await;
    assert!(matches!(store.append(entry()).await, Err(StoreError::Full)));
    assert_eq!(store.size().await.unwrap(), appended);
    let picture = vec![7; 1 << 20];
    assert!(matches!(
        pictures.put(&picture).await,
        Err(StoreError::Full)
    ));
    // As much again as is in use: folding the write-ahead log into the database takes it.
    std::fs::remove_file(&ballast).unwrap();
    store.append(entry()).await.unwrap();
    let kept = pictures.put(&picture).await.unwrap();
    assert_eq!(pictures.get(kept).await.unwrap(), Some(picture));
    assert_eq!(store.size().await.unwrap(), appended + 1);
    verifies(&store).await;
}

async fn verifies(store: &SqlStore) {
    let signer = ledger::Signer::from_seed(ORIGIN, &[6; 32]).unwrap();
    let (size, root) = store.tree_head().await.unwrap();
    let origin = ORIGIN.to_owned();
    let note = signer
        .sign(&ledger::Checkpoint { origin, size, root })
        .unwrap();
    let signed_at = Timestamp::now();
    let checkpoint = StoredCheckpoint {
        size,
        root,
        note,
        signed_at,
    };
    store.put_checkpoint(checkpoint).await.unwrap();
    let verifier = ledger::Verifier::new(signer.vkey()).unwrap();
    let report = store::verify::verify(store, &verifier, None, &|_, _| ())
        .await
        .unwrap();
    assert_eq!(report.findings, []);
}
