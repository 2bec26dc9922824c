//! Pictures.

use crate::auth::{Auditor, Viewer};
use crate::error::{ApiError, Problem};
use crate::extract::Path;
use crate::state::House;
use crate::upload::is_png;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use model::PictureId;
use uuid::Uuid;

/// A picture as JPEG. Role: viewer.
///
/// Browsers do not keep it: a deleted picture must not live on.
#[utoipa::path(get, path = "/pictures/{id}", tag = "pictures",
    params(("id" = Uuid, Path, description = "The picture")),
    responses(
        (status = 200, description = "JPEG", content_type = "image/jpeg"),
        (status = 404, description = "Unknown or deleted", body = Problem),
    ))]
pub(crate) async fn show(
    _: Viewer,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Response, ApiError> {
    let picture = house.pictures.get(PictureId(id)).await?;
    // A print is no picture for everybody.
    let photograph = picture.filter(|bytes| !is_png(bytes));
    let jpeg = photograph.ok_or_else(|| ApiError::not_found("this picture"))?;
    Ok(shown("image/jpeg", jpeg))
}

/// The picture of a press of a finger as PNG. Role: auditor.
#[utoipa::path(get, path = "/prints/{id}", tag = "fingers",
    params(("id" = Uuid, Path, description = "The picture")),
    responses(
        (status = 200, description = "PNG", content_type = "image/png"),
        (status = 404, description = "Unknown or deleted", body = Problem),
    ))]
pub(crate) async fn print(
    _: Auditor,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Response, ApiError> {
    let picture = house.pictures.get(PictureId(id)).await?;
    let print = picture.filter(|bytes| is_png(bytes));
    let png = print.ok_or_else(|| ApiError::not_found("this print"))?;
    Ok(shown("image/png", png))
}

/// No browser keeps it.
pub(crate) fn shown(kind: &'static str, picture: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_DISPOSITION, "inline"),
    ];
    (headers, picture).into_response()
}
