//! Writing users, invitations and API tokens.

use model::{Timestamp, TokenId, UserId};
use store::{ApiToken, Digest, Invitation, Put, Result, StoreError, User};

use super::accounts::{read_user, role_word};
use super::people::folded;
use super::people_written::{exists, unchanged};
use crate::engine::fault::{fault, taken, taken_or_dangling};
use crate::engine::rows::{Columns, nanos};
use crate::engine::{Db, query};

pub(super) async fn put_user(db: &mut Db, put: &Put<User>) -> Result<()> {
    let insert = "INSERT INTO users (name, name_folded, role, disabled, password, id) \
                  VALUES (?, ?, ?, ?, ?, ?)";
    let update = "UPDATE users SET name = ?, name_folded = ?, role = ?, disabled = ?, \
                  password = ? WHERE id = ?";
    let (sql, user, ends) = match put {
        Put::Add(user) => (insert, user, false),
        Put::Change { was, now } => {
            let stands = stored_user(db, now.id).await?;
            unchanged(stands, was, || format!("user {}", now.id))?;
            let ends = now.disabled || now.password_hash != was.password_hash;
            (update, &**now, ends)
        }
    };
    query(sql)
        .bind(&user.name)
        .bind(folded(user.name.trim()))
        .bind(role_word(user.role))
        .bind(user.disabled)
        .bind(&user.password_hash)
        .bind(user.id.0.as_bytes().as_slice())
        .execute(&mut *db)
        .await
        .map_err(taken(|| format!("the user name {:?}", user.name)))?;
    if ends {
        end_sessions(db, user.id).await?;
    }
    Ok(())
}

async fn stored_user(db: &mut Db, id: UserId) -> Result<Option<User>> {
    let row = query("SELECT * FROM users WHERE id = ?")
        .bind(id.0.as_bytes().as_slice())
        .fetch_optional(db)
        .await
        .map_err(fault)?;
    row.as_ref().map(read_user).transpose()
}

pub(super) async fn put_invitation(db: &mut Db, invitation: &Invitation) -> Result<()> {
    let done = query("INSERT INTO invitations (token, \"user\", expires_at) VALUES (?, ?, ?)")
        .bind(invitation.token.as_slice())
        .bind(invitation.user.0.as_bytes().as_slice())
        .bind(nanos(invitation.expires_at))
        .execute(db)
        .await;
    let what = || "this invitation".to_owned();
    done.map(drop)
        .map_err(taken_or_dangling(what, "the invited user"))
}

/// Used, expired and unknown are the same to whoever holds the link.
pub(super) async fn accept_invitation(
    db: &mut Db,
    token: &Digest,
    password_hash: &str,
    at: Timestamp,
) -> Result<()> {
    let row = query(
        "UPDATE invitations SET used = 1 WHERE token = ? AND used = 0 AND expires_at > ? \
         RETURNING \"user\"",
    )
    .bind(token.as_slice())
    .bind(nanos(at))
    .fetch_optional(&mut *db)
    .await
    .map_err(fault)?;
    let row = row.ok_or_else(|| StoreError::NotFound {
        what: "an open invitation with this link".to_owned(),
    })?;
    set_password(db, row.id("user")?, password_hash).await
}

/// Whoever was signed in with the old password is signed out.
pub(super) async fn set_password(db: &mut Db, id: UserId, hash: &str) -> Result<()> {
    let done = query("UPDATE users SET password = ? WHERE id = ?")
        .bind(hash)
        .bind(id.0.as_bytes().as_slice())
        .execute(&mut *db)
        .await
        .map_err(fault)?;
    exists(done, || format!("user {id}"))?;
    end_sessions(db, id).await
}

async fn end_sessions(db: &mut Db, id: UserId) -> Result<()> {
    let done = query("DELETE FROM sessions WHERE subject = ?")
        .bind(id.0.as_bytes().as_slice())
        .execute(db)
        .await;
    done.map(drop).map_err(fault)
}

pub(super) async fn put_token(db: &mut Db, token: &ApiToken) -> Result<()> {
    let sql = "INSERT INTO tokens (id, name, role, token, made_by, made_at, revoked) \
               VALUES (?, ?, ?, ?, ?, ?, ?)";
    let done = query(sql)
        .bind(token.id.0.as_bytes().as_slice())
        .bind(&token.name)
        .bind(role_word(token.role))
        .bind(token.token.as_slice())
        .bind(token.made_by.0.as_bytes().as_slice())
        .bind(nanos(token.made_at))
        .bind(token.revoked)
        .execute(db)
        .await;
    done.map(drop)
        .map_err(taken(|| "this API token".to_owned()))
}

pub(super) async fn revoke_token(db: &mut Db, id: TokenId) -> Result<()> {
    let done = query("UPDATE tokens SET revoked = 1 WHERE id = ?")
        .bind(id.0.as_bytes().as_slice())
        .execute(db)
        .await
        .map_err(fault)?;
    exists(done, || format!("API token {id}"))
}
