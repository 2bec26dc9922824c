//! The registry with templates of fingers as CSV, out and in.

use crate::auth::Admin;
use crate::csv;
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Query};
use crate::jobs::Jobs;
use crate::live::Live;
use crate::live::messages::{JobKind, JobView};
use crate::routes::cards::LEFT_OUT;
use crate::state::House;
use crate::upload::Upload;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Largest body of the import, in bytes.
pub(crate) const BODY_LIMIT: usize = 17 * 1024 * 1024;

/// How templates are written.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// Gatebook's own templates, which keep the ridges, in place of records of ISO/IEC 19794-2:2005.
    #[serde(default)]
    native: bool,
}

/// A registry with templates.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "describes the multipart body in the OpenAPI document only"
)]
pub(crate) struct RegistryForm {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    csv: Vec<u8>,
}

/// The registry with a row for each template of a finger. Role: admin.
///
/// Fingers of duress are left out, because their mark must not be lost on the way; the header
/// `X-Gatebook-Left-Out` counts them.
#[utoipa::path(get, path = "/people/fingers/export", tag = "fingers", params(ExportQuery),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn export(
    _: Admin,
    State(house): State<House>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, ApiError> {
    let exported = house.fingers.export(query.native).await;
    let (text, left_out) = exported.map_err(ApiError::Internal)?;
    let piece = Ok(Bytes::from(text));
    let mut response = csv::download("fingers.csv", futures::stream::iter([piece]));
    let count = HeaderValue::from(left_out);
    response.headers_mut().insert(LEFT_OUT, count);
    Ok(response)
}

/// Imports such a file; again: changes nothing. Role: admin.
///
/// People who are missing are added and fingers that are missing are enrolled. A finger with a refused row is
/// refused as a whole. Each refused row is named with its line in the report of the job that is answered.
#[utoipa::path(post, path = "/people/fingers/import", tag = "fingers",
    request_body(content = RegistryForm, content_type = "multipart/form-data"),
    responses((status = 202, body = JobView),
        (status = 409, description = "Another import runs", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn import(
    Admin(caller): Admin,
    State(house): State<House>,
    State(jobs): State<Jobs>,
    State(live): State<Live>,
    mut upload: Upload,
) -> Result<(StatusCode, Json<JobView>), ApiError> {
    let csv = upload.file("csv")?.bytes;
    let turn = jobs.turn(JobKind::FingersImport)?;
    let job = jobs.begin(turn, &live, |tell| async move {
        let report = house.fingers.import(csv, caller.author(), tell).await?;
        Ok(Some(report))
    });
    Ok((StatusCode::ACCEPTED, Json(job.view(true))))
}
