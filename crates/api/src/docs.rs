//! The documentation in a browser: one page made from the OpenAPI document, without script, so
//! that it needs no exception from the content security policy.

mod example;
mod page;

use crate::router::openapi;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

const STYLE: &str = include_str!("docs/style.css");

/// `/api/docs`, its style, and `/api/openapi.json`. Open to everybody: they say what the program
/// can do, and nothing about the site.
pub(crate) fn router() -> Router {
    let document = openapi();
    let page = page::render(&document);
    let json = document.to_json().unwrap_or_default();
    let answer = |kind: &'static str, body: String| {
        get(move || std::future::ready(([(CONTENT_TYPE, kind)], body.clone())))
    };
    Router::new()
        .route("/api/docs", answer("text/html; charset=utf-8", page))
        .route("/api/docs/style.css", answer("text/css", STYLE.to_owned()))
        .route("/api/openapi.json", answer("application/json", json))
}
