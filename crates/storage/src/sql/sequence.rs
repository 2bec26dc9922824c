//! Sequence numbers of devices that count: how far they came without a gap, and what is missing.

use std::collections::HashMap;
use std::sync::Arc;

use model::{DeviceId, DeviceTime, ObservationDraft, Sighting, SourceKey};
use store::{Result, SequenceGap};

use super::writer::Tx;
use crate::engine::fault::fault;
use crate::engine::rows::{Columns, nanos, signed};
use crate::engine::{Db, Row, query};

/// Devices remembered at most; whoever comes after that begins anew.
const REMEMBERED: usize = 1_024;

/// How far devices came without a gap in the start that was heard last. Who counts on from there says
/// something new, for certain: nothing has to be looked up.
#[derive(Clone, Default)]
pub(crate) struct Runs(HashMap<DeviceId, (Arc<str>, u64)>);

impl Runs {
    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether `draft` is what comes next, for certain. Then it counts as having come.
    pub(super) fn follows(&mut self, draft: &ObservationDraft) -> bool {
        let SourceKey::Sequence { boot_id, sequence } = &draft.key else {
            return false;
        };
        match self.0.get_mut(&draft.device) {
            Some((boot, reached)) if **boot == **boot_id && *reached + 1 == *sequence => {
                *reached = *sequence;
                true
            }
            _ => false,
        }
    }

    /// What is known of a start after an observation; nothing where numbers are missing.
    fn learn(&mut self, device: DeviceId, boot: &str, highest: i64, reached: Option<u64>) {
        let reached = reached.filter(|reached| i64::try_from(*reached) == Ok(highest));
        let Some(reached) = reached else {
            self.0.remove(&device);
            return;
        };
        if self.0.len() >= REMEMBERED {
            self.0.clear();
        }
        self.0.insert(device, (boot.into(), reached));
    }
}

macro_rules! count_on {
    ($returning:literal) => {
        concat!(
            "INSERT INTO runs (device, boot_id, highest, before, observations, skew_ms, last_at) \
             VALUES (?, ?, ?, 0, 1, ?, ?) \
             ON CONFLICT (device, boot_id) DO UPDATE SET before = runs.highest, \
                 highest = CASE WHEN excluded.highest > runs.highest THEN excluded.highest \
                     ELSE runs.highest END, \
                 observations = runs.observations + 1, \
                 skew_ms = coalesce(excluded.skew_ms, runs.skew_ms), \
                 last_at = CASE WHEN excluded.last_at > runs.last_at THEN excluded.last_at \
                     ELSE runs.last_at END",
            $returning
        )
    };
}
const COUNT: &str = count_on!("");
const COUNT_AND_TELL: &str = count_on!(
    " RETURNING before, coalesce((SELECT min(first) - 1 FROM gaps \
      WHERE device = ? AND boot_id = ?), highest) AS reached"
);

/// Counts a new observation onto its device. Returns the highest sequence without a gap from 1,
/// where the device counts. An `expected` one leaves no gap and fills none.
pub(super) async fn advance(
    tx: &mut Tx<'_>,
    draft: &ObservationDraft,
    expected: bool,
) -> Result<Option<u64>> {
    let (boot, sequence) = match &draft.key {
        SourceKey::Sequence { boot_id, sequence } => (boot_id.as_str(), signed(*sequence)?),
        SourceKey::Content { .. } => ("", 0),
    };
    let uncounted = sequence == 0;
    let sql = if expected || uncounted {
        COUNT
    } else {
        COUNT_AND_TELL
    };
    let device = draft.device.0.as_bytes().as_slice();
    let count = query(sql)
        .bind(device)
        .bind(boot)
        .bind(sequence)
        .bind(skew_ms(draft))
        .bind(nanos(draft.received_at));
    if uncounted || expected {
        count.send(tx.db).await.map_err(fault)?;
        return Ok(expected.then_some(sequence.unsigned_abs()));
    }
    let row = count
        .bind(device)
        .bind(boot)
        .fetch_one(tx.db)
        .await
        .map_err(fault)?;
    let before: i64 = row.col("before")?;
    let reached = if sequence == before + 1 {
        Some(row.count("reached")?)
    } else {
        if sequence > before {
            open_gap(tx.db, device, boot, before + 1, sequence - 1).await?;
        } else {
            fill_gap(tx.db, device, boot, sequence).await?;
        }
        contiguous(tx.db, device, boot).await?
    };
    let highest = before.max(sequence);
    tx.memory.runs.learn(draft.device, boot, highest, reached);
    Ok(reached)
}

/// What a stored observation says about a clock is the delay, not the skew. So does a classic
/// entry line: its time is that of the finger, seconds before the line was sent.
fn skew_ms(draft: &ObservationDraft) -> Option<i64> {
    let late = draft.deferred || matches!(draft.sighting, Sighting::ClassicEntry(_));
    match &draft.device_time {
        DeviceTime::Claimed { at, .. } if !late => {
            Some(draft.received_at.as_millisecond() - at.as_millisecond())
        }
        _ => None,
    }
}

async fn open_gap(db: &mut Db, device: &[u8], boot: &str, first: i64, last: i64) -> Result<()> {
    let done = query("INSERT INTO gaps (device, boot_id, first, last) VALUES (?, ?, ?, ?)")
        .bind(device)
        .bind(boot)
        .bind(first)
        .bind(last)
        .execute(db)
        .await;
    done.map(drop).map_err(fault)
}

/// A late observation leaves what is still missing on either side of it.
async fn fill_gap(db: &mut Db, device: &[u8], boot: &str, sequence: i64) -> Result<()> {
    let gap = query(
        "DELETE FROM gaps WHERE device = ? AND boot_id = ? AND first <= ? AND last >= ? \
         RETURNING first, last",
    )
    .bind(device)
    .bind(boot)
    .bind(sequence)
    .bind(sequence)
    .fetch_optional(&mut *db)
    .await
    .map_err(fault)?;
    let Some(gap) = gap else { return Ok(()) };
    let (first, last): (i64, i64) = (gap.col("first")?, gap.col("last")?);
    if first < sequence {
        open_gap(db, device, boot, first, sequence - 1).await?;
    }
    if sequence < last {
        open_gap(db, device, boot, sequence + 1, last).await?;
    }
    Ok(())
}

/// The highest sequence of this start without a gap from 1; 0 while the first is missing.
pub(super) async fn contiguous(db: &mut Db, device: &[u8], boot: &str) -> Result<Option<u64>> {
    let row = query(
        "SELECT coalesce((SELECT min(first) - 1 FROM gaps WHERE device = r.device \
             AND boot_id = r.boot_id), r.highest) AS reached \
         FROM runs r WHERE device = ? AND boot_id = ?",
    )
    .bind(device)
    .bind(boot)
    .fetch_optional(db)
    .await
    .map_err(fault)?;
    row.map(|row| row.count("reached")).transpose()
}

/// The newest gaps of a device.
pub(super) async fn gaps(db: &mut Db, device: &[u8], limit: u32) -> Result<Vec<SequenceGap>> {
    let rows = query(
        "SELECT g.boot_id, g.first, g.last FROM gaps g JOIN runs r USING (device, boot_id) \
         WHERE g.device = ? ORDER BY r.last_at DESC, g.first DESC LIMIT ?",
    )
    .bind(device)
    .bind(limit)
    .fetch_all(db)
    .await
    .map_err(fault)?;
    let gap = |row: &Row| {
        Ok(SequenceGap {
            boot_id: row.col("boot_id")?,
            from: row.count("first")?,
            to: row.count("last")?,
        })
    };
    rows.iter().map(gap).collect()
}
