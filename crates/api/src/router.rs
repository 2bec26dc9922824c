//! The table of contents: every route of the API.

use crate::routes as r;
use crate::state::{Api, House};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Gatebook",
    description = "Entry, exit and attendance log.",
    license(name = "MIT OR Apache-2.0")
))]
struct Document;

fn api() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Document::openapi()).nest(
        "/api/v1",
        OpenApiRouter::new()
            .routes(routes!(r::session::who_am_i, r::session::sign_in, r::session::sign_out)),
    )
}

/// The OpenAPI document of every route.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    api().into_openapi()
}

/// The API over `house`.
pub fn router(house: House) -> axum::Router {
    let (router, _document) = api().split_for_parts();
    router.with_state(Api::new(house))
}
