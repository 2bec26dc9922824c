//! `/healthz`, `/readyz` and `/metrics`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use std::sync::Arc;
use store::Store;

/// What health looks at.
#[derive(Clone)]
pub struct Health {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Metrics gathered so far.
    pub metrics: PrometheusHandle,
}

/// Routes without sign-in; they tell no personal data.
pub fn router(health: Health) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(render))
        .with_state(health)
}

/// Ready when the store answers.
async fn ready(State(health): State<Health>) -> Response {
    match health.store.size().await {
        Ok(entries) => Json(json!({ "ready": true, "log_entries": entries })).into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            let body = json!({ "ready": false, "store": "does not answer" });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}

async fn render(State(health): State<Health>) -> String {
    health.metrics.render()
}
