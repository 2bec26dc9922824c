//! How alike two templates must be.
//!
//! With more people enrolled a stranger finds somebody alike more easily, so the threshold of
//! identification grows with the gallery; and a mean of several images is less noisy, hence closer to
//! everybody, so both thresholds grow with the images per person. The points were measured on Labeled
//! Faces in the Wild with `examples/thresholds.rs`, chosen on the people of two folds and tried on those
//! of the third (`docs/measurements.md`), but for that of 400
//! people. Between them it is interpolated.

/// Images a person is enrolled with, and the cosine at which 0.1 % of different people match (FMR,
/// ISO/IEC 19795-1).
const VERIFICATION: [(f32, f32); 4] = [(1.0, 0.929), (2.0, 0.935), (3.0, 0.936), (5.0, 0.938)];
/// Where the threshold of a card comes to lie: what [`VERIFICATION`] was when cards came. It stays, for templates
/// of cards' models are kept on this scale.
const OF_CARDS: f32 = 0.928;
/// Cosine at which 0.3 % of different people match, and 1 to 4 % of equal ones do not: one image each, as
/// enrolled.
const ALIKE: f32 = 0.923;
/// People enrolled, one image each, and the cosine at which 1 % of strangers are taken for one of them
/// (FPIR, ISO/IEC 19795-1). Carried on with the last slope beyond, on a logarithmic scale.
///
/// The last point is no choice of the folds, which have too few people. It sets the slope beyond 200 to .0035 a
/// doubling: with every photograph against every other the score of FAR 1e-4 is .9429 and that of 1e-5 .9548, which is
/// .0119 a decade and .0036 a doubling.
const ONE_IMAGE: [(f32, f32); 6] = [
    (10.0, 0.929),
    (20.0, 0.933),
    (50.0, 0.939),
    (100.0, 0.942),
    (200.0, 0.947),
    (400.0, 0.9505),
];
/// What that cosine rises by when a person is the mean of so many images.
const MORE_IMAGES: [(f32, f32); 4] = [(1.0, 0.0), (2.0, 0.005), (3.0, 0.006), (5.0, 0.0085)];
/// The same when a live face is the mean of so many unlike views, measured with `examples/tracks.rs`.
const MORE_VIEWS: [(f32, f32); 4] = [(1.0, 0.0), (2.0, 0.007), (3.0, 0.0085), (5.0, 0.017)];
/// The part of a rate that a look may have where many follow. Chosen on two folds with `examples/tracks.rs`, where it gave .8
/// to 1.1 % where 1 was asked for, and all of it 1.7 to 1.9; .5 to 1.2 % on the third.
const EACH_LOOK: f32 = 0.5;
/// Mean cosine of two photographs of one person on different days.
const UNLIKE: f32 = 0.951;
/// No threshold is higher.
const MOST: f32 = 0.99;
/// Measured with no larger gallery; beyond it the line through the last two is carried on.
const LARGEST: f32 = 400.0;
/// Measured with no smaller gallery; a single person is compared as strictly as these.
const SMALLEST: f32 = 10.0;
/// Measured with no more images; the mean hardly changes any more.
const MOST_IMAGES: f32 = 5.0;

/// How many strangers in a hundred may be taken for somebody of the gallery (FPIR, ISO/IEC 19795-1): what
/// a site chooses. The cosine that keeps it follows from the people enrolled.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rate(f32);

impl Rate {
    /// What the thresholds were measured at: 1 %.
    pub const USUAL: Self = Self(0.01);

    /// A share of strangers, 0.0001 to 0.1; `None` outside of that, where nothing was measured.
    #[must_use]
    pub fn new(share: f32) -> Option<Self> {
        (1e-4..=0.1).contains(&share).then_some(Self(share))
    }

    /// The share of strangers.
    #[must_use]
    pub fn share(self) -> f32 {
        self.0
    }

    /// What each look is held to (it may be less than [`Self::new`] takes), so that somebody who stays for a quarter of a minute, and is searched for whenever
    /// there is a better view of them, is taken for somebody no more often than this.
    #[must_use]
    pub fn of_each_look(self) -> Self {
        Self(self.0 * EACH_LOOK)
    }
}

/// Cosine at which a face is held to be one named person (1:1) who was enrolled with `images` images.
#[must_use]
pub fn verification(images: usize) -> f32 {
    interpolate(bounded(images), &VERIFICATION)
}

/// The cosine, among those of the embedded model, that stands for the threshold of a card.
pub(crate) const fn of_cards() -> f32 {
    OF_CARDS
}

/// Cosine from which two images may show one person. It is looser than [`verification`]: what it refuses
/// is asked about again, not let through.
#[must_use]
pub fn alike() -> f32 {
    ALIKE
}

/// Cosine at which one frame of a face is held to be a person of a gallery of `people`, who was enrolled
/// with `images` images.
///
/// As long as errors are rare, FPIR is the number of people times the rate of false matches (FMR). So a
/// tenth of the errors is asked for as from a gallery ten times as large.
#[must_use]
#[allow(clippy::cast_precision_loss)] // counts of people
pub fn identification(people: usize, images: usize, rate: Rate) -> f32 {
    let people = (people as f32 * (Rate::USUAL.0 / rate.0))
        .max(SMALLEST)
        .ln();
    let base = interpolate(
        people,
        &ONE_IMAGE.map(|(people, cosine)| (people.ln(), cosine)),
    );
    (base + rise(images)).min(MOST)
}

/// The share of strangers who come as close as `cosine` to somebody of a gallery of `people`, each enrolled with `images`
/// images, with frames that are worth `views` unlike ones: the rate (FPIR) at which [`of_several`] asks for this cosine.
/// Between 0 and 1; measured where [`is_measured`], carried on beyond.
#[must_use]
#[allow(clippy::cast_precision_loss)] // counts of people
pub fn false_identifications(people: usize, images: usize, views: f32, cosine: f32) -> f32 {
    let measured = ONE_IMAGE.map(|(people, cosine)| (cosine, people.ln()));
    let one_view = cosine - rise(images) - gain(views);
    let enough_for = interpolate(one_view, &measured).exp();
    (Rate::USUAL.0 * (people as f32).max(1.0) / enough_for).clamp(0.0, 1.0)
}

/// Whether such a share of strangers before a gallery of `people` was measured: it is what galleries of 10 to 400 ask for at
/// [`Rate::USUAL`], and at most a tenth.
#[must_use]
#[allow(clippy::cast_precision_loss)] // counts of people
pub fn is_measured(people: usize, share: f32) -> bool {
    let enough_for = Rate::USUAL.0 * (people as f32).max(1.0) / share;
    share <= 0.1 && (SMALLEST..=LARGEST).contains(&enough_for)
}

/// As [`identification`], for the mean of several frames of one face that are worth `views` unlike ones
/// (1 or more, see [`unlike_views`]): it is less noisy, hence closer to everybody.
#[must_use]
pub fn of_several(people: usize, images: usize, views: f32, rate: Rate) -> f32 {
    (identification(people, images, rate) + gain(views)).min(MOST)
}

/// What the mean of frames that are worth `views` unlike ones gains on one frame.
fn gain(views: f32) -> f32 {
    interpolate(views.clamp(1.0, MOST_IMAGES), &MORE_VIEWS)
}

/// How many unlike photographs `frames` frames are worth whose templates lie together as closely as
/// `closeness` (see [`crate::Template::gathered`]): frames of a moment are nearly one, photographs of
/// different days one each.
#[must_use]
#[allow(clippy::cast_precision_loss)] // counts of frames
pub fn unlike_views(frames: usize, closeness: f32) -> f32 {
    let most = (frames as f32).max(1.0);
    let spread = 1.0 - UNLIKE;
    let square = closeness * closeness;
    if square <= UNLIKE {
        return most;
    }
    (spread / (square - UNLIKE)).clamp(1.0, most)
}

/// What a threshold of identification rises by for somebody enrolled with `images` images.
#[must_use]
pub fn rise(images: usize) -> f32 {
    interpolate(bounded(images), &MORE_IMAGES)
}

#[allow(clippy::cast_precision_loss)] // counts of images
fn bounded(images: usize) -> f32 {
    (images as f32).clamp(1.0, MOST_IMAGES)
}

/// On the line through the two measured points around `x`, or through the last two.
fn interpolate(x: f32, measured: &[(f32, f32)]) -> f32 {
    let mut result = 0.0;
    for pair in measured.windows(2) {
        if let &[(x0, y0), (x1, y1)] = pair {
            result = y0 + (y1 - y0) * (x - x0) / (x1 - x0);
            if x <= x1 {
                break;
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_measured_points_are_met() {
        for (people, cosine) in ONE_IMAGE {
            assert!((identification(people as usize, 1, Rate::USUAL) - cosine).abs() < 1e-5);
        }
        assert!((identification(100, 3, Rate::USUAL) - 0.948).abs() < 1e-5);
        for (images, cosine) in VERIFICATION {
            assert!((verification(images as usize) - cosine).abs() < 1e-5);
        }
    }

    #[test]
    fn frames_of_a_moment_are_worth_one_view_and_photographs_of_other_days_one_each() {
        assert!(unlike_views(10, 0.9995) < 1.05);
        // The length of the mean of five vectors whose cosines are all `UNLIKE`.
        let apart = ((1.0 + 4.0 * UNLIKE) / 5.0).sqrt();
        assert!((unlike_views(5, apart) - 5.0).abs() < 0.01);
        assert!((unlike_views(4, 0.5) - 4.0).abs() < f32::EPSILON);
    }

    #[test]
    fn a_rate_is_told_as_measured_only_where_it_was() {
        assert!(is_measured(100, 0.01) && is_measured(100, 0.1) && is_measured(400, 0.01));
        assert!(!is_measured(100, 1e-4), "that is the line carried on");
        // In a large gallery everybody is as like somebody as a far cosine asks.
        let far = false_identifications(2_000, 1, 1.0, 0.5);
        assert!(far >= 1.0 && !is_measured(2_000, far));
    }

    proptest! {
        #[test]
        fn fewer_errors_never_lower_the_threshold(people in 1usize..100_000, rate in 1e-4f32..0.1, part in 0.01f32..1.0) {
            let at = |share| identification(people, 1, Rate::new(share).unwrap_or(Rate::USUAL));
            prop_assume!(rate * part >= 1e-4);
            prop_assert!(at(rate * part) >= at(rate) - 1e-6);
            prop_assert!(of_several(people, 1, 3.0, Rate::USUAL) >= identification(people, 1, Rate::USUAL));
        }

        #[test]
        fn a_score_at_the_threshold_has_the_rate_that_it_was_chosen_for(people in 10usize..100_000, images in 1usize..6, views in 1f32..5.0, rate in 1e-4f32..0.1) {
            let rate = Rate::new(rate).unwrap_or(Rate::USUAL);
            let asked = of_several(people, images, views, rate);
            // Neither the smallest gallery measured nor the highest threshold cuts it off.
            prop_assume!(people as f32 * Rate::USUAL.0 / rate.0 > SMALLEST && asked < MOST);
            let told = false_identifications(people, images, views, asked);
            prop_assert!((told / rate.share() - 1.0).abs() < 0.02, "{told} for {}", rate.share());
            prop_assert!(false_identifications(people, images, views, asked + 0.001) < told);
        }

        #[test]
        fn more_people_never_lower_the_threshold(people in 1usize..100_000, more in 0usize..100_000, images in 1usize..11) {
            let (few, many) = (identification(people, images, Rate::USUAL), identification(people + more, images, Rate::USUAL));
            prop_assert!(many >= few - 1e-6);
            prop_assert!((0.9..=0.99).contains(&many));
        }

        #[test]
        fn more_images_never_lower_a_threshold(people in 1usize..100_000, images in 0usize..20) {
            prop_assert!(identification(people, images + 1, Rate::USUAL) >= identification(people, images, Rate::USUAL) - 1e-6);
            prop_assert!(verification(images + 1) >= verification(images) - 1e-6);
        }
    }
}
