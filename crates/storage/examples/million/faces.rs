//! Many people who are enrolled by face: templates of chance, without photographs.

use std::time::Instant;

use futures::future::try_join_all;
use model::{Act, Author, Credential, CredentialKind, Entry, Person, PictureId, Record, Timestamp};
use storage::SqlStore;
use store::{Append, Book, FaceTemplate, Put, Write};

use crate::Result;
use crate::house::somebody;
use crate::random::Random;

/// People written together.
const TOGETHER: u64 = 1_024;
/// The embedded model and how many numbers its templates have (`vision::ModelId::FACE_API`).
const MODEL: &str = "faceapi2";
const NUMBERS: usize = 128;

/// Adds so many people with so many face templates each.
pub async fn fill(store: &SqlStore, people: u64, images: u64) -> Result<()> {
    let (began, now) = (Instant::now(), Timestamp::now());
    let mut random = Random::new(0x6661_6365_7321);
    let mut written = 0;
    while written < people {
        let several = TOGETHER.min(people - written);
        let appends: Vec<Append> = (0..several)
            .map(|one| enrolled(&mut random, written + one + 1, images, now))
            .collect();
        try_join_all(appends.into_iter().map(|append| store.append(append))).await?;
        written += several;
        if written.is_multiple_of(TOGETHER * 50) || written == people {
            let rate = written as f64 / began.elapsed().as_secs_f64();
            println!("{written} people, {rate:.0}/s");
        }
    }
    Ok(())
}

/// Somebody, and their images.
fn enrolled(random: &mut Random, number: u64, images: u64, now: Timestamp) -> Append {
    let person = somebody(random, number);
    let id = person.id;
    let faces: Vec<Write> = (0..images).map(|_| face(random, &person, now)).collect();
    let entry = Entry {
        id: random.id(),
        written_at: now,
        author: Author::Console,
        record: Record::Act(Act::PersonAdded { person: id }),
    };
    let mut writes = vec![Write::Person(Put::Add(person))];
    writes.extend(faces);
    Append {
        writes,
        ..Append::entry(entry)
    }
}

fn face(random: &mut Random, person: &Person, now: Timestamp) -> Write {
    let picture: PictureId = random.id();
    let credential = Credential {
        id: random.id(),
        person: person.id,
        kind: CredentialKind::Face {
            picture,
            model: MODEL.to_owned(),
        },
        enrolled_at: now,
    };
    let template = FaceTemplate {
        credential: credential.id,
        person: person.id,
        model: MODEL.to_owned(),
        bytes: template(random),
    };
    Write::Credential(credential, Some(template))
}

/// A direction of chance, as `vision::Template::to_bytes` writes one.
fn template(random: &mut Random) -> Vec<u8> {
    let number = |_| random.below(2_000) as f32 / 1_000.0 - 1.0;
    let numbers: Vec<f32> = (0..NUMBERS).map(number).collect();
    let length = numbers.iter().map(|one| one * one).sum::<f32>().sqrt();
    let unit = numbers.iter().flat_map(|one| (one / length).to_le_bytes());
    MODEL.bytes().chain(unit).collect()
}
