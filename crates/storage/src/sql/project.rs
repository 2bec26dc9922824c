//! Folding an entry into the projected rows, inside the transaction that writes it.

use model::{AlertId, Custody, Entry, EventId, PersonId, TagText, Visit, VisitId};
use projection::{
    Around, Calendar, Change, Loaded, Moment, Needs, Passage, Referred, Span, needs, refers_to,
};
use store::{Result, StoreError};

use super::keys::Keys;
use super::writer::Tx;
use super::{append, places, projected};
use crate::engine::fault::fault;
use crate::engine::rows::{Columns, json, nanos, word};
use crate::engine::{Db, Row, query};

/// Loads what the entry needs, folds it and applies the changes.
pub(super) async fn fold(tx: &mut Tx<'_>, entry: &Entry) -> Result<Vec<Change>> {
    let calendar = calendar(tx).await?;
    let loaded = load(tx.db, tx.keys, entry).await?;
    let changes = projection::fold(entry, &loaded, &calendar);
    if let Some(passage) = Passage::of(entry) {
        keep_passage(tx.db, &passage).await?;
    }
    for change in &changes {
        apply(tx.db, change).await?;
    }
    Ok(changes)
}

/// The site's calendar. A zone that is not in the IANA database counts as UTC: settings are
/// checked before they come here, and an entry must not be refused for them.
async fn calendar(tx: &mut Tx<'_>) -> Result<Calendar> {
    if let Some(calendar) = &tx.memory.calendar {
        return Ok(calendar.clone());
    }
    let settings = places::settings(tx.db).await?;
    let calendar = Calendar::named(&settings.time_zone).unwrap_or_else(|error| {
        tracing::warn!(%error, "counting days in UTC");
        Calendar::utc()
    });
    tx.memory.calendar = Some(calendar.clone());
    Ok(calendar)
}

async fn load(db: &mut Db, keys: &Keys, entry: &Entry) -> Result<Loaded> {
    let referred = match refers_to(entry) {
        Some(event) => referred(db, keys, event).await?,
        None => None,
    };
    let Needs {
        around: moments,
        visit,
        custody,
        passages,
    } = needs(entry, referred.as_ref());
    let mut loaded = Loaded {
        referred,
        ..Loaded::default()
    };
    for moment in moments {
        loaded.around.push(around(db, moment).await?);
    }
    if let Some(id) = visit {
        loaded.visit = self::visit(db, id).await?;
    }
    if let Some(tag) = custody {
        loaded.custody = self::custody(db, &tag).await?;
    }
    if let Some(span) = passages {
        loaded.passages = self::passages(db, keys, span).await?;
    }
    Ok(loaded)
}

async fn referred(db: &mut Db, keys: &Keys, event: EventId) -> Result<Option<Referred>> {
    let id = event.0.as_bytes().as_slice();
    let row = query(
        "SELECT e.id, e.sealed, p.person FROM passages p JOIN entries e ON e.id = p.event \
         WHERE p.event = ?",
    )
    .bind(id)
    .fetch_optional(&mut *db)
    .await
    .map_err(fault)?;
    let Some(row) = row else { return Ok(None) };
    let Some(passage) = passage(keys, &row)? else {
        return Ok(None);
    };
    let counts_for = row.maybe_id("person")?;
    let opened = "SELECT * FROM visits WHERE entry = ? AND person = ? AND state <> 'withdrawn'";
    let closed = "SELECT * FROM visits WHERE exit = ? AND person = ? AND state <> 'withdrawn'";
    Ok(Some(Referred {
        passage,
        counts_for,
        opened: touched(db, opened, id, counts_for).await?,
        closed: touched(db, closed, id, counts_for).await?,
    }))
}

async fn touched(
    db: &mut Db,
    sql: &'static str,
    event: &[u8],
    person: Option<PersonId>,
) -> Result<Option<Visit>> {
    let Some(person) = person else {
        return Ok(None);
    };
    let row = query(sql)
        .bind(event)
        .bind(person.0.as_bytes().as_slice())
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    row.as_ref().map(projected::read_visit).transpose()
}

/// The passage an entry's row records.
fn passage(keys: &Keys, row: &Row) -> Result<Option<Passage>> {
    let (entry, _) = append::open(keys, row.col("id")?, row.col("sealed")?)?;
    Ok(Passage::of(&entry))
}

async fn around(db: &mut Db, moment: Moment) -> Result<Around> {
    let before = "SELECT * FROM visits WHERE person = ? AND area = ? AND entered_at <= ? \
                  AND id <> ? AND state <> 'withdrawn' \
                  ORDER BY state = 'open' DESC, entered_at DESC, id DESC LIMIT 1";
    let after = "SELECT * FROM visits WHERE person = ? AND area = ? AND entered_at > ? \
                 AND id <> ? AND state <> 'withdrawn' ORDER BY entered_at, id LIMIT 1";
    Ok(Around {
        moment,
        before: beside(db, before, &moment).await?,
        after: beside(db, after, &moment).await?,
    })
}

async fn beside(db: &mut Db, sql: &'static str, moment: &Moment) -> Result<Option<Visit>> {
    let except = moment.except.map(|visit| visit.0.as_bytes().to_vec());
    let row = query(sql)
        .bind(moment.person.0.as_bytes().as_slice())
        .bind(moment.area.0.as_bytes().as_slice())
        .bind(nanos(moment.at))
        .bind(except.unwrap_or_default())
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    row.as_ref().map(projected::read_visit).transpose()
}

pub(super) async fn visit(db: &mut Db, id: VisitId) -> Result<Option<Visit>> {
    let row = query("SELECT * FROM visits WHERE id = ?")
        .bind(id.0.as_bytes().as_slice())
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    row.as_ref().map(projected::read_visit).transpose()
}

pub(super) async fn custody(db: &mut Db, tag: &TagText) -> Result<Option<Custody>> {
    let row = query("SELECT * FROM custody WHERE tag = ?")
        .bind(tag.as_str())
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    row.as_ref().map(projected::read_custody).transpose()
}

async fn passages(db: &mut Db, keys: &Keys, span: Span) -> Result<Vec<Passage>> {
    let rows = query(
        "SELECT e.id, e.sealed FROM passages p JOIN entries e ON e.id = p.event \
         WHERE p.person = ? AND p.at BETWEEN ? AND ?",
    )
    .bind(span.person.0.as_bytes().as_slice())
    .bind(nanos(span.from))
    .bind(nanos(span.to))
    .fetch_all(db)
    .await
    .map_err(fault)?;
    let found: Result<Vec<_>> = rows.iter().map(|row| passage(keys, row)).collect();
    Ok(found?.into_iter().flatten().collect())
}

async fn keep_passage(db: &mut Db, passage: &Passage) -> Result<()> {
    let done = query("INSERT INTO passages (event, person, at) VALUES (?, ?, ?)")
        .bind(passage.event.0.as_bytes().as_slice())
        .bind(passage.person.map(|person| person.0.as_bytes().to_vec()))
        .bind(nanos(passage.at))
        .send(db)
        .await;
    done.map_err(fault)
}

async fn apply(db: &mut Db, change: &Change) -> Result<()> {
    match change {
        Change::PutVisit(visit) => put_visit(db, visit).await,
        Change::PutCustody(custody) => put_custody(db, custody).await,
        Change::RaiseAlert(alert) => raise(db, alert).await,
        Change::AcknowledgeAlert {
            alert,
            acknowledgement,
        } => {
            let sql = "UPDATE alerts SET acknowledged = ? WHERE id = ? AND acknowledged IS NULL";
            let done = query(sql)
                .bind(json(acknowledgement)?)
                .bind(alert.0.as_bytes().as_slice())
                .send(db)
                .await;
            done.map_err(fault)
        }
        Change::Attribute { event, by, person } => {
            let sql = "UPDATE passages SET person = ?, attributed_by = ? WHERE event = ?";
            let done = query(sql)
                .bind(person.map(|person| person.0.as_bytes().to_vec()))
                .bind(by.0.as_bytes().as_slice())
                .bind(event.0.as_bytes().as_slice())
                .send(db)
                .await;
            done.map_err(fault)
        }
    }
}

async fn put_visit(db: &mut Db, visit: &Visit) -> Result<()> {
    let done = query(
        "INSERT INTO visits (id, person, area, entry, entered_at, exit, left_at, state) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (id) DO UPDATE SET person = excluded.person, area = excluded.area, \
             entry = excluded.entry, entered_at = excluded.entered_at, exit = excluded.exit, \
             left_at = excluded.left_at, state = excluded.state",
    )
    .bind(visit.id.0.as_bytes().as_slice())
    .bind(visit.person.0.as_bytes().as_slice())
    .bind(visit.area.0.as_bytes().as_slice())
    .bind(visit.entry.0.as_bytes().as_slice())
    .bind(nanos(visit.entered_at))
    .bind(visit.exit.map(|exit| exit.0.as_bytes().to_vec()))
    .bind(visit.left_at.map(nanos))
    .bind(word(&visit.state)?)
    .send(db)
    .await;
    done.map_err(fault)
}

async fn put_custody(db: &mut Db, custody: &Custody) -> Result<()> {
    let done = query(
        "INSERT INTO custody (tag, state, person, since, written) VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT (tag) DO UPDATE SET state = excluded.state, person = excluded.person, \
             since = excluded.since, written = excluded.written",
    )
    .bind(custody.tag.as_str())
    .bind(word(&custody.state)?)
    .bind(custody.person.map(|person| person.0.as_bytes().to_vec()))
    .bind(nanos(custody.since))
    .bind(custody.by.0.as_bytes().as_slice())
    .send(db)
    .await;
    done.map_err(fault)
}

/// An alert that nobody acknowledged yet; whoever comes second is refused.
pub(super) async fn unacknowledged(db: &mut Db, alert: AlertId) -> Result<()> {
    let row = query("SELECT acknowledged FROM alerts WHERE id = ?")
        .bind(alert.0.as_bytes().as_slice())
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    let row = row.ok_or_else(|| StoreError::NotFound {
        what: format!("alert {alert}"),
    })?;
    if row.col::<Option<&str>>("acknowledged")?.is_none() {
        return Ok(());
    }
    Err(StoreError::Conflict {
        what: format!("the acknowledgement of alert {alert}"),
    })
}

async fn raise(db: &mut Db, alert: &model::Alert) -> Result<()> {
    let acknowledged = alert.acknowledged.as_ref().map(json).transpose()?;
    let done = query(
        "INSERT INTO alerts (id, kind, raised_at, event, access_point, device, person, visit, \
             acknowledged) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, raised_at = excluded.raised_at, \
             event = excluded.event, access_point = excluded.access_point, \
             device = excluded.device, person = excluded.person, visit = excluded.visit, \
             acknowledged = excluded.acknowledged",
    )
    .bind(alert.id.0.as_bytes().as_slice())
    .bind(word(&alert.kind)?)
    .bind(nanos(alert.raised_at))
    .bind(alert.event.0.as_bytes().as_slice())
    .bind(alert.access_point.map(|id| id.0.as_bytes().to_vec()))
    .bind(alert.device.map(|id| id.0.as_bytes().to_vec()))
    .bind(alert.person.map(|id| id.0.as_bytes().to_vec()))
    .bind(alert.visit.map(|id| id.0.as_bytes().to_vec()))
    .bind(acknowledged)
    .send(db)
    .await;
    done.map_err(fault)
}

/// A store whose projections do not fold is damaged, whatever the engine says.
pub(super) fn unfoldable(error: &StoreError, index: u64) -> StoreError {
    StoreError::Damaged(format!("entry {index} does not fold: {error}"))
}
