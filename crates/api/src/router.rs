//! The table of contents: every route of the API.

use crate::docs;
use crate::document;
use crate::headers::secured;
use crate::jobs::WeakJobs;
use crate::limits::in_time;
use crate::live::messages::JobKind;
use crate::live::{self, Live};
use crate::ports::Recognition;
use crate::routes as r;
use crate::state::{Api, House};
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

/// How soon enrolling everybody anew is tried again after it failed; each further pause is twice as long.
const TRIED_AGAIN: Duration = Duration::from_secs(60);
/// The longest such pause.
const TRIED_AGAIN_AT_LATEST: Duration = Duration::from_secs(3_600);

/// Largest body of a route that names no limit of its own, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// The OpenAPI document of every route.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    document::finished(api().into_openapi())
}

/// The API over `house` alone; see [`mounted`].
pub fn router(house: House) -> axum::Router {
    mounted(house, axum::Router::new())
}

/// The API over `house` (`/api` and `/socket.io`) beside everything else that the server serves,
/// its fallback included: Socket.IO has to stand before a fallback. Must be called within a Tokio
/// runtime; what it began ends when the router and its connections are dropped.
pub fn mounted(house: House, rest: axum::Router) -> axum::Router {
    let (router, _) = api().split_for_parts();
    let (sockets, live) = live::open(&house);
    let state = Api::new(house, live);
    reenrol(&state);
    let router = router.with_state(state).merge(docs::router()).merge(rest);
    secured(router.layer(sockets))
}

/// Begins to enrol everybody anew where the face model was changed.
fn reenrol(api: &Api) {
    let recognition = api.house.recognition.clone();
    if !recognition.is_outdated() {
        return;
    }
    tokio::spawn(reenrolled(api.jobs.weak(), api.live.clone(), recognition));
}

/// Enrols everybody anew, a job for each try, until one succeeds or the jobs end.
async fn reenrolled(jobs: WeakJobs, live: Live, recognition: Arc<dyn Recognition>) {
    let ended = jobs.ended();
    let begin = || {
        let jobs = jobs.upgrade()?;
        let turn = jobs.turn(JobKind::Reenrolment).ok()?;
        let (done, outcome) = oneshot::channel();
        let recognition = recognition.clone();
        jobs.begin(turn, &live, |tell| async move {
            let report = recognition.reenrol(tell).await;
            // Whoever waits for it may be gone.
            let _ = done.send(report.is_ok());
            report.map(Some)
        });
        Some(outcome)
    };
    let tries = until_one_succeeds(TRIED_AGAIN, || {
        let outcome = begin();
        async move {
            match outcome {
                Some(outcome) => outcome.await.unwrap_or(false),
                None => false,
            }
        }
    });
    tokio::select! {
        () = tries => {}
        () = ended => {}
    }
}

/// Tries again after pauses that grow.
async fn until_one_succeeds<Try: Future<Output = bool>>(
    first_pause: Duration,
    mut one_try: impl FnMut() -> Try,
) {
    let mut pause = first_pause;
    while !one_try().await {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(TRIED_AGAIN_AT_LATEST);
    }
}

fn api() -> OpenApiRouter<Api> {
    let v1 = OpenApiRouter::new()
        .merge(sign_in())
        .merge(people())
        .merge(log())
        .merge(site())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(in_time))
        .layer(private());
    OpenApiRouter::with_openapi(document::started()).nest("/api/v1", v1)
}

/// Answers are about people: nothing keeps them unless a route says otherwise.
fn private() -> SetResponseHeaderLayer<HeaderValue> {
    let value = HeaderValue::from_static("no-store");
    SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, value)
}

fn sign_in() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(
            r::session::who_am_i,
            r::session::sign_in,
            r::session::sign_out
        ))
        .routes(routes!(r::session::change_password))
        .routes(routes!(r::invitations::check))
        .routes(routes!(r::invitations::accept))
        .routes(routes!(r::users::list, r::users::add))
        .routes(routes!(r::users::change))
        .routes(routes!(r::users::invite))
        .routes(routes!(r::tokens::list, r::tokens::make))
        .routes(routes!(r::tokens::revoke))
}

fn people() -> OpenApiRouter<Api> {
    let images = || DefaultBodyLimit::max(r::faces::BODY_LIMIT);
    let press = || DefaultBodyLimit::max(r::finger_enrolments::BODY_LIMIT);
    let registry = || DefaultBodyLimit::max(r::fingers_csv::BODY_LIMIT);
    let card = || DefaultBodyLimit::max(r::cards::BODY_LIMIT);
    OpenApiRouter::new()
        .routes(routes!(r::people::list, r::people::add))
        .routes(routes!(
            r::people::show,
            r::people::change,
            r::people::remove
        ))
        .routes(routes!(r::people::suspend))
        .routes(routes!(r::people::activate))
        .routes(routes!(r::faces::assess).layer(images()))
        .routes(routes!(r::faces::enrol).layer(images()))
        .routes(routes!(r::faces::set_photo).layer(images()))
        .routes(routes!(r::faces::credentials))
        .routes(routes!(r::strangers::list))
        .routes(routes!(r::strangers::show, r::strangers::forget))
        .routes(routes!(r::strangers::alike).layer(images()))
        .routes(routes!(r::strangers::known::make_person))
        .routes(routes!(r::strangers::known::give))
        .routes(routes!(r::faces::remove_credential))
        .routes(routes!(r::fingers::of_person))
        .routes(routes!(r::fingers::history))
        .routes(routes!(r::fingers::sensors))
        .routes(routes!(r::fingers::locks))
        .routes(routes!(r::fingers::lift))
        .routes(routes!(r::fingers_csv::export))
        .routes(routes!(r::fingers_csv::import).layer(registry()))
        .routes(routes!(r::finger_enrolments::begin))
        .routes(routes!(
            r::finger_enrolments::show,
            r::finger_enrolments::cancel
        ))
        .routes(routes!(r::finger_enrolments::press).layer(press()))
        .routes(routes!(r::finger_enrolments::press_on))
        .routes(routes!(r::finger_enrolments::finish))
        .routes(routes!(r::cards::import_people).layer(card()))
        .routes(routes!(r::cards::export_people))
        .routes(routes!(r::cards::import_log).layer(card()))
        .routes(routes!(r::visits::list))
        .routes(routes!(r::visits::list_csv))
        .routes(routes!(r::visits::of_person))
        .routes(routes!(r::visits::inside))
        .routes(routes!(r::attendance::table))
        .routes(routes!(r::attendance::of_person))
        .routes(routes!(r::attendance::table_csv))
        .routes(routes!(r::roll_calls::begin, r::roll_calls::show))
        .routes(routes!(r::roll_calls::end))
        .routes(routes!(r::roll_calls::face))
}

fn log() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(r::live::snapshot))
        .routes(routes!(r::log::list))
        .routes(routes!(r::log::show))
        .routes(routes!(r::log::proof))
        .routes(routes!(r::log_csv::export))
        .routes(routes!(r::jobs::list))
        .routes(routes!(r::jobs::show))
        .routes(routes!(r::integrity::show))
        .routes(routes!(r::integrity::verify))
        .routes(routes!(r::integrity::checkpoint))
        .routes(routes!(r::pictures::show))
        .routes(routes!(r::pictures::print))
        .routes(routes!(r::corrections::append))
        .routes(routes!(r::unresolved::list))
        .routes(routes!(r::unresolved::dismiss))
        .routes(routes!(r::alerts::list))
        .routes(routes!(r::alerts::acknowledge))
}

fn site() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(r::tags::out))
        .routes(routes!(r::tags::assign))
        .routes(routes!(r::tags::give_back))
        .routes(routes!(r::tags::lost))
        .routes(routes!(r::tags::revoke))
        .routes(routes!(r::places::areas, r::places::add_area))
        .routes(routes!(r::places::change_area, r::places::remove_area))
        .routes(routes!(
            r::places::access_points,
            r::places::add_access_point
        ))
        .routes(routes!(
            r::places::change_access_point,
            r::places::remove_access_point
        ))
        .routes(routes!(r::settings::show, r::settings::change))
        .routes(routes!(r::gates::list, r::gates::add))
        .routes(routes!(r::gates::change, r::gates::remove))
        .routes(routes!(r::devices::list, r::devices::add))
        .routes(routes!(r::devices::change, r::devices::remove))
        .routes(routes!(r::devices::new_password))
        .routes(routes!(r::devices::become_station))
        .routes(routes!(r::devices::leave_station))
        .routes(routes!(r::network_cameras::list, r::network_cameras::add))
        .routes(routes!(r::network_cameras::change))
        .routes(routes!(r::network_cameras::test))
        .routes(routes!(r::network_cameras::discover))
        .routes(routes!(r::network_cameras::streams))
        .routes(routes!(r::parts::list))
        .routes(routes!(r::incidents::list))
        .routes(routes!(r::incidents::forget))
        .routes(routes!(r::incidents::allow))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn what_fails_is_tried_again_until_it_succeeds() {
        let tries = AtomicUsize::new(0);
        let begun = std::time::Instant::now();
        let pause = Duration::from_millis(10);
        until_one_succeeds(pause, || {
            let before = tries.fetch_add(1, Ordering::Relaxed);
            async move { before == 2 }
        })
        .await;
        assert_eq!(tries.into_inner(), 3);
        assert!(begun.elapsed() >= pause * 3, "one pause and a longer one");
    }
}
