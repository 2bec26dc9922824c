//! Decisions: granted or denied, with reasons.

use crate::ids::PersonId;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Granted or denied.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// May pass.
    Granted,
    /// May not pass.
    Denied,
}

/// Whether the passage happened: *granted* is not *taken*.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// The person passed.
    Taken,
    /// Granted or begun, and the person did not pass.
    NotTaken,
    /// No device tells.
    Unknown,
}

/// Which rule settled the decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A classic controller opened the door; the verdict beside it is Gatebook's own.
    ReportedByController,
    /// The access point's required factors were shown by one person who may pass.
    FactorsShown,
    /// A face alone, at an access point that asks for no more.
    FaceAlone,
    /// A passage began (finger, picture) and no tag was taken.
    PassageNotCompleted,
    /// Nobody could be named.
    NobodyNamed,
}

/// Why. Several may hold at once; each is shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The person number or face belongs to nobody in the registry.
    PersonUnknown,
    /// The person is suspended.
    PersonSuspended,
    /// Before the person's first valid instant.
    NotYetValid,
    /// After the person's last valid instant.
    NoLongerValid,
    /// The person is not allowed at this access point.
    NotAllowedHere,
    /// The tag belongs to nobody and was never issued.
    TagUnknown,
    /// The tag is known and nobody has it: it was returned.
    TagNotIssued,
    /// The tag was reported lost.
    TagLost,
    /// The tag was taken out of use.
    TagRevoked,
    /// The tag is in another person's custody.
    TagOfSomebodyElse,
    /// The factors name different persons.
    FactorsDisagree,
    /// A required tag was not shown.
    TagMissing,
    /// A required finger was not shown.
    FingerMissing,
    /// A required face was not shown or did not match.
    FaceMissing,
    /// The picture shows somebody else than the person named.
    PictureShowsSomebodyElse,
    /// The picture shows no face.
    PictureShowsNoFace,
    /// A stranger's face: nobody in the gallery is like enough.
    Stranger,
    /// The device's time was empty or impossible and was set aside.
    DeviceTimeSetAside,
    /// The passage began and was not completed.
    NotCompleted,
    /// The finger is like nobody's in the registry.
    FingerUnknown,
    /// The finger is not that of the tag's holder.
    FingerOfSomebodyElse,
    /// Fingers are locked here, or the person's are, until an operator lifts that.
    FingersLocked,
    /// The face was not shown to be alive, which the access point requires.
    LivenessNotEstablished,
    /// The face was not shown to be alive, and neither tag nor finger was shown beside it.
    AnotherFactorNeeded,
    /// The face is like enough to two people and clearly more like neither: they cannot be told apart.
    NotToldApart,
    /// The same face was held to be somebody else a moment before: that passage is wrong.
    HeldToBeAnother,
    /// The site's spoof models hold the face for a picture of one, at an access point that asks for liveness.
    LooksLikeAPicture,
}

/// Whether a living person stood before the camera.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Liveness {
    /// No face counted in this decision.
    NotApplicable,
    /// A face counted and nothing shows that it was alive.
    NotEstablished,
    /// The face that counted did what it was asked to, in time.
    Established,
}

/// Granted or denied, for whom, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// Gatebook's own verdict.
    pub outcome: Outcome,
    /// Whether the passage happened.
    pub taken: Taken,
    /// Whom the evidence names.
    pub person: Option<PersonId>,
    /// The rule that settled it.
    pub rule: Rule,
    /// Why, in the order of `Reason`; empty for a plain grant.
    pub reasons: Vec<Reason>,
    /// A device had granted already, whatever the outcome here.
    pub reported: bool,
    /// What is known of liveness.
    pub liveness: Liveness,
}
