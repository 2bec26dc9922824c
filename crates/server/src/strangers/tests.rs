//! Strangers are kept, found again, taken back and erased.

use super::*;
use crate::site::Site;
use crate::tests::{at, door, opened, recogniser};
use model::{
    AccessEvent, AccessPointId, Act, AreaId, CoveredPart, Decision, DeviceId, DeviceTime,
    Direction, Evidence, FaceSighting, Liveness, ObservationDraft, Outcome, Place, Reason, Rule,
    Settings, Sighting, SourceKey, Taken, TimeProvenance, TimeSource,
};
use store::{Book, Ingest, Write};
use tempfile::TempDir;
use vision::liveness::SpoofScores;
use vision::{ModelId, Template};

const DAY: i64 = 24 * 3600;

fn decided() -> Decided {
    let frame = Frame::from_rgb(80, 60, vec![100; 80 * 60 * 3]).unwrap();
    Decided {
        track: 1,
        person: None,
        one_of: None,
        before: None,
        score: 0.0,
        threshold: 0.9,
        false_identifications: None,
        allowed: 0.005,
        runner_up: None,
        margin: None,
        frames: 8,
        gallery: 0,
        first_seen: Duration::ZERO,
        decided_at: Duration::ZERO,
        pictured_at: Duration::ZERO,
        template: Template::new(ModelId::FACE_API, vec![1.0, 0.0]).unwrap(),
        unlike: 1.0,
        picture: frame.to_jpeg(90).unwrap().into(),
        bounds: Rect {
            x: 30.0,
            y: 20.0,
            width: 10.0,
            height: 10.0,
        },
        spoof: SpoofScores::default(),
        covered: Vec::new(),
    }
}

async fn book() -> (TempDir, Arc<dyn Store>, StrangerBook) {
    let (dir, site) = opened().await;
    let (store, book) = of(&site).await;
    (dir, store, book)
}

async fn of(site: &Site) -> (Arc<dyn Store>, StrangerBook) {
    let store: Arc<dyn Store> = Arc::new(site.store.clone());
    let pictures = Arc::new(site.pictures.clone());
    let recogniser = recogniser(&store, &pictures).await;
    let book = StrangerBook::new(&store, &pictures, &recogniser);
    (store, book)
}

fn denied(point: AccessPointId) -> AccessEvent {
    AccessEvent {
        place: Place {
            access_point: point,
            direction: Direction::Both,
            area: AreaId(Uuid::nil()),
            area_has_exit: false,
        },
        evidence: Evidence {
            access_point: point,
            observations: Vec::new(),
            devices: Vec::new(),
            finger: None,
            tag: None,
            face: None,
            fingerprint: None,
            picture: None,
            classic_entry: None,
            classic_exit: None,
            occurred_at: at(0),
            received_at: at(0),
            time: TimeProvenance {
                source: TimeSource::Server,
                device: DeviceTime::Absent,
                skew_ms: None,
            },
        },
        decision: Decision {
            outcome: Outcome::Denied,
            taken: Taken::NotTaken,
            person: None,
            rule: Rule::FaceAlone,
            reasons: vec![Reason::Stranger],
            reported: false,
            liveness: Liveness::NotEstablished,
        },
    }
}

/// A denial of somebody unknown, with that picture.
async fn passage(site: &Site, picture: PictureId) -> EventId {
    let (point, writes) = door();
    crate::tests::write(site, writes).await;
    let draft = ObservationDraft {
        device: DeviceId(Uuid::new_v4()),
        access_point: point,
        key: SourceKey::Sequence {
            boot_id: "boot".into(),
            sequence: 1,
        },
        device_time: DeviceTime::Absent,
        received_at: at(0),
        deferred: false,
        sighting: Sighting::Face(FaceSighting {
            picture: Some(picture),
            ..crate::cameras::sighting(&decided())
        }),
        raw: Vec::new(),
    };
    let committed = site.store.commit(draft).await.unwrap();
    let entry = Entry {
        id: EventId(Uuid::new_v4()),
        written_at: at(0),
        author: Author::System,
        record: Record::Access(denied(point)),
    };
    let id = entry.id;
    let append = Append {
        settles: vec![committed.observation.id],
        ..Append::entry(entry)
    };
    site.store.append(append).await.unwrap();
    id
}

#[tokio::test]
async fn a_stranger_is_kept_for_the_days_of_the_settings_with_template_and_pictures() {
    let (_dir, store, book) = book().await;
    let pictures = book.pictures.clone();
    let face = decided();
    let [first, second] = [pictures.put(b"1").await, pictures.put(b"2").await];
    let (first, second) = (first.unwrap(), second.unwrap());
    book.keep(face.clone(), first, at(0)).await;
    book.keep(face.clone(), second, at(DAY)).await;
    let listed = store.strangers(10).await.unwrap();
    assert_eq!((listed.len(), listed[0].times), (1, 2));
    let cut = pictures.get(listed[0].face).await.unwrap().unwrap();
    let cut = Frame::decode(&cut, Limits::LIVE).unwrap();
    assert_eq!((cut.width(), cut.height()), (20, 20));
    let seen = store.stranger(listed[0].id).await.unwrap();
    let (newest, oldest) = (seen[0].0.face, seen[1].0.face);
    book.erase(at(30 * DAY + 1)).await.unwrap();
    assert_eq!(pictures.get(first).await.unwrap(), None);
    assert_eq!(pictures.get(oldest).await.unwrap(), None);
    assert!(pictures.get(second).await.unwrap().is_some());
    assert!(pictures.get(newest).await.unwrap().is_some());
    assert_eq!(store.strangers(10).await.unwrap()[0].times, 1);
    book.erase(at(32 * DAY)).await.unwrap();
    assert!(store.strangers(10).await.unwrap().is_empty());
    let serving = book.recogniser.serving();
    assert!(serving.strangers().most_alike(&face.template, 1).is_empty());
}

#[tokio::test]
async fn a_new_face_that_two_cameras_see_at_once_is_one_stranger() {
    let (_dir, store, book) = book().await;
    let [first, second] = [book.pictures.put(b"1").await, book.pictures.put(b"2").await];
    let one = book.keep(decided(), first.unwrap(), at(0));
    let other = book.keep(decided(), second.unwrap(), at(0));
    tokio::join!(one, other);
    let listed = store.strangers(10).await.unwrap();
    assert_eq!((listed.len(), listed[0].times), (1, 2));
}

#[tokio::test]
async fn who_is_named_a_moment_later_was_no_stranger_and_the_log_says_who_it_was() {
    let (_dir, site) = opened().await;
    let (store, book) = of(&site).await;
    let picture = book.pictures.put(b"1").await.unwrap();
    let person = PersonId(Uuid::new_v4());
    let event = passage(&site, picture).await;
    book.keep(decided(), picture, at(0)).await;
    let face = store.strangers(1).await.unwrap()[0].face;
    book.take_back(picture, Some(person)).await;
    assert!(store.strangers(1).await.unwrap().is_empty());
    assert_eq!(book.pictures.get(face).await.unwrap(), None);
    let serving = book.recogniser.serving();
    let alike = serving.strangers().most_alike(&decided().template, 1);
    assert!(alike.is_empty());
    let passed = store.entry(event).await.unwrap().unwrap();
    let correction = store.entry(passed.corrected_by[0]).await.unwrap().unwrap();
    let expected = Correction::NotThisPerson {
        event,
        instead: Some(person),
        reason: REASON.to_owned(),
    };
    assert_eq!(correction.entry.record, Record::Correction(expected));
    assert_eq!(correction.entry.author, Author::System);
    let kept = book.pictures.get(picture).await.unwrap();
    assert!(kept.is_some(), "the picture stays with its passage");
}

#[tokio::test]
async fn whoever_the_store_took_back_without_saying_so_is_not_found_again() {
    let (_dir, store, book) = book().await;
    let picture = book.pictures.put(b"1").await.unwrap();
    book.keep(decided(), picture, at(0)).await;
    // The first try was told whose it is; what it did then is done, and its answer was lost.
    let whose = store.stranger_on(picture).await.unwrap();
    store.take_back_stranger(picture).await.unwrap();
    book.forget(picture, whose).await.unwrap();
    let serving = book.recogniser.serving();
    let alike = serving.strangers().most_alike(&decided().template, 1);
    assert!(alike.is_empty());
}

#[tokio::test]
async fn nobody_is_kept_where_the_settings_say_so() {
    let (_dir, store, book) = book().await;
    let settings = Settings {
        strangers_kept_days: 0,
        ..Settings::default()
    };
    let entry = Entry {
        id: EventId(Uuid::new_v4()),
        written_at: at(0),
        author: Author::System,
        record: Record::Act(Act::SettingsChanged),
    };
    let append = Append {
        writes: vec![Write::Settings(settings)],
        ..Append::entry(entry)
    };
    store.append(append).await.unwrap();
    let picture = book.pictures.put(b"1").await.unwrap();
    book.keep(decided(), picture, at(0)).await;
    assert!(store.strangers(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn faces_that_were_covered_are_each_a_stranger_of_their_own_and_known_again_by_nobody() {
    let (_dir, store, book) = book().await;
    let covered = || Decided {
        covered: vec![CoveredPart::Mouth],
        ..decided()
    };
    for (n, decided) in [covered(), covered(), decided()].into_iter().enumerate() {
        let picture = book.pictures.put(&[n as u8]).await.unwrap();
        book.keep(decided, picture, at(0)).await;
    }
    assert_eq!(store.strangers(10).await.unwrap().len(), 3);
    let kept = store.strangers_seen().await.unwrap();
    let with_template = kept.iter().filter(|seen| !seen.template.is_empty());
    assert_eq!(with_template.count(), 1);
    let serving = book.recogniser.serving();
    let alike = serving.strangers().most_alike(&decided().template, 5);
    assert_eq!(alike.len(), 1, "the one that was not covered");
}

#[tokio::test]
async fn a_stop_waits_for_the_passage_of_somebody_who_was_no_stranger() {
    let (_dir, site) = opened().await;
    let (store, book) = of(&site).await;
    let picture = book.pictures.put(b"1").await.unwrap();
    let keeping = book.keep_aside(decided(), picture, at(0));
    book.take_back_aside(keeping, picture, Some(PersonId(Uuid::new_v4())));
    let stop = CancellationToken::new();
    stop.cancel();
    let stopping = tokio::spawn(book.clone().watch(stop));
    sleep(Duration::from_secs(1)).await;
    assert!(!stopping.is_finished());
    let event = passage(&site, picture).await;
    stopping.await.unwrap().unwrap();
    let passed = store.entry(event).await.unwrap().unwrap();
    assert_eq!(passed.corrected_by.len(), 1);
}

#[tokio::test]
async fn a_stop_gives_up_what_takes_too_long() {
    let (_dir, _store, book) = book().await;
    let picture = book.pictures.put(b"1").await.unwrap();
    let keeping = tokio::spawn(async {});
    book.take_back_aside(keeping, picture, Some(PersonId(Uuid::new_v4())));
    let finished = timeout(AT_STOP * 2, book.finish()).await;
    assert!(finished.is_ok(), "nobody decides that passage");
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_asked_again_and_one_that_refuses_is_not() {
    let (_dir, _store, book) = book().await;
    let tries = std::sync::atomic::AtomicUsize::new(0);
    let failing = async |first: StoreError| {
        tries.store(0, std::sync::atomic::Ordering::Relaxed);
        let first = Mutex::new(Some(first));
        let work = || async {
            tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let failed = first.lock().await.take();
            failed.map_or(Ok(()), |error| Err(error.into()))
        };
        book.insist("a face is kept", work).await;
        tries.load(std::sync::atomic::Ordering::Relaxed)
    };
    assert_eq!(failing(StoreError::Unreachable("away".into())).await, 2);
    assert_eq!(failing(StoreError::Damaged("torn".into())).await, 1);
}
