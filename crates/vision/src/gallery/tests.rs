//! What a gallery promises, also while it changes.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use uuid::Uuid;

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

fn template(values: &[f32]) -> Template {
    Template::new(ModelId::FACE_API, values.to_vec()).unwrap()
}

/// Somebody like nobody else, of 32 numbers; for another `look` they look otherwise.
fn somebody(n: u128, look: u32) -> Template {
    let mut state = (n as u32).wrapping_mul(2_654_435_761) ^ look.wrapping_mul(40_503);
    let values = (0..32).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0 - 0.5
    });
    template(&values.collect::<Vec<_>>())
}

#[test]
fn the_person_most_alike_is_found_with_the_runner_up() {
    let gallery = Gallery::default();
    gallery
        .set(person(1), &[template(&[1.0, 0.0, 0.0])])
        .unwrap();
    gallery
        .set(person(2), &[template(&[0.0, 1.0, 0.0])])
        .unwrap();
    gallery
        .set(person(3), &[template(&[0.0, 0.0, 1.0])])
        .unwrap();
    let found = gallery.search(&template(&[0.99, 0.1, 0.02])).unwrap();
    assert_eq!((found.person, found.gallery), (person(1), 3));
    assert_eq!(found.runner_up.unwrap().0, person(2));
    assert!(found.is_known());
}

#[test]
fn somebody_between_two_people_is_neither() {
    let gallery = Gallery::default();
    gallery.set(person(1), &[template(&[1.0, 0.0])]).unwrap();
    gallery.set(person(2), &[template(&[0.0, 1.0])]).unwrap();
    assert!(!gallery.search(&template(&[1.0, 1.0])).unwrap().is_known());
}

#[test]
fn enrolling_and_removing_take_effect_at_once() {
    let gallery = Gallery::default();
    let face = template(&[1.0, 0.0]);
    assert!(gallery.search(&face).is_none());
    gallery.set(person(1), std::slice::from_ref(&face)).unwrap();
    assert!(gallery.search(&face).unwrap().is_known());
    let before = gallery.revision();
    assert!(gallery.remove(person(1)));
    assert!(gallery.search(&face).is_none() && gallery.revision() > before);
    assert!(!gallery.remove(person(1)));
}

#[test]
fn a_template_of_another_model_or_length_is_refused() {
    let foreign = Template::from_bytes(&[b"another1".as_slice(), &1.0f32.to_le_bytes()].concat());
    let gallery = Gallery::default();
    assert!(gallery.set(person(1), &[foreign.unwrap()]).is_err());
    assert!(gallery.is_empty());
    gallery.set(person(1), &[template(&[1.0, 0.0])]).unwrap();
    assert!(gallery.set(person(2), &[template(&[1.0; 3])]).is_err());
    assert!(gallery.search(&template(&[1.0; 3])).is_none());
}

#[test]
fn somebody_with_more_images_has_to_be_more_alike() {
    let gallery = Gallery::default();
    let axis = template(&[1.0, 0.0, 0.0]);
    gallery.set(person(1), &vec![axis.clone(); 3]).unwrap();
    gallery
        .set(person(2), &[template(&[0.998, 0.06, 0.0])])
        .unwrap();
    let between = template(&[0.999, 0.03, 0.0]);
    let found = gallery.search(&between).unwrap();
    assert_eq!((found.person, found.images), (person(2), 1));
}

#[test]
fn a_gallery_over_several_blocks_is_searched_whole_and_rows_are_used_again() {
    let gallery = Gallery::default();
    let people = ROWS as u128 * 2 + 10;
    for n in 0..people {
        gallery.set(person(n), &[somebody(n, 0)]).unwrap();
    }
    for n in [0, 1, ROWS as u128 - 1, ROWS as u128, people - 1] {
        assert_eq!(gallery.search(&somebody(n, 0)).unwrap().person, person(n));
    }
    for n in 0..people {
        gallery.remove(person(n));
        gallery.set(person(n + people), &[somebody(n, 1)]).unwrap();
    }
    assert_eq!(gallery.len(), people as usize);
    assert_eq!(gallery.slabs.read().unwrap().len(), 3, "no block was added");
}

/// Two threads search for those who stay; meanwhile others are enrolled, changed and deleted, 10,000 times in all.
#[test]
fn who_stays_is_found_while_ten_thousand_come_and_go() {
    const STAYING: u128 = 3_000;
    let gallery = Gallery::default();
    for n in 0..STAYING {
        gallery.set(person(n), &[somebody(n, 0)]).unwrap();
    }
    let done = AtomicBool::new(false);
    let searches = std::thread::scope(|scope| {
        let search = |offset: u128| {
            let mut searches = 0;
            while !done.load(Ordering::Acquire) || searches == 0 {
                let n = (offset + searches * 7) % STAYING;
                let (face, other) = (somebody(n, 0), somebody(STAYING - 1 - n, 0));
                let found = gallery.search_all(&[&face, &other]);
                assert_eq!(found[0].unwrap().person, person(n));
                assert_eq!(found[1].unwrap().person, person(STAYING - 1 - n));
                searches += 1;
            }
            searches
        };
        let searching = [0, 1_500].map(|offset| scope.spawn(move || search(offset)));
        for n in STAYING..STAYING + 5_000 {
            gallery.set(person(n), &[somebody(n, 0)]).unwrap();
            if n >= STAYING + 100 {
                assert!(gallery.remove(person(n - 100)));
            }
        }
        done.store(true, Ordering::Release);
        searching.map(|one| one.join().unwrap())
    });
    assert!(searches.iter().all(|count| *count > 0));
    assert_eq!(gallery.len(), STAYING as usize + 100);
}

#[derive(Clone, Debug)]
enum Change {
    Set(u128, u32),
    Remove(u128),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        (0u128..40, 0u32..5).prop_map(|(n, look)| Change::Set(n, look)),
        (0u128..40).prop_map(Change::Remove),
    ];
    proptest::collection::vec(change, 0..200)
}

proptest! {
    #[test]
    fn whatever_changes_a_search_finds_what_a_plain_list_would(changes in changes()) {
        let gallery = Gallery::default();
        let mut list: BTreeMap<PersonId, Template> = BTreeMap::new();
        for change in changes {
            match change {
                Change::Set(n, look) => {
                    gallery.set(person(n), &[somebody(n, look)]).unwrap();
                    list.insert(person(n), somebody(n, look));
                }
                Change::Remove(n) => {
                    prop_assert_eq!(gallery.remove(person(n)), list.remove(&person(n)).is_some());
                }
            }
        }
        prop_assert_eq!(gallery.len(), list.len());
        let probe = somebody(7, 1);
        let mut scores: Vec<(f32, PersonId)> =
            list.iter().map(|(who, own)| (probe.cosine(own), *who)).collect();
        scores.sort_by(|a, b| b.0.total_cmp(&a.0));
        let found = gallery.search(&probe);
        prop_assert_eq!(found.map(|found| found.person), scores.first().map(|best| best.1));
        let next = found.and_then(|found| found.runner_up);
        prop_assert_eq!(next.map(|next| next.0), scores.get(1).map(|next| next.1));
        let verified = list.keys().all(|who| gallery.verify(*who, &probe).is_some());
        prop_assert!(verified && gallery.verify(person(99), &probe).is_none());
    }
}
