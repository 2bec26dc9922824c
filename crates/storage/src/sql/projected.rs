//! Reading the projected rows.

use async_trait::async_trait;
use jiff::civil::Date;
use model::{
    Acknowledgement, Alert, AlertId, AlertKind, AreaId, Custody, PersonId, TagText, Timestamp,
    Visit, VisitId,
};
use projection::Calendar;
use store::{AttendanceDay, Projected, Result, StoreError, VisitFilter};

use super::columns::bound;
use super::{SqlStore, places, project};
use crate::engine::fault::fault;
use crate::engine::rows::{Columns, nanos, word};
use crate::engine::{Row, query};

#[async_trait]
impl Projected for SqlStore {
    async fn visit(&self, id: VisitId) -> Result<Option<Visit>> {
        let mut db = self.read().await?;
        project::visit(&mut db, id).await
    }

    async fn visits(&self, filter: &VisitFilter) -> Result<Vec<Visit>> {
        let mut sql = query("SELECT * FROM visits WHERE entered_at < ");
        sql.push_bind(bound(filter.before, i64::MAX));
        if let Some(person) = filter.person {
            sql.push(" AND person = ")
                .push_bind(person.0.as_bytes().to_vec());
        }
        if let Some(area) = filter.area {
            sql.push(" AND area = ")
                .push_bind(area.0.as_bytes().to_vec());
        }
        if filter.open {
            sql.push(" AND state = 'open'");
        }
        if let Some(since) = filter.seen_since {
            sql.push(" AND (left_at IS NULL OR state <> 'open' OR left_at >= ")
                .push_bind(nanos(since))
                .push(")");
        }
        sql.push(" ORDER BY entered_at DESC, id DESC LIMIT ")
            .push_bind(filter.limit);
        let mut db = self.read().await?;
        let rows = sql.fetch_all(&mut db).await.map_err(fault)?;
        rows.iter().map(read_visit).collect()
    }

    async fn overdue_visits(
        &self,
        areas: &[AreaId],
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Visit>> {
        if areas.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = query(
            "SELECT * FROM visits WHERE state = 'open' AND left_at IS NULL \
             AND NOT EXISTS (SELECT 1 FROM alerts WHERE alerts.visit = visits.id) \
             AND entered_at < ",
        );
        sql.push_bind(nanos(before)).push(" AND area IN (");
        sql.push_list(areas.iter().map(|area| area.0.as_bytes().to_vec()));
        sql.push(") ORDER BY entered_at, id LIMIT ")
            .push_bind(limit);
        let mut db = self.read().await?;
        let rows = sql.fetch_all(&mut db).await.map_err(fault)?;
        rows.iter().map(read_visit).collect()
    }

    async fn attendance(
        &self,
        from: Date,
        to: Date,
        person: Option<PersonId>,
    ) -> Result<Vec<AttendanceDay>> {
        let mut db = self.read().await?;
        let settings = places::settings(&mut db).await?;
        let calendar = Calendar::named(&settings.time_zone).unwrap_or_else(|_| Calendar::utc());
        let start = calendar.start_of(from).map_or(i64::MIN, nanos);
        let end = to.tomorrow().ok().and_then(|day| calendar.start_of(day));
        let mut sql = query("SELECT * FROM visits WHERE entered_at >= ");
        sql.push_bind(start)
            .push(" AND entered_at < ")
            .push_bind(bound(end, i64::MAX));
        if let Some(person) = person {
            sql.push(" AND person = ")
                .push_bind(person.0.as_bytes().to_vec());
        }
        let rows = sql.fetch_all(&mut db).await.map_err(fault)?;
        let visits: Result<Vec<Visit>> = rows.iter().map(read_visit).collect();
        let days = projection::days(&visits?, &calendar);
        Ok(days.into_iter().map(attended).collect())
    }

    async fn alerts(
        &self,
        open_only: bool,
        without: &[AlertKind],
        limit: u32,
    ) -> Result<Vec<Alert>> {
        let mut sql = query(if open_only {
            "SELECT * FROM alerts WHERE acknowledged IS NULL"
        } else {
            "SELECT * FROM alerts WHERE TRUE"
        });
        for kind in without {
            sql.push(" AND kind <> ").push_bind(word(kind)?);
        }
        sql.push(" ORDER BY raised_at DESC, rowid DESC LIMIT ")
            .push_bind(limit);
        let mut db = self.read().await?;
        let rows = sql.fetch_all(&mut db).await.map_err(fault)?;
        rows.iter().map(read_alert).collect()
    }

    async fn alert(&self, id: AlertId) -> Result<Option<Alert>> {
        let mut db = self.read().await?;
        let row = query("SELECT * FROM alerts WHERE id = ?")
            .bind(id.0.as_bytes().as_slice())
            .fetch_optional(&mut db)
            .await
            .map_err(fault)?;
        row.as_ref().map(read_alert).transpose()
    }

    async fn custody(&self, tag: &TagText) -> Result<Option<Custody>> {
        let mut db = self.read().await?;
        project::custody(&mut db, tag).await
    }

    async fn custody_of(&self, person: PersonId) -> Result<Vec<Custody>> {
        let sql = "SELECT * FROM custody WHERE person = ? AND state IN ('issued', 'assigned') \
                   ORDER BY since, tag";
        let mut db = self.read().await?;
        let rows = query(sql)
            .bind(person.0.as_bytes().as_slice())
            .fetch_all(&mut db)
            .await
            .map_err(fault)?;
        rows.iter().map(read_custody).collect()
    }

    async fn tags_out(&self) -> Result<Vec<Custody>> {
        let sql = "SELECT * FROM custody WHERE state = 'issued' ORDER BY since, tag";
        let mut db = self.read().await?;
        let rows = query(sql).fetch_all(&mut db).await.map_err(fault)?;
        rows.iter().map(read_custody).collect()
    }

    async fn entries_since(&self, since: Timestamp) -> Result<u64> {
        let sql = "SELECT count(*) AS entries FROM entries WHERE occurred_at >= ? \
                   AND outcome = 'granted' AND taken <> 'not_taken' AND direction <> 'exit'";
        let mut db = self.read().await?;
        let row = query(sql).bind(nanos(since)).fetch_one(&mut db).await;
        row.map_err(fault)?.count("entries")
    }
}

fn attended(day: projection::Day) -> AttendanceDay {
    AttendanceDay {
        person: day.person,
        date: day.date,
        arrival: day.arrival,
        departure: day.departure,
    }
}

pub(super) fn read_visit(row: &Row) -> Result<Visit> {
    Ok(Visit {
        id: row.id("id")?,
        person: row.id("person")?,
        area: row.id("area")?,
        entry: row.id("entry")?,
        entered_at: row.time("entered_at")?,
        exit: row.maybe_id("exit")?,
        left_at: row.maybe_time("left_at")?,
        state: row.word("state")?,
    })
}

pub(super) fn read_custody(row: &Row) -> Result<Custody> {
    let tag: String = row.col("tag")?;
    let tag = TagText::new(&tag).ok_or_else(|| StoreError::Damaged("an empty tag".to_owned()))?;
    Ok(Custody {
        tag,
        state: row.word("state")?,
        person: row.maybe_id("person")?,
        since: row.time("since")?,
        by: row.id("written")?,
    })
}

fn read_alert(row: &Row) -> Result<Alert> {
    let acknowledged: Option<&str> = row.col("acknowledged")?;
    let acknowledged: Option<Acknowledgement> = acknowledged
        .map(|text| crate::engine::rows::from_json(text.as_bytes()))
        .transpose()?;
    Ok(Alert {
        id: row.id("id")?,
        kind: row.word("kind")?,
        raised_at: row.time("raised_at")?,
        event: row.id("event")?,
        access_point: row.maybe_id("access_point")?,
        device: row.maybe_id("device")?,
        person: row.maybe_id("person")?,
        visit: row.maybe_id("visit")?,
        acknowledged,
    })
}
