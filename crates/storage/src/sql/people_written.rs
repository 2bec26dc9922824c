//! Writing people and credentials.

use model::{
    Credential, CredentialId, CredentialKind, Person, PersonDetails, PersonId, bare_identity_number,
};
use store::{FaceTemplate, Put, Result, StoreError};

use super::keys::Keys;
use super::people::{folded, read_person};
use super::writer::Tx;
use super::{fingers, picture_names, templates};
use crate::engine::fault::{fault, taken, taken_or_dangling};
use crate::engine::rows::{json, nanos, word};
use crate::engine::{Db, query};

const INSERT: &str = "INSERT INTO people (number, name, name_folded, department, status, valid_from, \
     valid_until, places, photo, details, identity_number, id) \
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const UPDATE: &str = "UPDATE people SET number = ?, name = ?, name_folded = ?, department = ?, \
     status = ?, valid_from = ?, valid_until = ?, places = ?, photo = ?, details = ?, \
     identity_number = ? WHERE id = ?";

pub(super) async fn put_person(tx: &mut Tx<'_>, put: &Put<Person>) -> Result<()> {
    tx.memory.people = true;
    let (sql, person) = match put {
        Put::Add(person) => (INSERT, person),
        Put::Change { was, now } => {
            let stands = stored_person(tx, now.id).await?;
            unchanged(stands, was, || format!("person {}", now.id))?;
            (UPDATE, &**now)
        }
    };
    write_person(tx, sql, person).await?;
    picture_names::drop_all(tx.db, person.id.0).await?;
    if let Some(photo) = person.photo {
        picture_names::add(tx.db, photo, person.id.0).await?;
    }
    Ok(())
}

async fn stored_person(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<Person>> {
    let row = query("SELECT * FROM people WHERE id = ?")
        .bind(id.0.as_bytes().as_slice())
        .fetch_optional(&mut *tx.db)
        .await
        .map_err(fault)?;
    row.map(|row| read_person(tx.keys, &row)).transpose()
}

/// What a person's identity number is found by: the same however it is written.
pub(super) fn surrogate(keys: &Keys, details: &PersonDetails) -> Option<Vec<u8>> {
    let number = bare_identity_number(&details.identity_number);
    (!number.is_empty()).then(|| keys.identity_numbers.of(&number))
}

async fn write_person(tx: &mut Tx<'_>, sql: &'static str, person: &Person) -> Result<()> {
    let id = person.id.0.as_bytes().as_slice();
    let details = json(&person.details)?;
    let details = tx.keys.details.seal(id, details.as_bytes())?;
    let surrogate = surrogate(tx.keys, &person.details);
    let done = query(sql)
        .bind(&person.number)
        .bind(&person.name)
        .bind(folded(&person.name))
        .bind(&person.department)
        .bind(word(&person.status)?)
        .bind(person.valid_from.map(|at| at.to_string()))
        .bind(person.valid_until.map(|at| at.to_string()))
        .bind(json(&person.places)?)
        .bind(person.photo.map(|photo| photo.0.as_bytes().to_vec()))
        .bind(details)
        .bind(surrogate)
        .bind(id)
        .execute(&mut *tx.db)
        .await;
    done.map(drop)
        .map_err(taken(|| format!("person number {}", person.number)))
}

/// Credentials and templates go with the person; the log's entries stay.
pub(super) async fn remove_person(tx: &mut Tx<'_>, id: PersonId) -> Result<()> {
    tx.memory.people = true;
    let db = &mut *tx.db;
    let bytes = id.0.as_bytes().as_slice();
    let sql = "DELETE FROM pictures_named WHERE by = ? \
               OR by IN (SELECT id FROM credentials WHERE person = ?)";
    let unnamed = query(sql).bind(bytes).bind(bytes).execute(&mut *db).await;
    unnamed.map_err(fault)?;
    fingers::forget(db, id.0).await?;
    let sql = "DELETE FROM people WHERE id = ?";
    let done = query(sql).bind(bytes).execute(db).await.map_err(fault)?;
    exists(done, || format!("person {id}"))
}

pub(super) async fn put_credential(
    tx: &mut Tx<'_>,
    credential: &Credential,
    template: Option<&FaceTemplate>,
) -> Result<()> {
    let what = || match &credential.kind {
        CredentialKind::Tag { tag } => format!("tag {}", tag.as_str()),
        CredentialKind::Finger { position, .. } => {
            format!("the finger {position:?} of this person")
        }
        CredentialKind::Face { .. } => format!("credential {}", credential.id),
    };
    query("INSERT INTO credentials (id, person, enrolled_at, record) VALUES (?, ?, ?, ?)")
        .bind(credential.id.0.as_bytes().as_slice())
        .bind(credential.person.0.as_bytes().as_slice())
        .bind(nanos(credential.enrolled_at))
        .bind(json(credential)?)
        .execute(&mut *tx.db)
        .await
        .map_err(taken_or_dangling(what, "the person of the credential"))?;
    for picture in credential.kind.pictures() {
        picture_names::add(tx.db, picture, credential.id.0).await?;
    }
    match template {
        Some(template) => templates::put(tx, template).await,
        None => Ok(()),
    }
}

pub(super) async fn remove_credential(db: &mut Db, id: CredentialId) -> Result<()> {
    picture_names::drop_all(db, id.0).await?;
    let done = query("DELETE FROM credentials WHERE id = ?")
        .bind(id.0.as_bytes().as_slice())
        .execute(db)
        .await
        .map_err(fault)?;
    exists(done, || format!("credential {id}"))
}

/// What was to be changed or removed has to be there.
pub(super) fn exists(rows: u64, what: impl FnOnce() -> String) -> Result<()> {
    if rows == 0 {
        return Err(StoreError::NotFound { what: what() });
    }
    Ok(())
}

/// What was to be changed has to be as it was read.
pub(super) fn unchanged<T: PartialEq>(
    stands: Option<T>,
    was: &T,
    what: impl FnOnce() -> String,
) -> Result<()> {
    match stands {
        None => Err(StoreError::NotFound { what: what() }),
        Some(stands) if stands != *was => Err(StoreError::Stale { what: what() }),
        Some(_) => Ok(()),
    }
}
