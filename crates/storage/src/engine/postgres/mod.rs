//! PostgreSQL: where the server is, sessions with it, and what a site needs of it.

mod address;
mod inspection;
mod migrations;
mod opening;
pub(crate) mod outcome;
mod pipeline;
mod readers;
mod session;

pub use address::ServerAddress;
pub use inspection::Inspection;
pub(crate) use opening::{prepare, reader, writer};
pub(crate) use readers::Readers;
pub(crate) use session::Session;
