//! What becomes of people who are asked whether they are alive, and of whoever was no stranger.

use super::rig::{Rig, eventually, face};
use crate::recognition::RecognitionPort;
use crate::tests::act;
use api::ports::{Cameras, Recognition};
use model::{
    AccessPoint, Act, FaceLiveness, FaceSighting, LivenessPolicy, NotEstablished, Sighting,
};
use std::time::Duration;
use store::{Put, Write};
use vision::Face;

/// A camera station whose access point asks, and whatever is delivered is committed.
async fn asking() -> Rig {
    let mut rig = Rig::of(Duration::ZERO).await;
    rig.commit_all();
    let was = rig.store.access_points().await.unwrap().remove(0);
    let now = AccessPoint {
        liveness: LivenessPolicy::Asked,
        ..was.clone()
    };
    let access_point = was.id;
    let writes = vec![Write::AccessPoint(Put::change(was, now))];
    act(&rig.site, Act::AccessPointPut { access_point }, writes).await;
    rig
}

/// Faces that were told so far.
async fn told(rig: &Rig) -> Vec<FaceSighting> {
    let unsettled = rig.store.unsettled().await.unwrap().observations;
    let faces = unsettled.into_iter().filter_map(|one| match one.sighting {
        Sighting::Face(face) => Some(face),
        _ => None,
    });
    faces.collect()
}

async fn are_kept(rig: &Rig, faces: usize) {
    let kept = async || rig.store.strangers_seen().await.unwrap().len();
    let what = format!("{faces} faces of strangers");
    eventually(&what, async || (kept().await == faces).then_some(())).await;
}

#[tokio::test]
async fn each_track_of_somebody_who_is_asked_is_no_strangers_any_more() {
    let rig = asking().await;
    let beside = || Face {
        bounds: face(2).bounds,
        ..face(0)
    };
    let both = async |ms| rig.show(vec![face(0), beside()], ms).await.unwrap();
    for n in 0..10 {
        both(250 * n).await;
    }
    are_kept(&rig, 2).await;
    let ada = rig.enrol(0).await;
    for n in 10..60 {
        both(250 * n).await;
    }
    are_kept(&rig, 0).await;
    let named = told(&rig).await;
    let named = named.iter().filter(|face| face.person == Some(ada));
    assert_eq!(named.count(), 1, "one person, one passage");
}

#[tokio::test]
async fn whoever_is_asked_when_a_roll_is_called_is_told_as_not_asked_at_once() {
    let rig = asking().await;
    let ada = rig.enrol(0).await;
    for n in 0..3 {
        rig.frame(&[0], 250 * n).await.unwrap();
    }
    let asked = rig.frame(&[0], 750).await.unwrap();
    assert!(asked.challenge.is_some() && told(&rig).await.is_empty());
    rig.live.call_roll(rig.station).unwrap();
    let looked = rig.frame(&[0], 1_250).await.unwrap();
    assert_eq!(looked.challenge, None);
    let why = NotEstablished::NotAsked;
    let told = told(&rig).await;
    let told: Vec<_> = told
        .iter()
        .map(|face| (face.person, face.liveness))
        .collect();
    let not_asked = FaceLiveness::NotEstablished { why };
    assert_eq!(told, [(Some(ada), Some(not_asked))]);
}

#[tokio::test]
async fn whoever_was_like_two_people_is_not_kept_whatever_later_views_are_like() {
    let rig = asking().await;
    let both = [rig.enrol_as(0, 0).await, rig.enrol_as(1, 0).await];
    for n in 0..12 {
        rig.frame(&[0], 250 * n).await.unwrap();
    }
    let port = RecognitionPort(rig.recogniser.clone());
    for person in both {
        port.person_removed(person).await;
    }
    for n in 12..24 {
        rig.frame(&[0], 250 * n).await.unwrap();
    }
    let told = told(&rig).await;
    let told: Vec<_> = told.iter().map(|face| (face.person, face.one_of)).collect();
    assert_eq!(told, [(None, Some(both)), (None, None)]);
    rig.live.strangers.finish().await;
    are_kept(&rig, 0).await;
}
