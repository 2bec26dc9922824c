//! Network cameras: from an address to the newest picture.
//!
//! A [`Spec`] says where a camera is and how often a picture is wanted; [`follow`] keeps the newest
//! [`Frame`] and a [`Status`] in words, for as long as it is polled: it reconnects by itself, after
//! pauses that grow. What a camera sends is not believed: every part has a largest size, every
//! wait an end, and every address passes the [`Guard`] before a connection is made.
//!
//! Where faces are looked for in a small stream, [`keep_main`] keeps the last seconds of the [`MainStream`] as they came, and
//! the picture of a moment is decoded when it is wanted.
//!
//! Sources: pictures on request and MJPEG over HTTP (one address; what comes back tells which), H.264
//! and H.265 over RTSP. [`discover`] asks the network for ONVIF cameras, [`onvif_streams`] asks one of
//! them for its addresses.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod address;
mod backoff;
mod camera;
mod connect;
mod decoders;
mod error;
mod frame;
mod guard;
mod http;
mod main_stream;
mod onvif;
mod pace;
mod rtsp;
mod spec;

pub use address::{Address, Protocol};
pub use backoff::Backoff;
pub use camera::{Feed, State, Status, first_picture, follow};
pub use decoders::{Decoders, decoders};
pub use error::Error;
pub use frame::{Frame, LARGEST_PICTURE, Source};
pub use guard::{Forbidden, Guard};
pub use http::mjpeg::{BadPart, Parts};
pub use main_stream::{MainStream, keep_main};
pub use onvif::{Found, Streams, discover, matches_in, onvif_streams, streams_in};
pub use spec::{Credentials, Spec};

/// Result of what this room does.
pub type Result<T> = std::result::Result<T, Error>;
