//! Importing the registry with templates of fingers: finger by finger, each whole or not at all.

use super::keeping::Shelf;
use super::one_finger::{self, Finding};
use super::registry_csv::{FingerKey, Format, ReadFinger, ReadRow, Refused, read};
use crate::clock::SystemClock;
use crate::notices;
use api::keeping::{NewFinger, NewImpression};
use api::ports::{Clock, ImportReport, RefusedRow, Step, Tell};
use bytes::Bytes;
use model::{
    Act, Author, CredentialKind, FingerPosition, Person, PersonDetails, PersonId, PersonStatus,
    Places, Record,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Put, StoreError, Write};
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// Templates of one finger that are taken.
const MOST_IMPRESSIONS: usize = 10;

/// The rows of one finger.
#[derive(Default)]
struct Group {
    lines: Vec<u64>,
    fingers: Vec<ReadFinger>,
    /// The first of its rows that was refused.
    broken: Option<u64>,
}

/// What became of a finger.
enum Became {
    Enrolled,
    Known,
    Refused(String),
}

struct Import {
    shelf: Shelf,
    author: Author,
    tell: Tell,
    step: Step,
    report: ImportReport,
}

/// Imports a file: people who are missing are added, fingers that are missing are enrolled, everything else stays as it
/// is. A row that is refused concerns no other finger. Searches run on threads of their own, and whoever finishes an
/// enrolment meanwhile waits for one finger at most.
///
/// # Errors
/// When the file is none of this kind, or the store takes nothing.
pub async fn import(
    shelf: Shelf,
    csv: Bytes,
    author: Author,
    tell: Tell,
) -> Result<ImportReport, String> {
    let reading = spawn_blocking(move || read(&csv));
    let rows = reading.await.map_err(|error| error.to_string())??;
    let mut import = Import {
        shelf,
        author,
        tell,
        step: Step {
            all: count(rows.len()),
            ..Step::default()
        },
        report: ImportReport::default(),
    };
    for ((number, position), group) in import.people(rows).await? {
        import.finger(&number, position, group).await?;
    }
    let mut report = import.report;
    report.refused.sort_by_key(|row| row.line);
    Ok(report)
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

fn failed(error: StoreError) -> String {
    format!("the store takes nothing: {error}")
}

impl Import {
    /// Adds who is missing; the fingers that are left to look at.
    async fn people(
        &mut self,
        rows: Vec<Result<ReadRow, Refused>>,
    ) -> Result<BTreeMap<FingerKey, Group>, String> {
        let mut groups: BTreeMap<FingerKey, Group> = BTreeMap::new();
        for row in rows {
            let refused = match row {
                Ok(row) => match self.person(&row).await? {
                    Ok(()) => {
                        self.sort_in(row, &mut groups);
                        continue;
                    }
                    Err(reason) => row.refused(reason),
                },
                Err(refused) => refused,
            };
            if let Some(key) = refused.finger.clone() {
                let broken = &mut groups.entry(key).or_default().broken;
                *broken = broken.or(Some(refused.line));
            }
            self.refuse(refused.line, refused.reason);
            self.went(1);
        }
        Ok(groups)
    }

    fn sort_in(&mut self, row: ReadRow, groups: &mut BTreeMap<FingerKey, Group>) {
        let Some(finger) = row.finger else {
            return self.went(1);
        };
        let group = groups.entry((row.number, finger.position)).or_default();
        group.lines.push(row.line);
        group.fingers.push(finger);
    }

    /// Adds the person of a row who is missing; why not, within.
    async fn person(&mut self, row: &ReadRow) -> Result<Result<(), String>, String> {
        let store = &*self.shelf.store;
        let known = store.person_by_number(&row.number).await.map_err(failed)?;
        if known.is_some() {
            if row.finger.is_none() {
                self.report.unchanged += 1;
            }
            return Ok(Ok(()));
        }
        if row.fields[0].is_empty() {
            return Ok(Err(format!(
                "there is no person {}, and no name to add one",
                row.number
            )));
        }
        let person = new_person(row);
        let act = Record::Act(Act::PersonAdded { person: person.id });
        let writes = vec![Write::Person(Put::Add(person))];
        let now = SystemClock.now();
        let written = notices::write(store, (self.author, act), writes, now).await;
        written.map_err(failed)?;
        self.report.added += 1;
        Ok(Ok(()))
    }

    async fn finger(
        &mut self,
        number: &str,
        position: FingerPosition,
        group: Group,
    ) -> Result<(), String> {
        let lines = group.lines.clone();
        match self.became(number, position, group).await? {
            Became::Enrolled => self.report.added += count(lines.len()),
            Became::Known => self.report.unchanged += count(lines.len()),
            Became::Refused(why) => {
                for line in &lines {
                    self.refuse(*line, why.clone());
                }
            }
        }
        self.went(lines.len());
        Ok(())
    }

    async fn became(
        &self,
        number: &str,
        position: FingerPosition,
        group: Group,
    ) -> Result<Became, String> {
        let refused = |why: &str| Ok(Became::Refused(why.to_owned()));
        if let Some(line) = group.broken {
            let why =
                format!("line {line} of the same finger is refused: mend it and import again");
            return Ok(Became::Refused(why));
        }
        let templates = group.fingers.iter().map(|finger| finger.templates.len());
        if templates.sum::<usize>() > MOST_IMPRESSIONS {
            return refused("more than 10 templates of one finger");
        }
        let store = &*self.shelf.store;
        let Some(person) = store.person_by_number(number).await.map_err(failed)? else {
            return refused("its person was removed meanwhile");
        };
        // Nobody else keeps a finger between the look whose it is and its being kept.
        let _turn = self.shelf.turn.lock().await;
        let credentials = store.credentials(person.id).await.map_err(failed)?;
        let is_it = |kind: &CredentialKind| matches!(kind, CredentialKind::Finger { position: p, .. } if *p == position);
        if credentials.iter().any(|known| is_it(&known.kind)) {
            return Ok(Became::Known);
        }
        let new = imported(person.id, position, &group.fingers);
        match self.finding(group.fingers).await? {
            Finding::Several => refused("the templates of this finger are not all of one finger"),
            Finding::SomebodyElses => {
                refused("this finger is enrolled already, as another finger or as somebody else's")
            }
            Finding::New => self.kept(&new).await,
        }
    }

    async fn finding(&self, fingers: Vec<ReadFinger>) -> Result<Finding, String> {
        let prints = Arc::clone(&self.shelf.prints);
        let templates = fingers.into_iter().flat_map(|finger| finger.templates);
        let templates: Vec<_> = templates.collect();
        let looking = spawn_blocking(move || one_finger::look(&templates, &prints));
        looking.await.map_err(|error| error.to_string())
    }

    async fn kept(&self, new: &NewFinger) -> Result<Became, String> {
        match self.shelf.keep(new, self.author).await {
            Ok(()) => Ok(Became::Enrolled),
            Err(error @ (StoreError::Conflict { .. } | StoreError::NotFound { .. })) => {
                Ok(Became::Refused(error.to_string()))
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn refuse(&mut self, line: u64, reason: String) {
        self.report.refused.push(RefusedRow { line, reason });
    }

    fn went(&mut self, rows: usize) {
        self.step.done += count(rows);
        (self.tell)(self.step);
    }
}

fn new_person(row: &ReadRow) -> Person {
    let [name, birth_date, gender, address, phone, photo_file] = row.fields.clone();
    Person {
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
    }
}

/// What is kept of imported templates.
fn imported(person: PersonId, position: FingerPosition, fingers: &[ReadFinger]) -> NewFinger {
    let native = fingers.iter().all(|f| f.format == Format::Native);
    let format = if native { Format::Native } else { Format::Iso };
    let templates = fingers.iter().flat_map(|finger| &finger.templates);
    let impressions = templates.map(|template| NewImpression {
        picture: None,
        quality: template.quality(),
        template: template.to_bytes(),
    });
    NewFinger {
        person,
        position,
        duress: false,
        model: format.word().to_owned(),
        impressions: impressions.collect(),
    }
}
