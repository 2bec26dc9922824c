//! `gatebook edge`: the public front end. It serves the pages from the binary and passes the API on
//! to the private part. It has no database, no key but its own, no session and no template, and
//! what passes through is not kept.

mod allowed;
mod dialler;
mod headers;
mod pass;
mod private_part;

pub use allowed::passes;
pub use headers::CALLER;

use crate::config::Config;
use crate::forgetting;
use crate::http::certificates;
use crate::http::pages;
use crate::http::serve::{self, Limits};
use crate::links::connector;
use anyhow::Result;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use link::{Protocol, Role};
use private_part::PrivatePart;
use serde_json::json;
use std::net::IpAddr;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Connections open at once. Each may need a link too, and a process has 1,024 file handles where
/// nobody gave more.
const CONNECTIONS: usize = 400;

/// What the routes of the edge share.
#[derive(Clone)]
pub struct Edge {
    private: PrivatePart,
    trusted_proxies: Arc<[IpAddr]>,
}

/// Serves until `stop`. `announce` is told once the port is open.
///
/// # Errors
/// When a setting is missing, the bundle cannot be used, or the port is in use.
pub async fn run(config: &Config, stop: CancellationToken, announce: impl FnOnce()) -> Result<()> {
    forgetting::begin();
    let port = serve::bind("pages and API (http.listen)", config.http.listen)?;
    let (tls, authority) = certificates::of(config, &stop).await?;
    let private = PrivatePart::new(connector(config, Role::Edge, Protocol::Http, 0)?);
    let watching = tokio::spawn(private.clone().watch());
    let edge = Edge {
        private,
        trusted_proxies: config.http.trusted_proxies.clone().into(),
    };
    let mut router = router(edge);
    if let Some(pem) = authority {
        router = router.merge(certificates::offered(pem));
    }
    announce();
    let limits = Limits::of(CONNECTIONS);
    let served = serve::serve(port, api::secured(router), tls, limits, stop).await;
    watching.abort();
    served
}

/// Pages, what is passed on, and health; everything else does not exist here.
fn router(edge: Edge) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/api/{*rest}", any(pass::pass))
        .route("/socket.io/", any(pass::pass))
        .route("/socket.io/{*rest}", any(pass::pass))
        .with_state(edge)
        .fallback_service(pages::service())
}

/// Ready while the private part answers. Why it does not is in the journal: this is for everybody.
async fn ready(State(edge): State<Edge>) -> Response {
    let (code, private_part) = match edge.private.answers() {
        true => (StatusCode::OK, "answers"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "cannot be reached"),
    };
    let ready = code == StatusCode::OK;
    (
        code,
        Json(json!({ "ready": ready, "private_part": private_part })),
    )
        .into_response()
}
