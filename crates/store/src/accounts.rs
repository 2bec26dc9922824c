//! Users, sessions, invitations and API tokens. Secrets are stored as digests only.

use crate::Result;
use async_trait::async_trait;
use model::{DeviceId, Timestamp, TokenId, UserId};

/// SHA-256 of a random secret.
pub type Digest = [u8; 32];

/// What a user or token may do; each role may do what the ones below it may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// Sees the live page, presence and people's names and photographs.
    Viewer,
    /// Also reads the whole log, proofs and the audit pages; writes nothing.
    Auditor,
    /// Also corrects, acknowledges, enrols.
    Operator,
    /// Also settings, users, tokens, devices, deleting people, unmasked identity numbers.
    Admin,
}

/// Somebody who signs in.
#[derive(Clone, PartialEq, Debug)]
pub struct User {
    /// Identity.
    pub id: UserId,
    /// Sign-in name, unique.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Disabled users cannot sign in.
    pub disabled: bool,
    /// argon2id PHC string; `None` until an invitation is accepted.
    pub password_hash: Option<String>,
}

/// Who a session belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A user.
    User(UserId),
    /// A camera station.
    Device(DeviceId),
}

/// A signed-in browser.
#[derive(Clone, PartialEq, Debug)]
pub struct Session {
    /// Digest of the cookie's secret.
    pub token: Digest,
    /// Whose it is.
    pub subject: Subject,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A one-time link by which a user sets a password.
#[derive(Clone, PartialEq, Debug)]
pub struct Invitation {
    /// Digest of the link's secret.
    pub token: Digest,
    /// Whom it is for.
    pub user: UserId,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A token for programs.
#[derive(Clone, PartialEq, Debug)]
pub struct ApiToken {
    /// Identity.
    pub id: TokenId,
    /// Name people use.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Digest of the secret.
    pub token: Digest,
    /// Who made it.
    pub made_by: UserId,
    /// When it was made.
    pub made_at: Timestamp,
    /// Revoked tokens stay listed.
    pub revoked: bool,
}

/// Accounts. Changes to users, invitations and tokens go with an entry, see [`crate::Write`];
/// sessions are written here.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// All users by name.
    async fn users(&self) -> Result<Vec<User>>;

    /// One user.
    async fn user(&self, id: UserId) -> Result<Option<User>>;

    /// The user with this sign-in name (any case).
    async fn user_by_name(&self, name: &str) -> Result<Option<User>>;

    /// The invitation with this digest, unless used.
    async fn invitation(&self, token: &Digest) -> Result<Option<Invitation>>;

    /// Keeps a session.
    async fn put_session(&self, session: Session) -> Result<()>;

    /// The session with this digest, unless it ended before `now` or its user is disabled.
    async fn session(&self, token: &Digest, now: Timestamp) -> Result<Option<Session>>;

    /// Lets a session end at another time; one that is gone stays gone.
    async fn extend_session(&self, token: &Digest, expires_at: Timestamp) -> Result<()>;

    /// Ends a session.
    async fn end_session(&self, token: &Digest) -> Result<()>;

    /// All API tokens by name.
    async fn tokens(&self) -> Result<Vec<ApiToken>>;

    /// The API token with this digest, unless revoked.
    async fn token(&self, token: &Digest) -> Result<Option<ApiToken>>;
}
