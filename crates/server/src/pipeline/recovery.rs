//! What the bookkeeper has to know of the time before its start.

use anyhow::Result;
use evidence::{Correlator, RESIGHTING};
use model::{AccessEvent, EventId, Observation, Record, Timestamp};
use std::collections::BTreeMap;
use store::Store;

/// Observations read at once.
const PAGE: u32 = 500;
/// Observations read in all: a start has to come to an end whatever the load was before it.
const MOST: usize = 5_000;

/// Tells the correlator of the passages in which something was seen less than twice
/// [`RESIGHTING`] before `from`, re-sightings included.
///
/// # Errors
/// When the store cannot be read.
pub async fn remember(
    store: &dyn Store,
    correlator: &mut Correlator,
    from: Timestamp,
) -> Result<()> {
    let since = from.saturating_sub(RESIGHTING.saturating_mul(2))?;
    let ended = ended_since(store, since).await?;
    let mut passages = Vec::new();
    for (id, observations) in ended {
        if let Some((index, event)) = passage(store, id).await? {
            passages.push((index, event, observations));
        }
    }
    passages.sort_by_key(|(index, ..)| *index);
    for (_, event, observations) in &passages {
        correlator.remember(event, observations);
    }
    Ok(())
}

async fn ended_since(
    store: &dyn Store,
    since: Timestamp,
) -> Result<BTreeMap<EventId, Vec<Observation>>> {
    let mut by_event: BTreeMap<EventId, Vec<Observation>> = BTreeMap::new();
    let (mut before, mut read) = (None, 0);
    while read < MOST {
        let page = store.ended(before, PAGE).await?;
        let Some((oldest, _)) = page.last() else {
            break;
        };
        before = Some(oldest.order);
        let complete = oldest.received_at < since;
        read += page.len();
        for (observation, event) in page {
            by_event.entry(event).or_default().push(observation);
        }
        if complete {
            break;
        }
    }
    Ok(by_event)
}

/// The passage that an entry records, with its index. One that cannot be read any more is
/// forgotten: verifying the log is what tells of it.
async fn passage(store: &dyn Store, id: EventId) -> Result<Option<(u64, AccessEvent)>> {
    let stored = match store.entry(id).await {
        Err(error) if error.is_damage() => None,
        stored => stored?,
    };
    Ok(stored.and_then(|stored| match stored.entry.record {
        Record::Access(event) => Some((stored.index, event)),
        _ => None,
    }))
}
