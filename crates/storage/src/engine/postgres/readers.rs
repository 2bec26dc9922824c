//! Sessions for reading, shared by whoever reads.

use std::sync::Arc;
use std::time::{Duration, Instant};

use store::{Result, StoreError};
use tokio::sync::Mutex;

use super::{ServerAddress, Session};
use crate::engine::fault::again;

/// A server that did not answer is not asked again sooner.
const PAUSE: Duration = Duration::from_millis(500);
/// A plan made for any value would do for a rare one what only suits a common one.
const SETTINGS: &str = "SET default_transaction_read_only = on; SET client_min_messages = warning; \
     SET plan_cache_mode = force_custom_plan";

/// At most so many sessions. The next reader takes the one with the fewest at it.
#[derive(Clone)]
pub(crate) struct Readers(Arc<Inner>);

struct Inner {
    address: ServerAddress,
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sessions: Vec<Session>,
    failed: Option<(Instant, StoreError)>,
}

impl Readers {
    pub(crate) fn new(address: ServerAddress, most: u32) -> Self {
        let most = usize::try_from(most).unwrap_or(1).max(1);
        let state = Mutex::default();
        Self(Arc::new(Inner {
            address,
            most,
            state,
        }))
    }

    /// A session to read with.
    ///
    /// # Errors
    /// [`StoreError::Engine`] if the server cannot be reached.
    pub(crate) async fn session(&self) -> Result<Session> {
        let mut state = self.0.state.lock().await;
        state.sessions.retain(|session| !session.is_lost());
        let least = state.sessions.iter().min_by_key(|one| one.shared_by());
        if let Some(session) = least
            && (session.shared_by() == 1 || state.sessions.len() >= self.0.most)
        {
            return Ok(session.clone());
        }
        if let Some((at, error)) = &state.failed
            && at.elapsed() < PAUSE
        {
            return Err(again(error));
        }
        match Session::begin(&self.0.address, SETTINGS).await {
            Ok(session) => {
                state.failed = None;
                state.sessions.push(session.clone());
                Ok(session)
            }
            Err(error) => {
                state.failed = Some((Instant::now(), again(&error)));
                Err(error)
            }
        }
    }

    /// Ends the sessions that nobody reads with.
    pub(crate) async fn close(&self) {
        self.0.state.lock().await.sessions.clear();
    }
}
