//! Enrolling a person from 1 to 10 images, with advice on each.

use crate::analysis::{Analysis, Look};
use crate::engine::Face;
use crate::gallery::{Gallery, Match};
use crate::geometry::Rect;
use crate::quality::Quality;
use crate::template::Template;
use crate::threshold;
use model::PersonId;
use serde::{Deserialize, Serialize};

/// Most images one enrolment takes.
pub const MOST_IMAGES: usize = 10;
/// A second face counts when it is at least so high in relation to the largest.
const SECOND_FACE: f32 = 0.4;

/// What is wrong with one image.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "finding")]
pub enum Finding {
    /// The image could not be read.
    Unreadable {
        /// Why, for people.
        reason: String,
    },
    /// There is no face in it.
    NoFace,
    /// There are several, and it is not clear which is meant.
    SeveralFaces {
        /// How many.
        faces: usize,
    },
    /// The face is too small.
    TooSmall {
        /// Its height in pixels.
        height: u32,
        /// The least height in pixels.
        least: u32,
    },
    /// The face is out of focus or moved.
    Blurred,
    /// The face is in the dark.
    Dark,
    /// The face is washed out by light.
    Glaring,
    /// The head is turned aside.
    Turned,
    /// The head looks up.
    LooksUp,
    /// The head looks down.
    LooksDown,
    /// Something covers the eyes, as dark glasses do.
    EyesCovered,
    /// Something covers mouth or nose, as a mask or a scarf does.
    MouthCovered,
    /// Something covers one half of the face, or one eye.
    SideCovered,
    /// The image ends within the face.
    CutOff,
    /// The face differs from those on the other images.
    UnlikeTheOthers,
    /// The face looks like somebody who is enrolled already.
    AlreadyEnrolled {
        /// Who.
        person: PersonId,
        /// Cosine to them, -1 to 1.
        score: f32,
    },
    /// There were more images than are taken.
    OneTooMany,
}

impl Finding {
    /// Whether the image still serves when an operator insists: somebody alike may be a twin, and a beard or a headscarf may
    /// read as a cover.
    #[must_use]
    pub fn can_be_overruled(&self) -> bool {
        matches!(
            self,
            Self::AlreadyEnrolled { .. }
                | Self::EyesCovered
                | Self::MouthCovered
                | Self::SideCovered
        )
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable { reason } => write!(f, "{reason}"),
            Self::NoFace => write!(f, "no face was found"),
            Self::SeveralFaces { faces } => write!(f, "{faces} faces: only one may be in view"),
            Self::TooSmall { height, least } => {
                write!(
                    f,
                    "the face is too small: {height} pixels high, at least {least} are needed"
                )
            }
            Self::Blurred => write!(f, "the face is blurred"),
            Self::Dark => write!(f, "the face is too dark"),
            Self::Glaring => write!(f, "the face is washed out by light"),
            Self::Turned => write!(f, "the head is turned aside"),
            Self::LooksUp => write!(f, "the head looks up"),
            Self::LooksDown => write!(f, "the head looks down"),
            Self::EyesCovered => write!(f, "something covers the eyes"),
            Self::MouthCovered => write!(f, "something covers mouth or nose"),
            Self::SideCovered => write!(f, "something covers one half of the face"),
            Self::CutOff => write!(f, "the image ends within the face"),
            Self::UnlikeTheOthers => write!(f, "the face differs from those on the other images"),
            Self::AlreadyEnrolled { .. } => {
                write!(f, "the face looks like somebody who is enrolled already")
            }
            Self::OneTooMany => write!(f, "at most {MOST_IMAGES} images are taken"),
        }
    }
}

/// One image of an enrolment, judged.
#[derive(Clone, PartialEq, Debug)]
pub struct Candidate {
    /// What is wrong with it; empty if it will do.
    pub findings: Vec<Finding>,
    /// Where the face is in the upright image, if there is just one.
    pub bounds: Option<Rect>,
    /// The template of that face.
    pub template: Option<Template>,
}

impl Candidate {
    /// Whether nothing is wrong with the image.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.findings.is_empty() && self.template.is_some()
    }

    /// Whether something is wrong with the image, and nothing that an operator could not overrule.
    #[must_use]
    pub fn serves_if_overruled(&self) -> bool {
        let all = self.findings.iter().all(Finding::can_be_overruled);
        !self.findings.is_empty() && all && self.template.is_some()
    }

    fn refused(finding: Finding) -> Self {
        Self {
            findings: vec![finding],
            bounds: None,
            template: None,
        }
    }
}

/// Judges the images of one person, in their order; look at them with
/// [`crate::Purpose::Enrolment`] first. Those beyond [`MOST_IMAGES`] need not be looked at:
/// `given` says how many there were in all.
///
/// `person` is who is being enrolled, if they are in the gallery already: their own likeness is
/// no finding.
#[must_use]
pub fn judge(
    looks: &[Look],
    given: usize,
    gallery: &Gallery,
    person: Option<PersonId>,
) -> Vec<Candidate> {
    let taken = looks.iter().take(MOST_IMAGES);
    let mut candidates: Vec<_> = taken
        .map(|look| match look {
            Look::Seen(analysis) => judge_alone(analysis, gallery, person),
            Look::Unreadable(reason) => Candidate::refused(Finding::Unreadable {
                reason: reason.clone(),
            }),
        })
        .collect();
    compare(&mut candidates);
    candidates.resize(given, Candidate::refused(Finding::OneTooMany));
    candidates
}

fn judge_alone(analysis: &Analysis, gallery: &Gallery, person: Option<PersonId>) -> Candidate {
    let faces = &analysis.faces;
    let tallest = faces
        .iter()
        .map(|face| face.bounds.height)
        .fold(0.0, f32::max);
    let in_view: Vec<&Face> = faces
        .iter()
        .filter(|face| face.bounds.height >= tallest * SECOND_FACE)
        .collect();
    match in_view.as_slice() {
        [] => Candidate::refused(Finding::NoFace),
        [face] => {
            let mut findings = shortcomings(&face.quality);
            findings.extend(likeness(face, gallery, person));
            Candidate {
                findings,
                bounds: Some(face.bounds),
                template: Some(face.template.clone()),
            }
        }
        several => Candidate::refused(Finding::SeveralFaces {
            faces: several.len(),
        }),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // heights in pixels
fn shortcomings(quality: &Quality) -> Vec<Finding> {
    let least = Quality::LEAST_ENROLMENT_HEIGHT;
    let too_small = Finding::TooSmall {
        height: quality.height as u32,
        least: least as u32,
    };
    [
        (quality.height < least, too_small),
        (quality.is_blurred(), Finding::Blurred),
        (quality.is_dark(), Finding::Dark),
        (quality.is_glaring(), Finding::Glaring),
        (quality.is_turned(), Finding::Turned),
        (quality.is_nodding() && quality.nod > 0.0, Finding::LooksUp),
        (
            quality.is_nodding() && quality.nod < 0.0,
            Finding::LooksDown,
        ),
        (quality.are_eyes_covered(), Finding::EyesCovered),
        (quality.is_mouth_covered(), Finding::MouthCovered),
        (quality.is_side_covered(), Finding::SideCovered),
        (quality.is_cut_off(), Finding::CutOff),
    ]
    .into_iter()
    .filter_map(|(applies, finding)| applies.then_some(finding))
    .collect()
}

fn likeness(face: &Face, gallery: &Gallery, person: Option<PersonId>) -> Option<Finding> {
    let found = gallery.search_without(&face.template, person)?;
    let Match { person, score, .. } = found;
    found
        .is_known()
        .then_some(Finding::AlreadyEnrolled { person, score })
}

/// Marks the images that agree with fewer than half of the others. Of two that differ, both are
/// marked: nothing says which is meant.
fn compare(candidates: &mut [Candidate]) {
    let templates: Vec<(usize, Template)> = candidates
        .iter()
        .enumerate()
        .filter_map(|(index, candidate)| Some((index, candidate.template.clone()?)))
        .collect();
    for (index, template) in &templates {
        let others = templates.iter().filter(|(other, _)| other != index);
        let agreeing = others
            .filter(|(_, other)| template.cosine(other) >= threshold::alike())
            .count();
        if agreeing * 2 < templates.len() - 1
            && let Some(candidate) = candidates.get_mut(*index)
        {
            candidate.findings.push(Finding::UnlikeTheOthers);
        }
    }
}
