//! Keeping a finger without a page: for the command line and for imports.

use super::prints::Prints;
use crate::clock::SystemClock;
use api::ports::Clock;
use bytes::Bytes;
use model::{
    Act, Author, Credential, CredentialId, CredentialKind, Entry, EventId, FingerImpression,
    FingerPosition, PersonId, PictureId, Record,
};
use storage::PictureFiles;
use store::{Append, FingerTemplate, Pictures, Result, Store, Write};
use uuid::Uuid;

/// A finger that is to be kept.
pub struct NewFinger {
    /// Whose.
    pub person: PersonId,
    /// Which one.
    pub position: FingerPosition,
    /// Whether it is marked for duress.
    pub duress: bool,
    /// What made the templates.
    pub model: String,
    /// Its impressions.
    pub impressions: Vec<NewImpression>,
}

/// One impression of it.
pub struct NewImpression {
    /// Its picture as PNG, where there is one.
    pub picture: Option<Bytes>,
    /// How clear it is, 0 to 100.
    pub quality: u8,
    /// Its template.
    pub template: Vec<u8>,
}

/// Where fingers are kept.
#[derive(Clone, Copy)]
pub struct Shelf<'a> {
    /// The database.
    pub store: &'a dyn Store,
    /// The pictures.
    pub pictures: &'a PictureFiles,
    /// The gallery.
    pub prints: &'a Prints,
}

impl Shelf<'_> {
    /// Keeps a finger: pictures first, then the entry that names them, then the gallery. What fails leaves nothing
    /// behind.
    ///
    /// # Errors
    /// As the store; [`store::StoreError::Conflict`] where this finger of the person is enrolled.
    pub async fn keep(&self, finger: NewFinger, author: Author) -> Result<CredentialId> {
        let mut pictures = Vec::new();
        let kept = self.keep_with(&finger, author, &mut pictures).await;
        if kept.is_err() {
            for picture in pictures.into_iter().flatten() {
                self.pictures.remove(picture).await?;
            }
        }
        kept
    }

    async fn keep_with(
        &self,
        finger: &NewFinger,
        author: Author,
        pictures: &mut Vec<Option<PictureId>>,
    ) -> Result<CredentialId> {
        for impression in &finger.impressions {
            pictures.push(match &impression.picture {
                Some(png) => Some(self.pictures.put(png).await?),
                None => None,
            });
        }
        let (id, now) = (CredentialId(Uuid::new_v4()), SystemClock.now());
        let (person, position) = (finger.person, finger.position);
        let both = finger.impressions.iter().zip(pictures.iter());
        let impressions = both.map(|(impression, picture)| FingerImpression {
            picture: *picture,
            quality: impression.quality,
        });
        let credential = Credential {
            id,
            person,
            kind: CredentialKind::Finger {
                position,
                impressions: impressions.collect(),
                model: finger.model.clone(),
            },
            enrolled_at: now,
        };
        let numbered = (0_u8..).zip(&finger.impressions);
        let templates: Vec<FingerTemplate> = numbered
            .map(|(impression, of)| FingerTemplate {
                credential: id,
                person,
                impression,
                model: finger.model.clone(),
                duress: finger.duress,
                bytes: of.template.clone(),
            })
            .collect();
        let entry = Entry {
            id: EventId(Uuid::now_v7()),
            written_at: now,
            author,
            record: Record::Act(Act::FingerEnrolled {
                person,
                credential: id,
            }),
        };
        let append = Append {
            writes: vec![
                Write::Credential(credential, None),
                Write::FingerTemplates(templates.clone()),
            ],
            ..Append::entry(entry)
        };
        self.store.append(append).await?;
        self.prints.put(position, &templates);
        Ok(id)
    }
}
