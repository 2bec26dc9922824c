//! Correlates the observations of one access point into the passages they belong to.
//!
//! [`Correlator`] is a state machine without a clock: observations and the time come in, each
//! observation goes out exactly once, in a passage, joined to an earlier one, or unresolved.
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
//! | a factor, where several are required | collected until all are there, or [`FACTOR_WAIT`] after the first |
//! | the same person's face again within [`RESIGHTING`] | joined to the passage: counted from the last sighting at an entry or exit, from the first where the direction is `both`, so that departures move |
//! | a stranger's track | a passage each |
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod assemble;
mod classic;
mod correlator;
mod factors;
mod knot;
mod pending;
mod recent;

pub use correlator::{Correlator, Output, PointFacts};
pub use recent::Recent;

use jiff::SignedDuration;

/// How long after the request a passage waits for its picture.
pub const PICTURE_WAIT: SignedDuration = SignedDuration::from_secs(8);
/// How long after the finger the entry line may come: the board takes a tag for 5 s after the picture.
pub const LINE_WAIT: SignedDuration = SignedDuration::from_secs(15);
/// How long a picture that nobody waits for is held.
pub const PICTURE_HOLD: SignedDuration = SignedDuration::from_secs(15);
/// How long after the first factor the others may come.
pub const FACTOR_WAIT: SignedDuration = SignedDuration::from_secs(10);
/// How long the same face again is the same passage.
pub const RESIGHTING: SignedDuration = SignedDuration::from_mins(5);
