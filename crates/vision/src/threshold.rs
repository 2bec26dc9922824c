//! How alike two templates must be.
//!
//! With more people enrolled a stranger finds somebody alike more easily, so the threshold of
//! identification grows with the gallery. Its points are figures for this model on Labeled Faces in
//! the Wild, taken with an earlier pipeline: the cosine at which 1 % of strangers are taken for
//! somebody enrolled (FPIR 1 %, ISO/IEC 19795-1). Between them it is interpolated on a logarithmic
//! scale, and carried on with the last slope beyond them. They were not measured again with this
//! pipeline.

/// People enrolled, one image each, and the cosine at FPIR 1 %.
const ONE_IMAGE: [(f32, f32); 3] = [(50.0, 0.933), (120.0, 0.941), (500.0, 0.947)];
/// What the threshold rises by when a person is the mean of so many images (measured for 3).
/// A mean is less noisy, hence closer to everybody.
const MORE_IMAGES: [(f32, f32); 2] = [(1.0, 0.0), (3.0, 0.008)];
/// Measured nowhere below this gallery; a single person is compared as strictly as these.
const SMALLEST: f32 = 50.0;

/// Cosine at which two single templates are held to show one person (1:1).
///
/// Chosen between the cosines of equal and of different people on photographs; its error rates are in
/// `docs/measurements.md` as far as they were measured.
pub const VERIFICATION: f32 = 0.920;

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
    let most = MORE_IMAGES[1].0;
    let images = (images as f32).clamp(1.0, most);
    (base + interpolate(images, &MORE_IMAGES)).min(0.99)
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
        assert!((identification(120, 3) - 0.949).abs() < 1e-5);
    }

    proptest! {
        #[test]
        fn more_people_never_lower_the_threshold(people in 1usize..100_000, more in 0usize..100_000, images in 1usize..11) {
            let (few, many) = (identification(people, images), identification(people + more, images));
            prop_assert!(many >= few - 1e-6);
            prop_assert!((0.9..=0.99).contains(&many));
        }
    }
}
