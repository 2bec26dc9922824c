//! People who sign in: invited, given a role, disabled. Nobody is deleted, because the log names
//! them as authors.

use super::invitations::{InvitationLink, invite_write};
use crate::acts::fresh;
use crate::auth::{Admin, Caller};
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path};
use crate::state::{Accounting, House};
use crate::text::required;
use crate::words::Role;
use axum::extract::State;
use axum::http::StatusCode;
use model::{Act, UserId};
use serde::{Deserialize, Serialize};
use store::{Put, User, Write};
use utoipa::ToSchema;
use uuid::Uuid;

/// Somebody who signs in.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserView {
    /// Identity.
    id: Uuid,
    /// Sign-in name.
    name: String,
    /// Role.
    role: Role,
    /// Disabled users cannot sign in.
    disabled: bool,
    /// Whether the invitation was accepted.
    active: bool,
}

/// A new user.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewUser {
    /// Sign-in name, unique in any case.
    name: String,
    /// Role.
    role: Role,
}

/// A user and the link by which the user sets a password.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitedUser {
    /// The user.
    user: UserView,
    /// The link, shown this once.
    invitation: InvitationLink,
}

/// What may be changed about a user.
#[derive(Deserialize, ToSchema)]
pub(crate) struct UserChange {
    /// Role.
    role: Role,
    /// Whether the user is kept from signing in; open sessions end.
    disabled: bool,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id.0,
            name: user.name,
            role: user.role.into(),
            disabled: user.disabled,
            active: user.password_hash.is_some(),
        }
    }
}

/// All users by name. Role: admin.
#[utoipa::path(get, path = "/users", tag = "users",
    responses((status = 200, body = Vec<UserView>)))]
pub(crate) async fn list(
    _: Admin,
    State(house): State<House>,
) -> Result<Json<Vec<UserView>>, ApiError> {
    let users = house.store.users().await?;
    Ok(Json(users.into_iter().map(UserView::from).collect()))
}

/// Adds a user, and makes the link by which the user sets a password. Role: admin.
#[utoipa::path(post, path = "/users", tag = "users", request_body = NewUser,
    responses((status = 201, body = InvitedUser), (status = 409, body = Problem)))]
pub(crate) async fn add(
    caller: Admin,
    State(house): State<House>,
    Json(new): Json<NewUser>,
) -> Result<(StatusCode, Json<InvitedUser>), ApiError> {
    let user = User {
        id: fresh(),
        name: required("name", &new.name)?,
        role: new.role.into(),
        disabled: false,
        password_hash: None,
    };
    let first = vec![Write::User(Put::Add(user.clone()))];
    let invited = put_and_invite(&house, &caller, user, first).await?;
    Ok((StatusCode::CREATED, Json(invited)))
}

/// Makes a new link by which a user sets a password. Role: admin.
///
/// The password in force stays until the link is used.
#[utoipa::path(post, path = "/users/{id}/invite", tag = "users",
    params(("id" = Uuid, Path, description = "The user")),
    responses((status = 200, body = InvitedUser), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn invite(
    caller: Admin,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Json<InvitedUser>, ApiError> {
    let user = find(&house, UserId(id)).await?;
    if user.disabled {
        let detail = format!("{} is disabled; enable the user first.", user.name);
        return Err(ApiError::Conflict(detail));
    }
    let invited = put_and_invite(&house, &caller, user, Vec::new()).await?;
    Ok(Json(invited))
}

async fn put_and_invite(
    house: &House,
    caller: &Caller,
    user: User,
    mut writes: Vec<Write>,
) -> Result<InvitedUser, ApiError> {
    let (write, invitation) = invite_write(house, user.id)?;
    writes.push(write);
    let act = Act::UserPut { user: user.id };
    house.act(caller.author(), act, writes).await?;
    Ok(InvitedUser {
        user: user.into(),
        invitation,
    })
}

/// Changes a user's role, disables or enables. Role: admin.
///
/// The last administrator who can sign in keeps the role.
#[utoipa::path(put, path = "/users/{id}", tag = "users", request_body = UserChange,
    params(("id" = Uuid, Path, description = "The user")),
    responses((status = 200, body = UserView), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn change(
    caller: Admin,
    State(house): State<House>,
    State(accounting): State<Accounting>,
    Path(id): Path<Uuid>,
    Json(change): Json<UserChange>,
) -> Result<Json<UserView>, ApiError> {
    // One at a time: two administrators who demote each other at once must not both succeed.
    let _alone = accounting.alone().await;
    let before = find(&house, UserId(id)).await?;
    let after = User {
        role: change.role.into(),
        disabled: change.disabled,
        ..before.clone()
    };
    if can_administer(&before) && !can_administer(&after) {
        keep_an_administrator(&house, after.id).await?;
    }
    let act = Act::UserPut { user: after.id };
    let writes = vec![Write::User(Put::change(before, after.clone()))];
    house.act(caller.author(), act, writes).await?;
    Ok(Json(after.into()))
}

async fn keep_an_administrator(house: &House, but: UserId) -> Result<(), ApiError> {
    let users = house.store.users().await?;
    if users
        .iter()
        .any(|user| user.id != but && can_administer(user))
    {
        return Ok(());
    }
    Err(ApiError::Conflict(
        "This is the last administrator who can sign in; make somebody else one first.".into(),
    ))
}

fn can_administer(user: &User) -> bool {
    user.role == store::Role::Admin && !user.disabled && user.password_hash.is_some()
}

async fn find(house: &House, id: UserId) -> Result<User, ApiError> {
    let user = house.store.user(id).await?;
    user.ok_or_else(|| ApiError::not_found("this user"))
}
