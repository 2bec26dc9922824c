//! Finding the entries of a page. Each filter walks an index in the order of the log, so that a page costs what
//! it shows and not what the log holds: whom it names, a tag, a door, what is rare. A span of time
//! narrows the walk to the stretches in which it can lie.

use std::ops::Range;

use model::Outcome;
use store::{EntryKind, LogFilter, Page, Result};

use super::columns::{bound, kind_word};
use super::stretches;
use crate::engine::fault::fault;
use crate::engine::rows::signed;
use crate::engine::{Db, Query, Row, query};

/// The rows of a page, newest first.
pub(super) async fn page(db: &mut Db, filter: &LogFilter, page: Page) -> Result<Vec<Row>> {
    let before = page.before.map_or(Ok(i64::MAX), signed)?;
    if contradicts_itself(filter) {
        return Ok(Vec::new());
    }
    let by_time = filter.from.is_some() || filter.until.is_some();
    if !by_time {
        return fetch(db, filter, 0..before, page.limit).await;
    }
    // What somebody did, or was done with a tag, is little: between the outermost stretches time is looked at row by row.
    if filter.person.is_some() || filter.tag.is_some() {
        let span = stretches::span(db, filter.from, filter.until).await?;
        let among = span.start..span.end.min(before);
        return fetch(db, filter, among, page.limit).await;
    }
    by_stretches(db, filter, before, page.limit).await
}

async fn by_stretches(
    db: &mut Db,
    filter: &LogFilter,
    mut before: i64,
    limit: u32,
) -> Result<Vec<Row>> {
    let mut found = Vec::new();
    loop {
        let runs = stretches::runs(db, filter.from, filter.until, before).await?;
        for run in &runs {
            before = run.start;
            let missing = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(limit));
            found.extend(fetch(db, filter, run.clone(), missing).await?);
            if found.len() >= limit as usize {
                return Ok(found);
            }
        }
        if stretches::are_all(&runs) {
            return Ok(found);
        }
    }
}

/// Only passages have an outcome and a tag; acts and notices have no place either.
fn contradicts_itself(filter: &LogFilter) -> bool {
    let excluded = |kind| !filter.kinds.is_empty() && !filter.kinds.contains(&kind);
    let of_passages = filter.outcome.is_some() || filter.tag.is_some();
    let placed = filter.access_point.is_some();
    excluded(EntryKind::Access) && (of_passages || placed && excluded(EntryKind::Correction))
}

async fn fetch(db: &mut Db, filter: &LogFilter, among: Range<i64>, limit: u32) -> Result<Vec<Row>> {
    let sql = wanted(filter, among, limit, db.is_file());
    sql.fetch_all(db).await.map_err(fault)
}

fn wanted(filter: &LogFilter, among: Range<i64>, limit: u32, in_file: bool) -> Query {
    let mut sql = query("SELECT e.idx, e.id, e.sealed, e.occurred_at FROM ");
    match filter.person {
        // In this order: those of the person first, then their entries.
        Some(person) => {
            sql.push("entry_people p CROSS JOIN entries e WHERE e.idx = p.idx AND p.person = ");
            sql.push_bind(person.0.as_bytes().to_vec());
            walk(&mut sql, " AND p.idx >= ", " AND p.idx < ", among);
        }
        None => {
            sql.push("entries e");
            // SQLite keeps no counts to see by that few are denied at one place.
            if in_file && is_denied_at_one_place(filter) {
                sql.push(" INDEXED BY entries_denied_at");
            }
            sql.push(" WHERE TRUE");
            walk(&mut sql, " AND e.idx >= ", " AND e.idx < ", among);
        }
    }
    if filter.from.is_some() || filter.until.is_some() {
        sql.push(" AND occurred_at >= ")
            .push_bind(bound(filter.from, i64::MIN));
        sql.push(" AND occurred_at < ")
            .push_bind(bound(filter.until, i64::MAX));
    }
    if let Some(access_point) = filter.access_point {
        sql.push(" AND access_point = ")
            .push_bind(access_point.0.as_bytes().to_vec());
    }
    if let Some(tag) = &filter.tag {
        sql.push(" AND tag = ").push_bind(tag.as_str().to_owned());
    }
    // As text, so that the engine knows that an index of what is rare will do.
    sql.push(match filter.outcome {
        None => "",
        Some(Outcome::Granted) => " AND outcome = 'granted'",
        Some(Outcome::Denied) => " AND outcome = 'denied'",
    });
    push_kinds(&mut sql, &filter.kinds);
    sql.push(match filter.person {
        Some(_) => " ORDER BY p.idx DESC LIMIT ",
        None => " ORDER BY e.idx DESC LIMIT ",
    });
    sql.push_bind(limit);
    sql
}

fn is_denied_at_one_place(filter: &LogFilter) -> bool {
    filter.outcome == Some(Outcome::Denied) && filter.access_point.is_some() && filter.tag.is_none()
}

fn walk(sql: &mut Query, from: &'static str, before: &'static str, among: Range<i64>) {
    sql.push(from).push_bind(among.start);
    sql.push(before).push_bind(among.end);
}

fn push_kinds(sql: &mut Query, kinds: &[EntryKind]) {
    if kinds.is_empty() {
        return;
    }
    sql.push(" AND kind IN (");
    sql.push_list(kinds.iter().map(|kind| kind_word(*kind)));
    sql.push(")");
    if !kinds.contains(&EntryKind::Access) {
        sql.push(" AND kind <> 'access'");
    }
}
