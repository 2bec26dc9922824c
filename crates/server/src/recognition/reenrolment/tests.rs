//! Enrolling anew while people come and go, with a model that breaks down.

use super::super::analyser::Fault;
use super::super::{Pool, RecognitionPort, Serving};
use super::*;
use crate::site::Site;
use crate::tests::{act, at, opened};
use api::ports::Recognition;
use async_trait::async_trait;
use model::{Act, Comparison, Credential};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock};
use store::{People, Put, Write};
use uuid::Uuid;
use vision::{Analysis, Face, Gallery, Quality, Rect};

/// A template of one direction, by a model of this name.
fn template(model: &[u8; 8]) -> Template {
    let numbers = [1.0f32, 0.0].map(f32::to_le_bytes).concat();
    Template::from_bytes(&[model.as_slice(), &numbers].concat()).unwrap()
}

fn seen(model: &[u8; 8]) -> Analysis {
    let face = Face {
        bounds: Rect::default(),
        confidence: 0.9,
        landmarks: serde_json::from_value(json!({ "points": [], "presence": 1.0, "nod": 0.0 }))
            .unwrap(),
        quality: Quality::well_shown(100.0),
        template: template(model),
        real: None,
    };
    Analysis {
        width: 1,
        height: 1,
        faces: vec![face],
        followed: Vec::new(),
        everywhere: true,
    }
}

/// The model that is asked for, as the photographs have it; while it looks at one, its person may leave.
struct Fake(Option<Arc<Site>>);

#[async_trait]
impl Analyser for Fake {
    async fn look(&self, image: Bytes, _: Purpose) -> Result<Look, Fault> {
        match &*image {
            b"breaks" => Err(Fault::Broken),
            b"leaves" => {
                let person = person(2);
                let site = self.0.as_deref().unwrap();
                let writes = vec![Write::RemovePerson(person)];
                act(site, Act::PersonDeleted { person }, writes).await;
                Ok(Look::Unreadable("it is half".into()))
            }
            _ => Ok(Look::Seen(seen(b"wanted01"))),
        }
    }
}

fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

/// Enrols a person with a photograph by the model before.
async fn enrol(site: &Site, number: u128, photograph: &[u8]) -> CredentialId {
    let (id, credential) = (person(number), CredentialId(Uuid::from_u128(number)));
    let somebody = crate::tests::person(number);
    let face = Credential {
        id: credential,
        person: id,
        kind: CredentialKind::Face {
            picture: site.pictures.put(photograph).await.unwrap(),
            model: "before01".into(),
        },
        enrolled_at: at(0),
    };
    let kept = FaceTemplate {
        credential,
        person: id,
        model: "before01".into(),
        bytes: template(b"before01").to_bytes(),
    };
    let writes = vec![
        Write::Person(Put::Add(somebody)),
        Write::Credential(face, Some(kept)),
    ];
    act(site, Act::PersonAdded { person: id }, writes).await;
    credential
}

fn reenrolment(site: &Site) -> Reenrolment {
    let (store, pictures) = (site.store.clone(), site.pictures.clone());
    let wanted = template(b"wanted01").model();
    Reenrolment::new(
        Arc::new(store),
        Arc::new(pictures),
        &Config::default(),
        wanted,
    )
}

#[tokio::test]
async fn somebody_who_leaves_and_a_photograph_that_breaks_the_model_do_not_end_it() {
    let (_dir, site) = opened().await;
    for (number, photograph) in [(1, "breaks"), (2, "leaves"), (3, "good")] {
        enrol(&site, number, photograph.as_bytes()).await;
    }
    let reenrolment = reenrolment(&site);
    let mut progress = Progress {
        report: ImportReport::default(),
        without: BTreeSet::new(),
        broke: false,
        tell: Arc::new(|_| {}),
    };
    let fake = Fake(Some(Arc::new(site)));
    assert_eq!(reenrolment.catch_up(&fake, &mut progress).await.unwrap(), 3);
    assert_eq!(progress.report.changed, 1);
    let remark = format!("Person 1 (1): {BREAKS}; enrol anew");
    assert_eq!(progress.report.remarks, [remark]);
    assert!(progress.broke && reenrolment.has_templates().await.unwrap());
    assert_eq!(
        reenrolment.catch_up(&fake, &mut progress).await.unwrap(),
        0,
        "nobody is asked about twice"
    );
}

#[tokio::test]
async fn who_was_looked_at_by_the_model_before_is_enrolled_with_the_one_that_serves() {
    let (_dir, site) = opened().await;
    let credential = enrol(&site, 1, b"good").await;
    let reenrolment = reenrolment(&site);
    let pool = Arc::new(Pool::default());
    let _here = pool.join("here", 1, Fake(None));
    let recogniser = Arc::new(Recogniser {
        pool,
        serving: RwLock::new(Serving::of(reenrolment.model)),
        local: Mutex::default(),
        reenrolment,
        outdated: AtomicBool::new(false),
        spoof: Vec::new(),
    });
    let before = template(b"before01").to_bytes();
    let port = RecognitionPort(recogniser.clone());
    port.enrolled(person(1), credential, &before).await;
    let found = recogniser.with_gallery(|gallery| gallery.search(&template(b"wanted01")));
    assert_eq!(found.await.unwrap().unwrap().person, person(1));
    let stored = site.store.face_template_keys().await.unwrap();
    let models: Vec<&str> = stored.iter().map(|one| &*one.model).collect();
    assert_eq!(models, ["wanted01"]);
}

#[test]
fn a_face_by_another_model_than_the_gallerys_is_not_compared() {
    let gallery = Gallery::new(template(b"wanted01").model());
    gallery.set(person(1), &[template(b"wanted01")]).unwrap();
    let compare = |model, person| super::super::compare(&seen(model).faces, &gallery, person);
    let agrees = compare(b"wanted01", person(1));
    assert!(matches!(agrees, Comparison::Agrees { .. }));
    assert_eq!(compare(b"before01", person(1)), Comparison::NotCompared);
    assert_eq!(compare(b"wanted01", person(2)), Comparison::NotCompared);
}

/// Pictures that cannot be read once.
struct FailingOnce(storage::PictureFiles, AtomicBool);

#[async_trait]
impl Pictures for FailingOnce {
    async fn put(&self, jpeg: &[u8]) -> store::Result<PictureId> {
        self.0.put(jpeg).await
    }

    async fn get(&self, id: PictureId) -> store::Result<Option<Vec<u8>>> {
        if self.1.swap(false, Ordering::Relaxed) {
            return Err(store::StoreError::Engine("the disk is away".into()));
        }
        self.0.get(id).await
    }

    async fn remove(&self, id: PictureId) -> store::Result<()> {
        self.0.remove(id).await
    }
}

#[tokio::test]
async fn what_failed_is_still_to_be_done() {
    let (_dir, site) = opened().await;
    enrol(&site, 1, b"no picture").await;
    let pictures = FailingOnce(site.pictures.clone(), AtomicBool::new(true));
    let (store, pictures) = (Arc::new(site.store.clone()), Arc::new(pictures));
    let mut config = Config::default();
    config.vision.threads = 0;
    let recogniser = Recogniser::load(store, pictures, &config).await.unwrap();
    assert!(recogniser.is_outdated());
    assert!(recogniser.reenrol(Arc::new(|_| {})).await.is_err());
    assert!(recogniser.is_outdated(), "it is tried again");
    let report = recogniser.reenrol(Arc::new(|_| {})).await.unwrap();
    assert_eq!(report.remarks.len(), 1, "whose photograph cannot be read");
    assert!(!recogniser.is_outdated());
}
