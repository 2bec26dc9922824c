//! Sessions: a random secret in a cookie, its digest in the store.

use super::Secret;
use crate::error::ApiError;
use crate::state::{ApiConfig, House};
use axum::http::{HeaderMap, HeaderValue, header};
use jiff::SignedDuration;
use model::{DeviceId, Timestamp, UserId};
use store::{Session, Subject};

/// How long a camera station stays signed in.
const STATION: SignedDuration = SignedDuration::from_hours(365 * 24);
/// A session that is used is written again when it could end this much later: a page that asks
/// each minute costs a write an hour.
const RENEWED_BY: SignedDuration = SignedDuration::from_hours(1);

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
    let idle = idle(&house.config);
    begin(house, Cookie::User, Subject::User(user), idle).await
}

/// Makes the browser that gets the header a camera station.
pub(crate) async fn begin_station(
    house: &House,
    device: DeviceId,
) -> Result<HeaderValue, ApiError> {
    let subject = Subject::Device(device);
    let (cookie, _) = begin(house, Cookie::Station, subject, STATION).await?;
    Ok(cookie)
}

async fn begin(
    house: &House,
    cookie: Cookie,
    subject: Subject,
    lasts: SignedDuration,
) -> Result<(HeaderValue, Secret), ApiError> {
    let secret = Secret::fresh()?;
    let now = house.clock.now();
    let session = Session {
        token: secret.digest(),
        subject,
        created_at: now,
        expires_at: later(now, lasts),
    };
    house.store.put_session(session).await?;
    let header = set_cookie(cookie, secret.text(), lasts.as_secs(), &house.config)?;
    Ok((header, secret))
}

fn idle(config: &ApiConfig) -> SignedDuration {
    SignedDuration::from_hours(config.sessions.idle_hours.into())
}

/// `lasts` after `now`; the end of time where that is out of range.
fn later(now: Timestamp, lasts: SignedDuration) -> Timestamp {
    now.checked_add(lasts).unwrap_or(Timestamp::MAX)
}

/// Lets the session that a request's cookie names end later, because a page is open: a screen on
/// the wall stays signed in. The header that lets the cookie end later too, when it was time.
pub(crate) async fn renew_session(
    house: &House,
    headers: &HeaderMap,
) -> Result<Option<HeaderValue>, ApiError> {
    let Some(secret) = session_cookie(headers, Cookie::User, &house.config) else {
        return Ok(None);
    };
    let now = house.clock.now();
    let Some(session) = house.store.session(&secret.digest(), now).await? else {
        return Ok(None);
    };
    let Some(end) = renewed(&session, &house.config, now) else {
        return Ok(None);
    };
    house.store.extend_session(&session.token, end).await?;
    let lasts = end.duration_since(now).as_secs();
    set_cookie(Cookie::User, secret.text(), lasts, &house.config).map(Some)
}

/// When a session that is used now ends; `None` while it is not worth a write.
fn renewed(session: &Session, config: &ApiConfig, now: Timestamp) -> Option<Timestamp> {
    let longest = SignedDuration::from_hours(24 * i64::from(config.sessions.longest_days));
    let end = later(now, idle(config)).min(later(session.created_at, longest));
    let gained = end.duration_since(session.expires_at);
    (gained >= RENEWED_BY.min(idle(config) / 2)).then_some(end)
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
            sessions: crate::SessionLimits::default(),
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
