//! API tokens: for programs, each with a role.

use crate::acts::fresh;
use crate::auth::{Admin, Secret};
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path};
use crate::names::{Named, Names};
use crate::state::House;
use crate::text::required;
use crate::words::Role;
use axum::extract::State;
use axum::http::StatusCode;
use model::{Act, Timestamp, TokenId};
use serde::{Deserialize, Serialize};
use store::{ApiToken, Write};
use utoipa::ToSchema;
use uuid::Uuid;

/// An API token, without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenView {
    /// Identity.
    id: Uuid,
    /// Name people use.
    name: String,
    /// Role; never more than its maker has now.
    role: Role,
    /// Who made it.
    made_by: Named,
    /// When.
    made_at: Timestamp,
    /// Revoked tokens stay listed and open nothing.
    revoked: bool,
}

/// A new token.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewToken {
    /// Name people use.
    name: String,
    /// Role.
    role: Role,
}

/// A token with its secret, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeToken {
    /// The token.
    token: TokenView,
    /// Send it as `Authorization: Bearer <secret>`.
    secret: String,
}

fn view(token: ApiToken, names: &Names) -> TokenView {
    TokenView {
        id: token.id.0,
        name: token.name,
        role: token.role.into(),
        made_by: names.user(token.made_by),
        made_at: token.made_at,
        revoked: token.revoked,
    }
}

/// All API tokens by name. Role: admin.
#[utoipa::path(get, path = "/tokens", tag = "users",
    responses((status = 200, body = Vec<TokenView>)))]
pub(crate) async fn list(
    _: Admin,
    State(house): State<House>,
) -> Result<Json<Vec<TokenView>>, ApiError> {
    let names = Names::load(&house).await?;
    let tokens = house.store.tokens().await?;
    let views = tokens.into_iter().map(|token| view(token, &names));
    Ok(Json(views.collect()))
}

/// Makes an API token. Role: admin.
#[utoipa::path(post, path = "/tokens", tag = "users", request_body = NewToken,
    responses((status = 201, body = MadeToken)))]
pub(crate) async fn make(
    caller: Admin,
    State(house): State<House>,
    Json(new): Json<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>), ApiError> {
    let secret = Secret::fresh()?;
    let token = ApiToken {
        id: fresh(),
        name: required("name", &new.name)?,
        role: new.role.into(),
        token: secret.digest(),
        made_by: caller.user,
        made_at: house.clock.now(),
        revoked: false,
    };
    let act = Act::TokenMade { token: token.id };
    let writes = vec![Write::Token(token.clone())];
    house.act(caller.author(), act, writes).await?;
    let names = Names::load(&house).await?;
    let made = MadeToken {
        token: view(token, &names),
        secret: secret.text().to_owned(),
    };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Revokes an API token; revoking it again changes nothing. Role: admin.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "users",
    params(("id" = Uuid, Path, description = "The token")),
    responses((status = 204, description = "Revoked"), (status = 404, body = Problem)))]
pub(crate) async fn revoke(
    caller: Admin,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    let id = TokenId(id);
    let tokens = house.store.tokens().await?;
    let token = tokens.into_iter().find(|token| token.id == id);
    let token = token.ok_or_else(|| ApiError::not_found("this token"))?;
    if !token.revoked {
        let act = Act::TokenRevoked { token: id };
        let writes = vec![Write::RevokeToken(id)];
        house.act(caller.author(), act, writes).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
