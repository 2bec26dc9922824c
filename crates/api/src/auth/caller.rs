//! The caller of a route, and extractors that ask for a role.
//!
//! A handler names the role it needs (`caller: Viewer`) before what it reads of the request, so
//! that nothing is read for somebody who may not call it.

use super::Secret;
use super::session::{Cookie, session_cookie};
use crate::error::ApiError;
use crate::state::House;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use model::{Author, TokenId, UserId};
use store::{Role, Subject};
use subtle::ConstantTimeEq;

/// How the caller proved who he is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Who {
    /// A signed-in browser.
    Session {
        /// The session's CSRF value.
        csrf: String,
    },
    /// A program with an API token.
    Token(TokenId),
}

/// Somebody who may call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Caller {
    /// The user, or the one who made the token.
    pub(crate) user: UserId,
    /// The user's or token's name.
    pub(crate) name: String,
    /// What the caller may do.
    pub(crate) role: Role,
    /// How the caller proved who he is.
    pub(crate) who: Who,
}

impl Caller {
    /// The caller as the author of an entry.
    pub(crate) fn author(&self) -> Author {
        Author::User { user: self.user }
    }
}

/// The caller that headers name, if any. A token that is sent and not known is an error, a stale
/// cookie is not: the page then shows its sign-in.
pub(crate) async fn caller_of(
    house: &House,
    headers: &HeaderMap,
) -> Result<Option<Caller>, ApiError> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let secret = value.to_str().ok().and_then(bearer);
        let secret = secret.ok_or(ApiError::NotSignedIn)?;
        return by_token(house, &secret).await.map(Some);
    }
    match session_cookie(headers, Cookie::User, &house.config) {
        Some(secret) => by_session(house, &secret).await,
        None => Ok(None),
    }
}

fn bearer(value: &str) -> Option<Secret> {
    let (scheme, secret) = value.split_once(' ')?;
    let bearer = scheme.eq_ignore_ascii_case("bearer");
    bearer.then(|| Secret::parse(secret.trim())).flatten()
}

async fn by_token(house: &House, secret: &Secret) -> Result<Caller, ApiError> {
    let token = house.store.token(&secret.digest()).await?;
    let token = token.ok_or(ApiError::NotSignedIn)?;
    // A token is worth no more than its maker is now.
    let maker = house.store.user(token.made_by).await?;
    let maker = maker.filter(|user| !user.disabled);
    let maker = maker.ok_or(ApiError::NotSignedIn)?;
    Ok(Caller {
        user: maker.id,
        name: token.name,
        role: token.role.min(maker.role),
        who: Who::Token(token.id),
    })
}

async fn by_session(house: &House, secret: &Secret) -> Result<Option<Caller>, ApiError> {
    let now = house.clock.now();
    let Some(session) = house.store.session(&secret.digest(), now).await? else {
        return Ok(None);
    };
    let Subject::User(id) = session.subject else {
        return Ok(None);
    };
    let user = house.store.user(id).await?.filter(|user| !user.disabled);
    Ok(user.map(|user| Caller {
        user: user.id,
        name: user.name,
        role: user.role,
        who: Who::Session {
            csrf: secret.csrf(),
        },
    }))
}

/// Whether a request only reads.
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// An unsafe request by cookie must carry the session's CSRF value: another site's page can make
/// the browser send the cookie, and cannot read the value.
fn check_csrf(caller: &Caller, parts: &Parts) -> Result<(), ApiError> {
    let Who::Session { csrf } = &caller.who else {
        return Ok(());
    };
    if is_safe(&parts.method) {
        return Ok(());
    }
    let sent = parts.headers.get("x-gatebook-csrf");
    let same = sent.is_some_and(|value| value.as_bytes().ct_eq(csrf.as_bytes()).into());
    if same { Ok(()) } else { Err(ApiError::Csrf) }
}

/// The caller, whoever it is, or nobody.
pub(crate) struct MaybeCaller(pub(crate) Option<Caller>);

impl<S: Send + Sync> FromRequestParts<S> for MaybeCaller
where
    House: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let house = House::from_ref(state);
        let caller = caller_of(&house, &parts.headers).await?;
        if let Some(caller) = &caller {
            check_csrf(caller, parts)?;
        }
        Ok(Self(caller))
    }
}

macro_rules! at_least {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        pub(crate) struct $name(pub(crate) Caller);

        impl<S: Send + Sync> FromRequestParts<S> for $name
        where
            House: FromRef<S>,
        {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
                let MaybeCaller(caller) = MaybeCaller::from_request_parts(parts, state).await?;
                let caller = caller.ok_or(ApiError::NotSignedIn)?;
                if caller.role < Role::$name {
                    return Err(ApiError::RoleTooSmall(Role::$name));
                }
                Ok(Self(caller))
            }
        }

        impl std::ops::Deref for $name {
            type Target = Caller;

            fn deref(&self) -> &Caller {
                &self.0
            }
        }
    )+};
}

at_least! {
    /// A caller who may look.
    Viewer,
    /// A caller who may read the whole log.
    Auditor,
    /// A caller who may correct, acknowledge and enrol.
    Operator,
    /// A caller who may do everything.
    Admin,
}
