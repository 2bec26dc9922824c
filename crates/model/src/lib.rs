//! The vocabulary of Gatebook and its canonical encoding.
//!
//! Every room speaks these words; GLOSSARY.md explains them. The crate holds data
//! only: no clock, no storage, no network, and no `std`.
#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

extern crate alloc;

mod alert;
mod canonical;
mod decision;
mod device;
mod event;
mod evidence;
mod finger;
mod identity_number;
mod ids;
mod liveness;
mod observation;
mod person;
mod place;
mod record;
mod settings;
mod tag;
mod time;
mod visit;

pub use alert::{Acknowledgement, Alert, AlertKind};
pub use canonical::{CanonicalError, canonical_json};
pub use decision::{Decision, Liveness, Outcome, Reason, Rule, Taken};
pub use device::{Device, DeviceKind, Gate, Incident, IncidentKind, TopicPrefix};
pub use event::{AccessEvent, Topic};
pub use evidence::{
    Comparison, Evidence, FaceEvidence, FingerEvidence, PictureEvidence, TagEvidence,
};
pub use finger::{
    FingerLock, FingerMode, FingerPosition, FingerResult, FingerScore, FingerSighting,
    FingerSubject, MatchRate,
};
pub use identity_number::{bare_identity_number, check_digit_fits};
pub use ids::*;
pub use jiff::Timestamp;
pub use liveness::{
    FaceLiveness, LivenessPolicy, NotEstablished, Prompt, SpoofCheck, SpoofVerdict,
    combined_liveness,
};
pub use observation::{
    ClassicEntry, ClassicExit, CoveredPart, FaceRarity, FaceSighting, Observation,
    ObservationDraft, Receipt, Refusal, Score, Sighting, SourceKey, Unresolved, UnresolvedReason,
};
pub use person::{
    Credential, CredentialKind, FingerImpression, Person, PersonDetails, PersonStatus, Places,
};
pub use place::{AccessPoint, Area, Direction, Factor, Place};
pub use record::{Act, Author, Correction, Entry, Notice, Overruled, Record};
pub use settings::{ClockTime, Settings};
pub use tag::{Custody, CustodyState, TagText};
pub use time::{DeviceTime, TimeProvenance, TimeSource};
pub use visit::{Visit, VisitState};
