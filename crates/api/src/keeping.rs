//! Keeping a finger, whoever enrolled it: a page, the console, a file.

use crate::acts::fresh;
use bytes::Bytes;
use jiff::Timestamp;
use model::{
    Act, Author, Credential, CredentialId, CredentialKind, Entry, FingerImpression, FingerPosition,
    PersonId, PictureId, Record,
};
use store::{Append, FingerTemplate, Pictures, Result, Store, Write};

/// A finger that is to be kept.
#[derive(Clone, Debug)]
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
#[derive(Clone, Debug)]
pub struct NewImpression {
    /// Its picture as PNG, where there is one.
    pub picture: Option<Bytes>,
    /// How clear it is, 0 to 100.
    pub quality: u8,
    /// Its template.
    pub template: Vec<u8>,
}

/// A finger that was kept.
#[derive(Clone, Debug)]
pub struct KeptFinger {
    /// As it stands in the registry.
    pub credential: Credential,
    /// Its templates, which a gallery is to have.
    pub templates: Vec<FingerTemplate>,
}

/// Keeps a finger: pictures first, then the entry that names them. What fails leaves nothing behind. The gallery is up
/// to the caller.
///
/// # Errors
/// As the store; [`store::StoreError::Conflict`] where this finger of the person is enrolled.
pub async fn keep_finger(
    (store, kept): (&dyn Store, &dyn Pictures),
    finger: &NewFinger,
    author: Author,
    now: Timestamp,
) -> Result<KeptFinger> {
    let mut pictures = Vec::new();
    let written = write(store, kept, finger, (author, now), &mut pictures).await;
    if written.is_err() {
        for picture in pictures.into_iter().flatten() {
            if let Err(error) = kept.remove(picture).await {
                // The sweep takes it: no row names it.
                tracing::warn!(%error, "the picture of a finger that was not kept is left");
            }
        }
    }
    written
}

async fn write(
    store: &dyn Store,
    kept: &dyn Pictures,
    finger: &NewFinger,
    (author, now): (Author, Timestamp),
    pictures: &mut Vec<Option<PictureId>>,
) -> Result<KeptFinger> {
    for impression in &finger.impressions {
        pictures.push(match &impression.picture {
            Some(png) => Some(kept.put(png).await?),
            None => None,
        });
    }
    let credential = credential(finger, pictures, now);
    let templates = templates(finger, credential.id);
    let act = Act::FingerEnrolled {
        person: finger.person,
        credential: credential.id,
    };
    let entry = Entry {
        id: fresh(),
        written_at: now,
        author,
        record: Record::Act(act),
    };
    let append = Append {
        writes: vec![
            Write::Credential(credential.clone(), None),
            Write::FingerTemplates(templates.clone()),
        ],
        ..Append::entry(entry)
    };
    store.append(append).await?;
    Ok(KeptFinger {
        credential,
        templates,
    })
}

fn credential(finger: &NewFinger, pictures: &[Option<PictureId>], now: Timestamp) -> Credential {
    let both = finger.impressions.iter().zip(pictures);
    let impressions = both.map(|(impression, picture)| FingerImpression {
        picture: *picture,
        quality: impression.quality,
    });
    Credential {
        id: fresh(),
        person: finger.person,
        kind: CredentialKind::Finger {
            position: finger.position,
            impressions: impressions.collect(),
            model: finger.model.clone(),
        },
        enrolled_at: now,
    }
}

fn templates(finger: &NewFinger, credential: CredentialId) -> Vec<FingerTemplate> {
    let numbered = (0_u8..).zip(&finger.impressions);
    let templates = numbered.map(|(impression, of)| FingerTemplate {
        credential,
        person: finger.person,
        impression,
        model: finger.model.clone(),
        duress: finger.duress,
        bytes: of.template.clone(),
    });
    templates.collect()
}
