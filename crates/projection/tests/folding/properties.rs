use crate::world::*;
use model::{Act, Direction, EventId, Visit, VisitState};
use projection::{Book, Calendar};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Something that is appended to the log; times may go backwards, as with imports.
#[derive(Clone, Debug)]
enum Step {
    Gate(u128, Direction, i64),
    Sight(u128, i64),
    Issue(Option<u128>, u8, i64),
    Return(Option<u128>, u8, i64),
    NotThisPerson(usize, Option<u128>),
    AddMissed(u128, Direction, i64),
    Close(usize, i64),
    Lost(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 1..4_u128;
    let when = 0..4_000_i64;
    let tag = 0..3_u8;
    let way = prop_oneof![Just(Direction::Entry), Just(Direction::Exit)];
    let maybe = proptest::option::of(who.clone());
    prop_oneof![
        6 => (who.clone(), way.clone(), when.clone()).prop_map(|(p, d, t)| Step::Gate(p, d, t)),
        4 => (who.clone(), when.clone()).prop_map(|(p, t)| Step::Sight(p, t)),
        3 => (maybe.clone(), tag.clone(), when.clone()).prop_map(|(p, g, t)| Step::Issue(p, g, t)),
        3 => (maybe.clone(), tag.clone(), when.clone()).prop_map(|(p, g, t)| Step::Return(p, g, t)),
        3 => (0..60_usize, maybe).prop_map(|(n, p)| Step::NotThisPerson(n, p)),
        1 => (who, way, when.clone()).prop_map(|(p, d, t)| Step::AddMissed(p, d, t)),
        1 => (0..60_usize, when).prop_map(|(n, t)| Step::Close(n, t)),
        1 => tag.prop_map(Step::Lost),
    ]
}

fn perform(world: &mut World, step: &Step) {
    let nth = |world: &World, n: usize| -> Option<EventId> {
        world
            .log
            .get(n % world.log.len().max(1))
            .map(|entry| entry.id)
    };
    match *step {
        Step::Gate(person, direction, minute) => {
            world.gate(person, direction, minute);
        }
        Step::Sight(person, minute) => {
            world.sight(person, minute);
        }
        Step::Issue(person, n, minute) => {
            world.pass(issuing(person, &format!("A{n}"), minute));
        }
        Step::Return(person, n, minute) => {
            world.pass(returning(person, &format!("A{n}"), minute));
        }
        Step::NotThisPerson(n, instead) => {
            if let Some(event) = nth(world, n) {
                world.not_this_person(event, instead);
            }
        }
        Step::AddMissed(person, direction, minute) => {
            world.add_missed(person, direction, minute);
        }
        Step::Close(n, minute) => {
            if let Some(event) = nth(world, n) {
                world.close(event, minute);
            }
        }
        Step::Lost(n) => {
            world.act(Act::TagLost {
                tag: tag(&format!("A{n}")),
            });
        }
    }
}

fn standing(world: &World) -> BTreeMap<model::PersonId, Vec<&Visit>> {
    let mut grouped: BTreeMap<_, Vec<&Visit>> = BTreeMap::new();
    for visit in world.book.visits().values() {
        if visit.state != VisitState::Withdrawn {
            grouped.entry(visit.person).or_default().push(visit);
        }
    }
    grouped
}

proptest! {
    #[test]
    fn nobody_is_inside_an_area_twice(
        steps in proptest::collection::vec(step(), 1..60)
    ) {
        let mut world = World::default();
        for step in &steps {
            perform(&mut world, step);
            for visits in standing(&world).values() {
                let open = visits.iter().filter(|v| v.state == VisitState::Open).count();
                prop_assert!(open <= 1, "{:?}", visits);
            }
        }
    }

    #[test]
    fn nobody_leaves_before_arriving(steps in proptest::collection::vec(step(), 1..60)) {
        let mut world = World::default();
        for step in &steps {
            perform(&mut world, step);
        }
        for visit in world.book.visits().values() {
            prop_assert!(visit.left_at.is_none_or(|left| left >= visit.entered_at), "{:?}", visit);
        }
    }

    #[test]
    fn an_entry_and_its_correction_back_count_for_the_same_person(
        steps in proptest::collection::vec(step(), 1..30), n in 0..30_usize
    ) {
        let mut world = World::default();
        for step in &steps {
            perform(&mut world, step);
        }
        prop_assume!(!world.log.is_empty());
        let event = world.log[n % world.log.len()].id;
        let person = world.book.counts_for(event);
        let number = person.map(|p| p.0.as_u128());
        world.not_this_person(event, Some(99));
        world.not_this_person(event, number);
        prop_assert_eq!(world.book.counts_for(event), person);
        prop_assert!(!standing(&world).contains_key(&who(99)));
    }

    #[test]
    fn folding_the_log_as_it_reads_back_gives_the_same_book(
        steps in proptest::collection::vec(step(), 1..60)
    ) {
        let mut world = World::default();
        for step in &steps {
            perform(&mut world, step);
        }
        let mut again = Book::default();
        for entry in &world.log {
            let bytes = model::canonical_json(entry).unwrap();
            let read = serde_json::from_slice(&bytes).unwrap();
            again.record(&read, &Calendar::utc());
        }
        prop_assert_eq!(again, world.book);
    }
}
