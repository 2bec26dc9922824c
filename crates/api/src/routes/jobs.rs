//! Long work in the background: how far it is and how it ended.

use crate::auth::Auditor;
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path};
use crate::jobs::Jobs;
use crate::live::messages::JobView;
use axum::extract::State;
use store::Role;
use uuid::Uuid;

/// The jobs since the server started, newest first. Role: auditor.
#[utoipa::path(get, path = "/jobs", tag = "jobs",
    responses((status = 200, body = Vec<JobView>)))]
pub(crate) async fn list(Auditor(caller): Auditor, State(jobs): State<Jobs>) -> Json<Vec<JobView>> {
    let detailed = caller.role >= Role::Operator;
    Json(jobs.all().iter().map(|job| job.view(detailed)).collect())
}

/// One job: how far it is, or its report. Role: auditor.
///
/// A job ends with the server. To begin an import again is safe: what was taken over before is
/// recognised.
#[utoipa::path(get, path = "/jobs/{id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")),
    responses((status = 200, body = JobView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    Auditor(caller): Auditor,
    State(jobs): State<Jobs>,
    Path(id): Path<Uuid>,
) -> Result<Json<JobView>, ApiError> {
    let job = jobs.find(id).ok_or(ApiError::JobGone)?;
    Ok(Json(job.view(caller.role >= Role::Operator)))
}
