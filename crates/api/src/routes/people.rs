//! People: the registry.

use crate::acts::fresh;
use crate::auth::{Admin, Caller, Operator, Viewer};
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path, Query};
use crate::person::{PersonDetails, masked};
use crate::state::House;
use crate::text::{line, required};
use crate::words;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::{
    AccessPointId, Act, Person, PersonId, PersonStatus, PictureId, Places, bare_identity_number,
    check_digit_fits,
};
use serde::{Deserialize, Serialize};
use store::{PeopleQuery, Put, Role, Write};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Most people in one answer.
const MOST: u32 = 200;
/// Longest search text, in bytes.
const LONGEST_SEARCH: usize = 200;
/// Longest person number, in characters.
const LONGEST_NUMBER: usize = 32;

/// Where a person may pass.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "allowed")]
pub(crate) enum AllowedPlaces {
    /// At every access point.
    Everywhere,
    /// Only at these.
    Only {
        /// The access points.
        access_points: Vec<Uuid>,
    },
}

/// Somebody the site knows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PersonView {
    /// Identity.
    id: Uuid,
    /// The person number, unique at the site; on classic gates the finger slot.
    number: String,
    /// Full name.
    name: String,
    /// Department or class; empty when none.
    department: String,
    /// Active or suspended.
    status: words::PersonStatus,
    /// First instant at which the person may pass.
    valid_from: Option<Timestamp>,
    /// First instant at which the person may no longer pass.
    valid_until: Option<Timestamp>,
    /// Where the person may pass.
    places: AllowedPlaces,
    /// The registered photograph.
    photo: Option<Uuid>,
    /// Personal fields; absent below the role operator.
    details: Option<PersonDetails>,
}

/// A page of people, by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PeoplePage {
    /// The people.
    people: Vec<PersonView>,
    /// Pass it as `after` for the next page; absent: this is the last.
    next: Option<Uuid>,
    /// How many people there are in all, found or not.
    total: u64,
}

/// A new or changed person.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct PersonInput {
    /// The person number, unique at the site; on classic gates the finger slot.
    number: String,
    /// Full name.
    name: String,
    /// Department or class; may be empty.
    #[serde(default)]
    department: String,
    /// First instant at which the person may pass.
    #[serde(default)]
    valid_from: Option<Timestamp>,
    /// First instant at which the person may no longer pass.
    #[serde(default)]
    valid_until: Option<Timestamp>,
    /// Where the person may pass; everywhere when absent.
    #[serde(default)]
    places: Option<AllowedPlaces>,
    /// Personal fields; absent: they stay as they are.
    #[serde(default)]
    details: Option<PersonDetails>,
}

/// Whom to look for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleSearch {
    /// Part of a name in any case, a person number or a tag; absent: everybody.
    #[serde(default)]
    text: String,
    /// The `next` of the page before.
    after: Option<Uuid>,
    /// At most this many, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

impl PersonView {
    pub(super) fn new(person: Person, role: Role) -> Self {
        Self {
            id: person.id.0,
            details: PersonDetails::for_role(&person.details, role),
            number: person.number,
            name: person.name,
            department: person.department,
            status: person.status.into(),
            valid_from: person.valid_from,
            valid_until: person.valid_until,
            places: person.places.into(),
            photo: person.photo.map(|picture| picture.0),
        }
    }
}

impl From<Places> for AllowedPlaces {
    fn from(places: Places) -> Self {
        match places {
            Places::Everywhere => Self::Everywhere,
            Places::Only { access_points } => Self::Only {
                access_points: access_points.into_iter().map(|id| id.0).collect(),
            },
        }
    }
}

/// People by name, found by part of a name, number or tag. Role: viewer.
///
/// Operators find a person by the whole identity number too.
#[utoipa::path(get, path = "/people", tag = "people", params(PeopleSearch),
    responses((status = 200, body = PeoplePage), (status = 404, body = Problem)))]
pub(crate) async fn list(
    Viewer(caller): Viewer,
    State(house): State<House>,
    Query(search): Query<PeopleSearch>,
) -> Result<Json<PeoplePage>, ApiError> {
    if search.text.len() > LONGEST_SEARCH {
        return Err(ApiError::field("text", "Search for less text."));
    }
    let limit = search.limit.unwrap_or(50).clamp(1, MOST);
    let first_page = search.after.is_none();
    let after = match search.after {
        Some(id) => {
            let last = find(&house, PersonId(id)).await?;
            Some((last.name, last.id))
        }
        None => None,
    };
    let query = PeopleQuery {
        text: search.text.trim().to_owned(),
        after,
        limit: limit + 1,
    };
    let mut found = house.store.people(&query).await?;
    if found.is_empty() && first_page && caller.role >= Role::Operator {
        // The whole number, however it is written; parts of it are in no index.
        found.extend(house.store.person_by_identity_number(&search.text).await?);
    }
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|last| last.id.0);
    let view = |person| PersonView::new(person, caller.role);
    Ok(Json(PeoplePage {
        people: found.into_iter().map(view).collect(),
        next,
        total: house.store.people_count().await?,
    }))
}

/// Adds a person. Role: operator.
#[utoipa::path(post, path = "/people", tag = "people", request_body = PersonInput,
    responses((status = 201, body = PersonView), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn add(
    Operator(caller): Operator,
    State(house): State<House>,
    Json(input): Json<PersonInput>,
) -> Result<(StatusCode, Json<PersonView>), ApiError> {
    let person = added(&house, input).await?;
    let act = Act::PersonAdded { person: person.id };
    let writes = vec![Write::Person(Put::Add(person.clone()))];
    house.act(caller.author(), act, writes).await?;
    let view = PersonView::new(person, caller.role);
    Ok((StatusCode::CREATED, Json(view)))
}

/// A new person of what was sent, not written yet.
///
/// # Errors
/// When what was sent is not in order.
pub(super) async fn added(house: &House, input: PersonInput) -> Result<Person, ApiError> {
    let blank = Person {
        id: fresh(),
        number: String::new(),
        name: String::new(),
        department: String::new(),
        status: PersonStatus::Active,
        valid_from: None,
        valid_until: None,
        places: Places::Everywhere,
        photo: None,
        details: model::PersonDetails::default(),
    };
    Ok(input.checked(house, &blank).await?.applied_to(blank))
}

/// A person. Role: viewer.
#[utoipa::path(get, path = "/people/{id}", tag = "people",
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, body = PersonView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    Viewer(caller): Viewer,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Json<PersonView>, ApiError> {
    let person = find(&house, PersonId(id)).await?;
    Ok(Json(PersonView::new(person, caller.role)))
}

/// Changes a person. Role: operator.
#[utoipa::path(put, path = "/people/{id}", tag = "people", request_body = PersonInput,
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, body = PersonView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Json(input): Json<PersonInput>,
) -> Result<Json<PersonView>, ApiError> {
    let person = PersonId(id);
    let before = find(&house, person).await?;
    let input = input.checked(&house, &before).await?;
    let act = Act::PersonChanged { person };
    let change = |before| input.clone().applied_to(before);
    changed(&house, &caller, act, person, change).await
}

/// Suspends a person: may pass nowhere, at once. Role: operator.
#[utoipa::path(post, path = "/people/{id}/suspend", tag = "people",
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, body = PersonView), (status = 404, body = Problem)))]
pub(crate) async fn suspend(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Json<PersonView>, ApiError> {
    let person = PersonId(id);
    let act = Act::PersonSuspended { person };
    let change = |before| Person {
        status: PersonStatus::Suspended,
        ..before
    };
    changed(&house, &caller, act, person, change).await
}

/// Lets a suspended person pass again, at once. Role: operator.
#[utoipa::path(post, path = "/people/{id}/activate", tag = "people",
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, body = PersonView), (status = 404, body = Problem)))]
pub(crate) async fn activate(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Json<PersonView>, ApiError> {
    let person = PersonId(id);
    let act = Act::PersonActivated { person };
    let change = |before| Person {
        status: PersonStatus::Active,
        ..before
    };
    changed(&house, &caller, act, person, change).await
}

/// Deletes a person with fields, credentials, templates and registered photographs. Role: admin.
///
/// The log's entries and the pictures of passages stay: they show what happened at a door, and
/// name the person by identity only.
#[utoipa::path(delete, path = "/people/{id}", tag = "people",
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    Admin(caller): Admin,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    let person = find(&house, PersonId(id)).await?;
    let mut pictures: Vec<PictureId> = person.photo.into_iter().collect();
    for credential in house.store.credentials(person.id).await? {
        pictures.extend(credential.kind.pictures());
    }
    let act = Act::PersonDeleted { person: person.id };
    let writes = vec![Write::RemovePerson(person.id)];
    house.act(caller.author(), act, writes).await?;
    house.recognition.person_removed(person.id).await;
    house.fingers.person_removed(person.id).await;
    for picture in pictures {
        house.pictures.remove(picture).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The person `id`.
///
/// # Errors
/// [`ApiError::NotFound`] when there is none.
pub(crate) async fn find(house: &House, id: PersonId) -> Result<Person, ApiError> {
    let person = house.store.person(id).await?;
    person.ok_or_else(|| ApiError::not_found("this person"))
}

async fn changed(
    house: &House,
    caller: &Caller,
    act: Act,
    person: PersonId,
    change: impl Fn(Person) -> Person + Send + Sync,
) -> Result<Json<PersonView>, ApiError> {
    let (_, person) = house
        .act_on_person(caller.author(), act, Vec::new(), person, change)
        .await?;
    Ok(Json(PersonView::new(person, caller.role)))
}

/// What was sent about a person, found to be in order.
#[derive(Clone)]
struct Checked {
    number: String,
    name: String,
    department: String,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
    places: Option<Places>,
    details: Option<PersonDetails>,
}

impl Checked {
    /// `before` with what was sent.
    fn applied_to(self, before: Person) -> Person {
        let details = self.details.map(|sent| sent.replacing(&before.details));
        Person {
            number: self.number,
            name: self.name,
            department: self.department,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            places: self.places.unwrap_or(before.places),
            details: details.unwrap_or(before.details),
            ..before
        }
    }
}

impl PersonInput {
    async fn checked(self, house: &House, before: &Person) -> Result<Checked, ApiError> {
        let ends = self.valid_from.zip(self.valid_until);
        if ends.is_some_and(|(from, until)| until <= from) {
            let detail = "Choose an end after the beginning.";
            return Err(ApiError::field("valid_until", detail));
        }
        let places = match self.places {
            Some(places) => Some(checked_places(house, places).await?),
            None => None,
        };
        let details = self.details.map(checked_details).transpose()?;
        if let Some(details) = &details {
            checked_identity_number(&details.identity_number, before, house).await?;
        }
        Ok(Checked {
            number: number(&self.number)?,
            name: required("name", &self.name)?,
            department: line("department", &self.department)?,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            places,
            details,
        })
    }
}

/// A person number goes over the wire of classic controllers, whose lines are split at commas.
fn number(text: &str) -> Result<String, ApiError> {
    let number = required("number", text)?;
    let fits = number.chars().count() <= LONGEST_NUMBER;
    let plain = number
        .chars()
        .all(|c| c.is_alphanumeric() || "-_./".contains(c));
    if fits && plain {
        return Ok(number);
    }
    let detail = format!("At most {LONGEST_NUMBER} letters, digits, - _ . or /.");
    Err(ApiError::field("number", detail))
}

async fn checked_places(house: &House, places: AllowedPlaces) -> Result<Places, ApiError> {
    let AllowedPlaces::Only { access_points } = places else {
        return Ok(Places::Everywhere);
    };
    let known = house.store.access_points().await?;
    let access_points: Vec<_> = access_points.into_iter().map(AccessPointId).collect();
    let unknown = |id: &AccessPointId| known.iter().all(|point| point.id != *id);
    if access_points.iter().any(unknown) {
        let detail = "Choose among the site's access points.";
        return Err(ApiError::field("places", detail));
    }
    Ok(Places::Only { access_points })
}

/// A number that is new here is checked; one that stands already stays, whatever an old card said.
async fn checked_identity_number(
    sent: &str,
    before: &Person,
    house: &House,
) -> Result<(), ApiError> {
    let stands = &before.details.identity_number;
    let bare = bare_identity_number(sent);
    if bare.is_empty() || sent == masked(stands) || bare == bare_identity_number(stands) {
        return Ok(());
    }
    let field = "details.identity_number";
    if check_digit_fits(sent) == Some(false) {
        let detail = "The last digit does not fit the others: look for a wrong digit, or two that changed places.";
        return Err(ApiError::field(field, detail));
    }
    match house.store.person_by_identity_number(sent).await? {
        Some(other) if other.id != before.id => {
            let detail = format!(
                "The person with the number {} has it already.",
                other.number
            );
            Err(ApiError::field(field, detail))
        }
        _ => Ok(()),
    }
}

fn checked_details(details: PersonDetails) -> Result<PersonDetails, ApiError> {
    Ok(PersonDetails {
        age: line("details.age", &details.age)?,
        gender: line("details.gender", &details.gender)?,
        birth_date: line("details.birth_date", &details.birth_date)?,
        identity_number: line("details.identity_number", &details.identity_number)?,
        photo_file: line("details.photo_file", &details.photo_file)?,
        phone: line("details.phone", &details.phone)?,
        address: line("details.address", &details.address)?,
    })
}
