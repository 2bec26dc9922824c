//! A broker of the site's own as another way in: Gatebook subscribes, and acknowledges to the broker
//! what is committed, never before.
//!
//! What cannot be told from a connection any more is told by topics: which device reports (so the
//! broker's rules have to bind each user to its topics), and which classic gate a message is of.

mod answers;
mod connection;
mod deliveries;
mod incidents;
mod message;
mod session;
mod state;
mod subscriber;
mod subscriptions;
mod topics;

pub use connection::{Dial, Lost, Settings, Stream, check};
pub use message::{Delivered, Delivery, Meaning, Unfit, understand};
pub use session::MAX_PACKET_BYTES;
pub use state::State;
pub use subscriber::{SessionNote, Subscriber};
pub use topics::Topics;
