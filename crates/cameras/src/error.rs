//! Why there is no picture, in words for whoever set the camera up.

use crate::guard::Forbidden;
use std::net::IpAddr;

/// Why a camera gives no picture.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// The address is not one of a camera.
    #[error("this is no address of a camera: {0}")]
    Address(String),
    /// The guard refuses the address that the host's name leads to.
    #[error("{host} is {address}, {why}; if that is where the camera is, list it in cameras.allow")]
    Forbidden {
        /// The host as it was given.
        host: String,
        /// Where it leads.
        address: IpAddr,
        /// Why not.
        why: Forbidden,
    },
    /// The host's name leads nowhere.
    #[error("the name {0} is not known here; look at its spelling, or give an IP address")]
    UnknownName(String),
    /// Nobody answers there.
    #[error("nobody answers at {address}: {why}; look at power, cable, address and port")]
    NoAnswer {
        /// Host and port.
        address: String,
        /// What the system says.
        why: String,
    },
    /// The camera wants a name and a password.
    #[error("the camera wants a user name and a password")]
    PasswordWanted,
    /// Those it was given are wrong.
    #[error("the camera refuses this user name and password")]
    WrongPassword,
    /// The camera answers with an error.
    #[error("the camera answers with status {0}; look at the path of the address")]
    Status(u16),
    /// The camera leads elsewhere too often, or to something that is no HTTP address.
    #[error("the camera leads to another address that is not followed: {0}")]
    Redirect(String),
    /// What comes is no picture and no stream of pictures.
    #[error("what comes from there is {0}, not JPEG pictures")]
    NotPictures(String),
    /// Something is larger than is taken.
    #[error("{what} of more than {limit} bytes; choose a smaller picture in the camera")]
    TooLarge {
        /// What it is.
        what: &'static str,
        /// The most that is taken.
        limit: usize,
    },
    /// Key frames come too seldom.
    #[error(
        "more than {limit} bytes lie between two key frames; set a shorter key frame interval in the camera"
    )]
    FarApart {
        /// The most that is kept.
        limit: usize,
    },
    /// What comes breaks the rules of its protocol.
    #[error("what the camera sends is damaged: {0}")]
    Damaged(String),
    /// Nothing came for too long.
    #[error("nothing came from the camera for {0} s")]
    Silent(u64),
    /// The camera ended the stream.
    #[error("the camera ended the stream")]
    Ended,
    /// No decoder for what the camera sends.
    #[error("the camera sends {0}, for which there is no decoder here")]
    Codec(String),
    /// A decoder failed.
    #[error("the decoder gave up: {0}")]
    Decoder(String),
}

impl Error {
    /// Whether trying again soon may lock the camera's account.
    #[must_use]
    pub fn is_about_password(&self) -> bool {
        matches!(self, Self::PasswordWanted | Self::WrongPassword)
    }
}
