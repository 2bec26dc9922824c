//! What an imported card says, summed up in one notice: its passages are old, and an alert for each of them would
//! hide what happens now.

use crate::clock::SystemClock;
use crate::notices;
use api::ports::Clock;
use model::{Entry, EventId, GateId, Notice, Observation, Outcome, Record, Timestamp};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use store::{Result, Store};

/// How long the bookkeeper may take for what was handed in last.
const PATIENCE: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_millis(200);
/// Ended observations read at once.
const PAGE: u32 = 500;

/// Passages of one card.
struct Sum {
    passages: u64,
    denied: u64,
    from: Timestamp,
    until: Timestamp,
}

impl Sum {
    fn and(this: Option<Self>, entry: &Entry) -> Option<Self> {
        let Record::Access(event) = &entry.record else {
            return this;
        };
        let at = event.evidence.occurred_at;
        let before = this.unwrap_or(Self {
            passages: 0,
            denied: 0,
            from: at,
            until: at,
        });
        Some(Self {
            passages: before.passages + 1,
            denied: before.denied + u64::from(event.decision.outcome == Outcome::Denied),
            from: before.from.min(at),
            until: before.until.max(at),
        })
    }
}

/// Writes the notice about what an import handed in at `received_at`, once that is decided. None where nothing was
/// new.
///
/// # Errors
/// When the store cannot be read or takes none.
pub async fn append(store: &dyn Store, gate: GateId, received_at: Timestamp) -> Result<()> {
    decided(store, received_at).await?;
    let Some(sum) = sum(store, received_at).await? else {
        return Ok(());
    };
    let notice = Notice::CardImported {
        gate,
        passages: sum.passages,
        denied: sum.denied,
        from: sum.from,
        until: sum.until,
    };
    notices::append(store, notice, SystemClock.now()).await
}

fn is_of(seen: &Observation, received_at: Timestamp) -> bool {
    seen.deferred && seen.received_at == received_at
}

/// Waits until everything that was handed in has ended; what takes longer is not counted.
async fn decided(store: &dyn Store, received_at: Timestamp) -> Result<()> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let waiting = store.unsettled().await?.observations;
        if !waiting.iter().any(|seen| is_of(seen, received_at)) {
            break;
        }
        tokio::time::sleep(EVERY).await;
    }
    Ok(())
}

async fn sum(store: &dyn Store, received_at: Timestamp) -> Result<Option<Sum>> {
    let (mut sum, mut before, mut counted) = (None, None, BTreeSet::new());
    loop {
        let ended = store.ended(before, PAGE).await?;
        let ours = ended.iter().filter(|(seen, _)| is_of(seen, received_at));
        let new: Vec<EventId> = ours
            .map(|(_, event)| *event)
            .filter(|event| counted.insert(*event))
            .collect();
        for stored in store.entries_of(&new).await? {
            sum = Sum::and(sum, &stored.entry);
        }
        match ended.last() {
            // Whatever is older was received before the import began.
            Some((oldest, _)) if oldest.received_at >= received_at => before = Some(oldest.order),
            _ => return Ok(sum),
        }
    }
}
