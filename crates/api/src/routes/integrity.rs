//! Integrity of the log: its size and root, checkpoints, and verifying it.

use crate::auth::{Auditor, Viewer};
use crate::error::{ApiError, Problem};
use crate::extract::Json;
use crate::jobs::Jobs;
use crate::live::Live;
use crate::live::messages::{JobKind, JobView};
use crate::ports::Verification;
use crate::state::House;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::StoredCheckpoint;
use utoipa::ToSchema;

/// Checkpoints listed.
const LISTED: u32 = 50;
/// Longest checkpoint that can be held against the log, in bytes.
const LONGEST_NOTE: usize = 64 * 1024;

/// A signed checkpoint.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CheckpointView {
    /// Entries that it covers.
    size: u64,
    /// Root hash, in hexadecimal digits.
    root: String,
    /// When it was signed.
    signed_at: Timestamp,
    /// The signed note (C2SP tlog-checkpoint).
    note: String,
}

/// The outcome of a verification.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct VerificationView {
    /// When it ended.
    at: Timestamp,
    /// Entries looked at.
    entries: u64,
    /// Whether the log verifies.
    intact: bool,
    /// What was found, the first first.
    findings: Vec<String>,
}

/// The log's integrity.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IntegrityView {
    /// Entries in the log.
    size: u64,
    /// Root hash of the whole log, in hexadecimal digits.
    root: String,
    /// The verifier key of the checkpoints (C2SP signed-note).
    verifier_key: String,
    /// Checkpoints, newest first.
    checkpoints: Vec<CheckpointView>,
    /// Why no checkpoint can be signed: the stored tree contradicts an earlier one. Absent: none.
    contradiction: Option<String>,
    /// The last verification since the start; absent: none yet.
    last_verification: Option<VerificationView>,
}

/// What to hold the log against.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub(crate) struct VerifyInput {
    /// A checkpoint kept elsewhere; absent: the newest of the store.
    #[serde(default)]
    checkpoint: Option<String>,
}

impl From<StoredCheckpoint> for CheckpointView {
    fn from(checkpoint: StoredCheckpoint) -> Self {
        Self {
            size: checkpoint.size,
            root: checkpoint.root.to_string(),
            signed_at: checkpoint.signed_at,
            note: checkpoint.note,
        }
    }
}

impl From<Verification> for VerificationView {
    fn from(verification: Verification) -> Self {
        Self {
            at: verification.at,
            entries: verification.entries,
            intact: verification.findings.is_empty(),
            findings: verification.findings,
        }
    }
}

/// The log's size, root, checkpoints and last verification. Role: auditor.
#[utoipa::path(get, path = "/integrity", tag = "integrity",
    responses((status = 200, body = IntegrityView)))]
pub(crate) async fn show(
    _: Auditor,
    State(house): State<House>,
) -> Result<Json<IntegrityView>, ApiError> {
    let (size, root) = house.store.tree_head().await?;
    let checkpoints = house.store.checkpoints(LISTED).await?;
    Ok(Json(IntegrityView {
        size,
        root: root.to_string(),
        verifier_key: house.integrity.verifier_key(),
        checkpoints: checkpoints.into_iter().map(CheckpointView::from).collect(),
        contradiction: house.integrity.contradiction(),
        last_verification: house.integrity.last().map(VerificationView::from),
    }))
}

/// Begins to verify the whole log in the background. Role: auditor.
///
/// How far it is can be asked of the job and is pushed as `job`; the outcome is in the integrity
/// view.
#[utoipa::path(post, path = "/integrity/verify", tag = "integrity", request_body = VerifyInput,
    responses((status = 202, body = JobView),
        (status = 409, description = "One runs already", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn verify(
    _: Auditor,
    State(house): State<House>,
    State(jobs): State<Jobs>,
    State(live): State<Live>,
    Json(input): Json<VerifyInput>,
) -> Result<(StatusCode, Json<JobView>), ApiError> {
    let kept = input.checkpoint.filter(|note| !note.trim().is_empty());
    if kept.as_ref().is_some_and(|note| note.len() > LONGEST_NOTE) {
        let detail = "This is too long for a checkpoint; send the signed note as it was saved.";
        return Err(ApiError::field("checkpoint", detail));
    }
    let turn = jobs.turn(JobKind::Verification)?;
    let job = jobs.begin(turn, &live, |tell| async move {
        house.integrity.verify(kept, tell).await.map(|_| None)
    });
    Ok((StatusCode::ACCEPTED, Json(job.view(false))))
}

/// The newest signed checkpoint, to be kept elsewhere. Role: viewer.
///
/// It holds a size, a hash and a signature, and nothing about people.
#[utoipa::path(get, path = "/checkpoint", tag = "integrity",
    responses((status = 200, body = String, content_type = "text/plain"),
        (status = 404, body = Problem)))]
pub(crate) async fn checkpoint(
    _: Viewer,
    State(house): State<House>,
) -> Result<Response, ApiError> {
    let newest = house.store.latest_checkpoint().await?;
    let newest = newest.ok_or_else(|| ApiError::not_found("a checkpoint"))?;
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, newest.note).into_response())
}
