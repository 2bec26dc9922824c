//! The closed lists of words that cross the API, each a mirror of the model's own. The mirror
//! keeps the model free of HTTP, and the compiler keeps the two alike: a word added to one and
//! not to the other does not build.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident from $original:path { $($word:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[derive(Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, clippy::enum_variant_names)]
        pub enum $name { $($word),+ }

        impl From<$original> for $name {
            fn from(original: $original) -> Self {
                type Original = $original;
                match original { $(Original::$word => Self::$word),+ }
            }
        }

        impl From<$name> for $original {
            fn from(word: $name) -> Self {
                type Original = $original;
                match word { $($name::$word => Original::$word),+ }
            }
        }
    )+};
}

words! {
    /// What a user or token may do; each role may do what the ones before it may.
    Role from store::Role { Viewer, Auditor, Operator, Admin }

    /// The direction of an access point: into its area, out of it, or either way.
    Direction from model::Direction { Entry, Exit, Both }

    /// What an access point requires of a passage: a tag, a finger, a face compared with the one
    /// person another factor names (1:1), a face found among everybody (1:N).
    Factor from model::Factor { Tag, Finger, FaceMatch, Face }

    /// Granted or denied: Gatebook's own verdict.
    Outcome from model::Outcome { Granted, Denied }

    /// Whether the passage happened: granted is not taken.
    Taken from model::Taken { Taken, NotTaken, Unknown }

    /// Which rule settled a decision.
    Rule from model::Rule {
        ReportedByController, FactorsShown, FaceAlone, PassageNotCompleted, NobodyNamed,
    }

    /// Why a decision was made so.
    Reason from model::Reason {
        PersonUnknown, PersonSuspended, NotYetValid, NoLongerValid, NotAllowedHere,
        TagUnknown, TagNotIssued, TagLost, TagRevoked, TagOfSomebodyElse, FactorsDisagree,
        TagMissing, FingerMissing, FaceMissing,
        PictureShowsSomebodyElse, PictureShowsNoFace, Stranger, DeviceTimeSetAside, NotCompleted,
        FingerUnknown, FingerOfSomebodyElse, FingersLocked,
        LivenessNotEstablished, AnotherFactorNeeded, NotToldApart, HeldToBeAnother,
        LooksLikeAPicture,
    }

    /// Whether a living person stood before the camera.
    Liveness from model::Liveness { NotApplicable, NotEstablished, Established }

    /// What an access point makes of a face that is not known to be alive: nothing is asked; it is asked
    /// for and told; who does not answer needs a tag or a finger beside the face; who does not answer is denied.
    LivenessPolicy from model::LivenessPolicy { NotAsked, Asked, OrAnotherFactor, Required }

    /// What somebody is asked to do before a camera. Sides are those of whoever is asked.
    Prompt from model::Prompt { Blink, TurnLeft, TurnRight }

    /// Why a face was not shown to be alive.
    NotEstablished from model::NotEstablished {
        NotAsked, TooLate, OtherAnswer, OutOfSight, AnotherFace, LooksLikeAPicture,
    }

    /// What the site's spoof models hold a face for.
    SpoofVerdict from model::SpoofVerdict { Real, Picture, NotEnoughFrames }

    /// What was not to be seen of a face: both eyes, mouth or nose, one half, what lay beyond the frame.
    CoveredPart from model::CoveredPart { Eyes, Mouth, Side, BeyondFrame }

    /// Whose clock the time of an event comes from.
    TimeSource from model::TimeSource { Server, Device }

    /// What an alert is about.
    AlertKind from model::AlertKind {
        Stranger, Denied, UnknownTag, PictureDisagrees, NotTaken, ExitWithoutEntry, SecondEntry,
        MissingExit, DeviceSilent, PartLost, CardImported, VerificationFailed,
        Duress, FingersLocked, LooksLikeAPicture,
    }

    /// What a part of the house on another host is for.
    PartRole from crate::ports::PartRole { Edge, Vision, Broker, Database }

    /// What kind of device.
    DeviceKind from model::DeviceKind {
        ClassicController, ClassicCamera, Native, CameraStation, NetworkCamera,
        FingerSensor,
    }

    /// What kind of thing went wrong at the edge.
    IncidentKind from model::IncidentKind {
        AddressNotAllowed, BadCredentials, TopicNotAllowed, BadLine, BadPicture, Outage,
    }

    /// Where a tag is.
    CustodyState from model::CustodyState { Issued, Returned, Lost, Revoked, Assigned }

    /// How a visit stands.
    VisitState from model::VisitState { Open, Closed, ExitMissing, ClosedByOperator, Withdrawn }

    /// Whether a person may pass at all.
    PersonStatus from model::PersonStatus { Active, Suspended }

    /// Why observations stayed without an event.
    UnresolvedReason from model::UnresolvedReason {
        PictureOfSeveral, PictureOfNobody, PictureAlone, RequestWithoutPicture, Orphan,
        Damaged,
    }

    /// Which finger.
    FingerPosition from model::FingerPosition {
        RightThumb, RightIndex, RightMiddle, RightRing, RightLittle,
        LeftThumb, LeftIndex, LeftMiddle, LeftRing, LeftLittle,
    }

    /// How a finger was compared: with everybody (1:N), or with the holder of a tag (1:1).
    FingerMode from model::FingerMode { Search, Claim }

    /// What comparing a finger came to.
    FingerResult from model::FingerResult { Matched, Unmatched, Locked, NotCompared }

    /// What to do before the next press of a finger.
    PressAdvice from crate::ports::PressAdvice {
        NoFinger, Dry, Wet, Partial, Misplaced, OtherFinger, Unclear, BelongsToSomebody,
    }

    /// How it goes with a fingerprint sensor on the server itself.
    SensorState from crate::ports::SensorState { Connecting, Ready, Enrolling, Waiting }

    /// What an entry of the log records.
    EntryKind from store::EntryKind { Access, Act, Correction, Notice }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_reads_the_same_in_the_api_as_in_the_log() {
        for reason in [
            model::Reason::TagOfSomebodyElse,
            model::Reason::DeviceTimeSetAside,
        ] {
            let word = serde_json::to_string(&Reason::from(reason)).unwrap();
            assert_eq!(word, serde_json::to_string(&reason).unwrap());
        }
    }
}
