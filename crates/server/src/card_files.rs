//! Importing and exporting the files of classic controllers' cards.

use crate::card_notice;
use crate::card_pictures::Spooled;
use crate::clock::SystemClock;
use crate::recognition::{Recogniser, RecognitionPort};
use api::ports::{
    CardFiles, CardPictures, Clock, EnrolledImage, ImageProblem, ImportReport, Recognition,
    RefusedRow, Spool, Step, Tell,
};
use async_trait::async_trait;
use bytes::Bytes;
use devices::card::{self, PersonRow, read_people, registry_line_of, write_people};
use model::{
    Act, Author, Credential, CredentialId, CredentialKind, Entry, EventId, GateId,
    ObservationDraft, Person, PersonDetails, PersonId, PersonStatus, PictureId, Places, Record,
    check_digit_fits,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use storage::PictureFiles;
use store::{Append, FaceTemplate, PeopleQuery, Pictures, Put, Store, Write};
use uuid::Uuid;

/// People read at once for an export.
const PAGE: u32 = 500;

/// Imports and exports for one site.
pub struct Cards {
    store: Arc<dyn Store>,
    pictures: Arc<PictureFiles>,
    recognition: RecognitionPort,
    house: devices::House,
    incoming: PathBuf,
}

impl Cards {
    /// Imports into, and exports from, these parts of a site; uploads wait in `incoming`.
    pub fn new(
        store: &Arc<dyn Store>,
        pictures: &Arc<PictureFiles>,
        recogniser: &Arc<Recogniser>,
        house: &devices::House,
        incoming: &Path,
    ) -> Self {
        Self {
            store: store.clone(),
            pictures: pictures.clone(),
            recognition: RecognitionPort(recogniser.clone()),
            house: house.clone(),
            incoming: incoming.to_owned(),
        }
    }

    async fn import_person(
        &self,
        row: &PersonRow,
        photos: &dyn CardPictures,
        author: Author,
        report: &mut ImportReport,
    ) -> store::Result<()> {
        let known = self.store.person_by_number(&row.person.number).await?;
        let person = merged(known.as_ref(), row);
        if known.as_ref() == Some(&person) {
            report.unchanged += 1;
        } else {
            let (act, count) = match known {
                Some(_) => (
                    Act::PersonChanged { person: person.id },
                    &mut report.changed,
                ),
                None => (Act::PersonAdded { person: person.id }, &mut report.added),
            };
            let put = Put::over(known, person.clone());
            self.append(act, vec![Write::Person(put)], author).await?;
            *count += 1;
            let remarks = self.identity_remarks(&person).await?;
            report.remarks.extend(remarks);
        }
        if person.photo.is_some() {
            return Ok(());
        }
        match photos.picture(&row.person.photo_file).await? {
            Some(photo) => self.enrol(person, photo, author, report).await,
            None => Ok(()),
        }
    }

    /// What is wrong with a number that is kept as the card has it: old cards hold wrong ones, and
    /// nothing of a card is lost.
    async fn identity_remarks(&self, person: &Person) -> store::Result<Vec<String>> {
        let (number, mine) = (&person.number, &person.details.identity_number);
        let mut remarks = Vec::new();
        if check_digit_fits(mine) == Some(false) {
            remarks.push(format!(
                "person {number}: the last digit of the identity number does not fit the others; kept as it is, compare it with the document"
            ));
        }
        if !mine.trim().is_empty()
            && let Some(other) = self.store.person_by_identity_number(mine).await?
            && other.id != person.id
        {
            let other = other.number;
            remarks.push(format!(
                "person {number}: person {other} has the same identity number; kept for both"
            ));
        }
        Ok(remarks)
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
        let Some(was) = self.store.person(person.id).await? else {
            return Ok(());
        };
        let image = assessed.enrolled.first();
        let picture = self
            .pictures
            .put(image.map_or(&photo, |image| &image.jpeg))
            .await?;
        let kept = self.keep(was, picture, image, author).await;
        if kept.is_err() {
            // Nothing names it.
            self.pictures.remove(picture).await?;
        }
        report.pictures += u64::from(kept.is_ok());
        kept
    }

    /// Writes a photograph down, with the face it shows where there is one.
    async fn keep(
        &self,
        was: Person,
        picture: PictureId,
        image: Option<&EnrolledImage>,
        author: Author,
    ) -> store::Result<()> {
        let person = was.id;
        let mut now = was.clone();
        now.photo = Some(picture);
        let put = Write::Person(Put::change(was, now));
        let Some(image) = image else {
            let act = Act::PersonChanged { person };
            return self.append(act, vec![put], author).await;
        };
        let credential = CredentialId(Uuid::now_v7());
        let model = || image.model.clone();
        let face = Credential {
            id: credential,
            person,
            kind: CredentialKind::Face {
                picture,
                model: model(),
            },
            enrolled_at: SystemClock.now(),
        };
        let template = FaceTemplate {
            credential,
            person,
            model: model(),
            bytes: image.template.clone(),
        };
        let act = Act::FaceEnrolled {
            person,
            credential,
            overruled: Vec::new(),
        };
        let writes = vec![put, Write::Credential(face, Some(template))];
        self.append(act, writes, author).await?;
        let template = &image.template;
        self.recognition
            .enrolled(person, credential, template)
            .await;
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
                writes,
                ..Append::entry(entry)
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
    async fn spool(&self) -> store::Result<Arc<dyn Spool>> {
        Ok(Arc::new(Spooled::open(self.incoming.clone()).await?))
    }

    async fn import_people(
        &self,
        csv: Bytes,
        photos: Arc<dyn CardPictures>,
        author: Author,
        tell: Tell,
    ) -> Result<ImportReport, String> {
        let read = read_people(&csv);
        let all = read.rows.len() as u64;
        let mut report = ImportReport {
            refused: read.refused.iter().map(refused).collect(),
            ..Default::default()
        };
        for (row, done) in read.rows.iter().zip(1..) {
            let taken = self.import_person(row, &*photos, author, &mut report);
            if let Err(error) = taken.await {
                let (line, reason) = (row.line, error.to_string());
                report.refused.push(RefusedRow { line, reason });
            }
            let pictures = report.pictures;
            tell(Step {
                done,
                all,
                pictures,
            });
        }
        report.refused.sort_by_key(|row| row.line);
        Ok(report)
    }

    async fn import_log(
        &self,
        csv: Bytes,
        pictures: Arc<dyn CardPictures>,
        gate: GateId,
        tell: Tell,
    ) -> Result<ImportReport, String> {
        let gates = self.store.gates().await.map_err(|e| e.to_string())?;
        let gate = gates
            .iter()
            .find(|g| g.id == gate)
            .ok_or("there is no such gate")?;
        let source = LogSource {
            store: &*self.store,
            pictures: &*pictures,
            rows: card::row_count(&csv),
            tell,
        };
        let now = SystemClock.now();
        let done = card::import_log(&self.house, gate, &csv, now, &source).await;
        if let Err(error) = card_notice::append(&*self.store, gate.id, now).await {
            tracing::warn!(%error, "what the imported card says could not be summed up");
        }
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

/// What the import of a log asks.
struct LogSource<'a> {
    store: &'a dyn Store,
    pictures: &'a dyn CardPictures,
    rows: u64,
    tell: Tell,
}

#[async_trait]
impl card::ImportSource for LogSource<'_> {
    async fn picture(&self, name: &str) -> Result<Option<Bytes>, String> {
        let picture = self.pictures.picture(name).await;
        picture.map_err(|error| error.to_string())
    }

    async fn is_known(&self, draft: &ObservationDraft) -> bool {
        self.store.is_known(draft).await.unwrap_or(false)
    }

    fn done(&self, rows: u64, pictures: u64) {
        (self.tell)(Step {
            done: rows,
            all: self.rows,
            pictures,
        });
    }
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
        ImageProblem::LooksUp => "the head looks up",
        ImageProblem::LooksDown => "the head looks down",
        ImageProblem::EyesCovered => "something covers the eyes",
        ImageProblem::MouthCovered => "something covers mouth or nose",
        ImageProblem::SideCovered => "something covers one half of the face",
        ImageProblem::CutOff => "the image ends within the face",
        ImageProblem::OneTooMany => "there are too many images",
        ImageProblem::DoesNotMatchOthers => "the face differs from the other images",
        ImageProblem::LooksLike(_) => "it looks like somebody enrolled already",
    }
}
