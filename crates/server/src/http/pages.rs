//! The page, embedded into the binary from `web/dist`.

use axum::Router;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::compression::CompressionLayer;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

/// Vite puts files with a content hash in their name here: they never change.
const HASHED: &str = "assets/";

/// The pages; a third of their size goes over the wire.
pub fn service() -> Router {
    Router::new().fallback(serve).layer(CompressionLayer::new())
}

/// A file of the page, or the page itself for addresses that its own routes know.
async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Dist::get(path) {
        return respond(path, file);
    }
    let looks_like_file = path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'));
    match Dist::get("index.html") {
        Some(page) if !looks_like_file => respond("index.html", page),
        _ => (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response(),
    }
}

/// Where an edge serves the pages: a word for whoever looks for them here.
pub async fn elsewhere(uri: Uri) -> Response {
    let (status, text) = match uri.path() {
        "/" => (
            StatusCode::OK,
            "This is the private part of a Gatebook on several hosts: the API is under /api/v1, \
             the pages are at the address of its edge.\n",
        ),
        _ => (StatusCode::NOT_FOUND, "There is nothing here.\n"),
    };
    (status, text).into_response()
}

fn respond(path: &str, file: EmbeddedFile) -> Response {
    let cache = if path.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let kind = HeaderValue::from_str(&mime_of(path))
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response = file.data.into_owned().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

fn mime_of(path: &str) -> String {
    mime_guess::from_path(path)
        .first_or_octet_stream()
        .to_string()
}
