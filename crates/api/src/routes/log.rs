//! The log: searched, one entry, and its proof.

use crate::auth::Auditor;
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path, Query};
use crate::names::Names;
use crate::passage::access;
use crate::record::EntryView;
use crate::routes::tags;
use crate::state::House;
use crate::words::{EntryKind, Outcome};
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ledger::{Hash, NodeId};
use model::{AccessPointId, EventId, PersonId, Record, canonical_json};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::{Listed, LogFilter, Page, Role};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Most entries in one answer.
const MOST: u32 = 200;

/// What entries to find; absent fields do not filter.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogQuery {
    /// From this instant on.
    from: Option<Timestamp>,
    /// Before this instant.
    until: Option<Timestamp>,
    /// At this access point.
    access_point: Option<Uuid>,
    /// About this person.
    person: Option<Uuid>,
    /// Of this kind.
    kind: Option<EntryKind>,
    /// Access events with this outcome.
    outcome: Option<Outcome>,
    /// Access events with this tag.
    tag: Option<String>,
}

/// Which page to answer.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogPageQuery {
    /// Only entries with a smaller index: the `next` of the page before.
    before: Option<u64>,
    /// At most this many, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// A page of entries, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LogPage {
    /// The entries.
    entries: Vec<EntryView>,
    /// Pass it as `before` for the next page; absent: this is the last.
    next: Option<u64>,
    /// Number of entries in the whole log.
    size: u64,
}

/// Everything a third party needs to check that an entry stands in the log (RFC 6962, section
/// 2.1.1). Bytes and hashes are in base64.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LogProof {
    /// The entry.
    event: Uuid,
    /// Its index.
    index: u64,
    /// The canonical encoding of the entry.
    entry: String,
    /// The key of the leaf's commitment to the entry.
    key: String,
    /// The leaf: a version byte, the entry's identity, HMAC-SHA-256 of `entry` under `key`.
    leaf: String,
    /// The inclusion proof, from the leaf upwards.
    proof: Vec<String>,
    /// The signed checkpoint that the proof leads to.
    checkpoint: String,
}

impl LogQuery {
    /// As the store understands it.
    ///
    /// # Errors
    /// [`ApiError::Field`] when the tag cannot be one.
    pub(crate) fn filter(&self) -> Result<LogFilter, ApiError> {
        let tag = self.tag.as_deref().map(tags::parse).transpose()?;
        Ok(LogFilter {
            from: self.from,
            until: self.until,
            access_point: self.access_point.map(AccessPointId),
            person: self.person.map(PersonId),
            kinds: self.kind.map(Into::into).into_iter().collect(),
            outcome: self.outcome.map(Into::into),
            tag,
        })
    }
}

/// Entries of the log, newest first. Role: auditor.
#[utoipa::path(get, path = "/log", tag = "log", params(LogQuery, LogPageQuery),
    responses((status = 200, body = LogPage), (status = 422, body = Problem)))]
pub(crate) async fn list(
    Auditor(caller): Auditor,
    State(house): State<House>,
    Query(query): Query<LogQuery>,
    Query(page): Query<LogPageQuery>,
) -> Result<Json<LogPage>, ApiError> {
    let limit = page.limit.unwrap_or(50).clamp(1, MOST);
    let page = Page {
        before: page.before,
        limit: limit + 1,
    };
    let mut found = house.store.listed(&query.filter()?, page).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(Listed::index);
    let mut names = Names::load(&house).await?;
    let events = found.iter().filter_map(|listed| match listed {
        Listed::Entry(entry) => access(entry),
        Listed::Unreadable { .. } => None,
    });
    names
        .load_full(events.filter_map(|event| event.decision.person))
        .await?;
    let mut entries = Vec::with_capacity(found.len());
    for entry in &found {
        entries.push(EntryView::listed(entry, &mut names, caller.role).await?);
    }
    Ok(Json(LogPage {
        entries,
        next,
        size: house.store.size().await?,
    }))
}

/// One entry. Role: auditor.
#[utoipa::path(get, path = "/log/{event}", tag = "log",
    params(("event" = Uuid, Path, description = "The entry")),
    responses((status = 200, body = EntryView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    Auditor(caller): Auditor,
    State(house): State<House>,
    Path(event): Path<Uuid>,
) -> Result<Json<EntryView>, ApiError> {
    let entry = house.store.entry(EventId(event)).await?;
    let entry = entry.ok_or_else(|| ApiError::not_found("this entry"))?;
    let mut names = Names::load(&house).await?;
    let view = EntryView::new(&entry, &mut names, caller.role).await?;
    Ok(Json(view))
}

/// The proof that an entry stands in the log. Role: auditor; operator for a passage with a finger that Gatebook compared.
///
/// The canonical entry holds everything, the mark of a duress finger too, of which operators alone are told. So all passages
/// with such a finger are kept from auditors alike: refusing the marked ones would tell as much.
#[utoipa::path(get, path = "/log/{event}/proof", tag = "log",
    params(("event" = Uuid, Path, description = "The entry")),
    responses((status = 200, body = LogProof), (status = 404, body = Problem),
        (status = 403, body = Problem),
        (status = 409, description = "No checkpoint covers the entry yet", body = Problem)))]
pub(crate) async fn proof(
    Auditor(caller): Auditor,
    State(house): State<House>,
    Path(event): Path<Uuid>,
) -> Result<Json<LogProof>, ApiError> {
    let leaf = house.store.leaf(EventId(event)).await?;
    let (index, leaf) = leaf.ok_or_else(|| ApiError::not_found("this entry"))?;
    let (entry, key) = opening(&house, index, caller.role).await?;
    let checkpoint = house.store.latest_checkpoint().await?;
    let checkpoint = checkpoint.filter(|checkpoint| checkpoint.size > index);
    let checkpoint = checkpoint.ok_or_else(|| {
        ApiError::Conflict("No checkpoint covers the entry yet; try again in a second.".into())
    })?;
    let path = inclusion(&house, index, checkpoint.size).await?;
    Ok(Json(LogProof {
        event,
        index,
        entry,
        key: STANDARD.encode(key),
        leaf: STANDARD.encode(leaf),
        proof: path
            .iter()
            .map(|hash| STANDARD.encode(hash.as_bytes()))
            .collect(),
        checkpoint: checkpoint.note,
    }))
}

/// What the leaf at `index` commits to: the canonical entry, and the commitment's key.
async fn opening(house: &House, index: u64, role: Role) -> Result<(String, [u8; 32]), ApiError> {
    let internal = |why: String| ApiError::Internal(format!("opening leaf {index}: {why}"));
    let rows = house.store.raw_entries(index, 1).await?;
    let row = rows.into_iter().find(|row| row.index == index);
    let row = row.ok_or_else(|| internal("no such row".into()))?;
    let (entry, key) = row.payload.map_err(&internal)?;
    if role < Role::Operator && has_compared_finger(&entry.record) {
        return Err(ApiError::RoleTooSmall(Role::Operator));
    }
    let bytes = canonical_json(&entry).map_err(|e| internal(e.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|e| internal(e.to_string()))?;
    Ok((text, key))
}

fn has_compared_finger(record: &Record) -> bool {
    matches!(record, Record::Access(event) if event.evidence.fingerprint.is_some())
}

async fn inclusion(house: &House, index: u64, size: u64) -> Result<Vec<Hash>, ApiError> {
    let internal = |e: ledger::Error| ApiError::Internal(format!("an inclusion proof: {e}"));
    let ids = ledger::inclusion_nodes(index, size).map_err(internal)?;
    let hashes = house.store.nodes(&ids).await?;
    let nodes: HashMap<NodeId, Hash> = ids.into_iter().zip(hashes).collect();
    let lookup = |id: NodeId| nodes.get(&id).copied();
    ledger::inclusion_proof(index, size, lookup).map_err(internal)
}
