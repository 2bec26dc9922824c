//! What a link speaks, and who may.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a node is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The public front end: pages, and everything of the API passed on.
    Edge,
    /// A recognition worker.
    Vision,
}

/// What a link speaks. The number is the version; a change that the other side would not understand
/// gets the next one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Protocol {
    /// HTTP/1.1 of the API, with `x-gatebook-caller` telling the caller's address.
    Http,
    /// Frames to a worker, faces back.
    Vision,
}

impl Protocol {
    /// Every protocol of this build.
    pub const ALL: [Self; 2] = [Self::Http, Self::Vision];

    /// The name in the handshake (ALPN, RFC 7301).
    #[must_use]
    pub const fn alpn(self) -> &'static str {
        match self {
            Self::Http => "gatebook-http/1",
            Self::Vision => "gatebook-vision/4",
        }
    }

    /// The protocol of this name in the handshake.
    #[must_use]
    pub fn named(alpn: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|protocol| protocol.alpn().as_bytes() == alpn)
    }

    /// Whether nodes of this role may speak it. Each role speaks one: a worker has no business with
    /// the API, and an edge none with frames.
    #[must_use]
    pub const fn is_for(self, role: Role) -> bool {
        matches!(
            (self, role),
            (Self::Http, Role::Edge) | (Self::Vision, Role::Vision)
        )
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.alpn())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Edge => "edge",
            Self::Vision => "vision",
        })
    }
}
