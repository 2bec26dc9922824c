//! Files of classic controllers' cards: importing and exporting.

use crate::auth::{Admin, Operator};
use crate::csv;
use crate::error::{ApiError, Problem};
use crate::extract::Json;
use crate::jobs::Jobs;
use crate::live::Live;
use crate::live::messages::{JobKind, JobView};
use crate::ports::ImportReport;
use crate::state::House;
use crate::upload::CardUpload;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Largest body of an import, in bytes: a card's pictures may come along. They wait on disk.
pub(crate) const BODY_LIMIT: usize = 2 * 1024 * 1024 * 1024;

/// How many people could not be written to the card file.
pub(crate) const LEFT_OUT: HeaderName = HeaderName::from_static("x-gatebook-left-out");

/// A row that was refused.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RefusedRowView {
    /// Line number in the file, from 1.
    line: u64,
    /// Why.
    reason: String,
}

/// What an import did.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ImportView {
    /// Rows that were new.
    added: u64,
    /// Rows that changed something known.
    changed: u64,
    /// Rows that were known already.
    unchanged: u64,
    /// Pictures taken over.
    pictures: u64,
    /// Refused rows.
    refused: Vec<RefusedRowView>,
    /// Remarks, e.g. photographs without a usable face.
    remarks: Vec<String>,
}

/// A card's registry.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "describes the multipart body in the OpenAPI document only"
)]
pub(crate) struct PeopleForm {
    /// `a_d.csv` of the card.
    #[schema(value_type = String, format = Binary)]
    csv: Vec<u8>,
    /// Registered photographs, by the file names in the registry.
    #[schema(value_type = Vec<String>, format = Binary)]
    photos: Vec<Vec<u8>>,
}

/// A card's log.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "describes the multipart body in the OpenAPI document only"
)]
pub(crate) struct LogForm {
    /// `log.csv` of the card.
    #[schema(value_type = String, format = Binary)]
    csv: Vec<u8>,
    /// Real-time images, by the file names in the log.
    #[schema(value_type = Vec<String>, format = Binary)]
    pictures: Vec<Vec<u8>>,
    /// The gate whose controller wrote the log.
    gate: Uuid,
}

impl From<ImportReport> for ImportView {
    fn from(report: ImportReport) -> Self {
        let refused = report.refused.into_iter().map(|row| RefusedRowView {
            line: row.line,
            reason: row.reason,
        });
        Self {
            added: report.added,
            changed: report.changed,
            unchanged: report.unchanged,
            pictures: report.pictures,
            refused: refused.collect(),
            remarks: report.remarks,
        }
    }
}

/// Imports a card's registry with photographs; again: changes nothing. Role: admin.
///
/// Answers when the files are there; the import goes on as a job, whose report tells what became
/// of the rows.
#[utoipa::path(post, path = "/people/import", tag = "people",
    request_body(content = PeopleForm, content_type = "multipart/form-data"),
    responses((status = 202, body = JobView), (status = 400, body = Problem),
        (status = 409, description = "Another import runs", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn import_people(
    Admin(caller): Admin,
    State(house): State<House>,
    State(jobs): State<Jobs>,
    State(live): State<Live>,
    request: Request,
) -> Result<(StatusCode, Json<JobView>), ApiError> {
    let turn = jobs.turn(JobKind::PeopleImport)?;
    let sent = CardUpload::read(request, house.cards.spool().await?).await?;
    let job = jobs.begin(turn, &live, |tell| async move {
        let (csv, photos, author) = (sent.csv, sent.pictures, caller.author());
        let report = house.cards.import_people(csv, photos, author, tell).await?;
        Ok(Some(report))
    });
    Ok((StatusCode::ACCEPTED, Json(job.view(true))))
}

/// The registry as a classic card's `a_d.csv`. Role: admin.
///
/// The header `X-Gatebook-Left-Out` counts people whom the format cannot hold. The file is for a
/// controller, which knows no quoting: open it in a spreadsheet with care.
#[utoipa::path(get, path = "/people/export", tag = "people",
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn export_people(
    _: Admin,
    State(house): State<House>,
) -> Result<Response, ApiError> {
    let exported = house.cards.export_people().await;
    let (text, left_out) = exported.map_err(ApiError::Internal)?;
    let piece = Ok(Bytes::from(text));
    let mut response = csv::download("a_d.csv", futures::stream::iter([piece]));
    let count = HeaderValue::from(left_out.len());
    response.headers_mut().insert(LEFT_OUT, count);
    Ok(response)
}

/// Imports a card's log with pictures; again: changes nothing. Role: operator.
///
/// Answers when the files are there; the import goes on as a job, whose report tells what became
/// of the rows.
#[utoipa::path(post, path = "/log/import", tag = "log",
    request_body(content = LogForm, content_type = "multipart/form-data"),
    responses((status = 202, body = JobView), (status = 400, body = Problem),
        (status = 409, description = "Another import runs", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn import_log(
    _: Operator,
    State(house): State<House>,
    State(jobs): State<Jobs>,
    State(live): State<Live>,
    request: Request,
) -> Result<(StatusCode, Json<JobView>), ApiError> {
    let turn = jobs.turn(JobKind::LogImport)?;
    let sent = CardUpload::read(request, house.cards.spool().await?).await?;
    let gate = sent.texts.get("gate").and_then(|text| text.parse().ok());
    let gates = house.store.gates().await?;
    let gate = gates.iter().find(|known| Some(known.id.0) == gate);
    let no_gate = || ApiError::field("gate", "Choose one of the site's gates.");
    let gate = gate.ok_or_else(no_gate)?.id;
    let job = jobs.begin(turn, &live, |tell| async move {
        let (csv, pictures) = (sent.csv, sent.pictures);
        let report = house.cards.import_log(csv, pictures, gate, tell).await?;
        Ok(Some(report))
    });
    Ok((StatusCode::ACCEPTED, Json(job.view(true))))
}
