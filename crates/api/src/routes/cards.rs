//! Files of classic controllers' cards: importing and exporting.

use crate::auth::{Admin, Operator};
use crate::csv;
use crate::error::{ApiError, Problem};
use crate::extract::Json;
use crate::ports::ImportReport;
use crate::state::House;
use crate::upload::Upload;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use bytes::Bytes;
use model::GateId;
use serde::Serialize;
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa::ToSchema;
use uuid::Uuid;

/// Largest body of an import, in bytes: a card's pictures may come along.
pub(crate) const BODY_LIMIT: usize = 256 * 1024 * 1024;

/// One import at a time: each may hold [`BODY_LIMIT`] in memory.
static IMPORTS: Semaphore = Semaphore::const_new(1);

/// How many people could not be written to the card file.
const LEFT_OUT: HeaderName = HeaderName::from_static("x-gatebook-left-out");

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

/// A turn at importing, taken before the body is read.
pub(crate) struct ImportTurn(
    #[allow(dead_code, reason = "held until dropped")] SemaphorePermit<'static>,
);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for ImportTurn {
    type Rejection = ApiError;

    async fn from_request_parts(
        _: &mut axum::http::request::Parts,
        _: &S,
    ) -> Result<Self, ApiError> {
        let turn = IMPORTS.try_acquire();
        turn.map(Self).map_err(|_| ApiError::Busy("another import"))
    }
}

/// Imports a card's registry with photographs; again: changes nothing. Role: admin.
#[utoipa::path(post, path = "/people/import", tag = "people",
    request_body(content = PeopleForm, content_type = "multipart/form-data"),
    responses((status = 200, body = ImportView), (status = 400, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn import_people(
    Admin(caller): Admin,
    State(house): State<House>,
    _turn: ImportTurn,
    mut upload: Upload,
) -> Result<Json<ImportView>, ApiError> {
    let csv = upload.file("csv")?.bytes;
    let photos = upload.files("photos");
    let report = house
        .cards
        .import_people(csv, photos, caller.author())
        .await;
    Ok(Json(report.map_err(ApiError::BadRequest)?.into()))
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
#[utoipa::path(post, path = "/log/import", tag = "log",
    request_body(content = LogForm, content_type = "multipart/form-data"),
    responses((status = 200, body = ImportView), (status = 400, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn import_log(
    _: Operator,
    State(house): State<House>,
    _turn: ImportTurn,
    mut upload: Upload,
) -> Result<Json<ImportView>, ApiError> {
    let gate = upload.text("gate").and_then(|text| text.parse().ok());
    let gate = gate.ok_or_else(|| ApiError::field("gate", "Choose one of the site's gates."))?;
    let gates = house.store.gates().await?;
    if gates.iter().all(|known| known.id != GateId(gate)) {
        return Err(ApiError::field("gate", "Choose one of the site's gates."));
    }
    let csv = upload.file("csv")?.bytes;
    let pictures = upload.files("pictures");
    let report = house.cards.import_log(csv, pictures, GateId(gate)).await;
    Ok(Json(report.map_err(ApiError::BadRequest)?.into()))
}
