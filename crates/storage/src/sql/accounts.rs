//! Users, sessions, invitations and API tokens.

use async_trait::async_trait;
use model::{DeviceId, Timestamp, UserId};
use store::{
    Accounts, ApiToken, Digest, Invitation, Result, Role, Session, StoreError, Subject, User,
};

use super::SqlStore;
use super::people::folded;
use super::writer::{Tx, Work};
use crate::engine::fault::{fault, taken};
use crate::engine::rows::{Columns, nanos};
use crate::engine::value::Value;
use crate::engine::{Row, query};

#[async_trait]
impl Accounts for SqlStore {
    async fn users(&self) -> Result<Vec<User>> {
        let mut db = self.read().await?;
        let sql = "SELECT * FROM users ORDER BY name_folded";
        let rows = query(sql).fetch_all(&mut db).await.map_err(fault)?;
        rows.iter().map(read_user).collect()
    }

    async fn user(&self, id: UserId) -> Result<Option<User>> {
        let sql = "SELECT * FROM users WHERE id = ?";
        self.one(sql, id.0.as_bytes().to_vec(), read_user).await
    }

    async fn user_by_name(&self, name: &str) -> Result<Option<User>> {
        let sql = "SELECT * FROM users WHERE name_folded = ?";
        self.one(sql, folded(name.trim()), read_user).await
    }

    async fn invitation(&self, token: &Digest) -> Result<Option<Invitation>> {
        let sql = "SELECT * FROM invitations WHERE token = ? AND used = 0";
        self.one(sql, token.to_vec(), read_invitation).await
    }

    async fn put_session(&self, session: Session) -> Result<()> {
        self.write(Beginning(session)).await
    }

    async fn session(&self, token: &Digest, now: Timestamp) -> Result<Option<Session>> {
        let sql = "SELECT s.* FROM sessions s LEFT JOIN users u ON u.id = s.subject \
                   WHERE s.token = ? AND (s.subject_kind = 'device' OR u.disabled = 0)";
        let found = self.one(sql, token.to_vec(), read_session).await?;
        Ok(found.filter(|session| session.expires_at > now))
    }

    async fn extend_session(&self, token: &Digest, expires_at: Timestamp) -> Result<()> {
        self.write(Extending(*token, expires_at)).await
    }

    async fn end_session(&self, token: &Digest) -> Result<()> {
        self.write(Ending(*token)).await
    }

    async fn tokens(&self) -> Result<Vec<ApiToken>> {
        let mut db = self.read().await?;
        let sql = "SELECT * FROM tokens ORDER BY name, id";
        let rows = query(sql).fetch_all(&mut db).await.map_err(fault)?;
        rows.iter().map(read_token).collect()
    }

    async fn token(&self, token: &Digest) -> Result<Option<ApiToken>> {
        let sql = "SELECT * FROM tokens WHERE token = ? AND revoked = 0";
        self.one(sql, token.to_vec(), read_token).await
    }
}

impl SqlStore {
    async fn one<V, T>(
        &self,
        sql: &'static str,
        value: V,
        read: fn(&Row) -> Result<T>,
    ) -> Result<Option<T>>
    where
        V: Into<Value>,
    {
        let mut db = self.read().await?;
        let row = query(sql)
            .bind(value)
            .fetch_optional(&mut db)
            .await
            .map_err(fault)?;
        row.as_ref().map(read).transpose()
    }
}

pub(super) const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Auditor => "auditor",
        Role::Operator => "operator",
        Role::Admin => "admin",
    }
}

fn role(row: &Row) -> Result<Role> {
    let word: &str = row.col("role")?;
    [Role::Viewer, Role::Auditor, Role::Operator, Role::Admin]
        .into_iter()
        .find(|role| role_word(*role) == word)
        .ok_or_else(|| StoreError::Damaged(format!("there is no role {word:?}")))
}

pub(super) fn read_user(row: &Row) -> Result<User> {
    Ok(User {
        id: row.id("id")?,
        name: row.col("name")?,
        role: role(row)?,
        disabled: row.flag("disabled")?,
        password_hash: row.col("password")?,
    })
}

fn read_invitation(row: &Row) -> Result<Invitation> {
    Ok(Invitation {
        token: row.digest("token")?,
        user: row.id("user")?,
        expires_at: row.time("expires_at")?,
    })
}

fn read_session(row: &Row) -> Result<Session> {
    let kind: &str = row.col("subject_kind")?;
    let subject = match kind {
        "user" => Subject::User(row.id("subject")?),
        "device" => Subject::Device(row.id("subject")?),
        other => return Err(StoreError::Damaged(format!("a session of a {other:?}"))),
    };
    Ok(Session {
        token: row.digest("token")?,
        subject,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
    })
}

fn read_token(row: &Row) -> Result<ApiToken> {
    Ok(ApiToken {
        id: row.id("id")?,
        name: row.col("name")?,
        role: role(row)?,
        token: row.digest("token")?,
        made_by: row.id("made_by")?,
        made_at: row.time("made_at")?,
        revoked: row.flag("revoked")?,
    })
}

struct Beginning(Session);

impl Work for Beginning {
    type Output = ();

    /// Sessions that have ended by now go at the same time.
    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let session = &self.0;
        let swept = query("DELETE FROM sessions WHERE expires_at <= ?")
            .bind(nanos(session.created_at))
            .execute(&mut *tx.db)
            .await;
        swept.map_err(fault)?;
        let (kind, subject) = match session.subject {
            Subject::User(UserId(id)) => ("user", id),
            Subject::Device(DeviceId(id)) => ("device", id),
        };
        let sql = "INSERT INTO sessions (token, subject_kind, subject, created_at, expires_at) \
                   VALUES (?, ?, ?, ?, ?)";
        let done = query(sql)
            .bind(session.token.as_slice())
            .bind(kind)
            .bind(subject.as_bytes().as_slice())
            .bind(nanos(session.created_at))
            .bind(nanos(session.expires_at))
            .execute(&mut *tx.db)
            .await;
        done.map(drop).map_err(taken(|| "this session".to_owned()))
    }
}

struct Extending(Digest, Timestamp);

impl Work for Extending {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let done = query("UPDATE sessions SET expires_at = ? WHERE token = ?")
            .bind(nanos(self.1))
            .bind(self.0.as_slice())
            .execute(&mut *tx.db)
            .await;
        done.map(drop).map_err(fault)
    }
}

struct Ending(Digest);

impl Work for Ending {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let done = query("DELETE FROM sessions WHERE token = ?")
            .bind(self.0.as_slice())
            .execute(&mut *tx.db)
            .await;
        done.map(drop).map_err(fault)
    }
}
