//! ONVIF: which cameras are on the network, and where each has its streams.

mod discovery;
mod media;
mod soap;
mod xml;

pub use discovery::{Found, discover, matches_in};
pub use media::{Streams, onvif_streams, streams_in};
