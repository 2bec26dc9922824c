//! Decides on a passage: evidence, registry and time in; granted or denied with reasons, out.
//!
//! Pure: the same arguments always give the same decision, so a decision can be replayed.
//! The caller looks up what [`wanted`] names, fills [`Facts`] and calls [`decide`].
//!
//! # Which rule settles a passage
//!
//! The first row that fits:
//!
//! | evidence | rule | reported | taken |
//! |---|---|---|---|
//! | a classic entry or exit line | [`Rule::ReportedByController`] | yes | taken |
//! | a finger from a classic gate without an entry line | [`Rule::PassageNotCompleted`] | no | not taken |
//! | nobody could be named | [`Rule::NobodyNamed`] | no | taken if only a face was seen, else unknown |
//! | a face and nothing else, where no more is asked for | [`Rule::FaceAlone`] | no | taken: the person was seen there |
//! | anything else | [`Rule::FactorsShown`] | no | unknown |
//!
//! # What denies
//!
//! Every [`Reason`] denies, except five that are shown and do not: `PictureShowsNoFace`,
//! `DeviceTimeSetAside`, `NotCompleted`, `HeldToBeAnother` and `LooksLikeAPicture`, which stands beside the reason that
//! the access point makes of it.
//!
//! | reason | when |
//! |---|---|
//! | `PersonUnknown` | the number or face belongs to nobody any more, or a tag's holder was deleted |
//! | `PersonSuspended`, `NotYetValid`, `NoLongerValid`, `NotAllowedHere` | of the person named; validity at the time of the passage if it was delivered late, else now |
//! | `TagUnknown` | a tag was read that nobody ever had |
//! | `TagNotIssued` | a tag was read that was returned and not issued since |
//! | `TagLost`, `TagRevoked` | of the tag that was read or issued |
//! | `TagOfSomebodyElse` | an entry issued a tag that another person holds |
//! | `FactorsDisagree` | fingers, tag and face name different persons: then nobody is named |
//! | `TagMissing`, `FingerMissing`, `FaceMissing` | a factor that the access point requires was not shown; a classic exit shows a tag and is asked for nothing else, an unfinished passage is not asked for its tag |
//! | `FingerUnknown`, `FingerOfSomebodyElse`, `FingersLocked` | what the house found of a finger that it compared itself; one that was compared with nothing counts as `FingerMissing` |
//! | `PictureShowsSomebodyElse` | the 1:1 comparison disagrees |
//! | `Stranger` | the face is like nobody's in the gallery |
//! | `NotToldApart` | the face is like enough to two people, and clearly more like neither |
//! | `LivenessNotEstablished` | a face counts that was not shown to be alive, where [`LivenessPolicy::Required`] |
//! | `AnotherFactorNeeded` | the same with neither tag nor finger beside it, where [`LivenessPolicy::OrAnotherFactor`] |
//!
//! `face_match` is shown by a picture that agrees, or by a recognised track of the same person.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod factors;
mod facts;
mod failures;
mod liveness;
mod naming;
mod person;
mod rule;

pub use facts::{Facts, TagFacts, Wanted, holder, wanted};
pub use failures::{FAILURES_WITHIN, Failures};
pub use rule::decide;

#[cfg(doc)]
use model::{LivenessPolicy, Reason, Rule};
