//! Between which times the entries of each stretch of the log lie. Entries stand in the order of writing,
//! which is nearly that of time: a search by time looks only into the stretches where something can be.

use std::ops::Range;

use model::Timestamp;
use store::Result;

use super::columns::bound;
use super::writer::Tx;
use crate::engine::fault::fault;
use crate::engine::rows::Columns;
use crate::engine::{Db, Row, query};

/// Entries of a stretch; the migrations count with it too.
const LENGTH: i64 = 1_024;
/// Stretches looked up at a time.
pub(super) const STEP: u32 = 256;
/// Bounds are widened to full hours, so that few entries write them anew.
const HOUR: i64 = 3_600_000_000_000;

/// Bounds of a stretch, both included, in nanoseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stretch {
    number: i64,
    first_at: i64,
    last_at: i64,
}

impl Stretch {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            number: row.col("number")?,
            first_at: row.col("first_at")?,
            last_at: row.col("last_at")?,
        })
    }

    /// The hour in which `at` lies.
    fn of(number: i64, at: i64) -> Self {
        let into = at.rem_euclid(HOUR);
        Self {
            number,
            first_at: at.saturating_sub(into),
            last_at: at.saturating_add(HOUR - 1 - into),
        }
    }

    /// Whether entry `index` is in it and `at` within its bounds.
    pub(super) fn holds(&self, index: i64, at: i64) -> bool {
        self.number == index / LENGTH && self.first_at <= at && at <= self.last_at
    }

    fn and(self, other: Self) -> Self {
        Self {
            number: self.number,
            first_at: self.first_at.min(other.first_at),
            last_at: self.last_at.max(other.last_at),
        }
    }
}

/// Makes the bounds hold an entry that is being written.
pub(super) async fn widen(tx: &mut Tx<'_>, index: i64, at: i64) -> Result<()> {
    let stretch = tx.memory.stretch;
    if stretch.is_some_and(|stretch| stretch.holds(index, at)) {
        return Ok(());
    }
    let number = index / LENGTH;
    let known = match stretch {
        Some(stretch) if stretch.number == number => Some(stretch),
        _ => one(tx.db, number).await?,
    };
    let here = Stretch::of(number, at);
    let wider = known.map_or(here, |known| known.and(here));
    let sql = "INSERT INTO stretches (number, first_at, last_at) VALUES (?, ?, ?) \
               ON CONFLICT (number) DO UPDATE SET first_at = excluded.first_at, \
                   last_at = excluded.last_at";
    let done = query(sql)
        .bind(wider.number)
        .bind(wider.first_at)
        .bind(wider.last_at)
        .send(tx.db)
        .await;
    done.map_err(fault)?;
    tx.memory.stretch = Some(wider);
    Ok(())
}

async fn one(db: &mut Db, number: i64) -> Result<Option<Stretch>> {
    let row = query("SELECT * FROM stretches WHERE number = ?")
        .bind(number)
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    row.as_ref().map(Stretch::read).transpose()
}

/// The stretches that entries of these indexes are in.
pub(super) async fn over(db: &mut Db, first: i64, last: i64) -> Result<Vec<Stretch>> {
    let rows = query("SELECT * FROM stretches WHERE number BETWEEN ? AND ?")
        .bind(first / LENGTH)
        .bind(last / LENGTH)
        .fetch_all(db)
        .await
        .map_err(fault)?;
    rows.iter().map(Stretch::read).collect()
}

/// Indexes below `before` among which entries from `from` until `until` can be: runs without a gap, newest
/// first. At most [`STEP`] stretches; where there were as many, older ones may follow.
pub(super) async fn runs(
    db: &mut Db,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    before: i64,
) -> Result<Vec<Range<i64>>> {
    let rows = query(
        "SELECT number FROM stretches WHERE number <= ? AND last_at >= ? AND first_at < ? \
         ORDER BY number DESC LIMIT ?",
    )
    .bind(before.saturating_sub(1) / LENGTH)
    .bind(bound(from, i64::MIN))
    .bind(bound(until, i64::MAX))
    .bind(STEP)
    .fetch_all(db)
    .await
    .map_err(fault)?;
    let numbers: Result<Vec<i64>> = rows.iter().map(|row| row.col("number")).collect();
    Ok(joined(&numbers?, before))
}

/// From the first to the last index among which entries from `from` until `until` can be; empty where none can.
pub(super) async fn span(
    db: &mut Db,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<Range<i64>> {
    let sql = "SELECT coalesce(min(number), 0) AS first, coalesce(max(number), -1) AS last \
               FROM stretches WHERE last_at >= ? AND first_at < ?";
    let row = query(sql)
        .bind(bound(from, i64::MIN))
        .bind(bound(until, i64::MAX))
        .fetch_one(db)
        .await
        .map_err(fault)?;
    let (first, last): (i64, i64) = (row.col("first")?, row.col("last")?);
    Ok(first * LENGTH..(last + 1) * LENGTH)
}

/// Stretches that follow one another as one run each.
fn joined(numbers: &[i64], before: i64) -> Vec<Range<i64>> {
    let mut runs: Vec<Range<i64>> = Vec::new();
    for number in numbers {
        let (start, end) = (number * LENGTH, (number + 1) * LENGTH);
        match runs.last_mut() {
            Some(run) if run.start == end => run.start = start,
            _ => runs.push(start..end.min(before)),
        }
    }
    runs
}

/// Whether [`runs`] may have left older ones out.
pub(super) fn are_all(runs: &[Range<i64>]) -> bool {
    let stretches = |run: &Range<i64>| (run.end - 1) / LENGTH - run.start / LENGTH + 1;
    runs.iter().map(stretches).sum::<i64>() < i64::from(STEP)
}

/// Makes the bounds anew from the entries.
pub(super) async fn again(tx: &mut Tx<'_>) -> Result<()> {
    for sql in [
        "DELETE FROM stretches",
        "INSERT INTO stretches (number, first_at, last_at) \
         SELECT idx / 1024, min(occurred_at), max(occurred_at) FROM entries GROUP BY idx / 1024",
    ] {
        query(sql).execute(&mut *tx.db).await.map_err(fault)?;
    }
    tx.memory.stretch = None;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stretches_that_follow_one_another_are_one_run() {
        let bounds = |numbers: &[i64], before| -> Vec<(i64, i64)> {
            let runs = joined(numbers, before).into_iter();
            runs.map(|run| (run.start, run.end)).collect()
        };
        let two = [(7 * LENGTH, 10 * LENGTH), (2 * LENGTH, 4 * LENGTH)];
        assert_eq!(bounds(&[9, 8, 7, 3, 2], i64::MAX), two);
        let cut = 9 * LENGTH + 5;
        assert_eq!(bounds(&[9, 8], cut), [(8 * LENGTH, cut)]);
        assert_eq!(bounds(&[], 5), []);
    }

    proptest! {
        #[test]
        fn a_widened_stretch_holds_all_that_it_held(first in any::<i64>(), then in any::<i64>()) {
            let both = Stretch::of(3, first).and(Stretch::of(3, then));
            prop_assert!(both.holds(3 * LENGTH, first) && both.holds(4 * LENGTH - 1, then));
            prop_assert!(!both.holds(4 * LENGTH, first));
        }

        #[test]
        fn bounds_are_wider_by_less_than_an_hour(at in -HOUR * 1_000..HOUR * 1_000) {
            let here = Stretch::of(0, at);
            prop_assert_eq!(here.last_at - here.first_at, HOUR - 1);
        }
    }
}
