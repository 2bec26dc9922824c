//! Whether a living person stood before the camera: what is asked, and what came of it.

use crate::observation::Score;
use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// What somebody is asked to do before a camera. Sides are those of whoever is asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Shut the eyes and open them.
    Blink,
    /// Turn the head to the left and back: the nose goes to the right of the picture.
    TurnLeft,
    /// Turn the head to the right and back.
    TurnRight,
}

/// Why a face was not shown to be alive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotEstablished {
    /// Nothing was asked: the camera has no page to ask on, or another person was being asked.
    NotAsked,
    /// What was asked for was not done in time.
    TooLate,
    /// Something else was done.
    OtherAnswer,
    /// The face went out of sight.
    OutOfSight,
    /// Another face came in its place.
    AnotherFace,
    /// The site's spoof models hold it for a picture of a face.
    LooksLikeAPicture,
}

/// What is known of a face being alive, where its access point asks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "liveness")]
pub enum FaceLiveness {
    /// It did what was asked, in time.
    Established,
    /// It did not.
    NotEstablished {
        /// Why.
        why: NotEstablished,
    },
}

/// What an access point makes of a face that is not known to be alive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LivenessPolicy {
    /// Nothing is asked; the event says that liveness is not established.
    #[default]
    NotAsked,
    /// It is asked for; whoever does not answer passes, and the event says so.
    Asked,
    /// It is asked for; whoever does not answer needs a tag or a finger beside the face.
    OrAnotherFactor,
    /// It is asked for; whoever does not answer is denied.
    Required,
}

impl LivenessPolicy {
    /// Whether anything is asked.
    #[must_use]
    pub const fn asks(self) -> bool {
        !matches!(self, Self::NotAsked)
    }
}

/// What spoof models hold a face for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpoofVerdict {
    /// A real face.
    Real,
    /// A picture of a face: a print, a screen, a mask.
    Picture,
    /// Nothing: they saw too few good frames.
    NotEnoughFrames,
}

/// What the site's own spoof models said of a face, by how it looks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SpoofCheck {
    /// The models, by name.
    pub models: Vec<String>,
    /// How surely they hold it for real, 0 to 1, over its frames; `None` where they saw none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// The score at which the site holds a face for real.
    pub threshold: Score,
    /// Frames that they saw.
    pub frames: u16,
    /// What they hold it for.
    pub verdict: SpoofVerdict,
    /// Whether the site takes a face that they hold for real to be alive, where nothing was asked.
    pub establishes: bool,
}

/// What prompts and spoof models together come to.
///
/// A face that looks like a picture is not established whatever it answered, for a film answers too. That it looks real
/// establishes it only where nothing was asked and the site says that this is enough: who was asked and did not answer
/// stays so.
#[must_use]
pub fn combined_liveness(
    asked: Option<FaceLiveness>,
    spoof: Option<&SpoofCheck>,
) -> Option<FaceLiveness> {
    let Some(spoof) = spoof else { return asked };
    let unasked = matches!(
        asked,
        None | Some(FaceLiveness::NotEstablished {
            why: NotEstablished::NotAsked
        })
    );
    match spoof.verdict {
        SpoofVerdict::Picture => Some(FaceLiveness::NotEstablished {
            why: NotEstablished::LooksLikeAPicture,
        }),
        SpoofVerdict::Real if spoof.establishes && unasked => Some(FaceLiveness::Established),
        SpoofVerdict::Real | SpoofVerdict::NotEnoughFrames => asked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FaceLiveness::{Established, NotEstablished as Not};
    use NotEstablished::{
        AnotherFace, LooksLikeAPicture, NotAsked, OtherAnswer, OutOfSight, TooLate,
    };
    use SpoofVerdict::{NotEnoughFrames, Picture, Real};

    fn check(verdict: SpoofVerdict, establishes: bool) -> SpoofCheck {
        SpoofCheck {
            models: Vec::new(),
            score: Some(Score(500_000)),
            threshold: Score(500_000),
            frames: 5,
            verdict,
            establishes,
        }
    }

    /// What prompts can have come to.
    fn asked() -> impl Iterator<Item = Option<FaceLiveness>> {
        let failed = [TooLate, OtherAnswer, OutOfSight, AnotherFace].map(|why| Some(Not { why }));
        let unasked = [None, Some(Not { why: NotAsked })];
        failed.into_iter().chain(unasked).chain([Some(Established)])
    }

    #[test]
    fn what_looks_like_a_picture_is_never_established() {
        for asked in asked() {
            for establishes in [false, true] {
                let why = LooksLikeAPicture;
                let known = combined_liveness(asked, Some(&check(Picture, establishes)));
                assert_eq!(known, Some(Not { why }), "{asked:?}");
            }
        }
    }

    #[test]
    fn looking_real_establishes_only_where_the_site_says_so_and_nothing_was_asked() {
        for asked in asked() {
            for (verdict, establishes) in [
                (Real, false),
                (NotEnoughFrames, false),
                (NotEnoughFrames, true),
            ] {
                let known = combined_liveness(asked, Some(&check(verdict, establishes)));
                assert_eq!(known, asked);
            }
            let unasked = matches!(asked, None | Some(Not { why: NotAsked }));
            let expected = if unasked { Some(Established) } else { asked };
            assert_eq!(combined_liveness(asked, Some(&check(Real, true))), expected);
            assert_eq!(combined_liveness(asked, None), asked);
        }
    }
}
