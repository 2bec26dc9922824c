//! Statements whose outcome nobody waits for yet: sent at once, heard of before the commit.

use std::task::Poll;

use futures::future::{BoxFuture, ready};
use futures::poll;

use crate::engine::fault::Fault;

/// Statements under way; one more waits for all of them.
const MOST: usize = 4_096;

/// How many rows a statement has to concern, where that matters.
pub(super) type Expected = Option<u64>;

type Running = BoxFuture<'static, Result<u64, Fault>>;

/// The server does statements in the order sent, so that later ones see what earlier ones did.
#[derive(Default)]
pub(super) struct Pipeline {
    running: Vec<(Running, Expected)>,
    unexpected: bool,
    failed: Option<Fault>,
}

impl Pipeline {
    /// Sends a statement, which is what its future does first.
    pub(super) async fn send(&mut self, mut statement: Running, expected: Expected) {
        if self.running.len() >= MOST {
            self.hear().await;
        }
        if let Poll::Ready(outcome) = poll!(statement.as_mut()) {
            statement = Box::pin(ready(outcome));
        }
        self.running.push((statement, expected));
    }

    /// Waits for all that was sent. Whether each did what was expected of it; the error is that of the
    /// first that failed.
    pub(super) async fn heard(&mut self) -> Result<bool, Fault> {
        self.hear().await;
        self.failed.take().map_or(Ok(!self.unexpected), Err)
    }

    async fn hear(&mut self) {
        for (statement, expected) in std::mem::take(&mut self.running) {
            match statement.await {
                Ok(rows) => self.unexpected |= expected.is_some_and(|expected| rows != expected),
                // Those after it fail for its sake alone.
                Err(fault) if self.failed.is_none() => self.failed = Some(fault),
                Err(_) => {}
            }
        }
    }
}
