//! `/healthz`, `/readyz` and `/metrics`.

use crate::database;
use crate::integrity::LogIntegrity;
use api::ports::{Part, Parts};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use store::Store;

/// What health looks at.
#[derive(Clone)]
pub struct Health {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The log.
    pub integrity: Arc<LogIntegrity>,
    /// Parts on other hosts.
    pub parts: Parts,
    /// Metrics gathered so far.
    pub metrics: PrometheusHandle,
}

/// For everybody: whether it runs, whether it is ready, and not how much there is of anything.
pub fn public(health: Health) -> Router {
    let ready = async |State(health): State<Health>| {
        let (code, state, _) = health.state().await;
        (code, Json(state)).into_response()
    };
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .with_state(health)
}

/// For the address of metrics: the same with counts, and the metrics.
pub fn private(health: Health) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(render))
        .with_state(health)
}

async fn alive() -> &'static str {
    "ok\n"
}

async fn ready(State(health): State<Health>) -> Response {
    let (code, mut state, entries) = health.state().await;
    state["log_entries"] = json!(entries);
    let parts = health.parts.borrow();
    let up = |part: &Part| if part.up { "up" } else { "down" };
    let parts: Map<String, Value> = parts
        .iter()
        .map(|part| (part.name.clone(), json!(up(part))))
        .collect();
    state["parts"] = Value::Object(parts);
    (code, Json(state)).into_response()
}

impl Health {
    /// Ready while the store answers: a log that does not verify goes on taking what gates report,
    /// and is named, and so does a site of which a part is away. Entries, where they are known.
    async fn state(&self) -> (StatusCode, Value, Option<u64>) {
        let log = match self.integrity.is_intact() {
            true => "no fault known",
            false => "does not verify: see Integrity",
        };
        let parts = match self.parts.borrow().iter().all(|part| part.up) {
            true => "all there",
            false => "not all there: see Devices",
        };
        let entries = database::size(&*self.store).await;
        let (code, store) = match entries {
            Some(_) => (StatusCode::OK, "answers"),
            None => (StatusCode::SERVICE_UNAVAILABLE, "does not answer"),
        };
        let ready = entries.is_some();
        let state = json!({ "ready": ready, "store": store, "log": log, "parts": parts });
        (code, state, entries)
    }
}

async fn render(State(health): State<Health>) -> String {
    health.metrics.render()
}
