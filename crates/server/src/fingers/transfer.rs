//! Importing and exporting the registry with templates of fingers.

use super::keeping::Shelf;
use super::registry_csv::{COLUMNS, Format, ReadFinger, ReadRow, Written, read, row};
use crate::clock::SystemClock;
use anyhow::Result;
use api::keeping::{NewFinger, NewImpression};
use api::ports::{Clock, ImportReport, RefusedRow};
use fingerprint::{Prepared, Template};
use model::{
    Act, Author, CredentialKind, Entry, EventId, FingerPosition, Person, PersonDetails, PersonId,
    PersonStatus, Places, Record,
};
use std::collections::BTreeMap;
use store::{Append, PeopleQuery, Put, Store, StoreError, Write};
use uuid::Uuid;

/// People read at once.
const PAGE: u32 = 500;
/// Templates of one finger that are taken.
const MOST_IMPRESSIONS: usize = 10;
/// How often two different fingers may be taken for one when it is asked whose a finger is already.
const TAKEN: f64 = 1e-3;

/// The registry as CSV. Fingers of duress are left out: their mark must not be lost on the way; how many were.
///
/// # Errors
/// When the store cannot be read, or a template is damaged.
pub async fn export(store: &dyn Store, format: Format) -> Result<(String, usize)> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(COLUMNS)?;
    let (mut after, mut left_out) = (None, 0);
    loop {
        let query = PeopleQuery {
            text: String::new(),
            after,
            limit: PAGE,
        };
        let people = store.people(&query).await?;
        let Some(last) = people.last() else { break };
        after = Some((last.name.clone(), last.id));
        for person in &people {
            left_out += export_person(store, person, format, &mut out).await?;
        }
    }
    let bytes = out.into_inner()?;
    Ok((String::from_utf8(bytes)?, left_out))
}

async fn export_person(
    store: &dyn Store,
    person: &Person,
    format: Format,
    out: &mut csv::Writer<Vec<u8>>,
) -> Result<usize> {
    let templates = store.finger_templates_of(person.id).await?;
    let (mut rows, mut left_out) = (0, 0);
    for credential in store.credentials(person.id).await? {
        let CredentialKind::Finger { position, .. } = credential.kind else {
            continue;
        };
        let own = templates.iter().filter(|t| t.credential == credential.id);
        let own: Vec<_> = own.collect();
        if own.iter().any(|template| template.duress) {
            left_out += 1;
            continue;
        }
        for stored in own {
            let template = Template::from_bytes(&stored.bytes)?;
            let written = Written {
                position,
                template: &template,
                enrolled_at: credential.enrolled_at.to_string(),
            };
            out.write_record(row(person, Some(&written), format)?)?;
            rows += 1;
        }
    }
    if rows == 0 {
        out.write_record(row(person, None, format)?)?;
    }
    Ok(left_out)
}

/// The rows of one finger.
#[derive(Default)]
struct Group {
    lines: Vec<u64>,
    fingers: Vec<ReadFinger>,
}

/// Imports a file: people who are missing are added, fingers that are missing are enrolled, everything else stays as it
/// is. A row that is refused concerns no other.
///
/// # Errors
/// When the file is none of this kind, or the store takes nothing.
pub async fn import(shelf: Shelf<'_>, csv: &[u8], author: Author) -> Result<ImportReport, String> {
    let mut report = ImportReport::default();
    let mut groups: BTreeMap<(String, FingerPosition), Group> = BTreeMap::new();
    for row in read(csv)? {
        match row {
            Err((line, reason)) => report.refused.push(RefusedRow { line, reason }),
            Ok(row) => {
                if let Err(reason) = person(shelf.store, &row, author, &mut report).await? {
                    let line = row.line;
                    report.refused.push(RefusedRow { line, reason });
                } else if let Some(finger) = row.finger {
                    let group = groups.entry((row.number, finger.position)).or_default();
                    group.lines.push(row.line);
                    group.fingers.push(finger);
                }
            }
        }
    }
    for ((number, position), group) in groups {
        finger(shelf, &number, position, group, author, &mut report).await?;
    }
    report.refused.sort_by_key(|row| row.line);
    Ok(report)
}

fn failed(error: StoreError) -> String {
    format!("the store takes nothing: {error}")
}

/// Adds the person of a row who is missing; why not, within.
async fn person(
    store: &dyn Store,
    row: &ReadRow,
    author: Author,
    report: &mut ImportReport,
) -> Result<Result<(), String>, String> {
    let known = store.person_by_number(&row.number).await.map_err(failed)?;
    if known.is_some() {
        if row.finger.is_none() {
            report.unchanged += 1;
        }
        return Ok(Ok(()));
    }
    let [name, birth_date, gender, address, phone, photo_file] = row.fields.clone();
    if name.is_empty() {
        return Ok(Err(format!(
            "there is no person {}, and no name to add one",
            row.number
        )));
    }
    let person = Person {
        id: PersonId(Uuid::new_v4()),
        number: row.number.clone(),
        name,
        department: String::new(),
        status: PersonStatus::Active,
        valid_from: None,
        valid_until: None,
        places: Places::Everywhere,
        photo: None,
        details: PersonDetails {
            birth_date,
            gender,
            address,
            phone,
            photo_file,
            ..PersonDetails::default()
        },
    };
    let entry = Entry {
        id: EventId(Uuid::now_v7()),
        written_at: SystemClock.now(),
        author,
        record: Record::Act(Act::PersonAdded { person: person.id }),
    };
    let append = Append {
        writes: vec![Write::Person(Put::Add(person))],
        ..Append::entry(entry)
    };
    store.append(append).await.map_err(failed)?;
    report.added += 1;
    Ok(Ok(()))
}

async fn finger(
    shelf: Shelf<'_>,
    number: &str,
    position: FingerPosition,
    group: Group,
    author: Author,
    report: &mut ImportReport,
) -> Result<(), String> {
    let mut refuse = |reason: &str| {
        let row = |line: &u64| RefusedRow {
            line: *line,
            reason: reason.to_owned(),
        };
        report.refused.extend(group.lines.iter().map(row));
    };
    if group.fingers.len() > MOST_IMPRESSIONS {
        refuse("more than 10 templates of one finger");
        return Ok(());
    }
    let person = shelf.store.person_by_number(number).await.map_err(failed)?;
    let Some(person) = person else {
        refuse("its person was removed meanwhile");
        return Ok(());
    };
    let credentials = shelf.store.credentials(person.id).await.map_err(failed)?;
    let known = credentials
        .iter()
        .any(|c| matches!(c.kind, CredentialKind::Finger { position: p, .. } if p == position));
    let rows = u64::try_from(group.lines.len()).unwrap_or(u64::MAX);
    if known {
        report.unchanged += rows;
        return Ok(());
    }
    if belongs_to_somebody(shelf, &group.fingers) {
        refuse("this finger is enrolled already, as another finger or as somebody else's");
        return Ok(());
    }
    let new = imported(person.id, position, &group.fingers);
    match shelf.keep(&new, author).await {
        Ok(()) => report.added += rows,
        Err(error @ (StoreError::Conflict { .. } | StoreError::NotFound { .. })) => {
            refuse(&error.to_string());
        }
        Err(error) => return Err(failed(error)),
    }
    Ok(())
}

/// What is kept of imported templates.
fn imported(person: PersonId, position: FingerPosition, fingers: &[ReadFinger]) -> NewFinger {
    let native = fingers.iter().all(|f| f.format == Format::Native);
    let format = if native { Format::Native } else { Format::Iso };
    let impressions = fingers.iter().map(|finger| NewImpression {
        picture: None,
        quality: finger.template.quality(),
        template: finger.template.to_bytes(),
    });
    NewFinger {
        person,
        position,
        duress: false,
        model: format.word().to_owned(),
        impressions: impressions.collect(),
    }
}

/// Whether a finger is somebody's already, or another one of the same person.
fn belongs_to_somebody(shelf: Shelf<'_>, fingers: &[ReadFinger]) -> bool {
    fingers.iter().any(|finger| {
        let found = shelf.prints.search(&Prepared::new(&finger.template));
        let allowed = super::matching::allowed(TAKEN, found.templates);
        found.best.is_some_and(|best| best.score.is_match(allowed))
    })
}
