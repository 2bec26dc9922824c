//! Passing a request on, and its answer back, both as streams: whoever reads slowly slows the writer
//! down, and nothing is kept here.

use super::Edge;
use super::allowed::passes;
use super::headers::{asks_for_websocket, go_on_as_websocket, prepare, strip_connection};
use super::private_part::NoAnswer;
use api::ApiError;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::copy_bidirectional;
use tokio::time::timeout;

/// How long until an answer begins. The private part gives up earlier; this is for one that froze.
const BEGINS: Duration = Duration::from_secs(16 * 60);

/// Passes a request on.
pub async fn pass(
    State(edge): State<Edge>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Response {
    if !passes(request.uri().path()) {
        return ApiError::NotFound("this address".into()).into_response();
    }
    if !edge.private.answers() {
        return ApiError::Unreachable.into_response();
    }
    let caller = api::behind_proxies(peer.ip(), request.headers(), &edge.trusted_proxies);
    let websocket = asks_for_websocket(request.headers());
    let outside = websocket.then(|| hyper::upgrade::on(&mut request));
    name_host(&mut request);
    prepare(request.headers_mut(), caller);
    if websocket {
        go_on_as_websocket(request.headers_mut());
    }
    match timeout(BEGINS, edge.private.send(request)).await {
        Ok(Ok(answer)) => back(answer, outside),
        Ok(Err(NoAnswer::Busy)) => ApiError::Busy("the front end").into_response(),
        Ok(Err(why)) => {
            tracing::warn!(%why, "a request was not answered");
            ApiError::Unreachable.into_response()
        }
        Err(_) => ApiError::TooSlow.into_response(),
    }
}

/// In HTTP/2 the host stands in the address, which ends here.
fn name_host(request: &mut Request) {
    if request.headers().contains_key(header::HOST) {
        return;
    }
    let host = request.uri().authority().map(|host| host.as_str());
    if let Some(Ok(host)) = host.map(HeaderValue::try_from) {
        request.headers_mut().insert(header::HOST, host);
    }
}

fn back(mut answer: axum::http::Response<Incoming>, outside: Option<OnUpgrade>) -> Response {
    strip_connection(answer.headers_mut());
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return answer.map(Body::new);
    }
    let Some(outside) = outside else {
        return ApiError::Internal("an upgrade that nobody asked for".into()).into_response();
    };
    let inside = hyper::upgrade::on(&mut answer);
    tokio::spawn(join(outside, inside));
    go_on_as_websocket(answer.headers_mut());
    answer.map(Body::new)
}

/// Joins both ends of a WebSocket until one of them is gone.
async fn join(outside: OnUpgrade, inside: OnUpgrade) {
    let (Ok(outside), Ok(inside)) = tokio::join!(outside, inside) else {
        return;
    };
    let (mut outside, mut inside) = (TokioIo::new(outside), TokioIo::new(inside));
    // How it ended is of no interest: both ends notice by themselves.
    let _ = copy_bidirectional(&mut outside, &mut inside).await;
}
