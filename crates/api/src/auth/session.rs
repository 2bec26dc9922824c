//! Sessions: a random secret in a cookie, its digest in the store.

use super::Secret;
use crate::error::ApiError;
use crate::state::{ApiConfig, House};
use axum::http::{HeaderMap, HeaderValue, header};
use model::{DeviceId, Timestamp, UserId};
use store::{Session, Subject};

/// How long somebody stays signed in, in hours.
const USER_HOURS: i64 = 7 * 24;
/// How long a camera station stays signed in, in hours.
const STATION_HOURS: i64 = 365 * 24;

/// Which of the two cookies: a browser may be a camera station while somebody is signed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cookie {
    /// A user's session.
    User,
    /// A camera station's session.
    Station,
}

impl Cookie {
    /// The cookie's name. `__Host-` binds it to this host and to HTTPS; browsers refuse the
    /// prefix on plain HTTP, which is served on loopback only.
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::User, true) => "__Host-gatebook",
            (Self::User, false) => "gatebook",
            (Self::Station, true) => "__Host-gatebook-station",
            (Self::Station, false) => "gatebook-station",
        }
    }
}

/// The secret in a request's cookie.
pub(crate) fn session_cookie(
    headers: &HeaderMap,
    cookie: Cookie,
    config: &ApiConfig,
) -> Option<Secret> {
    let name = cookie.name(config.secure_cookies);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| Secret::parse(value))
}

/// The header that takes a cookie away.
pub(crate) fn expired_cookie(cookie: Cookie, config: &ApiConfig) -> Result<HeaderValue, ApiError> {
    set_cookie(cookie, "", 0, config)
}

fn set_cookie(
    cookie: Cookie,
    value: &str,
    max_age_s: i64,
    config: &ApiConfig,
) -> Result<HeaderValue, ApiError> {
    let name = cookie.name(config.secure_cookies);
    let secure = if config.secure_cookies {
        "; Secure"
    } else {
        ""
    };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{secure}")
        .parse()
        .map_err(|e| ApiError::Internal(format!("a cookie: {e}")))
}

/// Begins a user's session: the header that sets its cookie, and its CSRF value.
pub(crate) async fn begin_session(
    house: &House,
    user: UserId,
) -> Result<(HeaderValue, Secret), ApiError> {
    begin(house, Cookie::User, Subject::User(user), USER_HOURS).await
}

/// Makes the browser that gets the header a camera station.
pub(crate) async fn begin_station(
    house: &House,
    device: DeviceId,
) -> Result<HeaderValue, ApiError> {
    let subject = Subject::Device(device);
    let (cookie, _) = begin(house, Cookie::Station, subject, STATION_HOURS).await?;
    Ok(cookie)
}

async fn begin(
    house: &House,
    cookie: Cookie,
    subject: Subject,
    hours: i64,
) -> Result<(HeaderValue, Secret), ApiError> {
    let secret = Secret::fresh()?;
    let now = house.clock.now();
    let session = Session {
        token: secret.digest(),
        subject,
        created_at: now,
        expires_at: later(now, hours),
    };
    house.store.put_session(session).await?;
    let header = set_cookie(cookie, secret.text(), hours * 3600, &house.config)?;
    Ok((header, secret))
}

/// `hours` after `now`; the end of time where that is out of range.
fn later(now: Timestamp, hours: i64) -> Timestamp {
    let span = jiff::SignedDuration::from_hours(hours);
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}

/// Ends the session that a request's cookie names, if any.
pub(crate) async fn end_session(
    house: &House,
    headers: &HeaderMap,
    cookie: Cookie,
) -> Result<(), ApiError> {
    if let Some(secret) = session_cookie(headers, cookie, &house.config) {
        house.store.end_session(&secret.digest()).await?;
    }
    Ok(())
}

/// The camera station that a request's cookie names.
pub(crate) async fn station_of(
    house: &House,
    headers: &HeaderMap,
) -> Result<Option<DeviceId>, ApiError> {
    let Some(secret) = session_cookie(headers, Cookie::Station, &house.config) else {
        return Ok(None);
    };
    let now = house.clock.now();
    let session = house.store.session(&secret.digest(), now).await?;
    Ok(match session.map(|session| session.subject) {
        Some(Subject::Device(device)) => Some(device),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(secure_cookies: bool) -> ApiConfig {
        ApiConfig {
            secure_cookies,
            public_origin: None,
            trusted_proxies: Vec::new(),
            version: String::new(),
        }
    }

    #[test]
    fn under_https_the_cookie_is_bound_to_the_host() {
        let header = set_cookie(Cookie::User, "ab", 60, &config(true)).unwrap();
        assert_eq!(
            header,
            "__Host-gatebook=ab; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure"
        );
    }

    #[test]
    fn a_station_and_a_user_in_one_browser_have_cookies_of_their_own() {
        let user = Secret::fresh().unwrap();
        let station = Secret::fresh().unwrap();
        let text = format!(
            "theme=dark; gatebook-station={}; gatebook={}",
            station.text(),
            user.text()
        );
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, text.parse().unwrap());
        let found = |cookie| session_cookie(&headers, cookie, &config(false)).unwrap();
        assert_eq!(found(Cookie::User).text(), user.text());
        assert_eq!(found(Cookie::Station).text(), station.text());
    }
}
