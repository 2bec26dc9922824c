//! Fingers of people: what is enrolled, what they were compared with, what is locked.

use crate::auth::{Auditor, Operator};
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path, Query};
use crate::fingerprint::FingerprintView;
use crate::names::{Named, Names};
use crate::passage::access;
use crate::person::PersonBrief;
use crate::ports::SensorStatus;
use crate::record::locked;
use crate::routes::people::find;
use crate::state::House;
use crate::words::{FingerMode, FingerPosition, Outcome, Reason, SensorState, Taken};
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::{AccessPointId, Act, Credential, CredentialKind, FingerLock, FingerSubject, PersonId};
use serde::{Deserialize, Serialize};
use store::{FingerTemplate, Listed, Page, Role, StoredEntry, Write};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Most verifications in one answer.
const MOST: u32 = 200;

/// One impression of an enrolled finger.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ImpressionView {
    /// Its picture, under /prints; absent where the template was imported.
    picture: Option<Uuid>,
    /// How clear it is, 0 to 100.
    quality: u8,
}

/// An enrolled finger.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FingerView {
    /// Identity, to remove it with DELETE /people/{id}/credentials/{credential}.
    id: Uuid,
    /// Which one.
    position: FingerPosition,
    /// Whether it is marked for duress; absent below the role operator.
    duress: Option<bool>,
    /// What made its templates.
    model: String,
    /// When it was enrolled.
    enrolled_at: Timestamp,
    /// What its templates were made from.
    impressions: Vec<ImpressionView>,
}

/// The fingers of a person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PersonFingers {
    /// Enrolled fingers, oldest first.
    fingers: Vec<FingerView>,
    /// Set while the person's fingers are locked.
    lock: Option<LockView>,
}

/// Fingers that are refused until an operator lifts it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LockView {
    /// All fingers here; absent: a person's are locked.
    access_point: Option<Named>,
    /// This person's fingers everywhere; absent: all at an access point are locked.
    person: Option<PersonBrief>,
    /// Since when.
    since: Timestamp,
    /// Failures that led to it.
    failures: u32,
}

/// A sensor on the server itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SensorView {
    /// The device.
    id: Uuid,
    /// Its name.
    name: String,
    /// Where it stands.
    access_point: Named,
    /// Where its line is.
    path: String,
    /// How its fingers are compared.
    mode: FingerMode,
    /// How it goes.
    state: SensorState,
    /// What is wrong.
    error: Option<String>,
}

/// A finger of a person that was compared.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FingerVerificationView {
    /// Index in the log.
    index: u64,
    /// The entry of the log.
    event: Uuid,
    /// When.
    at: Timestamp,
    /// Where.
    access_point: Named,
    /// Gatebook's verdict on the passage.
    outcome: Outcome,
    /// Whether somebody passed.
    taken: Taken,
    /// Why.
    reasons: Vec<Reason>,
    /// Whether the finger is marked for duress; absent below the role operator.
    duress: Option<bool>,
    /// How it was compared.
    fingerprint: FingerprintView,
}

/// A page of a person's verifications, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FingerHistory {
    /// The verifications.
    verifications: Vec<FingerVerificationView>,
    /// Pass it as `before` for the next page, which may be empty; absent: this is the last.
    next: Option<u64>,
}

/// Which verifications to list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Only those with a smaller index, for the next page.
    before: Option<u64>,
    /// At most this many, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// Whose lock to lift: one of the two.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LiftLock {
    /// That of an access point.
    access_point: Option<Uuid>,
    /// That of a person.
    person: Option<Uuid>,
}

/// The finger that a credential is, if it is one; `templates` tell of duress.
pub(crate) fn finger_view(
    credential: &Credential,
    templates: &[FingerTemplate],
    role: Role,
) -> Option<FingerView> {
    let CredentialKind::Finger {
        position,
        impressions,
        model,
    } = &credential.kind
    else {
        return None;
    };
    let marked = |t: &FingerTemplate| t.credential == credential.id && t.duress;
    let duress = templates.iter().any(marked);
    Some(FingerView {
        id: credential.id.0,
        position: (*position).into(),
        duress: (role >= Role::Operator).then_some(duress),
        model: model.clone(),
        enrolled_at: credential.enrolled_at,
        impressions: impressions
            .iter()
            .map(|impression| ImpressionView {
                picture: impression.picture.map(|id| id.0),
                quality: impression.quality,
            })
            .collect(),
    })
}

/// The fingers of a person. Role: auditor.
#[utoipa::path(get, path = "/people/{id}/fingers", tag = "fingers",
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, body = PersonFingers), (status = 404, body = Problem)))]
pub(crate) async fn of_person(
    Auditor(caller): Auditor,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Json<PersonFingers>, ApiError> {
    let person = find(&house, PersonId(id)).await?.id;
    let credentials = house.store.credentials(person).await?;
    let templates = house.store.finger_templates_of(person).await?;
    let view = |credential| finger_view(credential, &templates, caller.role);
    let own = FingerSubject::Person { person };
    let locks = house.store.finger_locks().await?;
    let lock = locks.into_iter().find(|lock| lock.subject == own);
    let mut names = Names::load(&house).await?;
    Ok(Json(PersonFingers {
        fingers: credentials.iter().filter_map(view).collect(),
        lock: match lock {
            Some(lock) => Some(lock_view(&mut names, lock).await?),
            None => None,
        },
    }))
}

/// What a person's fingers were compared with, newest first. Role: auditor.
#[utoipa::path(get, path = "/people/{id}/fingers/history", tag = "fingers",
    params(("id" = Uuid, Path, description = "The person"), HistoryQuery),
    responses((status = 200, body = FingerHistory), (status = 404, body = Problem)))]
pub(crate) async fn history(
    Auditor(caller): Auditor,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<FingerHistory>, ApiError> {
    let person = find(&house, PersonId(id)).await?.id;
    let limit = query.limit.unwrap_or(50).clamp(1, MOST);
    let page = Page {
        before: query.before,
        limit,
    };
    let listed = house.store.finger_passages(person, page).await?;
    let full = listed.len() >= limit as usize;
    let next = listed.last().map(Listed::index).filter(|_| full);
    let names = Names::load(&house).await?;
    let entries = listed.into_iter().filter_map(Listed::readable);
    let found = entries.filter_map(|entry| verification(&entry, &names, caller.role));
    Ok(Json(FingerHistory {
        verifications: found.collect(),
        next,
    }))
}

fn verification(entry: &StoredEntry, names: &Names, role: Role) -> Option<FingerVerificationView> {
    let event = access(entry)?;
    let finger = event.evidence.fingerprint.as_ref()?;
    let reasons = &event.decision.reasons;
    Some(FingerVerificationView {
        index: entry.index,
        event: entry.entry.id.0,
        at: event.evidence.occurred_at,
        access_point: names.access_point(event.place.access_point),
        outcome: event.decision.outcome.into(),
        taken: event.decision.taken.into(),
        reasons: reasons.iter().copied().map(Reason::from).collect(),
        duress: (role >= Role::Operator).then_some(finger.duress),
        fingerprint: FingerprintView::new(finger, role),
    })
}

/// Sensors on the server itself. Role: operator.
#[utoipa::path(get, path = "/fingers/sensors", tag = "fingers",
    responses((status = 200, body = Vec<SensorView>)))]
pub(crate) async fn sensors(
    _: Operator,
    State(house): State<House>,
) -> Result<Json<Vec<SensorView>>, ApiError> {
    let names = Names::load(&house).await?;
    let devices = house.store.devices().await?;
    let view = |status: SensorStatus| {
        let device = devices.iter().find(|device| device.id == status.device)?;
        Some(SensorView {
            id: device.id.0,
            name: device.name.clone(),
            access_point: names.access_point(device.access_point),
            path: status.path,
            mode: status.mode.into(),
            state: status.state.into(),
            error: status.error,
        })
    };
    let sensors = house.fingers.sensors().into_iter();
    Ok(Json(sensors.filter_map(view).collect()))
}

/// Whose fingers are locked, the oldest lock first. Role: auditor.
#[utoipa::path(get, path = "/fingers/locks", tag = "fingers",
    responses((status = 200, body = Vec<LockView>)))]
pub(crate) async fn locks(
    _: Auditor,
    State(house): State<House>,
) -> Result<Json<Vec<LockView>>, ApiError> {
    let mut names = Names::load(&house).await?;
    let mut views = Vec::new();
    for lock in house.store.finger_locks().await? {
        views.push(lock_view(&mut names, lock).await?);
    }
    Ok(Json(views))
}

async fn lock_view(names: &mut Names, lock: FingerLock) -> Result<LockView, ApiError> {
    let (access_point, person) = locked(lock.subject, names).await?;
    Ok(LockView {
        access_point,
        person,
        since: lock.since,
        failures: lock.failures,
    })
}

/// Lets locked fingers be tried again, at once. Role: operator.
#[utoipa::path(post, path = "/fingers/locks/lift", tag = "fingers", request_body = LiftLock,
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn lift(
    Operator(caller): Operator,
    State(house): State<House>,
    Json(input): Json<LiftLock>,
) -> Result<StatusCode, ApiError> {
    let subject = match (input.access_point, input.person) {
        (Some(id), None) => FingerSubject::AccessPoint {
            access_point: AccessPointId(id),
        },
        (None, Some(id)) => FingerSubject::Person {
            person: PersonId(id),
        },
        _ => {
            let detail = "Name either an access point or a person.";
            return Err(ApiError::field("person", detail));
        }
    };
    let known = house.store.finger_locks().await?;
    if !known.iter().any(|lock| lock.subject == subject) {
        return Err(ApiError::not_found("this lock"));
    }
    let act = Act::FingersUnlocked { subject };
    let writes = vec![Write::UnlockFingers(subject)];
    house.act(caller.author(), act, writes).await?;
    house.fingers.unlocked(subject);
    Ok(StatusCode::NO_CONTENT)
}
