//! What was found in images of faces, in words of the API.

use crate::error::ApiError;
use crate::names::Names;
use crate::person::PersonBrief;
use crate::ports::{ImageFinding, ImageProblem};
use crate::state::House;
use model::Overruled;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is wrong with an image.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "problem")]
pub(crate) enum ProblemView {
    /// Not an image that can be read.
    Unreadable,
    /// No face found.
    NoFace,
    /// More than one face found.
    TwoFaces,
    /// The face is too small.
    TooSmall,
    /// The face is blurred.
    Blurred,
    /// The face is too dark.
    Dark,
    /// The face is washed out by light.
    Glaring,
    /// The head is turned aside.
    Turned,
    /// The head looks up.
    LooksUp,
    /// The head looks down.
    LooksDown,
    /// Something covers the eyes.
    EyesCovered,
    /// Something covers mouth or nose.
    MouthCovered,
    /// Something covers one half of the face.
    SideCovered,
    /// The image ends within the face.
    CutOff,
    /// More images than are taken at once.
    OneTooMany,
    /// The face does not match the other images.
    DoesNotMatchOthers,
    /// The face looks like somebody enrolled already.
    LooksLike {
        /// Whom it looks like.
        person: PersonBrief,
    },
}

/// A box in pixels of the upright image.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct FaceBox {
    /// Left edge.
    x: f32,
    /// Upper edge.
    y: f32,
    /// Width.
    width: f32,
    /// Height.
    height: f32,
}

/// What was found in one image.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Finding {
    /// What is wrong; empty: the image is good.
    problems: Vec<ProblemView>,
    /// Whether it can be enrolled all the same: a twin, a beard or a headscarf that reads as a cover.
    can_be_overruled: bool,
    /// Where the face is.
    face: Option<FaceBox>,
    /// The credential that was enrolled from it.
    pub(super) credential: Option<Uuid>,
}

/// What somebody overrules who enrols that image all the same.
pub(super) fn overruled(finding: &ImageFinding) -> Vec<Overruled> {
    let problems = finding.problems.iter();
    problems.filter_map(ImageProblem::overruled).collect()
}

/// What was found, as it is told.
pub(super) async fn findings(
    house: &House,
    found: Vec<ImageFinding>,
) -> Result<Vec<Finding>, ApiError> {
    let mut names = Names::load(house).await?;
    let mut views = Vec::with_capacity(found.len());
    for finding in found {
        let can_be_overruled = overruled(&finding).len() == finding.problems.len();
        let mut problems = Vec::with_capacity(finding.problems.len());
        for problem in finding.problems {
            problems.push(problem_view(&mut names, problem).await?);
        }
        views.push(Finding {
            can_be_overruled: can_be_overruled && !problems.is_empty(),
            problems,
            face: finding.face.map(|[x, y, width, height]| FaceBox {
                x,
                y,
                width,
                height,
            }),
            credential: None,
        });
    }
    Ok(views)
}

async fn problem_view(names: &mut Names, problem: ImageProblem) -> Result<ProblemView, ApiError> {
    Ok(match problem {
        ImageProblem::Unreadable => ProblemView::Unreadable,
        ImageProblem::NoFace => ProblemView::NoFace,
        ImageProblem::TwoFaces => ProblemView::TwoFaces,
        ImageProblem::TooSmall => ProblemView::TooSmall,
        ImageProblem::Blurred => ProblemView::Blurred,
        ImageProblem::Dark => ProblemView::Dark,
        ImageProblem::Glaring => ProblemView::Glaring,
        ImageProblem::Turned => ProblemView::Turned,
        ImageProblem::LooksUp => ProblemView::LooksUp,
        ImageProblem::LooksDown => ProblemView::LooksDown,
        ImageProblem::EyesCovered => ProblemView::EyesCovered,
        ImageProblem::MouthCovered => ProblemView::MouthCovered,
        ImageProblem::SideCovered => ProblemView::SideCovered,
        ImageProblem::CutOff => ProblemView::CutOff,
        ImageProblem::OneTooMany => ProblemView::OneTooMany,
        ImageProblem::DoesNotMatchOthers => ProblemView::DoesNotMatchOthers,
        ImageProblem::LooksLike(person) => ProblemView::LooksLike {
            person: names.person(person).await?,
        },
    })
}
