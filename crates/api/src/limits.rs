//! How long a request may take.

use crate::error::ApiError;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// For a request without files.
const PLAIN: Duration = Duration::from_secs(60);
/// For a request with files: a card full of pictures over a slow line. One that sends nothing is
/// given up sooner, by whoever reads its files.
const FILES: Duration = Duration::from_secs(2 * 60 * 60);

/// Gives up on a request that takes too long, so that a sender who trickles holds no room for ever.
pub(crate) async fn in_time(request: Request, next: Next) -> Response {
    let limit = if has_files(&request) { FILES } else { PLAIN };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::TooSlow.into_response(),
    }
}

fn has_files(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"))
}
