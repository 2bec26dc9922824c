//! From deliveries to log entries: observation → evidence → decision → entry.
//!
//! [`intake`] makes observations durable and answers their devices; [`bookkeeper`] turns them into
//! entries, one task for the whole site. After a crash the bookkeeper gets the observations that are
//! not settled, in their order, before any new one: recovery is the same path.

pub mod bookkeeper;
pub mod compare;
mod facts;
pub mod intake;
mod points;
mod verdict;
