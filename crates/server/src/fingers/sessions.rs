//! Enrolments in progress: in memory, one operator's each, given up when nothing happens.

use super::MODEL;
use super::prints::{Finger, Prints};
use api::keeping::{NewFinger, NewImpression};
use api::ports::{Enrolment, FingerFault, PressAdvice, Pressed};
use bytes::Bytes;
use fingerprint::{Advice, Error, GreyImage, Impression, Policy, Step, examine};
use jiff::{SignedDuration, Timestamp};
use model::{FingerPosition, PersonId, UserId};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Enrolments in progress at once.
const MOST: usize = 32;
/// How long nothing may happen.
const IDLE: SignedDuration = SignedDuration::from_mins(10);

/// All enrolments in progress.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<Uuid, Session>>);

/// One of them.
#[derive(Clone)]
struct Session {
    by: UserId,
    shown: Enrolment,
    enrolment: fingerprint::Enrolment,
    /// Of the impressions that were taken: picture and quality.
    taken: Vec<(Bytes, u8)>,
    /// Counts changes, so that of two presses at once one is refused.
    version: u64,
}

impl Sessions {
    /// Begins one.
    ///
    /// # Errors
    /// [`FingerFault::Busy`] when there are too many.
    pub fn begin(
        &self,
        by: UserId,
        (person, position, duress): (PersonId, FingerPosition, bool),
        now: Timestamp,
    ) -> Result<Enrolment, FingerFault> {
        let policy = Policy::default();
        let mut all = self.current(now);
        if all.len() >= MOST {
            return Err(FingerFault::Busy);
        }
        let shown = Enrolment {
            id: Uuid::new_v4(),
            person,
            position,
            duress,
            needed: u8::try_from(policy.impressions).unwrap_or(u8::MAX),
            done: 0,
            belongs_to: None,
            expires_at: later(now),
        };
        let session = Session {
            by,
            shown,
            enrolment: fingerprint::Enrolment::new(policy),
            taken: Vec::new(),
            version: 0,
        };
        all.insert(shown.id, session);
        Ok(shown)
    }

    /// One of `by`.
    ///
    /// # Errors
    /// [`FingerFault::Gone`].
    pub fn show(&self, by: UserId, id: Uuid, now: Timestamp) -> Result<Enrolment, FingerFault> {
        self.of(by, id, now).map(|session| session.shown)
    }

    /// Ends one of `by`.
    ///
    /// # Errors
    /// [`FingerFault::Gone`].
    pub fn end(&self, by: UserId, id: Uuid, now: Timestamp) -> Result<(), FingerFault> {
        self.of(by, id, now)?;
        self.current(now).remove(&id);
        Ok(())
    }

    /// Judges a press; takes a while.
    ///
    /// # Errors
    /// [`FingerFault::Unusable`] where the image is none of a finger, [`FingerFault::NotNow`] where the enrolment is
    /// complete or another press is being judged, [`FingerFault::Gone`].
    pub fn press(
        &self,
        (by, id): (UserId, Uuid),
        image: &GreyImage,
        prints: &Prints,
        now: Timestamp,
    ) -> Result<Pressed, FingerFault> {
        let session = self.of(by, id, now)?;
        if session.shown.done >= session.shown.needed {
            let why = "All impressions are there: finish the enrolment, or cancel it.";
            return Err(FingerFault::NotNow(why.to_owned()));
        }
        let picture = Bytes::from(image.to_png());
        let looked = match examine(image) {
            Ok(impression) => session.judged(impression, &picture, prints),
            Err(error) => session.without_impression(&error)?,
        };
        let mut looked = looked;
        looked.session.shown.expires_at = later(now);
        looked.session.version += 1;
        let enrolment = looked.session.shown;
        self.put_back(looked.session, now)?;
        Ok(Pressed {
            advice: looked.advice,
            sentence: looked.sentence,
            quality: looked.quality,
            picture,
            enrolment,
        })
    }

    /// What is to be kept of a complete one of `by`.
    ///
    /// # Errors
    /// [`FingerFault::NotNow`] while some are missing, or where somebody has this finger by now.
    pub fn complete(
        &self,
        (by, id): (UserId, Uuid),
        prints: &Prints,
        now: Timestamp,
    ) -> Result<NewFinger, FingerFault> {
        let session = self.of(by, id, now)?;
        if session.shown.done < session.shown.needed {
            let missing = session.shown.needed - session.shown.done;
            let why = format!("Press {missing} more times first.");
            return Err(FingerFault::NotNow(why));
        }
        if let Some(owner) = prints.owner(&session.enrolment) {
            return Err(FingerFault::NotNow(is_enrolled(&session.shown, &owner)));
        }
        let templates = session.enrolment.templates();
        let both = templates.into_iter().zip(&session.taken);
        let impressions = both.map(|(template, (picture, quality))| NewImpression {
            picture: Some(picture.clone()),
            quality: *quality,
            template: template.to_bytes(),
        });
        Ok(NewFinger {
            person: session.shown.person,
            position: session.shown.position,
            duress: session.shown.duress,
            model: MODEL.to_owned(),
            impressions: impressions.collect(),
        })
    }

    fn of(&self, by: UserId, id: Uuid, now: Timestamp) -> Result<Session, FingerFault> {
        let all = self.current(now);
        let found = all.get(&id).filter(|session| session.by == by);
        found.cloned().ok_or(FingerFault::Gone)
    }

    fn put_back(&self, session: Session, now: Timestamp) -> Result<(), FingerFault> {
        let mut all = self.current(now);
        let stands = all.get_mut(&session.shown.id).ok_or(FingerFault::Gone)?;
        if stands.version + 1 != session.version {
            let why = "Another press of this enrolment came in between; press again.";
            return Err(FingerFault::NotNow(why.to_owned()));
        }
        *stands = session;
        Ok(())
    }

    /// Those that were not given up.
    fn current(&self, now: Timestamp) -> MutexGuard<'_, HashMap<Uuid, Session>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, session| session.shown.expires_at > now);
        all
    }
}

fn later(now: Timestamp) -> Timestamp {
    now.saturating_add(IDLE).unwrap_or(Timestamp::MAX)
}

fn is_enrolled(enrolment: &Enrolment, owner: &Finger) -> String {
    if owner.person == enrolment.person {
        "This finger is enrolled already as another finger of this person.".to_owned()
    } else {
        "This finger is somebody else's already.".to_owned()
    }
}

/// A press that was looked at, and the session after it.
struct Looked {
    session: Session,
    advice: Option<PressAdvice>,
    sentence: String,
    quality: Option<u8>,
}

impl Session {
    fn judged(self, impression: Impression, picture: &Bytes, prints: &Prints) -> Looked {
        let quality = impression.template.quality();
        let before = self.clone();
        let mut session = self;
        let step = session.enrolment.judge(impression);
        // Several presses of another finger make it begin anew.
        let kept = session.enrolment.templates().len();
        session.taken.truncate(kept);
        let (advice, sentence) = match step {
            Step::Again(advice) => (Some(word(advice)), advice.sentence().to_owned()),
            Step::Taken { .. } | Step::Complete => {
                if let Some(owner) = prints.owner(&session.enrolment) {
                    return before.refused(&owner, quality);
                }
                session.taken.push((picture.clone(), quality));
                (None, taken(&step))
            }
        };
        session.shown.done = u8::try_from(session.taken.len()).unwrap_or(u8::MAX);
        session.shown.belongs_to = None;
        Looked {
            session,
            advice,
            sentence,
            quality: Some(quality),
        }
    }

    fn refused(mut self, owner: &Finger, quality: u8) -> Looked {
        self.shown.belongs_to = Some(owner.person);
        Looked {
            sentence: is_enrolled(&self.shown, owner),
            session: self,
            advice: Some(PressAdvice::BelongsToSomebody),
            quality: Some(quality),
        }
    }

    /// What shows no finger is told; what is no picture of one at all is refused.
    fn without_impression(self, error: &Error) -> Result<Looked, FingerFault> {
        let advice = match error {
            Error::Blank | Error::NoRidges => PressAdvice::NoFinger,
            Error::TooFewMinutiae { .. } => PressAdvice::Partial,
            other => return Err(FingerFault::Unusable(other.to_string())),
        };
        Ok(Looked {
            session: self,
            advice: Some(advice),
            sentence: error.to_string(),
            quality: None,
        })
    }
}

fn taken(step: &Step) -> String {
    match step {
        Step::Taken { missing: 1 } => "Good. Lift the finger and press once more.".to_owned(),
        Step::Taken { missing } => format!("Good. Lift the finger and press {missing} more times."),
        _ => "Good. That was the last one.".to_owned(),
    }
}

const fn word(advice: Advice) -> PressAdvice {
    match advice {
        Advice::NoFinger => PressAdvice::NoFinger,
        Advice::Dry => PressAdvice::Dry,
        Advice::Wet => PressAdvice::Wet,
        Advice::Partial => PressAdvice::Partial,
        Advice::Misplaced => PressAdvice::Misplaced,
        Advice::OtherFinger => PressAdvice::OtherFinger,
        Advice::Unclear => PressAdvice::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::CredentialId;
    use store::FingerTemplate;
    use testkit::prints::{Finger as Grown, Press, Sensor};

    const BY: UserId = UserId(Uuid::nil());

    fn now() -> Timestamp {
        Timestamp::from_second(1_790_000_000).unwrap()
    }

    fn image(seed: u64, number: u8) -> GreyImage {
        let press = Press {
            turn: 1.5 * f32::from(number),
            ..Press::CAREFUL
        };
        let print = Grown::new(seed).pressed(Sensor::R307, press, u64::from(number));
        GreyImage::new(print.width, print.height, print.dpi, print.pixels).unwrap()
    }

    fn begun(sessions: &Sessions) -> Uuid {
        let wanted = (PersonId(Uuid::nil()), FingerPosition::RightThumb, false);
        sessions.begin(BY, wanted, now()).unwrap().id
    }

    #[test]
    fn three_presses_of_one_finger_complete_an_enrolment_and_others_say_what_to_do() {
        let (sessions, prints) = (Sessions::default(), Prints::default());
        let id = begun(&sessions);
        let press = |image: &GreyImage| sessions.press((BY, id), image, &prints, now());
        let missing = sessions.complete((BY, id), &prints, now()).unwrap_err();
        assert!(matches!(missing, FingerFault::NotNow(_)));
        assert_eq!(press(&image(3, 0)).unwrap().advice, None);
        let other = press(&image(21, 0)).unwrap();
        assert_eq!(other.advice, Some(PressAdvice::OtherFinger));
        assert_eq!(other.enrolment.done, 1);
        let blank = GreyImage::new(256, 288, 500, vec![200; 256 * 288]).unwrap();
        let nothing = press(&blank).unwrap();
        assert_eq!(nothing.advice, Some(PressAdvice::NoFinger));
        assert_eq!(press(&image(3, 1)).unwrap().enrolment.done, 2);
        assert_eq!(press(&image(3, 2)).unwrap().enrolment.done, 3);
        assert!(matches!(press(&image(3, 3)), Err(FingerFault::NotNow(_))));
        let impressions = sessions
            .complete((BY, id), &prints, now())
            .unwrap()
            .impressions;
        assert_eq!(impressions.len(), 3);
        // Somebody else is faster.
        let templates: Vec<_> = impressions
            .iter()
            .map(|impression| FingerTemplate {
                credential: CredentialId(Uuid::from_u128(1)),
                person: PersonId(Uuid::from_u128(2)),
                impression: 0,
                model: String::new(),
                duress: false,
                bytes: impression.template.clone(),
            })
            .collect();
        prints.put(FingerPosition::LeftThumb, &templates);
        let taken = sessions.complete((BY, id), &prints, now()).unwrap_err();
        assert!(matches!(taken, FingerFault::NotNow(why) if why.contains("somebody else")));
        let second = begun(&sessions);
        let refused = sessions.press((BY, second), &image(3, 4), &prints, now());
        let refused = refused.unwrap();
        assert_eq!(refused.advice, Some(PressAdvice::BelongsToSomebody));
        assert_eq!(refused.enrolment.done, 0);
    }

    #[test]
    fn an_enrolment_is_its_beginners_and_is_given_up_after_ten_minutes() {
        let sessions = Sessions::default();
        let id = begun(&sessions);
        let other = UserId(Uuid::from_u128(9));
        assert_eq!(sessions.show(other, id, now()), Err(FingerFault::Gone));
        assert!(sessions.show(BY, id, now()).is_ok());
        let late = now() + IDLE;
        assert_eq!(sessions.show(BY, id, late), Err(FingerFault::Gone));
        let all: Vec<_> = (0..MOST).map(|_| begun(&sessions)).collect();
        let wanted = (PersonId(Uuid::nil()), FingerPosition::RightThumb, false);
        assert_eq!(
            sessions.begin(BY, wanted, now()),
            Err(FingerFault::Busy),
            "{}",
            all.len()
        );
    }
}
