//! The edge of the house: what devices say becomes observations, and nothing is acknowledged
//! to a device before its observation is committed.
//!
//! | module | what it is |
//! |---|---|
//! | [`house`] | what this room is handed: channels, the directory of devices, a place for pictures |
//! | [`classic`] | gates already in the field: MQTT 3.1.1 without passwords, told apart by address; `POST /upload` |
//! | [`native`] | Gatebook's own profile over MQTT 3.1.1/5 and HTTP, with a password per device |
//! | [`broker`] | both profiles through an MQTT broker of the site's own |
//! | [`card`] | the files on a classic controller's card |
//!
//! The wire profiles are described in `docs/ref/classic-profile.md` and `docs/ref/native-profile.md`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod body;
pub mod broker;
pub mod card;
pub mod classic;
pub mod fingers;
pub mod house;
pub mod native;

pub use fingers::{FingerDesk, Press, Pressed, PrintImage};
pub use house::{
    Authenticate, Delivery, Directory, EdgeError, Heard, HeardKind, House, IncidentReport,
    NotAdmitted, PictureError, PictureSink, UnknownTimeZone,
};
