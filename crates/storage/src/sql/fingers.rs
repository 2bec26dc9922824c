//! Templates of fingers, sealed with the mark for duress, and whose fingers are locked.

use model::{FingerLock, FingerSubject, PersonId};
use store::{FingerTemplate, Result, StoreError};
use uuid::Uuid;

use super::keys::Keys;
use super::people_written::exists;
use super::writer::Tx;
use crate::engine::fault::{fault, taken, taken_or_dangling};
use crate::engine::rows::{Columns, nanos};
use crate::engine::{Db, Row, query};

/// What the first sealed byte says of a finger that is marked for duress.
const DURESS: u8 = 1;

pub(super) async fn put_templates(tx: &mut Tx<'_>, templates: &[FingerTemplate]) -> Result<()> {
    for template in templates {
        put_template(tx, template).await?;
    }
    Ok(())
}

async fn put_template(tx: &mut Tx<'_>, template: &FingerTemplate) -> Result<()> {
    let credential = template.credential.0.as_bytes().as_slice();
    let mark = if template.duress { DURESS } else { 0 };
    let plain = [&[mark], template.bytes.as_slice()].concat();
    let place = place(credential, template.impression);
    let sealed = tx.keys.finger_templates.seal(&place, &plain)?;
    let sql = "INSERT INTO finger_templates (credential, impression, person, model, sealed) \
               VALUES (?, ?, ?, ?, ?)";
    let done = query(sql)
        .bind(credential)
        .bind(i64::from(template.impression))
        .bind(template.person.0.as_bytes().as_slice())
        .bind(&template.model)
        .bind(sealed)
        .execute(&mut *tx.db)
        .await;
    let what = || {
        let FingerTemplate {
            credential,
            impression,
            ..
        } = template;
        format!("template {impression} of credential {credential}")
    };
    done.map(drop)
        .map_err(taken_or_dangling(what, "the credential of the template"))
}

/// What a sealed template is bound to.
fn place(credential: &[u8], impression: u8) -> Vec<u8> {
    [credential, &[impression]].concat()
}

/// The templates of a person, or everybody's.
pub(super) async fn templates(
    db: &mut Db,
    keys: &Keys,
    person: Option<PersonId>,
) -> Result<Vec<FingerTemplate>> {
    let mut sql = query("SELECT * FROM finger_templates");
    if let Some(person) = person {
        sql.push(" WHERE person = ")
            .push_bind(person.0.as_bytes().to_vec());
    }
    sql.push(" ORDER BY credential, impression");
    let rows = sql.fetch_all(db).await.map_err(fault)?;
    rows.iter().map(|row| read_template(keys, row)).collect()
}

fn read_template(keys: &Keys, row: &Row) -> Result<FingerTemplate> {
    let credential: &[u8] = row.col("credential")?;
    let damaged = || StoreError::Damaged("the template of a finger cannot be read".to_owned());
    let impression: i64 = row.col("impression")?;
    let impression = u8::try_from(impression).map_err(|_| damaged())?;
    let place = place(credential, impression);
    let plain = keys.finger_templates.open(&place, row.col("sealed")?)?;
    let (mark, bytes) = plain.split_first().ok_or_else(damaged)?;
    Ok(FingerTemplate {
        credential: row.id("credential")?,
        person: row.id("person")?,
        impression,
        model: row.col("model")?,
        duress: *mark == DURESS,
        bytes: bytes.to_vec(),
    })
}

/// How a subject is kept: its identity, and what it is.
fn kept(subject: FingerSubject) -> (Uuid, &'static str) {
    match subject {
        FingerSubject::AccessPoint { access_point } => (access_point.0, "access_point"),
        FingerSubject::Person { person } => (person.0, "person"),
    }
}

pub(super) async fn lock(db: &mut Db, lock: &FingerLock) -> Result<()> {
    let (subject, kind) = kept(lock.subject);
    let done =
        query("INSERT INTO finger_locks (subject, kind, since, failures) VALUES (?, ?, ?, ?)")
            .bind(subject.as_bytes().as_slice())
            .bind(kind)
            .bind(nanos(lock.since))
            .bind(i64::from(lock.failures))
            .execute(db)
            .await;
    done.map(drop)
        .map_err(taken(|| format!("the lock of {kind} {subject}")))
}

pub(super) async fn unlock(db: &mut Db, subject: FingerSubject) -> Result<()> {
    let (subject, kind) = kept(subject);
    let done = unlocked(db, subject).await?;
    exists(done, || format!("the lock of {kind} {subject}"))
}

/// The person or access point goes, and its lock with it.
pub(super) async fn forget(db: &mut Db, subject: Uuid) -> Result<()> {
    unlocked(db, subject).await.map(drop)
}

async fn unlocked(db: &mut Db, subject: Uuid) -> Result<u64> {
    query("DELETE FROM finger_locks WHERE subject = ?")
        .bind(subject.as_bytes().as_slice())
        .execute(db)
        .await
        .map_err(fault)
}

/// All locks, the oldest first.
pub(super) async fn locks(db: &mut Db) -> Result<Vec<FingerLock>> {
    let sql = "SELECT subject, kind, since, failures FROM finger_locks ORDER BY since, subject";
    let rows = query(sql).fetch_all(db).await.map_err(fault)?;
    rows.iter().map(read_lock).collect()
}

fn read_lock(row: &Row) -> Result<FingerLock> {
    let kind: &str = row.col("kind")?;
    let subject = match kind {
        "person" => FingerSubject::Person {
            person: row.id("subject")?,
        },
        "access_point" => FingerSubject::AccessPoint {
            access_point: row.id("subject")?,
        },
        other => {
            let why = format!("fingers of a {other:?} are locked");
            return Err(StoreError::Damaged(why));
        }
    };
    let failures: i64 = row.col("failures")?;
    Ok(FingerLock {
        subject,
        since: row.time("since")?,
        failures: u32::try_from(failures).unwrap_or(u32::MAX),
    })
}
