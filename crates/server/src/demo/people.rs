//! Made-up people with the faces of the sample photographs that come with the models' packages.

use crate::card_pictures::InMemory;
use crate::compose::Running;
use crate::recognition::Recogniser;
use anyhow::{Context, Result, anyhow, bail};
use api::ports::CardFiles;
use bytes::Bytes;
use model::Author;
use std::sync::Arc;
use vision::enrolment::judge;
use vision::{Face, Frame, Gallery, Limits, Look, Purpose, Rect};

/// The group photographs whose faces are cut out.
const PHOTOGRAPHS: [&str; 4] = ["sample6.jpg", "sample5.jpg", "sample4.jpg", "sample3.jpg"];
/// Made-up names, one for each face.
const NAMES: [&str; 10] = [
    "Asha Verma",
    "Lena Sommer",
    "Maya Torres",
    "Grace Holm",
    "Noor Rahman",
    "Ines Duarte",
    "Keiko Arai",
    "Paula Brandt",
    "Rosa Lindqvist",
    "Tara Quinn",
];
/// The registered photograph shows this many times the face.
const PORTRAIT: f32 = 1.9;
/// The picture taken at the gate shows more of what is around.
const AT_THE_GATE: f32 = 2.7;

/// Somebody of the demo.
pub struct DemoPerson {
    /// Person number.
    pub number: String,
    /// Name.
    pub name: String,
    /// Registered photograph.
    pub photo: Bytes,
    /// What the gate's camera takes: another cut of the same photograph.
    pub at_the_gate: Bytes,
}

impl DemoPerson {
    /// The card's fields from name to phone, and the address, which holds commas on purpose.
    pub fn card_fields(&self) -> [String; 2] {
        let (number, name) = (&self.number, &self.name);
        let identity = identity_number(number);
        [
            format!("{name},34,F,1992-04-05,{identity},{number}.jpg,555{number}"),
            format!("{number} Mill Lane, Flat 2, Riverton"),
        ]
    }

    /// The person's row on a card.
    fn card_row(&self) -> String {
        let [fields, address] = self.card_fields();
        format!("{},{fields},{address}", self.number)
    }
}

/// A 12-digit number with its check digit that belongs to nobody: real ones never begin with 0 or 1.
fn identity_number(number: &str) -> String {
    let ends = ('0'..='9').map(|last| format!("0000{number:0>7}{last}"));
    let mut fitting = ends.filter(|whole| model::check_digit_fits(whole) == Some(true));
    fitting.next().unwrap_or_default()
}

/// Cuts the people of the demo out of the sample photographs.
///
/// # Errors
/// When the photographs are not on this machine or show nobody.
pub async fn portraits(recogniser: &Arc<Recogniser>) -> Result<Vec<DemoPerson>> {
    let Some(folder) = vision::samples::dir() else {
        bail!(
            "the sample photographs are missing: build with `make build`, or name their folder in GATEBOOK_SAMPLES"
        );
    };
    let mut cutting = Cutting::default();
    for photograph in PHOTOGRAPHS {
        let bytes = Bytes::from(std::fs::read(folder.join(photograph))?);
        let frame = Frame::decode(&bytes, Limits::UPLOAD)?;
        for face in faces(recogniser, bytes).await? {
            cutting.cut(recogniser, &frame, &face.bounds).await?;
        }
    }
    let people = cutting.people;
    anyhow::ensure!(
        !people.is_empty(),
        "no usable face on the sample photographs"
    );
    Ok(people)
}

async fn faces(recogniser: &Recogniser, image: Bytes) -> Result<Vec<Face>> {
    match recogniser.pool().look(image, Purpose::Enrolment).await {
        Some(Look::Seen(seen)) => Ok(seen.faces),
        Some(Look::Unreadable(reason)) => bail!("a sample photograph cannot be read: {reason}"),
        None => bail!("recognition is busy"),
    }
}

/// Those cut out so far.
#[derive(Default)]
struct Cutting {
    people: Vec<DemoPerson>,
    gallery: Gallery,
}

impl Cutting {
    /// One person more, unless the face is not good enough or stands on another photograph already.
    async fn cut(&mut self, recogniser: &Recogniser, frame: &Frame, face: &Rect) -> Result<()> {
        let (Some(name), Some(photo), Some(wide)) = (
            NAMES.get(self.people.len()),
            frame.crop(&face.scaled(PORTRAIT)),
            frame.crop(&face.scaled(AT_THE_GATE)),
        ) else {
            return Ok(());
        };
        let photo = Bytes::from(photo.to_jpeg(92)?);
        let look = recogniser.pool().look(photo.clone(), Purpose::Enrolment);
        let look = look.await.context("recognition is busy")?;
        let judged = judge(&[look], 1, &self.gallery, None);
        let accepted = judged.into_iter().find(|c| c.is_accepted());
        let Some(template) = accepted.and_then(|c| c.template) else {
            return Ok(());
        };
        let person = model::PersonId(uuid::Uuid::now_v7());
        self.gallery.set(person, &[template])?;
        self.people.push(DemoPerson {
            number: format!("{}", 100 + self.gallery.len()),
            name: (*name).into(),
            photo,
            at_the_gate: wide.to_jpeg(80)?.into(),
        });
        Ok(())
    }
}

/// Enrols them as an installer would: by importing a card's registry with its photographs.
///
/// # Errors
/// When the import fails.
pub async fn enrol(running: &Running, people: &[DemoPerson]) -> Result<()> {
    let mut csv = format!("{}\n", devices::card::REGISTRY_HEADER);
    for person in people {
        csv.push_str(&person.card_row());
        csv.push('\n');
    }
    let photos = people
        .iter()
        .map(|p| (format!("{}.jpg", p.number), p.photo.clone()));
    let photos = Arc::new(InMemory(photos.collect()));
    let report = running
        .cards
        .import_people(csv.into(), photos, Author::Console, Arc::new(|_| ()))
        .await;
    let report = report.map_err(|e| anyhow!(e))?;
    anyhow::ensure!(
        report.refused.is_empty(),
        "the demo's people were refused: {:?}",
        report.refused
    );
    Ok(())
}
