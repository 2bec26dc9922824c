//! How many observations a second become durable, with many clients that each wait for their
//! answer: `cargo run --release -p gatebook-storage --example commit_rate [CLIENTS] [EACH] [URL]`.
//! The data directory is made below the current one, so that the disk that counts is measured; with
//! a URL, the database is the empty one on that PostgreSQL server.

use std::time::{Duration, Instant};

use model::{
    AccessPointId, DeviceId, DeviceTime, ObservationDraft, Sighting, SourceKey, Timestamp,
};
use storage::{DataDir, Options, SqlStore};
use store::{Ingest, StoreError};
use uuid::Uuid;

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
        raw: vec![0; 200],
    }
}

async fn client(store: SqlStore, number: u128, each: u64) -> Result<Vec<Duration>, StoreError> {
    let mut waits = Vec::new();
    for sequence in 1..=each {
        let start = Instant::now();
        store.commit(draft(number, sequence)).await?;
        waits.push(start.elapsed());
    }
    Ok(waits)
}

fn argument(place: usize, otherwise: u64) -> u64 {
    let text = std::env::args().nth(place);
    text.and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (clients, each) = (argument(1, 16), argument(2, 500));
    let dir = tempfile::tempdir_in(".")?;
    let data = DataDir::open(dir.path())?;
    let store = match std::env::args().nth(3) {
        Some(url) => SqlStore::connect(&data, &url.parse()?, Options::default()).await?,
        None => SqlStore::open(&data, Options::default()).await?,
    };
    let mut tasks = tokio::task::JoinSet::new();
    let start = Instant::now();
    for number in 1..=clients {
        tasks.spawn(client(store.clone(), u128::from(number), each));
    }
    let mut waits = Vec::new();
    while let Some(done) = tasks.join_next().await {
        waits.extend(done??);
    }
    let took = start.elapsed();
    waits.sort_unstable();
    let at = |share: usize| {
        waits
            .get(waits.len() * share / 100)
            .copied()
            .unwrap_or_default()
    };
    println!(
        "{clients} clients: {:.0} observations/s; an answer takes {:.1?} (median), {:.1?} (99 of 100)",
        waits.len() as f64 / took.as_secs_f64(),
        at(50),
        at(99),
    );
    store.close().await?;
    Ok(())
}
