//! Sequence numbers of devices that count: how far they came without a gap, and what is missing.

use model::{DeviceTime, ObservationDraft, Sighting, SourceKey};
use store::{Result, SequenceGap};

use crate::engine::fault::fault;
use crate::engine::rows::{Columns, nanos, signed};
use crate::engine::{Db, Row, query};

/// Counts a new observation onto its device. Returns the highest sequence without a gap from 1,
/// where the device counts.
pub(super) async fn advance(db: &mut Db, draft: &ObservationDraft) -> Result<Option<u64>> {
    let (boot, sequence) = match &draft.key {
        SourceKey::Sequence { boot_id, sequence } => (boot_id.as_str(), signed(*sequence)?),
        SourceKey::Content { .. } => ("", 0),
    };
    let device = draft.device.0.as_bytes().as_slice();
    let row = query(
        "INSERT INTO runs (device, boot_id, highest, before, observations, skew_ms, last_at) \
         VALUES (?1, ?2, ?3, 0, 1, ?4, ?5) \
         ON CONFLICT (device, boot_id) DO UPDATE SET before = runs.highest, \
             highest = CASE WHEN excluded.highest > runs.highest THEN excluded.highest \
                 ELSE runs.highest END, \
             observations = runs.observations + 1, \
             skew_ms = coalesce(excluded.skew_ms, runs.skew_ms), \
             last_at = CASE WHEN excluded.last_at > runs.last_at THEN excluded.last_at \
                 ELSE runs.last_at END \
         RETURNING before, coalesce((SELECT min(first) - 1 FROM gaps \
             WHERE device = ?1 AND boot_id = ?2), highest) AS reached",
    )
    .bind(device)
    .bind(boot)
    .bind(sequence)
    .bind(skew_ms(draft))
    .bind(nanos(draft.received_at))
    .fetch_one(&mut *db)
    .await
    .map_err(fault)?;
    if sequence == 0 {
        return Ok(None);
    }
    let before: i64 = row.col("before")?;
    if sequence == before + 1 {
        return Ok(Some(row.count("reached")?));
    }
    if sequence > before + 1 {
        open_gap(db, device, boot, before + 1, sequence - 1).await?;
    } else {
        fill_gap(db, device, boot, sequence).await?;
    }
    contiguous(db, device, boot).await
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
