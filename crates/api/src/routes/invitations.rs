//! One-time links: by which the first administrator begins, and everybody sets a password.

use super::session::{SessionView, welcome};
use crate::auth::{ClientAddress, Passwords, Secret, Throttle, password_problem};
use crate::error::{ApiError, Problem};
use crate::extract::Json;
use crate::state::House;
use crate::text::required;
use crate::words::Role;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use model::{Act, Author, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::{Invitation, Put, User, Write};
use utoipa::ToSchema;

/// How long a link works, in hours.
const LINK_HOURS: i64 = 72;

/// Under which name attempts with unknown links are throttled.
const THROTTLED_AS: &str = "(invitation)";

/// A one-time link, shown once.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitationLink {
    /// Path of the page, the secret in the fragment: browsers send it to nobody.
    path: String,
    /// The secret alone.
    token: String,
    /// When it ends.
    expires_at: Timestamp,
}

/// The secret of a one-time link.
#[derive(Deserialize, ToSchema)]
pub(crate) struct InvitationToken {
    /// The secret.
    token: String,
}

/// What a one-time link is for.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitationView {
    /// Sign-in name of whom it is for.
    name: String,
    /// Role.
    role: Role,
    /// Whether nobody has ever signed in: the name may then be chosen.
    first: bool,
    /// When it ends.
    expires_at: Timestamp,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Acceptance {
    /// The secret of the link.
    token: String,
    /// Sign-in name; only the very first user may choose it.
    name: Option<String>,
    /// Password, at least 12 characters.
    password: String,
}

/// A write that adds an invitation of `user`, and the link for it.
pub(crate) fn invite_write(
    house: &House,
    user: UserId,
) -> Result<(Write, InvitationLink), ApiError> {
    let now = house.clock.now();
    let (invitation, secret) = invitation(user, now)?;
    let link = InvitationLink {
        path: path(&secret),
        token: secret.text().to_owned(),
        expires_at: invitation.expires_at,
    };
    Ok((Write::Invitation(invitation), link))
}

/// A one-time link for `user` from the server's console: what to write, and the page's path.
///
/// # Errors
/// When the system gives no randomness.
pub fn one_time_link(user: UserId, now: Timestamp) -> Result<(Write, String), ApiError> {
    let (invitation, secret) = invitation(user, now)?;
    Ok((Write::Invitation(invitation), path(&secret)))
}

fn invitation(user: UserId, now: Timestamp) -> Result<(Invitation, Secret), ApiError> {
    let secret = Secret::fresh()?;
    let end = now.checked_add(jiff::SignedDuration::from_hours(LINK_HOURS));
    let invitation = Invitation {
        token: secret.digest(),
        user,
        expires_at: end.unwrap_or(Timestamp::MAX),
    };
    Ok((invitation, secret))
}

/// The secret stands in the fragment: browsers send it to nobody.
fn path(secret: &Secret) -> String {
    format!("/welcome#token={}", secret.text())
}

/// What a one-time link is for. Role: none.
#[utoipa::path(post, path = "/invitations/check", tag = "session",
    request_body = InvitationToken,
    responses((status = 200, body = InvitationView), (status = 404, body = Problem)))]
pub(crate) async fn check(
    ClientAddress(address): ClientAddress,
    State(house): State<House>,
    State(throttle): State<Throttle>,
    Json(sent): Json<InvitationToken>,
) -> Result<Json<InvitationView>, ApiError> {
    throttle.check(THROTTLED_AS, address, house.clock.now())?;
    let Some(found) = open(&house, &sent.token).await? else {
        throttle.failed(THROTTLED_AS, address, house.clock.now());
        return Err(ApiError::LinkGone);
    };
    Ok(Json(InvitationView {
        name: found.user.name,
        role: found.user.role.into(),
        first: found.first,
        expires_at: found.invitation.expires_at,
    }))
}

/// Sets the password of whom a one-time link is for, and signs in. Role: none.
#[utoipa::path(post, path = "/invitations/accept", tag = "session",
    request_body = Acceptance,
    responses((status = 200, body = SessionView), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn accept(
    ClientAddress(address): ClientAddress,
    State(house): State<House>,
    State(passwords): State<Passwords>,
    State(throttle): State<Throttle>,
    headers: HeaderMap,
    Json(sent): Json<Acceptance>,
) -> Result<Response, ApiError> {
    throttle.check(THROTTLED_AS, address, house.clock.now())?;
    if let Some(problem) = password_problem(&sent.password) {
        return Err(ApiError::field("password", problem));
    }
    let Some(found) = open(&house, &sent.token).await? else {
        throttle.failed(THROTTLED_AS, address, house.clock.now());
        return Err(ApiError::LinkGone);
    };
    let user = named(found.user.clone(), sent.name.as_deref(), found.first)?;
    let accepted = Write::AcceptInvitation {
        token: found.invitation.token,
        password_hash: passwords.hash(sent.password).await?,
        at: house.clock.now(),
    };
    let mut writes = Vec::new();
    if found.first {
        writes.push(Write::User(Put::change(found.user, user.clone())));
    }
    writes.push(accepted);
    let author = Author::User { user: user.id };
    house
        .act(author, Act::UserPut { user: user.id }, writes)
        .await?;
    welcome(&house, &headers, user).await
}

/// An invitation that still works.
struct Open {
    invitation: Invitation,
    user: User,
    first: bool,
}

async fn open(house: &House, token: &str) -> Result<Option<Open>, ApiError> {
    let Some(secret) = Secret::parse(token) else {
        return Ok(None);
    };
    let now = house.clock.now();
    let invitation = house.store.invitation(&secret.digest()).await?;
    let Some(invitation) = invitation.filter(|i| i.expires_at > now) else {
        return Ok(None);
    };
    let user = house.store.user(invitation.user).await?;
    let Some(user) = user.filter(|user| !user.disabled) else {
        return Ok(None);
    };
    let users = house.store.users().await?;
    let first = users.iter().all(|user| user.password_hash.is_none());
    Ok(Some(Open {
        invitation,
        user,
        first,
    }))
}

/// `user` under the name sent, where the name may be chosen.
fn named(user: User, name: Option<&str>, first: bool) -> Result<User, ApiError> {
    match name {
        Some(name) if first => Ok(User {
            name: required("name", name)?,
            ..user
        }),
        _ => Ok(user),
    }
}
