//! People and their credentials.

use crate::finger::FingerPosition;
use crate::ids::{AccessPointId, CredentialId, PersonId, PictureId};
use crate::tag::TagText;
use alloc::{string::String, vec::Vec};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Whether a person may pass at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonStatus {
    /// May pass where allowed.
    Active,
    /// May pass nowhere until activated again.
    Suspended,
}

/// Where a person may pass.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "allowed")]
pub enum Places {
    /// At every access point.
    Everywhere,
    /// Only at these.
    Only {
        /// The access points.
        access_points: Vec<AccessPointId>,
    },
}

/// Somebody the site knows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    /// Identity.
    pub id: PersonId,
    /// The person number, unique at the site; on classic gates the finger slot (`F_ID`).
    pub number: String,
    /// Full name.
    pub name: String,
    /// Department or class; empty when none.
    pub department: String,
    /// Active or suspended.
    pub status: PersonStatus,
    /// First instant at which the person may pass.
    pub valid_from: Option<Timestamp>,
    /// First instant at which the person may no longer pass.
    pub valid_until: Option<Timestamp>,
    /// Where the person may pass.
    pub places: Places,
    /// The registered photograph shown beside live pictures.
    pub photo: Option<PictureId>,
    /// Fields that are sealed at rest.
    pub details: PersonDetails,
}

/// Personal fields kept sealed at rest; each may be empty.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonDetails {
    /// Age as the card's file gives it.
    pub age: String,
    /// Gender as the card's file gives it.
    pub gender: String,
    /// Date of birth as the card's file gives it.
    pub birth_date: String,
    /// Identity number (12 digits on classic cards); masked on every screen but the admin's.
    pub identity_number: String,
    /// File name of the registered photograph on the card.
    pub photo_file: String,
    /// Phone number.
    pub phone: String,
    /// Postal address, free text.
    pub address: String,
}

/// What was kept of one press when a finger was enrolled, beside its sealed template.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FingerImpression {
    /// Its picture; `None` where the template was imported.
    pub picture: Option<PictureId>,
    /// How clear it is, 0 to 100.
    pub quality: u8,
}

/// What kind of credential.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum CredentialKind {
    /// A face template; the template itself is sealed in the store.
    Face {
        /// The photograph it was made from.
        picture: PictureId,
        /// Identity of the model that made it.
        model: String,
    },
    /// A finger; its templates, and whether it is marked for duress, are sealed in the store.
    Finger {
        /// Which one.
        position: FingerPosition,
        /// The impressions that its templates were made from.
        impressions: Vec<FingerImpression>,
        /// Identity of what made the templates.
        model: String,
    },
    /// A tag assigned to the person for good (tags issued per visit are custody).
    Tag {
        /// The tag's text.
        tag: TagText,
    },
}

impl CredentialKind {
    /// The pictures that it was made from.
    pub fn pictures(&self) -> impl Iterator<Item = PictureId> + '_ {
        let (face, fingers) = match self {
            Self::Face { picture, .. } => (Some(*picture), &[][..]),
            Self::Finger { impressions, .. } => (None, impressions.as_slice()),
            Self::Tag { .. } => (None, &[][..]),
        };
        let fingers = fingers.iter().filter_map(|impression| impression.picture);
        face.into_iter().chain(fingers)
    }
}

/// A credential enrolled for a person. A finger on a classic gate needs none:
/// there the person number is the sensor's slot.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Credential {
    /// Identity.
    pub id: CredentialId,
    /// Whose it is.
    pub person: PersonId,
    /// What it is.
    #[serde(flatten)]
    pub kind: CredentialKind,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
}
