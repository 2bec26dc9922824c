//! Links between the parts of one site: who may dial the private part, and over what.
//!
//! Every link is TLS 1.3 with certificates on both sides, made by an authority of the site's own.
//! The private part [`Listener`]s on one port; every other part holds one file, its [`Bundle`], and
//! dials with a [`Connector`]. A certificate counts only while [`Nodes`] lists it. What crosses a
//! link is a [`Protocol`], whose version is agreed on in the handshake (ALPN): parts that do not
//! understand one another do not connect.
//!
//! A link is a byte stream. Back-pressure is the stream's own: who does not read stops the writer.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod authority;
mod bundle;
mod connector;
mod error;
mod greeting;
mod listener;
mod nodes;
mod protocol;
mod roster;
mod secret;
mod stream;
mod tls;

pub use authority::{Authority, Issued, Validity};
pub use bundle::Bundle;
pub use connector::Connector;
pub use error::Error;
pub use greeting::Hello;
pub use listener::{Arrival, Listener, Peer};
pub use nodes::{Fingerprint, Node, Nodes, admit};
pub use protocol::{Protocol, Role};
pub use roster::{Changes, Part, Roster};
pub use secret::write_secret;
pub use stream::Link;

/// Result of what this room does.
pub type Result<T> = std::result::Result<T, Error>;
