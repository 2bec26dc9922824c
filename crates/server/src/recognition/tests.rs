//! A private part and a worker at both ends of a link.

use super::analyser::{Analyser, Fault};
use super::pool::Pool;
use super::remote::{Wanted, employ};
use super::wire::{FromWorker, Incoming, Outgoing, PING, SILENCE, ToWorker};
use super::worker::work;
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;
use vision::{Analysis, Look, ModelId, Purpose};

/// Says how long the image was, after a while; an empty one breaks it.
struct Measuring;

#[async_trait]
impl Analyser for Measuring {
    async fn look(&self, image: Bytes, _: Purpose) -> Result<Look, Fault> {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if image.is_empty() {
            return Err(Fault::Broken);
        }
        Ok(length(image.len()))
    }
}

fn length(bytes: usize) -> Look {
    Look::Seen(Analysis {
        width: u32::try_from(bytes).unwrap(),
        height: 1,
        faces: Vec::new(),
        followed: Vec::new(),
        everywhere: true,
    })
}

type Ended = JoinHandle<std::io::Result<()>>;
type Worked = JoinHandle<std::io::Result<std::convert::Infallible>>;

/// Both ends of a link, the private part's and the worker's.
fn hired(pool: &Arc<Pool>, name: &'static str, capacity: u16) -> (Ended, Worked) {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let worker = tokio::spawn(async move {
        let analyser: Arc<dyn Analyser> = Arc::new(Measuring);
        work(theirs, &analyser, &models(), capacity).await
    });
    (employed(pool, name, capacity, ours), worker)
}

fn employed(pool: &Arc<Pool>, name: &'static str, capacity: u16, link: DuplexStream) -> Ended {
    let pool = pool.clone();
    tokio::spawn(async move { employ(&pool, &models(), name, capacity, link).await })
}

/// Those of the site.
fn models() -> Wanted {
    Wanted {
        model: ModelId::FACE_API,
        spoof: vec!["silent-27 (0a1b2c3d)".into()],
    }
}

fn hello(model: &str, spoof: &[&str]) -> FromWorker {
    FromWorker::Hello {
        model: model.to_owned(),
        spoof: spoof.iter().map(|&name| name.to_owned()).collect(),
    }
}

async fn look(pool: &Arc<Pool>, bytes: usize) -> Option<Look> {
    pool.look(Bytes::from(vec![1; bytes]), Purpose::Enrolment)
        .await
}

#[tokio::test]
async fn images_are_looked_at_elsewhere_several_at_a_time() {
    let pool = Arc::new(Pool::default());
    let _link = hired(&pool, "one", 2);
    let images = [1, 300_000, 5, 70_000, 9].map(|bytes| (bytes, look(&pool, bytes)));
    for (bytes, looking) in images {
        assert_eq!(looking.await, Some(length(bytes)));
    }
    assert_eq!(look(&pool, 0).await, None, "a net failed");
    assert_eq!(
        look(&pool, 4).await,
        Some(length(4)),
        "and the link went on"
    );
}

#[tokio::test]
async fn what_a_killed_worker_was_looking_at_is_looked_at_by_another() {
    let pool = Arc::new(Pool::default());
    let (_here, doomed) = hired(&pool, "doomed", 8);
    while pool.present().is_empty() {
        tokio::task::yield_now().await;
    }
    let looking: Vec<_> = (1..=8)
        .map(|bytes| {
            let pool = pool.clone();
            tokio::spawn(async move { look(&pool, bytes).await })
        })
        .collect();
    while pool.try_take().is_some() {
        tokio::task::yield_now().await;
    }
    let _other = hired(&pool, "other", 1);
    doomed.abort();
    for (looking, bytes) in looking.into_iter().zip(1..) {
        assert_eq!(looking.await.unwrap(), Some(length(bytes)));
    }
    assert_eq!(pool.present(), [("other".to_owned(), 1)]);
}

#[tokio::test]
async fn a_worker_that_hangs_is_given_up_within_five_seconds() {
    assert!(SILENCE + PING < Duration::from_secs(5));
    let pool = Arc::new(Pool::default());
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let mut mute = Outgoing::new(theirs);
    let model = ModelId::FACE_API.to_string();
    let same = hello(&model, &["silent-27 (0a1b2c3d)"]);
    mute.send(&same).await.unwrap();
    let ended = employed(&pool, "mute", 1, ours).await.unwrap();
    assert!(ended.is_err());
    assert!(pool.present().is_empty());
}

#[tokio::test]
async fn a_worker_with_another_model_is_told_why_it_is_refused() {
    let same = ModelId::FACE_API.to_string();
    for (hello, told) in [
        (hello("another1", &[]), "another1"),
        (hello(&same, &[]), "spoof models are none"),
        (hello(&same, &["silent-27 (0a1b2c3e)"]), "0a1b2c3e"),
    ] {
        let pool = Arc::new(Pool::default());
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let here = employed(&pool, "stale", 4, ours);
        let (reader, writer) = tokio::io::split(theirs);
        Outgoing::new(writer).send(&hello).await.unwrap();
        let mut incoming = Incoming::new(reader);
        let said: ToWorker = incoming.next().await.unwrap();
        assert!(
            matches!(said, ToWorker::Refused(why) if why.contains(told)),
            "{told}"
        );
        assert!(here.await.unwrap().is_err());
        assert!(pool.present().is_empty());
    }
}
