//! Bodies of requests, with a bound on bytes and time: who trickles holds no room for ever.

use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use bytes::Bytes;
use std::time::Duration;

/// Why a body was not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum BodyFault {
    /// It took too long.
    #[error("the body did not arrive in time")]
    TooSlow,
    /// More bytes than are taken, or fewer than were announced.
    #[error("the body is too large or the connection broke")]
    TooLarge,
}

impl BodyFault {
    /// The HTTP status that says so.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        }
    }
}

/// Reads a body of at most `most` bytes that arrives within `patience`.
pub(crate) async fn read(body: Body, most: usize, patience: Duration) -> Result<Bytes, BodyFault> {
    match tokio::time::timeout(patience, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(BodyFault::TooLarge),
        Err(_) => Err(BodyFault::TooSlow),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use std::convert::Infallible;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_body_that_never_ends_is_given_up() {
        let trickle = stream::pending::<Result<Bytes, Infallible>>();
        let given_up = read(Body::from_stream(trickle), 100, Duration::from_millis(1)).await;
        assert_eq!(given_up, Err(BodyFault::TooSlow));
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_bound_and_no_further() {
        assert_eq!(read("four".into(), 4, LONG).await.unwrap(), "four");
        assert_eq!(
            read("fours".into(), 4, LONG).await,
            Err(BodyFault::TooLarge)
        );
    }
}
