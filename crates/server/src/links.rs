//! Links between the parts of the site: dialled by every other part, taken by the private one.

use crate::config::Config;
use crate::edge::{CALLER, passes};
use crate::exit::{CONFIG, Failure};
use crate::recognition::{Recogniser, remote};
use anyhow::Context;
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::serve::Listener as Accepts;
use link::{Arrival, Bundle, Connector, Hello, Link, Listener, Protocol, Role};
use std::future::{IntoFuture, pending};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Links that wait to be served.
const WAITING: usize = 16;

/// How long open requests may go on after a stop.
const GRACE: Duration = Duration::from_secs(5);

/// What dials the private part for `role`, saying that it takes `capacity` pieces of work at a time.
///
/// # Errors
/// When a setting is missing or the bundle cannot be used.
pub fn connector(
    config: &Config,
    role: Role,
    protocol: Protocol,
    capacity: u16,
) -> anyhow::Result<Connector> {
    let (Some(address), Some(file)) = (&config.link.api, &config.link.bundle) else {
        let missing = format!(
            "link.api (host and port of the private part) and link.bundle (the file of \
             `gatebook node add NAME --role {role}`) are needed"
        );
        return Err(Failure::new(CONFIG, missing).into());
    };
    let bundle = Bundle::read(file).context("link.bundle")?;
    let hello = Hello {
        capacity,
        version: env!("CARGO_PKG_VERSION").into(),
    };
    Ok(Connector::new(&bundle, address, protocol, hello)?)
}

/// Takes links until `stop`: those of edges are answered by `router`, those of workers join `pool`.
///
/// # Errors
/// When serving fails.
pub async fn take(
    mut listener: Listener,
    router: Router,
    recogniser: Arc<Recogniser>,
    stop: CancellationToken,
) -> io::Result<()> {
    let (arrive, arrivals) = mpsc::channel(WAITING);
    let address = listener.address();
    let port = Arrivals { arrivals, address };
    let serving = axum::serve(port, for_edges(router))
        .with_graceful_shutdown(stop.clone().cancelled_owned())
        .into_future();
    let mut serving = tokio::spawn(serving);
    while let Some(Some(arrival)) = stop.run_until_cancelled(listener.accept()).await {
        match arrival.protocol {
            Protocol::Http => drop(arrive.send(arrival.link).await),
            Protocol::Vision => drop(tokio::spawn(work(
                arrival,
                recogniser.clone(),
                stop.clone(),
            ))),
        }
    }
    match timeout(GRACE, &mut serving).await {
        Ok(served) => served.map_err(io::Error::other)?,
        Err(_) => {
            serving.abort();
            Ok(())
        }
    }
}

/// Lets a worker look at images until its link ends or the house stops.
async fn work(arrival: Arrival, recogniser: Arc<Recogniser>, stop: CancellationToken) {
    let Arrival { link, peer, .. } = arrival;
    let serving = recogniser.serving();
    let (name, capacity) = (&peer.name, peer.hello.capacity);
    let wanted = recogniser.wanted(&serving);
    let employed = remote::employ(recogniser.pool(), &wanted, name, capacity, link);
    // A worker whose model no longer serves dials again, and is told so.
    let employed = serving.over().run_until_cancelled(employed);
    if let Some(Some(Err(error))) = stop.run_until_cancelled(employed).await {
        tracing::warn!(worker = peer.name, %error, "a recognition worker went");
    }
}

/// The links of edges, as a port that HTTP is served on.
struct Arrivals {
    arrivals: mpsc::Receiver<Link>,
    address: SocketAddr,
}

impl Accepts for Arrivals {
    type Io = Link;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Link, SocketAddr) {
        match self.arrivals.recv().await {
            Some(link) => (link, self.address),
            // Nobody comes any more: the stop is under way.
            None => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// `router` as edges may use it: what they pass on, from whom they say it comes.
fn for_edges(router: Router) -> Router {
    router.layer(middleware::from_fn(told))
}

async fn told(mut request: Request, next: Next) -> Response {
    let caller = request.headers_mut().remove(CALLER);
    let path = request.uri().path();
    if path == "/healthz" {
        // The edge's own question; nobody else is behind it.
        return "ok\n".into_response();
    }
    if !passes(path) {
        return (StatusCode::NOT_FOUND, "Edges do not pass this on.\n").into_response();
    }
    let caller: Option<IpAddr> = caller.and_then(|value| value.to_str().ok()?.parse().ok());
    let Some(caller) = caller else {
        return (StatusCode::BAD_REQUEST, "An edge says who calls.\n").into_response();
    };
    // Throttling and audit see the caller instead of the edge.
    let caller = SocketAddr::new(caller, 0);
    request.extensions_mut().insert(ConnectInfo(caller));
    next.run(request).await
}
