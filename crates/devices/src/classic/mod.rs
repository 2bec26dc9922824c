//! Classic gates, served exactly as they are: MQTT 3.1.1 without passwords and a plain
//! `POST /upload`, told apart by source address.
//!
//! An address is not authentication: whoever can take a board's address can speak for it.
//! Both listeners are therefore off unless configured, and answer known addresses only.

pub mod device_time;
pub mod key;
pub mod line;
pub mod message;

mod connection;
mod listener;
mod places;
pub(crate) mod refusal;
mod switchboard;
mod upload;

pub use listener::ClassicListener;
pub use places::{Place, place_of};
pub(crate) use refusal::words as refusal_words;
pub(crate) use switchboard::Beyond;
pub use switchboard::{CONTROLLER_BUFFER, Switchboard};
pub(crate) use upload::UPLOAD_PATIENCE;
pub use upload::{MAX_UPLOAD_BYTES, is_jpeg, upload_router};
