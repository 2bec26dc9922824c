//! Whether templates that somebody brings are of one finger, and of one that nobody has.

use super::matching::allowed;
use super::prints::Prints;
use fingerprint::{Policy, Prepared, Template, compare};

/// What templates of a finger are found to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finding {
    /// A finger that nobody has.
    New,
    /// Of several fingers.
    Several,
    /// Somebody's already, or another one of the same person.
    SomebodyElses,
}

/// Looks at templates of a finger; takes a while of a core.
pub fn look(templates: &[Template], prints: &Prints) -> Finding {
    let policy = Policy::default();
    let prepared: Vec<_> = templates.iter().map(Prepared::new).collect();
    if !are_one(&prepared, policy.same_finger) {
        return Finding::Several;
    }
    let is_known = |print: &Prepared| {
        let found = prints.search(print);
        let allowed = allowed(policy.taken, found.templates);
        found.best.is_some_and(|best| best.score.is_match(allowed))
    };
    if prepared.iter().any(is_known) {
        Finding::SomebodyElses
    } else {
        Finding::New
    }
}

/// Whether one leads to every other by comparisons that match. That each matches each, as at enrolment, cannot be
/// asked of templates without ridges.
fn are_one(prepared: &[Prepared], rate: f64) -> bool {
    let mut left: Vec<&Prepared> = prepared.iter().collect();
    let mut reached: Vec<&Prepared> = left.pop().into_iter().collect();
    while let Some(from) = reached.pop() {
        let (like, unlike) = left
            .into_iter()
            .partition(|other| compare(from, other).is_match(rate));
        left = unlike;
        reached.extend::<Vec<_>>(like);
    }
    left.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fingerprint::{GreyImage, extract};
    use model::{CredentialId, FingerPosition, PersonId};
    use store::FingerTemplate;
    use testkit::prints::{Finger, Press, Sensor};
    use uuid::Uuid;

    fn template(seed: u64, number: u64) -> Template {
        let print = Finger::new(seed).pressed(Sensor::R307, Press::CAREFUL, number);
        let image = GreyImage::new(print.width, print.height, print.dpi, print.pixels);
        extract(&image.unwrap()).unwrap()
    }

    #[test]
    fn templates_of_two_fingers_and_those_of_an_enrolled_one_are_told() {
        let (hers, again, his) = (template(3, 1), template(3, 2), template(8, 1));
        let prints = Prints::default();
        let found = |templates: &[&Template], prints: &Prints| {
            let templates: Vec<_> = templates.iter().map(|t| (*t).clone()).collect();
            look(&templates, prints)
        };
        assert_eq!(found(&[&hers, &again], &prints), Finding::New);
        assert_eq!(found(&[&hers, &his, &again], &prints), Finding::Several);
        let known = FingerTemplate {
            credential: CredentialId(Uuid::from_u128(1)),
            person: PersonId(Uuid::from_u128(2)),
            impression: 0,
            model: String::new(),
            duress: false,
            bytes: hers.to_bytes(),
        };
        prints.put(FingerPosition::RightThumb, &[known]);
        assert_eq!(found(&[&again], &prints), Finding::SomebodyElses);
        assert_eq!(found(&[&his], &prints), Finding::New);
    }
}
