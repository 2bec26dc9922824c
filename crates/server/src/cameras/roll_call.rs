//! A roll call: for a minute a camera looks at a room full of people, and whom it saw is listed. Passages go their usual
//! way beside it.

use crate::strangers::cut;
use api::ports::{RollCall, RollCallFace};
use bytes::Bytes;
use model::{DeviceId, PersonId, Score, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use vision::{Frame, Identity, Limits, Overlay, Rect};

/// How long one takes.
const LONG: Duration = Duration::from_secs(60);
/// Most faces that are listed: several times as many as are looked at in one picture.
const MOST: usize = 200;

/// The newest roll call of each camera, until the next one or the server's end.
#[derive(Default)]
pub(super) struct RollCalls(Mutex<HashMap<DeviceId, Calling>>);

struct Calling {
    begun_at: Timestamp,
    /// The same on the clock of trackers.
    begun: Duration,
    /// How long it takes, or took.
    lasts: Duration,
    looks: u32,
    /// Faces that were put on the list so far.
    listed: u32,
    faces: Vec<Seen>,
}

/// A face on the list.
struct Seen {
    /// Its number on this list.
    number: u32,
    track: u64,
    /// Whether that track was seen in the newest picture.
    in_sight: bool,
    person: Option<PersonId>,
    /// Whether it is known to be nobody's who is enrolled.
    unknown: bool,
    /// The two people whom it is like.
    one_of: Option<[PersonId; 2]>,
    at: Timestamp,
    score: Option<Score>,
    /// The face, cut out of the first picture that showed it.
    jpeg: Bytes,
}

impl RollCalls {
    /// Begins one at that time, `now` on the clock of trackers, in place of any before.
    pub(super) fn begin(&self, camera: DeviceId, begun_at: Timestamp, now: Duration) -> RollCall {
        let calling = Calling {
            begun_at,
            begun: now,
            lasts: LONG,
            looks: 0,
            listed: 0,
            faces: Vec::new(),
        };
        let shown = calling.shown(now);
        self.all().insert(camera, calling);
        shown
    }

    /// Ends it before its time. `None`: there is none.
    pub(super) fn end(&self, camera: DeviceId, now: Duration) -> Option<RollCall> {
        let mut all = self.all();
        let calling = all.get_mut(&camera)?;
        calling.lasts = calling.gone_on(now);
        Some(calling.shown(now))
    }

    /// What it has found, while it goes on and after it.
    pub(super) fn shown(&self, camera: DeviceId, now: Duration) -> Option<RollCall> {
        let all = self.all();
        all.get(&camera).map(|calling| calling.shown(now))
    }

    /// A face on its list, as JPEG.
    pub(super) fn face(&self, camera: DeviceId, number: u32) -> Option<Bytes> {
        let all = self.all();
        let mut faces = all.get(&camera)?.faces.iter();
        let face = faces.find(|face| face.number == number)?;
        Some(face.jpeg.clone())
    }

    /// Whether one goes on at `now`, on the clock of trackers.
    pub(super) fn goes_on(&self, camera: DeviceId, now: Duration) -> bool {
        let all = self.all();
        let calling = all.get(&camera);
        calling.is_some_and(|calling| calling.gone_on(now) < calling.lasts)
    }

    /// Takes in what was seen of a picture that was looked at for it. New faces are cut out of the picture, on a thread of
    /// their own.
    pub(super) async fn see(
        &self,
        camera: DeviceId,
        picture: &Bytes,
        seen: Vec<Overlay>,
        at: Timestamp,
    ) {
        let new = {
            let mut all = self.all();
            let Some(calling) = all.get_mut(&camera) else {
                return;
            };
            calling.look(&seen, at)
        };
        if new.is_empty() {
            return;
        }
        let places: Vec<Rect> = new.iter().map(|overlay| overlay.bounds).collect();
        let picture = picture.clone();
        let cutting = tokio::task::spawn_blocking(move || faces_of(&picture, &places));
        let jpegs = cutting.await.unwrap_or_default();
        if let Some(calling) = self.all().get_mut(&camera) {
            calling.add(new.into_iter().zip(jpegs).collect(), at);
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<DeviceId, Calling>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Calling {
    /// How long it has gone on, at most as long as it takes.
    fn gone_on(&self, now: Duration) -> Duration {
        now.saturating_sub(self.begun).min(self.lasts)
    }

    /// Notes who is on the list already; the others.
    fn look(&mut self, seen: &[Overlay], at: Timestamp) -> Vec<Overlay> {
        self.looks += 1;
        self.faces.iter_mut().for_each(|face| face.in_sight = false);
        let new = seen.iter().filter(|overlay| !self.note(overlay, at));
        new.copied().collect()
    }

    /// Whether the face is on the list.
    fn note(&mut self, overlay: &Overlay, at: Timestamp) -> bool {
        let person = named(overlay);
        let theirs = |face: &Seen| face.person.is_some() && face.person == person;
        let same = |face: &Seen| face.track == overlay.track;
        let nameless = |face: &Seen| face.person.is_none();
        // Better views spoke against the name that the track had: whoever has it was not seen.
        let decided = overlay.identity != Identity::Undecided;
        for face in self.faces.iter_mut().filter(|face| decided && same(face)) {
            face.person = face.person.filter(|before| person == Some(*before));
        }
        if self.faces.iter().any(theirs) {
            // What this track showed before it was named is theirs as well.
            self.faces.retain(|face| !(same(face) && nameless(face)));
        }
        let of_track = |face: &Seen| same(face) && (nameless(face) || person.is_none());
        let listed = self.faces.iter().position(theirs);
        let listed = listed.or_else(|| self.faces.iter().position(of_track));
        let Some(face) = listed.and_then(|place| self.faces.get_mut(place)) else {
            return false;
        };
        face.seen_again(overlay, at);
        true
    }

    /// Puts new faces on the list.
    fn add(&mut self, new: Vec<(Overlay, Bytes)>, at: Timestamp) {
        for (overlay, jpeg) in new {
            if self.faces.len() >= MOST {
                return;
            }
            self.listed += 1;
            let mut face = Seen {
                number: self.listed,
                track: overlay.track,
                in_sight: true,
                person: None,
                unknown: false,
                one_of: None,
                at,
                score: None,
                jpeg,
            };
            face.seen_again(&overlay, at);
            self.faces.push(face);
        }
    }

    /// A glance that is over, and was nobody's, is left out.
    fn shown(&self, now: Duration) -> RollCall {
        let decided = |face: &Seen| face.person.is_some() || face.unknown || face.one_of.is_some();
        let worth = |face: &&Seen| decided(face) || face.in_sight;
        let one = |face: &Seen| RollCallFace {
            number: face.number,
            person: face.person,
            unknown: face.unknown,
            one_of: face.one_of,
            at: face.at,
            score: face.score,
        };
        RollCall {
            begun_at: self.begun_at,
            gone_on: self.gone_on(now),
            lasts: self.lasts,
            looks: self.looks,
            faces: self.faces.iter().filter(worth).map(one).collect(),
        }
    }
}

impl Seen {
    fn seen_again(&mut self, overlay: &Overlay, at: Timestamp) {
        self.in_sight = true;
        self.at = at;
        self.track = overlay.track;
        self.person = self.person.or_else(|| named(overlay));
        let nameless = self.person.is_none();
        self.unknown = nameless && overlay.identity == Identity::Unknown;
        self.one_of = match overlay.identity {
            Identity::OneOf(both) if nameless => Some(both),
            // Not seen well for a moment: what was known stands.
            Identity::Undecided if nameless => self.one_of,
            _ => None,
        };
        self.score = overlay.score.map(Score::from_cosine).or(self.score);
    }
}

fn named(overlay: &Overlay) -> Option<PersonId> {
    match overlay.identity {
        Identity::Known(person) => Some(person),
        Identity::Undecided | Identity::OneOf(_) | Identity::Unknown => None,
    }
}

/// Each face with what is around it; nothing where the picture cannot be read.
fn faces_of(picture: &[u8], places: &[Rect]) -> Vec<Bytes> {
    let Ok(frame) = Frame::decode(picture, Limits::LIVE) else {
        return Vec::new();
    };
    let cut = |place: &Rect| Bytes::from(cut(&frame, place).unwrap_or_default());
    places.iter().map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::at;
    use uuid::Uuid;

    const CAMERA: DeviceId = DeviceId(Uuid::nil());

    fn who(n: u128) -> PersonId {
        PersonId(Uuid::from_u128(n))
    }

    fn face(track: u64, identity: Identity) -> Overlay {
        Overlay {
            track,
            bounds: Rect {
                x: 30.0,
                y: 20.0,
                width: 10.0,
                height: 10.0,
            },
            identity,
            score: Some(0.9),
        }
    }

    fn picture() -> Bytes {
        let frame = Frame::from_rgb(80, 60, vec![100; 80 * 60 * 3]).unwrap();
        frame.to_jpeg(90).unwrap().into()
    }

    fn second(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    /// Persons and whether they are known to be nobody's, in the order of the list.
    fn list(calls: &RollCalls) -> Vec<(Option<PersonId>, bool)> {
        let faces = calls.shown(CAMERA, second(0)).unwrap().faces;
        let one = |face: &RollCallFace| (face.person, face.unknown);
        faces.iter().map(one).collect()
    }

    #[tokio::test]
    async fn a_name_that_better_views_take_back_leaves_the_list() {
        let calls = RollCalls::default();
        calls.begin(CAMERA, at(0), second(0));
        let look = async |second, seen: Overlay| {
            calls.see(CAMERA, &picture(), vec![seen], at(second)).await;
        };
        look(2, face(1, Identity::Known(who(1)))).await;
        look(4, face(1, Identity::Undecided)).await;
        assert_eq!(list(&calls), [(Some(who(1)), false)]);
        look(6, face(1, Identity::Known(who(2)))).await;
        assert_eq!(list(&calls), [(Some(who(2)), false)]);
        look(8, face(1, Identity::Unknown)).await;
        assert_eq!(list(&calls), [(None, true)]);
    }

    #[tokio::test]
    async fn each_person_is_listed_once_with_a_face_and_a_glance_is_not_listed() {
        let calls = RollCalls::default();
        calls.begin(CAMERA, at(0), second(0));
        let look = async |second, seen: Vec<Overlay>| {
            calls.see(CAMERA, &picture(), seen, at(second)).await;
        };
        let first = [1, 2, 3].map(|track| face(track, Identity::Undecided));
        look(2, first.to_vec()).await;
        assert_eq!(list(&calls), [(None, false); 3]);
        let decided = vec![face(1, Identity::Known(who(1))), face(3, Identity::Unknown)];
        look(4, decided).await;
        assert_eq!(list(&calls), [(Some(who(1)), false), (None, true)]);
        // Lost, and followed anew.
        look(6, vec![face(4, Identity::Undecided)]).await;
        look(8, vec![face(4, Identity::Known(who(1)))]).await;
        assert_eq!(list(&calls), [(Some(who(1)), false), (None, true)]);
        let shown = calls.shown(CAMERA, second(9)).unwrap();
        assert_eq!((shown.looks, shown.faces[0].at), (4, at(8)));
        let jpeg = calls.face(CAMERA, shown.faces[0].number).unwrap();
        assert_eq!(Frame::decode(&jpeg, Limits::LIVE).unwrap().width(), 20);
    }

    #[tokio::test]
    async fn a_face_that_is_like_two_people_is_listed_with_both_until_it_is_named() {
        let calls = RollCalls::default();
        calls.begin(CAMERA, at(0), second(0));
        let look = async |at_second, identity| {
            let seen = vec![face(1, identity)];
            calls.see(CAMERA, &picture(), seen, at(at_second)).await;
            let faces = calls.shown(CAMERA, second(9)).unwrap().faces;
            (faces.len(), faces[0].person, faces[0].one_of)
        };
        let both = [who(1), who(2)];
        assert_eq!(look(2, Identity::OneOf(both)).await, (1, None, Some(both)));
        assert_eq!(look(4, Identity::Undecided).await, (1, None, Some(both)));
        let named = look(6, Identity::Known(who(1))).await;
        assert_eq!(named, (1, Some(who(1)), None));
    }

    #[test]
    fn it_ends_after_a_minute_or_when_it_is_done_and_its_list_stays() {
        let calls = RollCalls::default();
        assert!(!calls.goes_on(CAMERA, second(0)) && calls.end(CAMERA, second(0)).is_none());
        calls.begin(CAMERA, at(0), second(100));
        assert!(calls.goes_on(CAMERA, second(159)) && !calls.goes_on(CAMERA, second(160)));
        assert_eq!(calls.end(CAMERA, second(130)).unwrap().lasts, second(30));
        assert!(!calls.goes_on(CAMERA, second(131)));
        let ended = calls.end(CAMERA, second(190)).unwrap();
        assert_eq!((ended.lasts, ended.gone_on), (second(30), second(30)));
    }
}
