//! The private part as the edge sees it: a client over links, and whether it answers.

use super::dialler::{Dialler, NotDialled};
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use link::Connector;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// What the client calls the host; links know one.
const HOST: &str = "http://private.gatebook.internal";
/// How often the private part is asked whether it is there.
const ASK: Duration = Duration::from_secs(1);
/// How long it may take to say so: more than a busy machine needs.
const ANSWER: Duration = Duration::from_secs(5);
/// How long a link without a request is kept: its buffers still hold what passed last.
const IDLE: Duration = Duration::from_secs(2);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// The private part is not there.
    #[error("{0}")]
    Absent(String),
    /// Too many requests at once.
    #[error("too many requests at once")]
    Busy,
}

/// The private part behind its links. Clones share them.
#[derive(Clone)]
pub struct PrivatePart {
    client: Client<Dialler, Body>,
    /// Asks whether it is there, on a link of its own: one that never rests must not be one that
    /// something passed over.
    asking: Client<Dialler, Body>,
    answers: Arc<AtomicBool>,
}

impl PrivatePart {
    /// Dials with `connector` when something is asked.
    pub fn new(connector: Connector) -> Self {
        let dialler = Dialler::new(connector);
        let client = || {
            Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE)
                .build(dialler.clone())
        };
        Self {
            client: client(),
            asking: client(),
            // Until it was asked once, requests find out for themselves.
            answers: Arc::new(AtomicBool::new(true)),
        }
    }

    /// Whether it answered when it was last asked.
    pub fn answers(&self) -> bool {
        self.answers.load(Ordering::Relaxed)
    }

    /// Asks again and again, so that requests need not wait for somebody who is not there, and so
    /// that the private part sees that this edge is up. Never ends.
    pub async fn watch(self) {
        loop {
            self.note(self.ask().await);
            tokio::time::sleep(ASK).await;
        }
    }

    async fn ask(&self) -> Result<(), NoAnswer> {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = Uri::from_static("/healthz");
        let absent = |why: &str| NoAnswer::Absent(why.to_owned());
        let answer = timeout(ANSWER, send(&self.asking, request)).await;
        let answer = answer.map_err(|_| absent("it does not answer in time"))??;
        match answer.status() {
            StatusCode::OK => Ok(()),
            status => Err(absent(&format!("it answers {status}"))),
        }
    }

    fn note(&self, asked: Result<(), NoAnswer>) {
        // Busy is not absent: links are open.
        let answers = !matches!(asked, Err(NoAnswer::Absent(_)));
        let before = self.answers.swap(answers, Ordering::Relaxed);
        match asked {
            Err(why) if before => tracing::error!(%why, "the private part cannot be reached"),
            Ok(()) if !before => tracing::info!("the private part answers again"),
            _ => {}
        }
    }

    /// Sends a request whose address is a path, and waits for the head of the answer.
    ///
    /// # Errors
    /// When no link can be made or it breaks before there is an answer.
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, NoAnswer> {
        send(&self.client, request).await
    }
}

async fn send(
    client: &Client<Dialler, Body>,
    mut request: Request<Body>,
) -> Result<Response<Incoming>, NoAnswer> {
    let path = request.uri().path_and_query();
    let uri = format!("{HOST}{}", path.map_or("/", |path| path.as_str()));
    *request.uri_mut() = uri.parse().map_err(|_| NoAnswer::Absent(uri))?;
    *request.version_mut() = axum::http::Version::HTTP_11;
    client.request(request).await.map_err(|error| why(&error))
}

/// The innermost reason, which has the sentence that says what to do.
fn why(error: &hyper_util::client::legacy::Error) -> NoAnswer {
    let mut inner: &dyn std::error::Error = error;
    loop {
        if let Some(NotDialled::Busy) = inner.downcast_ref() {
            return NoAnswer::Busy;
        }
        match inner.source() {
            Some(source) => inner = source,
            None => return NoAnswer::Absent(inner.to_string()),
        }
    }
}
