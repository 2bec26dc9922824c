//! A stranger whose name became known: their faces and their history are a person's from then on.

use super::{Sightings, pictures, remove, sightings};
use crate::acts::{fresh, to_the_end};
use crate::auth::{Caller, Operator};
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path};
use crate::routes::people::{PersonInput, PersonView, added, find};
use crate::state::House;
use axum::extract::State;
use axum::http::StatusCode;
use model::{
    Act, Correction, Credential, CredentialKind, Entry, EventId, Person, PersonId, PictureId,
    Record, StrangerId,
};
use store::{Append, FaceTemplate, Put, StoreError, StrangerSeen, Write};
use uuid::Uuid;

/// Faces with which a person is enrolled at most, those from before included. More bring nothing.
const FACES: usize = 5;
/// The reason of the corrections by which a person gets their history.
const REASON: &str = "A stranger whose name became known.";

/// Makes a person of a stranger, with their faces and their history. Role: operator.
///
/// The newest templates and faces become credentials, and each event of the stranger that names nobody is
/// corrected: it was this person. What was kept of the stranger is then the person's.
#[utoipa::path(post, path = "/strangers/{id}/person", tag = "people", request_body = PersonInput,
    params(("id" = Uuid, Path, description = "The stranger")),
    responses((status = 201, body = PersonView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn make_person(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Json(input): Json<PersonInput>,
) -> Result<(StatusCode, Json<PersonView>), ApiError> {
    let seen = sightings(&house, StrangerId(id)).await?;
    let blank = added(&house, input).await?;
    let known = Known::new(&house, StrangerId(id), blank.id, seen, 0);
    let person = Person {
        photo: known.photo(),
        ..blank
    };
    let added = Write::Person(Put::Add(person.clone()));
    let writes = [vec![added], known.writes()].concat();
    to_the_end(async move {
        let act = Act::PersonAdded { person: person.id };
        house.act(caller.author(), act, writes).await?;
        known.follow(&house, &caller).await?;
        let view = PersonView::new(person, caller.role);
        Ok((StatusCode::CREATED, Json(view)))
    })
    .await
}

/// Gives a stranger's history to somebody who is registered already, and their faces where few are enrolled. Role: operator.
///
/// Each event of the stranger that names nobody is corrected: it was this person.
#[utoipa::path(post, path = "/strangers/{id}/person/{person}", tag = "people",
    params(("id" = Uuid, Path, description = "The stranger"),
        ("person" = Uuid, Path, description = "Who it is")),
    responses((status = 200, body = PersonView), (status = 404, body = Problem)))]
pub(crate) async fn give(
    Operator(caller): Operator,
    State(house): State<House>,
    Path((id, person)): Path<(Uuid, Uuid)>,
) -> Result<Json<PersonView>, ApiError> {
    let seen = sightings(&house, StrangerId(id)).await?;
    let person = find(&house, PersonId(person)).await?.id;
    let credentials = house.store.credentials(person).await?;
    let is_face = |one: &&Credential| matches!(one.kind, CredentialKind::Face { .. });
    let before = credentials.iter().filter(is_face).count();
    let known = Known::new(&house, StrangerId(id), person, seen, before);
    to_the_end(async move {
        let photo = known.photo();
        let shown = |before: Person| Person {
            photo: before.photo.or(photo),
            ..before
        };
        let act = Act::PersonChanged { person };
        let (_, person) = house
            .act_on_person(caller.author(), act, known.writes(), person, shown)
            .await?;
        known.follow(&house, &caller).await?;
        Ok(Json(PersonView::new(person, caller.role)))
    })
    .await
}

/// What of a stranger becomes a person's.
struct Known {
    stranger: StrangerId,
    person: PersonId,
    seen: Sightings,
    /// Each with its face, which is a registered photograph from then on.
    credentials: Vec<(Credential, FaceTemplate, PictureId)>,
}

impl Known {
    /// With the newest sightings that can be compared as credentials, beside the `before` faces of the person.
    fn new(
        house: &House,
        stranger: StrangerId,
        person: PersonId,
        seen: Sightings,
        before: usize,
    ) -> Self {
        let model = house.recognition.model();
        let usable = |seen: &&StrangerSeen| seen.model == model && !seen.template.is_empty();
        let newest = seen.iter().map(|(seen, _)| seen).filter(usable);
        let credentials = newest
            .take(FACES.saturating_sub(before))
            .map(|seen| credential(house, person, seen))
            .collect();
        Self {
            stranger,
            person,
            credentials,
            seen,
        }
    }

    /// The newest face, if one is taken over.
    fn photo(&self) -> Option<PictureId> {
        self.credentials.first().map(|(_, _, face)| *face)
    }

    /// Credentials, and the end of the stranger, for one transaction.
    fn writes(&self) -> Vec<Write> {
        let credentials = self.credentials.iter();
        let credentials = credentials.map(|(credential, template, _)| {
            Write::Credential(credential.clone(), Some(template.clone()))
        });
        let end = Write::StrangerKnown(self.stranger, pictures(&self.seen));
        credentials.chain([end]).collect()
    }

    /// What follows the transaction: the galleries, the faces that were not taken over, and the history.
    async fn follow(&self, house: &House, caller: &Caller) -> Result<(), ApiError> {
        let recognition = &house.recognition;
        for (credential, template, _) in &self.credentials {
            let bytes = &template.bytes;
            recognition
                .enrolled(self.person, credential.id, bytes)
                .await;
        }
        // A sighting that was kept meanwhile stays a stranger's, who can be given to the same person.
        let gone = pictures(&self.seen);
        recognition.stranger_forgotten(self.stranger, &gone).await;
        let mut outcome = Ok(());
        // The oldest first. One that fails does not cost the person the others.
        for event in self.seen.iter().rev().filter_map(|(_, event)| *event) {
            outcome = outcome.and(self.claim(house, caller, event).await);
        }
        for (seen, _) in &self.seen {
            let taken = |(_, _, face): &(_, _, PictureId)| *face == seen.face;
            if self.credentials.iter().any(taken) {
                continue;
            }
            remove(house, seen.face).await;
        }
        outcome
    }

    /// Corrects an event that names nobody.
    async fn claim(&self, house: &House, caller: &Caller, event: EventId) -> Result<(), ApiError> {
        if !is_nobodys(house, event).await? {
            return Ok(());
        }
        let correction = Correction::NotThisPerson {
            event,
            instead: Some(self.person),
            reason: REASON.to_owned(),
        };
        let entry = Entry {
            id: fresh(),
            written_at: house.clock.now(),
            author: caller.author(),
            record: Record::Correction(correction),
        };
        // The camera may still see them, and know them by now.
        match house.store.append(Append::first(entry)).await {
            Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn credential(
    house: &House,
    person: PersonId,
    seen: &StrangerSeen,
) -> (Credential, FaceTemplate, PictureId) {
    let credential = Credential {
        id: fresh(),
        person,
        kind: CredentialKind::Face {
            picture: seen.face,
            model: seen.model.clone(),
        },
        enrolled_at: house.clock.now(),
    };
    let template = FaceTemplate {
        credential: credential.id,
        person,
        model: seen.model.clone(),
        bytes: seen.template.clone(),
    };
    (credential, template, seen.face)
}

/// Whether an event names nobody, and nobody corrected it.
async fn is_nobodys(house: &House, event: EventId) -> Result<bool, ApiError> {
    let Some(stored) = house.store.entry(event).await? else {
        return Ok(false);
    };
    let nobody =
        matches!(&stored.entry.record, Record::Access(access) if access.decision.person.is_none());
    Ok(nobody && stored.corrected_by.is_empty())
}
