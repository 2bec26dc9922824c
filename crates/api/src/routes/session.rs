//! Who is signed in; signing in and out.

use crate::auth::{
    Caller, Claim, ClientAddress, Cookie, Guard, MaybeCaller, Passwords, Viewer, Who,
    begin_session, end_session, expired_cookie, password_problem, renew_session, station_of,
};
use crate::error::{ApiError, Problem};
use crate::extract::Json;
use crate::state::House;
use crate::words::Role;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use model::Act;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use store::{User, Write};
use utoipa::ToSchema;
use uuid::Uuid;

/// Who calls.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// The user, or the one who made the token.
    id: Uuid,
    /// Name of the user or token.
    name: String,
    /// What the caller may do.
    role: Role,
    /// Send it as `X-Gatebook-CSRF` with every POST, PUT and DELETE. Absent for a token.
    csrf: Option<String>,
}

/// How far the site is set up, for the guide.
#[derive(Serialize, ToSchema)]
pub(crate) struct SetupState {
    /// Whether somebody has accepted the first one-time link.
    has_admin: bool,
    /// Whether there is an access point.
    has_access_point: bool,
    /// Whether there is a device that can see somebody.
    has_device: bool,
    /// Whether somebody is registered.
    has_person: bool,
}

/// The camera station that this browser is.
#[derive(Serialize, ToSchema)]
pub(crate) struct StationView {
    /// The device.
    device: Uuid,
    /// Its name.
    name: String,
}

/// What the page has to know before anything else.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Who is signed in; absent: show the sign-in.
    me: Option<Me>,
    /// Name of the site.
    site_name: String,
    /// IANA name of the site's time zone.
    time_zone: String,
    /// Version of Gatebook.
    version: String,
    /// How far the site is set up.
    setup: SetupState,
    /// The camera station that this browser is, if it is one.
    station: Option<StationView>,
}

/// Name and password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignIn {
    /// Sign-in name, in any case.
    name: String,
    /// Password.
    password: String,
}

/// Who calls, and what the page has to know first. Role: none.
///
/// Answers without a session too: `me` is then absent. An open page asks each minute, which keeps
/// its session alive.
#[utoipa::path(get, path = "/session", tag = "session",
    responses((status = 200, body = SessionView)))]
pub(crate) async fn who_am_i(
    MaybeCaller(caller): MaybeCaller,
    State(house): State<House>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let renewed = match &caller {
        Some(_) => renew_session(&house, &headers).await?,
        None => None,
    };
    let view = view(&house, caller.map(Me::from), &headers).await?;
    let mut response = Json(view).into_response();
    if let Some(cookie) = renewed {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Signs in. Role: none.
///
/// Failed attempts are throttled per name and address.
#[utoipa::path(post, path = "/session", tag = "session",
    request_body = SignIn,
    responses(
        (status = 200, body = SessionView),
        (status = 401, description = "Name or password is wrong", body = Problem),
        (status = 429, description = "Too many attempts", body = Problem),
    ))]
pub(crate) async fn sign_in(
    ClientAddress(address): ClientAddress,
    State(house): State<House>,
    State(guard): State<Guard>,
    headers: HeaderMap,
    Json(sign_in): Json<SignIn>,
) -> Result<Response, ApiError> {
    let user = authenticate(&house, &guard, address, sign_in).await?;
    welcome(&house, &headers, user).await
}

async fn authenticate(
    house: &House,
    guard: &Guard,
    address: IpAddr,
    SignIn { name, password }: SignIn,
) -> Result<User, ApiError> {
    let name = name.trim();
    let user = house.store.user_by_name(name).await?;
    let user = user.filter(|user| !user.disabled);
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let claim = Claim {
        name,
        address,
        password: &password,
    };
    let admitted = guard.admits(claim, hash, &*house.clock).await?;
    user.filter(|_| admitted).ok_or(ApiError::WrongPassword)
}

/// The password as it is, and as it shall be.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordChange {
    /// The password as it is.
    current: String,
    /// The password as it shall be.
    password: String,
}

/// Changes the signed-in user's own password. Role: viewer.
///
/// All other sessions of the user end; this browser gets a new one. Failed attempts are throttled
/// like signing in.
#[utoipa::path(put, path = "/session/password", tag = "session",
    request_body = PasswordChange,
    responses((status = 200, body = SessionView), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn change_password(
    Viewer(caller): Viewer,
    ClientAddress(address): ClientAddress,
    State(house): State<House>,
    State(guard): State<Guard>,
    State(passwords): State<Passwords>,
    headers: HeaderMap,
    Json(change): Json<PasswordChange>,
) -> Result<Response, ApiError> {
    if let Who::Token(_) = caller.who {
        let detail = "A token has no password: sign in as yourself to change yours.";
        return Err(ApiError::Conflict(detail.into()));
    }
    if let Some(problem) = password_problem(&change.password) {
        return Err(ApiError::field("password", problem));
    }
    let user = house.store.user(caller.user).await?;
    let user = user.ok_or(ApiError::NotSignedIn)?;
    let claim = Claim {
        name: &user.name,
        address,
        password: &change.current,
    };
    let hash = user.password_hash.clone();
    if !guard.admits(claim, hash, &*house.clock).await? {
        let detail = "This is not your password as it is now.";
        return Err(ApiError::field("current", detail));
    }
    let hash = passwords.hash(change.password).await?;
    let act = Act::UserPut { user: user.id };
    let writes = vec![Write::UserPassword(user.id, hash)];
    house.act(caller.author(), act, writes).await?;
    fresh_session(&house, &headers, caller).await
}

/// Begins a session of `user`, which is an entry of the log.
pub(crate) async fn welcome(
    house: &House,
    headers: &HeaderMap,
    user: User,
) -> Result<Response, ApiError> {
    let caller = Caller {
        user: user.id,
        name: user.name,
        role: user.role,
        who: Who::Session {
            csrf: String::new(),
        },
    };
    let act = Act::SignedIn { user: user.id };
    house.act(caller.author(), act, Vec::new()).await?;
    fresh_session(house, headers, caller).await
}

async fn fresh_session(
    house: &House,
    headers: &HeaderMap,
    caller: Caller,
) -> Result<Response, ApiError> {
    // A browser that signs in anew leaves no older session behind.
    end_session(house, headers, Cookie::User).await?;
    let (cookie, secret) = begin_session(house, caller.user).await?;
    let me = Me {
        csrf: Some(secret.csrf()),
        ..Me::from(caller)
    };
    let view = view(house, Some(me), headers).await?;
    let mut response = Json(view).into_response();
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

/// Signs out. Role: none.
#[utoipa::path(delete, path = "/session", tag = "session",
    responses((status = 204, description = "Signed out")))]
pub(crate) async fn sign_out(
    _: MaybeCaller,
    State(house): State<House>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    end_session(&house, &headers, Cookie::User).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let gone = expired_cookie(Cookie::User, &house.config)?;
    response.headers_mut().insert(SET_COOKIE, gone);
    Ok(response)
}

impl From<Caller> for Me {
    fn from(caller: Caller) -> Self {
        Self {
            id: caller.user.0,
            name: caller.name,
            role: caller.role.into(),
            csrf: match caller.who {
                Who::Session { csrf } => Some(csrf),
                Who::Token(_) => None,
            },
        }
    }
}

async fn view(house: &House, me: Option<Me>, headers: &HeaderMap) -> Result<SessionView, ApiError> {
    let settings = house.store.settings().await?;
    let devices = house.store.devices().await?;
    let users = house.store.users().await?;
    let setup = SetupState {
        has_admin: users.iter().any(|user| user.password_hash.is_some()),
        has_access_point: !house.store.access_points().await?.is_empty(),
        has_device: !devices.is_empty(),
        has_person: house.store.people_count().await? > 0,
    };
    let station = station_of(house, headers).await?;
    let station = devices.iter().find(|device| Some(device.id) == station);
    Ok(SessionView {
        me,
        site_name: settings.site_name,
        time_zone: settings.time_zone,
        version: house.config.version.clone(),
        setup,
        station: station.map(|device| StationView {
            device: device.id.0,
            name: device.name.clone(),
        }),
    })
}
