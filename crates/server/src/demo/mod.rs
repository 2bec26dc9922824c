//! The demo site: people, gates, a classroom and a side door, with simulated boards and a simulated sensor that people
//! pass by.

pub mod fingers;
pub mod gates;
mod people;
mod places;

pub use places::GATES;

use crate::compose::Running;
use anyhow::Result;
use model::{Act, Author, Entry, EventId, Record, Timestamp};
use people::DemoPerson;
use store::{Append, Write};
use uuid::Uuid;

/// Who is there.
pub struct Furnished {
    /// Everybody.
    pub people: Vec<DemoPerson>,
    /// How many of them have a finger enrolled.
    pub fingers: usize,
}

/// Fills a fresh site; one that has access points already is left as it is.
///
/// # Errors
/// When the store refuses something.
pub async fn furnish(running: &Running) -> Result<Furnished> {
    places::put(&*running.store).await?;
    let people = people::portraits(&running.recogniser).await?;
    people::enrol(running, &people).await?;
    let fingers = fingers::enrol(running, &people).await?;
    Ok(Furnished { people, fingers })
}

/// Appends an act of the demo.
async fn act(store: &dyn store::Store, act: Act, writes: Vec<Write>) -> Result<()> {
    let entry = Entry {
        id: EventId(Uuid::now_v7()),
        written_at: Timestamp::now(),
        author: Author::Console,
        record: Record::Act(act),
    };
    store
        .append(Append {
            writes,
            ..Append::entry(entry)
        })
        .await?;
    Ok(())
}
