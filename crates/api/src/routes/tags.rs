//! Tags: who has which, and what becomes of them.

use crate::acts::fresh;
use crate::auth::{Admin, Operator, Viewer};
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path};
use crate::names::Names;
use crate::person::PersonBrief;
use crate::state::House;
use crate::words::CustodyState;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::{Act, Author, Credential, CredentialKind, Custody, PersonId, TagText};
use serde::{Deserialize, Serialize};
use store::Write;
use utoipa::ToSchema;
use uuid::Uuid;

/// Longest text of a tag, in characters: a 10-byte UID is 20.
const LONGEST_TAG: usize = 64;

/// Who has a tag now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CustodyView {
    /// The tag's text as a reader sends it.
    tag: String,
    /// Where it is.
    state: CustodyState,
    /// Who has it, or had it last.
    person: Option<PersonBrief>,
    /// Since when.
    since: Timestamp,
    /// The log entry that put it there.
    event: Uuid,
}

/// Whom a tag is assigned to.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct Assign {
    /// The person.
    person: Uuid,
}

/// Custody rows with their people.
pub(crate) async fn custody_views(
    names: &mut Names,
    rows: Vec<Custody>,
) -> Result<Vec<CustodyView>, ApiError> {
    let mut views = Vec::with_capacity(rows.len());
    for custody in rows {
        let person = match custody.person {
            Some(id) => Some(names.person(id).await?),
            None => None,
        };
        views.push(CustodyView {
            tag: custody.tag.as_str().to_owned(),
            state: custody.state.into(),
            person,
            since: custody.since,
            event: custody.by.0,
        });
    }
    Ok(views)
}

/// All tags that are out, longest first. Role: viewer.
#[utoipa::path(get, path = "/tags", tag = "tags",
    responses((status = 200, body = Vec<CustodyView>)))]
pub(crate) async fn out(
    _: Viewer,
    State(house): State<House>,
) -> Result<Json<Vec<CustodyView>>, ApiError> {
    let rows = house.store.tags_out().await?;
    let mut names = Names::load(&house).await?;
    Ok(Json(custody_views(&mut names, rows).await?))
}

/// Assigns a tag to a person for good. Role: operator.
#[utoipa::path(post, path = "/tags/{tag}/assign", tag = "tags", request_body = Assign,
    params(("tag" = String, Path, description = "The tag's text as a reader sends it")),
    responses((status = 204), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn assign(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(tag): Path<String>,
    Json(input): Json<Assign>,
) -> Result<StatusCode, ApiError> {
    let tag = parse(&tag)?;
    let person = PersonId(input.person);
    if house.store.person(person).await?.is_none() {
        return Err(ApiError::field(
            "person",
            "Choose somebody of the registry.",
        ));
    }
    if let Some(holder) = house.store.person_by_tag(&tag).await? {
        let detail = format!(
            "The tag is assigned to {} already; end that first.",
            holder.name
        );
        return Err(ApiError::Conflict(detail));
    }
    let credential = Credential {
        id: fresh(),
        person,
        kind: CredentialKind::Tag { tag: tag.clone() },
        enrolled_at: house.clock.now(),
    };
    let act = Act::TagAssigned { person, tag };
    let writes = vec![Write::Credential(credential, None)];
    house.act(caller.author(), act, writes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a tag back; an assignment for good ends. Role: operator.
#[utoipa::path(post, path = "/tags/{tag}/return", tag = "tags",
    params(("tag" = String, Path, description = "The tag's text as a reader sends it")),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn give_back(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(tag): Path<String>,
) -> Result<StatusCode, ApiError> {
    let tag = known(&house, &tag).await?;
    let act = Act::TagReturned { tag: tag.clone() };
    end_assignment(&house, caller.author(), act, &tag).await
}

/// Reports a tag lost: a passage with it is denied. Role: operator.
#[utoipa::path(post, path = "/tags/{tag}/lost", tag = "tags",
    params(("tag" = String, Path, description = "The tag's text as a reader sends it")),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn lost(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(tag): Path<String>,
) -> Result<StatusCode, ApiError> {
    let tag = known(&house, &tag).await?;
    house
        .act(caller.author(), Act::TagLost { tag }, Vec::new())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a tag out of use for good, known or not. Role: admin.
#[utoipa::path(post, path = "/tags/{tag}/revoke", tag = "tags",
    params(("tag" = String, Path, description = "The tag's text as a reader sends it")),
    responses((status = 204), (status = 422, body = Problem)))]
pub(crate) async fn revoke(
    Admin(caller): Admin,
    State(house): State<House>,
    Path(tag): Path<String>,
) -> Result<StatusCode, ApiError> {
    let tag = parse(&tag)?;
    let act = Act::TagRevoked { tag: tag.clone() };
    end_assignment(&house, caller.author(), act, &tag).await
}

async fn end_assignment(
    house: &House,
    author: Author,
    act: Act,
    tag: &TagText,
) -> Result<StatusCode, ApiError> {
    let mut writes = Vec::new();
    if let Some(holder) = house.store.person_by_tag(tag).await? {
        for credential in house.store.credentials(holder.id).await? {
            if matches!(&credential.kind, CredentialKind::Tag { tag: assigned } if assigned == tag)
            {
                writes.push(Write::RemoveCredential(credential.id));
            }
        }
    }
    house.act(author, act, writes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A tag that is in somebody's hands or was.
async fn known(house: &House, text: &str) -> Result<TagText, ApiError> {
    let tag = parse(text)?;
    let in_custody = house.store.custody(&tag).await?.is_some();
    if in_custody || house.store.person_by_tag(&tag).await?.is_some() {
        return Ok(tag);
    }
    Err(ApiError::not_found("this tag"))
}

pub(crate) fn parse(text: &str) -> Result<TagText, ApiError> {
    let plain = text.chars().all(|c| c.is_ascii_graphic());
    let tag = TagText::new(text).filter(|_| plain && text.len() <= LONGEST_TAG);
    tag.ok_or_else(|| {
        ApiError::field(
            "tag",
            "The text as a reader sends it, e.g. 4AB3, without spaces.",
        )
    })
}
