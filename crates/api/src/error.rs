//! Errors of the API as problem details (RFC 9457). The only place that turns errors into HTTP.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::{Role, StoreError};
use utoipa::ToSchema;

/// Seconds after which a front end that does not reach the private part is asked again.
const UNREACHABLE_RETRY_S: u64 = 2;

/// Seconds after which a store that did not answer is asked again.
const STORE_RETRY_S: u64 = 3;

/// Why a request was refused.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Nobody is signed in.
    #[error("not signed in")]
    NotSignedIn,
    /// Name or password is wrong; which one is not said.
    #[error("name or password is wrong")]
    WrongPassword,
    /// The caller's role does not reach.
    #[error("needs the role {0:?} or above")]
    RoleTooSmall(Role),
    /// An unsafe request with a cookie and without its CSRF value.
    #[error("the X-Gatebook-CSRF header is missing or wrong")]
    Csrf,
    /// A request from a page of another origin.
    #[error("requests from other origins are refused")]
    ForeignOrigin,
    /// Too many failed attempts.
    #[error("too many attempts")]
    TooManyAttempts {
        /// Seconds until the next attempt is looked at.
        retry_after_s: u64,
    },
    /// A one-time link that never was, was used, or is too old.
    #[error("this one-time link does not work")]
    LinkGone,
    /// A job of which nothing is known any more.
    #[error("nothing is known of this job")]
    JobGone,
    /// There is no such thing; the text names it.
    #[error("{0} does not exist")]
    NotFound(String),
    /// One field is wrong.
    #[error("{field}: {detail}")]
    Field {
        /// The field's name in the request.
        field: String,
        /// What to do about it.
        detail: String,
    },
    /// The request cannot be understood.
    #[error("{0}")]
    BadRequest(String),
    /// The request contradicts what is there.
    #[error("{0}")]
    Conflict(String),
    /// The body is larger than this route takes.
    #[error("the body is too large")]
    TooLarge,
    /// The request took longer than it may.
    #[error("the request took too long")]
    TooSlow,
    /// A part of the house has no capacity now.
    #[error("{0} is busy")]
    Busy(&'static str),
    /// The front end does not reach the private part.
    #[error("the private part of Gatebook cannot be reached")]
    Unreachable,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of the server; the text goes to the server's journal only.
    #[error("internal: {0}")]
    Internal(String),
}

impl ApiError {
    /// A field that is wrong, and what to do about it.
    pub fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Field {
            field: field.into(),
            detail: detail.into(),
        }
    }

    /// Something that does not exist, named in words.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound(what.into())
    }
}

/// Problem details (RFC 9457), sent as `application/problem+json`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// What went wrong, short.
    pub title: String,
    /// What to do about it.
    pub detail: String,
    /// The field of the request that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Problem {
    fn new(status: StatusCode, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            status: status.as_u16(),
            title: title.into(),
            detail: detail.into(),
            field: None,
        }
    }
}

impl From<&ApiError> for Problem {
    fn from(error: &ApiError) -> Self {
        use StatusCode as S;
        let title = error.to_string();
        match error {
            ApiError::NotFound(_) => {
                Self::new(S::NOT_FOUND, title, "It may have been removed; reload.")
            }
            ApiError::JobGone => Self::new(
                S::NOT_FOUND,
                title,
                "The server was started again since, which ends every job. Begin it again: what \
                 an import took over before is recognised.",
            ),
            ApiError::Field { field, detail } => Self {
                field: Some(field.clone()),
                ..Self::new(S::UNPROCESSABLE_ENTITY, format!("{field} is wrong"), detail)
            },
            ApiError::BadRequest(detail) => {
                Self::new(S::BAD_REQUEST, "the request cannot be understood", detail)
            }
            ApiError::Conflict(detail) => Self::new(S::CONFLICT, "this cannot be done now", detail),
            ApiError::TooLarge => Self::new(
                S::PAYLOAD_TOO_LARGE,
                title,
                "Send fewer or smaller files; the documentation names the limit.",
            ),
            ApiError::TooSlow => Self::new(
                S::REQUEST_TIMEOUT,
                title,
                "Send fewer files at once, or over a faster connection.",
            ),
            ApiError::Unreachable => Self::new(
                S::SERVICE_UNAVAILABLE,
                title,
                "The page goes on by itself once it answers. If that lasts, look whether it runs.",
            ),
            ApiError::Busy(_) => Self::new(S::SERVICE_UNAVAILABLE, title, "Try again in a moment."),
            ApiError::Store(error) => store_problem(error),
            ApiError::Internal(_) => internal_problem(),
            refused => sign_in_problem(refused),
        }
    }
}

/// The errors of signing in and of what a caller may do.
fn sign_in_problem(error: &ApiError) -> Problem {
    use StatusCode as S;
    let title = error.to_string();
    match error {
        ApiError::NotSignedIn => Problem::new(S::UNAUTHORIZED, title, "Sign in and try again."),
        ApiError::WrongPassword => Problem::new(
            S::UNAUTHORIZED,
            title,
            "Check both. An administrator can send a new invitation.",
        ),
        ApiError::RoleTooSmall(role) => Problem::new(
            S::FORBIDDEN,
            format!("not allowed for your role ({} needed)", role_name(*role)),
            "Ask an administrator for the role, or sign in as somebody who has it.",
        ),
        ApiError::Csrf => Problem::new(
            S::FORBIDDEN,
            title,
            "Send the value of `csrf` from GET /api/v1/session in the header X-Gatebook-CSRF.",
        ),
        ApiError::ForeignOrigin => Problem::new(
            S::FORBIDDEN,
            title,
            "Open Gatebook under its own address; behind a proxy, set its public origin.",
        ),
        ApiError::TooManyAttempts { retry_after_s } => Problem::new(
            S::TOO_MANY_REQUESTS,
            title,
            format!("Wait {retry_after_s} seconds and try again."),
        ),
        ApiError::LinkGone => Problem::new(
            S::NOT_FOUND,
            title,
            "It was used already or is too old. Ask an administrator for a new one; \
                 `gatebook user reset` on the server makes one too.",
        ),
        _ => internal_problem(),
    }
}

fn store_problem(error: &StoreError) -> Problem {
    use StatusCode as S;
    let title = error.to_string();
    match error {
        StoreError::Conflict { .. } => Problem::new(
            S::CONFLICT,
            title,
            "Choose another value, or edit the existing one.",
        ),
        StoreError::Stale { .. } => Problem::new(
            S::CONFLICT,
            title,
            "Somebody else was faster; reload, look and try again.",
        ),
        StoreError::InUse { by } => {
            Problem::new(S::CONFLICT, &title, format!("Change or remove {by} first."))
        }
        StoreError::NotFound { .. } => {
            Problem::new(S::NOT_FOUND, title, "It may have been removed; reload.")
        }
        StoreError::Overloaded => {
            Problem::new(S::SERVICE_UNAVAILABLE, title, "Try again in a moment.")
        }
        StoreError::Unreachable(_) => Problem::new(
            S::SERVICE_UNAVAILABLE,
            "the database does not answer",
            "Nothing is lost: what devices report is held, or they are told to keep it. The page goes on by itself \
             once the database is back. If that lasts, look whether PostgreSQL runs and can be reached.",
        ),
        StoreError::Full => Problem::new(
            S::INSUFFICIENT_STORAGE,
            "no space left on the server",
            "Free some space on the disk of the data directory, or of the database server where there is \
             one; nothing was damaged.",
        ),
        StoreError::Unsealable { .. }
        | StoreError::Damaged(_)
        | StoreError::Unfit(_)
        | StoreError::Corrupt(_)
        | StoreError::InUseElsewhere
        | StoreError::Engine(_) => internal_problem(),
    }
}

fn internal_problem() -> Problem {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "a fault of the server",
        "Try again; if it stays, look into the server's journal.",
    )
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Auditor => "auditor",
        Role::Operator => "operator",
        Role::Admin => "admin",
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = Problem::from(&self);
        // An edge says once, not for each request, that there is nobody to pass requests on to.
        match &self {
            Self::Unreachable => {}
            // The journal says once that the database is away; which requests met that is of little interest.
            Self::Store(StoreError::Unreachable(_)) => {
                tracing::debug!(error = %self, "request failed");
            }
            _ if problem.status >= 500 => tracing::error!(error = %self, "request failed"),
            _ => {}
        }
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        let retry_after_s = match self {
            Self::TooManyAttempts { retry_after_s } => Some(retry_after_s),
            Self::Unreachable => Some(UNREACHABLE_RETRY_S),
            Self::Store(StoreError::Unreachable(_)) => Some(STORE_RETRY_S),
            _ => None,
        };
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_does_not_answer_is_no_fault_and_says_what_happens_meanwhile() {
        let why = "connection refused by 192.0.2.7";
        let error = ApiError::from(StoreError::Unreachable(why.to_owned()));
        let problem = Problem::from(&error);
        assert_eq!(problem.status, 503);
        assert_eq!(problem.title, "the database does not answer");
        assert!(problem.detail.contains("goes on by itself"));
        let told = format!("{problem:?}");
        assert!(
            !told.contains("192.0.2.7"),
            "where it is concerns nobody: {told}"
        );
        let response = error.into_response();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()[header::RETRY_AFTER], "3");
    }

    #[test]
    fn what_looks_like_a_mistake_of_the_program_is_still_called_one() {
        let error = ApiError::from(StoreError::Engine("no such table".to_owned()));
        assert_eq!(Problem::from(&error).status, 500);
    }
}
