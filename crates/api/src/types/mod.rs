//! Types that several routes share.

mod directory;
mod passage;
mod person;

pub(crate) use directory::Directory;
pub(crate) use passage::{PassageView, passages};
pub(crate) use person::{PersonCard, PersonFacts, PersonRef, masked};
