//! Importing and exporting the files of classic controllers' cards.

use crate::clock::SystemClock;
use crate::recognition::{Recogniser, RecognitionPort};
use api::ports::{
    CardFiles, Clock, ImageProblem, ImportReport, NamedFile, Recognition, RefusedRow,
};
use async_trait::async_trait;
use bytes::Bytes;
use devices::card::{self, PersonRow, read_people, registry_line_of, write_people};
use model::{
    Act, Author, Credential, CredentialId, CredentialKind, Entry, EventId, GateId, Person,
    PersonDetails, PersonId, PersonStatus, Places, Record,
};
use std::collections::HashMap;
use std::sync::Arc;
use storage::PictureFiles;
use store::{Append, FaceTemplate, PeopleQuery, Pictures, Store, Write};
use uuid::Uuid;

/// People read at once for an export.
const PAGE: u32 = 500;

/// Imports and exports for one site.
pub struct Cards {
    store: Arc<dyn Store>,
    pictures: Arc<PictureFiles>,
    recognition: RecognitionPort,
    house: devices::House,
}

impl Cards {
    /// Imports into, and exports from, these parts of a site.
    pub fn new(
        store: &Arc<dyn Store>,
        pictures: &Arc<PictureFiles>,
        recogniser: &Arc<Recogniser>,
        house: &devices::House,
    ) -> Self {
        Self {
            store: store.clone(),
            pictures: pictures.clone(),
            recognition: RecognitionPort(recogniser.clone()),
            house: house.clone(),
        }
    }

    async fn import_person(
        &self,
        row: &PersonRow,
        photo: Option<&Bytes>,
        author: Author,
        report: &mut ImportReport,
    ) -> store::Result<()> {
        let known = self.store.person_by_number(&row.person.number).await?;
        let person = merged(known.as_ref(), row);
        if known.as_ref() == Some(&person) {
            report.unchanged += 1;
        } else if known.is_some() {
            report.changed += 1;
            let act = Act::PersonChanged { person: person.id };
            self.append(act, vec![Write::Person(person.clone())], author)
                .await?;
        } else {
            report.added += 1;
            let act = Act::PersonAdded { person: person.id };
            self.append(act, vec![Write::Person(person.clone())], author)
                .await?;
        }
        match photo {
            Some(photo) if person.photo.is_none() => {
                self.enrol(person, photo.clone(), author, report).await
            }
            _ => Ok(()),
        }
    }

    /// Enrols a registered photograph. One without a usable face is kept as a photograph all the
    /// same, and remarked on.
    async fn enrol(
        &self,
        person: Person,
        photo: Bytes,
        author: Author,
        report: &mut ImportReport,
    ) -> store::Result<()> {
        let assessed = self
            .recognition
            .assess(vec![photo.clone()], Some(person.id))
            .await;
        let assessed = assessed.unwrap_or_default();
        if let Some(finding) = assessed.findings.first().filter(|f| !f.problems.is_empty()) {
            report.remarks.push(remark(&person, &finding.problems));
            if finding.problems.contains(&ImageProblem::Unreadable) {
                return Ok(());
            }
        }
        // Looking took a while: the person may have been suspended or deleted meanwhile.
        let Some(mut person) = self.store.person(person.id).await? else {
            return Ok(());
        };
        let Some(image) = assessed.enrolled.first() else {
            person.photo = Some(self.pictures.put(&photo).await?);
            report.pictures += 1;
            let act = Act::PersonChanged { person: person.id };
            return self.append(act, vec![Write::Person(person)], author).await;
        };
        let picture = self.pictures.put(&image.jpeg).await?;
        person.photo = Some(picture);
        report.pictures += 1;
        let credential = Credential {
            id: CredentialId(Uuid::now_v7()),
            person: person.id,
            kind: CredentialKind::Face {
                picture,
                model: image.model.clone(),
            },
            enrolled_at: SystemClock.now(),
        };
        let template = FaceTemplate {
            credential: credential.id,
            person: person.id,
            model: image.model.clone(),
            bytes: image.template.clone(),
        };
        let (id, holder) = (credential.id, person.id);
        let act = Act::FaceEnrolled {
            person: holder,
            credential: id,
        };
        let writes = vec![
            Write::Person(person),
            Write::Credential(credential, Some(template)),
        ];
        self.append(act, writes, author).await?;
        self.recognition.enrolled(holder, id, &image.template).await;
        Ok(())
    }

    async fn append(&self, act: Act, writes: Vec<Write>, author: Author) -> store::Result<()> {
        let entry = Entry {
            id: EventId(Uuid::now_v7()),
            written_at: SystemClock.now(),
            author,
            record: Record::Act(act),
        };
        self.store
            .append(Append {
                entry,
                settles: Vec::new(),
                writes,
            })
            .await?;
        Ok(())
    }

    /// Everybody in the registry, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn everybody(&self) -> store::Result<Vec<Person>> {
        let mut all: Vec<Person> = Vec::new();
        loop {
            let after = all.last().map(|person| (person.name.clone(), person.id));
            let query = PeopleQuery {
                text: String::new(),
                after,
                limit: PAGE,
            };
            let page = self.store.people(&query).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }
}

#[async_trait]
impl CardFiles for Cards {
    async fn import_people(
        &self,
        csv: Bytes,
        photos: Vec<NamedFile>,
        author: Author,
    ) -> Result<ImportReport, String> {
        let read = read_people(&csv);
        let photos = by_name(photos);
        let mut report = ImportReport {
            refused: read.refused.iter().map(refused).collect(),
            ..Default::default()
        };
        for row in &read.rows {
            let photo = photos.get(&row.person.photo_file);
            if let Err(error) = self.import_person(row, photo, author, &mut report).await {
                let (line, reason) = (row.line, error.to_string());
                report.refused.push(RefusedRow { line, reason });
            }
        }
        report.refused.sort_by_key(|row| row.line);
        Ok(report)
    }

    async fn import_log(
        &self,
        csv: Bytes,
        pictures: Vec<NamedFile>,
        gate: GateId,
    ) -> Result<ImportReport, String> {
        let gates = self.store.gates().await.map_err(|e| e.to_string())?;
        let gate = gates
            .iter()
            .find(|g| g.id == gate)
            .ok_or("there is no such gate")?;
        let pictures = by_name(pictures);
        let picture = move |name: &str| pictures.get(name).cloned();
        let done = card::import_log(&self.house, gate, &csv, &picture).await;
        Ok(ImportReport {
            added: done.added,
            changed: 0,
            unchanged: done.unchanged,
            pictures: done.pictures,
            refused: done.refused.iter().map(refused).collect(),
            remarks: done
                .spoiled_pictures
                .iter()
                .map(|row| format!("line {}: {}", row.line, row.reason))
                .collect(),
        })
    }

    async fn export_people(&self) -> Result<(String, Vec<String>), String> {
        let people = self.everybody().await.map_err(|e| e.to_string())?;
        let lines: Vec<_> = people.iter().map(registry_line_of).collect();
        let written = write_people(&lines);
        let missing = written.refused.iter().filter_map(|(index, why)| {
            people
                .get(*index)
                .map(|person| format!("{}: {why}", person.number))
        });
        Ok((written.text, missing.collect()))
    }
}

/// A person as the card has it: what only Gatebook knows is kept.
fn merged(known: Option<&Person>, row: &PersonRow) -> Person {
    let details = PersonDetails::from(&row.person);
    let (number, name) = (row.person.number.clone(), row.person.name.clone());
    match known {
        Some(known) => Person {
            name,
            details,
            ..known.clone()
        },
        None => Person {
            id: PersonId(Uuid::now_v7()),
            number,
            name,
            department: String::new(),
            status: PersonStatus::Active,
            valid_from: None,
            valid_until: None,
            places: Places::Everywhere,
            photo: None,
            details,
        },
    }
}

fn by_name(files: Vec<NamedFile>) -> HashMap<String, Bytes> {
    files
        .into_iter()
        .map(|file| (file.name, file.bytes))
        .collect()
}

fn refused(row: &card::RefusedRow) -> RefusedRow {
    RefusedRow {
        line: row.line,
        reason: row.reason.clone(),
    }
}

fn remark(person: &Person, problems: &[ImageProblem]) -> String {
    let words: Vec<&str> = problems.iter().map(problem_words).collect();
    format!(
        "the photograph of number {} is not enrolled: {}",
        person.number,
        words.join(", ")
    )
}

fn problem_words(problem: &ImageProblem) -> &'static str {
    match problem {
        ImageProblem::Unreadable => "it cannot be read",
        ImageProblem::NoFace => "no face was found",
        ImageProblem::TwoFaces => "there is more than one face",
        ImageProblem::TooSmall => "the face is too small",
        ImageProblem::Blurred => "the face is blurred",
        ImageProblem::Dark => "the face is too dark",
        ImageProblem::Glaring => "the face is washed out by light",
        ImageProblem::Turned => "the head is turned aside",
        ImageProblem::OneTooMany => "there are too many images",
        ImageProblem::DoesNotMatchOthers => "the face differs from the other images",
        ImageProblem::LooksLike(_) => "it looks like somebody enrolled already",
    }
}
