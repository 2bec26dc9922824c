//! Correlates the observations of one access point into the passages they belong to.
//!
//! [`Correlator`] is a state machine without a clock: observations and the time come in, each
//! observation goes out exactly once, in a passage, joined to an earlier one, or unresolved.
//! Observations come in the order of their receipt, as far as the caller can tell.
//! After a crash a new correlator is told the recent passages ([`Correlator::remember`]) and fed
//! the observations that were not settled, in order; it then continues as the old one would have.
//!
//! # Classic gates
//!
//! | seen | becomes |
//! |---|---|
//! | finger, request, picture, entry line | a passage, at once with the last of them |
//! | entry line while a picture is due | waits until [`PICTURE_WAIT`] after the request, then goes without |
//! | finger, no line within [`LINE_WAIT`] | a passage without a line: it was not completed |
//! | line without its finger | a passage; it takes a picture only where exactly one can be meant |
//! | picture while one passage waits for one | that passage's |
//! | picture while several wait | a [knot](#knots) |
//! | picture that nobody waits for | unresolved after [`PICTURE_HOLD`], unless a line without finger takes it |
//! | exit line, imported entry line | a passage at once |
//! | finger, request and entry line that a broker kept while nobody listened | a passage at the line's own time, which waits for no picture |
//!
//! A line belongs to the finger whose stamp is the stem of its picture file, else to the latest
//! finger with its number. A picture knows no name: only its gate and time tell whose it is.
//! What a camera delivers more than [`PICTURE_WAIT`] late can therefore meet the next person;
//! comparing it with that person's template is what finds it out.
//!
//! ## Knots
//!
//! Pictures that arrive while several passages wait are held until the last of those windows ends.
//! If there are then as many pictures as passages that asked for one before the last picture came,
//! each gets its own in order; else all these pictures are unresolved and the passages go without.
//! The passages and pictures of a knot leave together, so that a crash finds all of it or nothing.
//!
//! # Other access points
//!
//! | seen | becomes |
//! |---|---|
//! | a factor, where no more than one is required | a passage at once |
//! | a factor, where several are required, or a face match | collected until all are there, or [`FACTOR_WAIT`] after the first |
//! | a face that was not shown to be alive, where that or another factor is asked for | waits for a tag or a finger, at most [`FACTOR_WAIT`] |
//! | a picture, or the request for one | collected with the factors that come within [`FACTOR_WAIT`] after it, or came before it in a passage that is still open |
//! | a factor after a request | waits for the picture, at most until [`FACTOR_WAIT`] after the first observation |
//! | pictures and requests without any factor, a second picture of one passage | unresolved |
//! | a stranger's track | a passage each |
//! | a face that is like two people | a factor like a face with a name, which the same track may get in the same passage; further tracks of such are passages of their own |
//! | two fingers that match nobody, or two people | a passage each |
//!
//! # Seen again
//!
//! The same person's face within [`RESIGHTING`] is the same passage, and so is the same tag read
//! again where people go out: the observation is joined to it. Time counts from the last sighting
//! at an entry or exit, from the first where the direction is `both`, so that departures move.
//!
//! Where an access point asks that faces show that they are alive, one that was shown to be does not join one that
//! was not, nor the other way, and one that looks like a picture joins neither: who fails and tries again is decided anew.
//!
//! That holds only while the person, or the tag, was nowhere else in between: who was seen at
//! another access point, or whose tag was handed out again, comes back in a new passage. Passages
//! in which a tag or finger named the person count too; the caller tells of them
//! ([`Correlator::remember`]), because only the registry knows whose they are.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod assemble;
mod classic;
mod correlator;
mod ends;
mod factors;
mod knot;
mod pending;
mod recent;

pub use assemble::unresolved;
pub use correlator::{Correlator, Output, PointFacts};

use jiff::SignedDuration;

/// How long after the request a passage waits for its picture.
pub const PICTURE_WAIT: SignedDuration = SignedDuration::from_secs(8);
/// How long after the finger the entry line may come: the board takes a tag for 5 s after the picture.
pub const LINE_WAIT: SignedDuration = SignedDuration::from_secs(15);
/// How long a picture that nobody waits for is held.
pub const PICTURE_HOLD: SignedDuration = SignedDuration::from_secs(15);
/// How long after the first factor the others may come.
pub const FACTOR_WAIT: SignedDuration = SignedDuration::from_secs(10);
/// How long the same face, or the same tag at an exit, is the same passage when seen again.
pub const RESIGHTING: SignedDuration = SignedDuration::from_mins(5);
