//! Folds the log into visits, tag custody and alerts: facts in, changes out, no storage, no clock.
//!
//! ```text
//! entry ─► refers_to ─► (load that entry's effects) ─► needs ─► (load rows) ─► fold ─► changes
//! ```
//!
//! The caller loads rows and applies the changes inside the transaction that writes the entry.
//! All rows can be thrown away and folded again from the log; [`Book`] does so in memory.
//!
//! # What follows from a passage that happened
//!
//! A granted passage happened unless a device says that nobody passed; a denied one happened only
//! where a controller had opened the door on its own.
//!
//! | passage | no open visit | open visit |
//! |---|---|---|
//! | entry, area has an exit | opens a visit | the old one stands as *exit missing*, alert *second entry*, opens a visit |
//! | exit | alert *exit without entry* | closes it, on whatever day it began |
//! | sighting (direction `both`, or an entry to an area without exit) | opens a visit of the day | same day: moves `left_at`; a later day: closes it and opens the next |
//!
//! A visit of sightings stays open with `left_at` at the last one; whether that still means
//! *inside* is told by [`is_inside`]. Attendance days are computed from visits ([`days`]) and not
//! stored.
//!
//! # Alerts
//!
//! One passage raises each kind at most once, under an id that follows from entry and kind
//! ([`alert_id`]). A denial for a reason that has a kind of its own (stranger, unknown tag,
//! picture disagrees) raises that kind and no *denied* beside it. A stranger is one where people
//! come in (direction `entry` or `both`); where they go out, a stranger's face is *denied*. Passages of
//! an imported card raise none: the notice at the end of the import raises one for all of them.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod alerts;
mod attendance;
mod book;
mod calendar;
mod change;
mod corrections;
mod custody;
mod fold;
mod needs;
mod passage;
mod visits;

pub use alerts::alert_id;
pub use attendance::{Day, DayRow, day_row, days};
pub use book::Book;
pub use calendar::{Calendar, ProjectionError};
pub use change::Change;
pub use fold::fold;
pub use needs::{Around, Loaded, Moment, Needs, Referred, Span, needs, refers_to};
pub use passage::{Movement, Passage};
pub use visits::is_inside;
