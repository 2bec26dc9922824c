//! What can go wrong with links, in sentences that say what to do.

use crate::protocol::{Protocol, Role};
use std::io;
use std::path::PathBuf;

/// Why a link, or what it needs, could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read or written.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The port is not usable.
    #[error("the port for links cannot be used: {0}")]
    Port(io::Error),
    /// A file holds something else than it should.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A certificate could not be made.
    #[error("no certificate can be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// A node's name that is not allowed.
    #[error("{0:?} is no name for a node: use 1 to 64 of a-z, 0-9, '-' and '.'")]
    BadName(String),
    /// A node of this name exists.
    #[error("there is a node {0:?} already; revoke it first, or choose another name")]
    NameTaken(String),
    /// No node of this name exists.
    #[error("there is no node {0:?}; `gatebook node list` names them")]
    NoSuchNode(String),
    /// Text that is no bundle.
    #[error("this is no bundle of `gatebook node add`: {0}")]
    NoBundle(String),
    /// Nobody listens there.
    #[error(
        "nobody listens at {0}: is the private part running, with link.listen set to this port?"
    )]
    Refused(String),
    /// No way leads there.
    #[error("{address} cannot be reached: {reason}")]
    Unreachable {
        /// Host and port as configured.
        address: String,
        /// Why.
        reason: String,
    },
    /// No answer in time.
    #[error("{0} does not answer in time")]
    Slow(String),
    /// Somebody else answers there.
    #[error("whoever answers at {address} is not the private part that made this bundle: {reason}")]
    Stranger {
        /// Host and port as configured.
        address: String,
        /// What TLS says.
        reason: String,
    },
    /// The private part does not take this bundle's certificate.
    #[error(
        "the private part no longer knows this node, or never did; make a new bundle there with \
         `gatebook node add`"
    )]
    Revoked,
    /// The node's role does not speak this protocol.
    #[error("this bundle was made for another role: it may not speak {0}")]
    WrongRole(Protocol),
    /// Both sides have no version of the protocol in common.
    #[error("the private part speaks another version than {0}: install the same Gatebook on both")]
    OtherVersion(Protocol),
    /// The link broke while it was being made.
    #[error("the link to {address} broke: {source}")]
    Broken {
        /// Host and port.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// TLS cannot be set up with these keys.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// A role that does not exist.
    #[error("{0:?} is no role of a node: edge or vision")]
    NoSuchRole(String),
}

impl Error {
    /// Whether trying again later may help without anybody changing anything here.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Refused(_) | Self::Unreachable { .. } | Self::Slow(_) | Self::Broken { .. }
        )
    }

    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

impl Role {
    /// The role that a word names.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn parse(word: &str) -> crate::Result<Self> {
        match word {
            "edge" => Ok(Self::Edge),
            "vision" => Ok(Self::Vision),
            _ => Err(Error::NoSuchRole(word.to_owned())),
        }
    }
}
