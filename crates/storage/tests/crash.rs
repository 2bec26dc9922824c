//! A process that is killed under load, again and again, on the same data directory: what it said
//! was committed is there, once, and the log verifies.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use model::*;
use storage::{DataDir, Options, SqlStore};
use store::{Append, Book, Ingest, LedgerRows, StoreError, StoredCheckpoint};
use uuid::Uuid;

const DIR: &str = "GATEBOOK_TEST_CRASH_DIR";
const URL: &str = "GATEBOOK_TEST_CRASH_URL";
const ORIGIN: &str = "gatebook.example/crash";
const KILLS: usize = 8;
const CLIENTS: u128 = 16;

fn signer() -> ledger::Signer {
    ledger::Signer::from_seed(ORIGIN, &[4; 32]).unwrap()
}

/// Where a site is: its directory, and the URL of its database unless that is the file there.
struct Site {
    dir: PathBuf,
    url: Option<String>,
}

impl Site {
    async fn open(&self) -> SqlStore {
        match &self.url {
            Some(url) => support::connect(&self.dir, url).await.unwrap(),
            None => {
                let dir = DataDir::open(&self.dir).unwrap();
                SqlStore::open(&dir, Options::default()).await.unwrap()
            }
        }
    }
}

/// One line, written at once: only what reached the pipe counts as said.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

fn draft(client: u128, sequence: u64) -> ObservationDraft {
    ObservationDraft {
        device: DeviceId(Uuid::from_u128(client)),
        access_point: AccessPointId(Uuid::from_u128(1)),
        key: SourceKey::Sequence {
            boot_id: "boot".to_owned(),
            sequence,
        },
        device_time: DeviceTime::Absent,
        received_at: Timestamp::now(),
        deferred: false,
        sighting: Sighting::PictureRequested,
        raw: b"raw".to_vec(),
    }
}

fn entry() -> Entry {
    Entry {
        id: EventId(Uuid::new_v4()),
        written_at: Timestamp::now(),
        author: Author::System,
        record: Record::Act(Act::SettingsChanged),
    }
}

/// A client that counts on from what is there, each observation ending in an entry, every third
/// delivered twice.
async fn client(store: Arc<SqlStore>, number: u128) -> Result<(), StoreError> {
    let probe = store.commit(draft(number, 1)).await?;
    let from = probe.contiguous.unwrap_or(1);
    for sequence in from.. {
        let commit = store.commit(draft(number, sequence)).await?;
        say(&format!("o {number} {sequence}"));
        if sequence % 3 == 0 {
            assert!(store.commit(draft(number, sequence)).await?.duplicate);
        }
        if !commit.duplicate {
            let mut append = Append::entry(entry());
            append.settles.push(commit.observation.id);
            let made = store.append(append).await?;
            say(&format!("e {}", made.entry.id));
        }
    }
    Ok(())
}

async fn sign(store: Arc<SqlStore>) -> Result<(), StoreError> {
    loop {
        let (size, root) = store.tree_head().await?;
        let origin = ORIGIN.to_owned();
        let note = signer()
            .sign(&ledger::Checkpoint { origin, size, root })
            .unwrap();
        let signed_at = Timestamp::now();
        store
            .put_checkpoint(StoredCheckpoint {
                size,
                root,
                note,
                signed_at,
            })
            .await?;
        say(&format!("c {size} {root}"));
    }
}

/// Not a test of its own: the process that is killed.
#[test]
#[ignore = "started by the test below, to be killed"]
fn the_process_that_is_killed() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let site = Site {
        dir: dir.into(),
        url: std::env::var(URL).ok(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Arc::new(site.open().await);
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(sign(Arc::clone(&store)));
        for number in 1..=CLIENTS {
            tasks.spawn(client(Arc::clone(&store), number));
        }
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap().unwrap();
        }
    });
}

fn start(site: &Site) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "the_process_that_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(DIR, &site.dir)
        .envs(site.url.iter().map(|url| (URL, url)))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What the killed processes said was committed.
#[derive(Default)]
struct Said {
    observations: BTreeMap<u128, u64>,
    entries: BTreeSet<EventId>,
    checkpoints: BTreeMap<u64, String>,
}

impl Said {
    fn hear(&mut self, line: &str) -> bool {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["o", client, sequence] => {
                let highest = self
                    .observations
                    .entry(client.parse().unwrap())
                    .or_default();
                *highest = (*highest).max(sequence.parse().unwrap());
            }
            ["e", id] => {
                self.entries.insert(id.parse().unwrap());
            }
            ["c", size, root] => {
                let before = self
                    .checkpoints
                    .insert(size.parse().unwrap(), root.to_owned());
                assert!(
                    before.is_none_or(|before| before == root),
                    "two heads of one size"
                );
            }
            _ => return false,
        }
        true
    }
}

fn run_and_kill(site: &Site, lines: usize, said: &mut Said) {
    let mut child = start(site);
    let mut heard = 0;
    let out = BufReader::new(child.stdout.take().unwrap());
    for line in out.lines().map_while(Result::ok) {
        heard += usize::from(said.hear(&line));
        if heard == lines {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(
        heard >= lines,
        "the process ended by itself after {heard} lines"
    );
}

async fn check(site: &Site, said: &Said) {
    let store = site.open().await;
    for (client, highest) in &said.observations {
        let again = store.commit(draft(*client, *highest)).await.unwrap();
        assert!(
            again.duplicate,
            "observation {highest} of {client} is missing"
        );
        assert!(
            again.contiguous >= Some(*highest),
            "client {client} lost some below {highest}"
        );
    }
    let mut seen = BTreeSet::new();
    let raw = store.raw_entries(0, u32::MAX).await.unwrap();
    for raw in raw {
        let (entry, _) = raw.payload.unwrap();
        assert!(seen.insert(entry.id), "entry {} stands twice", entry.id);
    }
    assert!(said.entries.is_subset(&seen), "an entry is missing");
    let verifier = ledger::Verifier::new(signer().vkey()).unwrap();
    let report = store::verify::verify(&store, &verifier, None, &|_, _| ())
        .await
        .unwrap();
    assert_eq!(report.findings, []);
    let last = store
        .latest_checkpoint()
        .await
        .unwrap()
        .map_or(0, |kept| kept.size);
    assert!(
        said.checkpoints.keys().all(|size| *size <= last),
        "a checkpoint is missing"
    );
    store.close().await.unwrap();
}

async fn nothing_is_missing_or_doubled(site: Site) {
    let mut said = Said::default();
    for kill in 0..KILLS {
        run_and_kill(&site, 150 + kill * 97, &mut said);
        check(&site, &said).await;
    }
    let observations: u64 = said.observations.values().sum();
    let entries = said.entries.len();
    println!("{KILLS} kills: {observations} observations and {entries} entries, all there once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_committed_is_missing_or_doubled_however_often_it_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site {
        dir: dir.path().to_owned(),
        url: None,
    };
    nothing_is_missing_or_doubled(site).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_committed_is_missing_or_doubled_on_a_server_either() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site {
        dir: dir.path().to_owned(),
        url: Some(support::new_database().await),
    };
    nothing_is_missing_or_doubled(site).await;
}
