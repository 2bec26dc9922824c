//! How alike two templates must be.
//!
//! With more people enrolled a stranger finds somebody alike more easily, so the threshold of
//! identification grows with the gallery; and a mean of several images is less noisy, hence closer to
//! everybody, so both thresholds grow with the images per person. The points were measured on Labeled
//! Faces in the Wild with `examples/thresholds.rs`, chosen on the people of two folds and tried on those
//! of the third (`docs/measurements.md`). Between them it is interpolated.

/// Images a person is enrolled with, and the cosine at which 0.1 % of different people match (FMR,
/// ISO/IEC 19795-1).
const VERIFICATION: [(f32, f32); 4] = [(1.0, 0.928), (2.0, 0.934), (3.0, 0.935), (5.0, 0.937)];
/// Cosine at which 0.3 % of different people match, and 2 to 6 % of equal ones do not: one image each.
const ALIKE: f32 = 0.920;
/// People enrolled, one image each, and the cosine at which 1 % of strangers are taken for one of them
/// (FPIR, ISO/IEC 19795-1). Carried on with the last slope beyond, on a logarithmic scale.
const ONE_IMAGE: [(f32, f32); 5] = [
    (10.0, 0.928),
    (20.0, 0.932),
    (50.0, 0.937),
    (100.0, 0.942),
    (200.0, 0.945),
];
/// What that cosine rises by when a person is the mean of so many images.
const MORE_IMAGES: [(f32, f32); 4] = [(1.0, 0.0), (2.0, 0.005), (3.0, 0.006), (5.0, 0.0075)];
/// Measured with no smaller gallery; a single person is compared as strictly as these.
const SMALLEST: f32 = 10.0;
/// Measured with no more images; the mean hardly changes any more.
const MOST_IMAGES: f32 = 5.0;

/// Cosine at which a face is held to be one named person (1:1) who was enrolled with `images` images.
#[must_use]
pub fn verification(images: usize) -> f32 {
    interpolate(bounded(images), &VERIFICATION)
}

/// Cosine from which two images may show one person. It is looser than [`verification`]: what it refuses
/// is asked about again, not let through.
#[must_use]
pub fn alike() -> f32 {
    ALIKE
}

/// Cosine at which a face is held to be a person of a gallery of `people`, who was enrolled
/// with `images` images.
#[must_use]
#[allow(clippy::cast_precision_loss)] // counts of people
pub fn identification(people: usize, images: usize) -> f32 {
    let people = (people as f32).max(SMALLEST).ln();
    let base = interpolate(
        people,
        &ONE_IMAGE.map(|(people, cosine)| (people.ln(), cosine)),
    );
    (base + interpolate(bounded(images), &MORE_IMAGES)).min(0.99)
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
            assert!((identification(people as usize, 1) - cosine).abs() < 1e-5);
        }
        assert!((identification(100, 3) - 0.948).abs() < 1e-5);
        for (images, cosine) in VERIFICATION {
            assert!((verification(images as usize) - cosine).abs() < 1e-5);
        }
    }

    proptest! {
        #[test]
        fn more_people_never_lower_the_threshold(people in 1usize..100_000, more in 0usize..100_000, images in 1usize..11) {
            let (few, many) = (identification(people, images), identification(people + more, images));
            prop_assert!(many >= few - 1e-6);
            prop_assert!((0.9..=0.99).contains(&many));
        }

        #[test]
        fn more_images_never_lower_a_threshold(people in 1usize..100_000, images in 0usize..20) {
            prop_assert!(identification(people, images + 1) >= identification(people, images) - 1e-6);
            prop_assert!(verification(images + 1) >= verification(images) - 1e-6);
        }
    }
}
