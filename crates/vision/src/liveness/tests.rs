//! What passes a challenge, and what does not.

use super::*;
use model::{NotEstablished, Prompt};
use proptest::prelude::*;
use std::time::Duration;

const AT_REST: Sight = Sight {
    measures: Measures {
        turn: 0.0,
        openness: 0.28,
    },
    likeness: 0.97,
    continuity: 0.97,
};

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn turned(turn: f32) -> Sight {
    Sight {
        measures: Measures {
            turn,
            openness: 0.28,
        },
        likeness: 0.94,
        ..AT_REST
    }
}

fn shut() -> Sight {
    Sight {
        measures: Measures {
            openness: 0.1,
            ..AT_REST.measures
        },
        likeness: 0.95,
        ..AT_REST
    }
}

/// Somebody else who does this, in the place of whoever was asked.
fn other(sight: Sight) -> Sight {
    Sight {
        likeness: 0.8,
        ..sight
    }
}

fn answer(prompt: Prompt) -> Sight {
    match prompt {
        Prompt::Blink => shut(),
        Prompt::TurnLeft => turned(0.5),
        Prompt::TurnRight => turned(-0.5),
    }
}

/// What somebody who does as asked looks like, a frame each 200 ms, until the end.
fn answered(chance: u64, act: impl Fn(Prompt) -> Sight) -> Progress {
    let mut challenge = Challenge::new(chance, ms(0));
    for frame in 0..200 {
        let sight = match challenge.progress() {
            Progress::Asked(prompt, Phase::Act) if frame % 5 == 4 => act(prompt),
            Progress::Asked(..) => AT_REST,
            end => return end,
        };
        challenge.see(Some(sight), ms(frame * 200));
    }
    challenge.progress()
}

#[test]
fn whoever_does_as_asked_is_alive_whatever_is_asked() {
    for chance in 0..6 {
        assert_eq!(answered(chance, answer), Progress::Established, "{chance}");
    }
}

#[test]
fn each_order_of_a_blink_and_both_turns_is_asked_for_by_some_chance() {
    let mut orders: Vec<String> = (0..6)
        .map(|chance| {
            let mut asked = Vec::new();
            let mut challenge = Challenge::new(chance, ms(0));
            for frame in 0..100 {
                let sight = match challenge.progress() {
                    Progress::Asked(prompt, phase) => {
                        if asked.last() != Some(&prompt) {
                            asked.push(prompt);
                        }
                        if phase == Phase::Act {
                            answer(prompt)
                        } else {
                            AT_REST
                        }
                    }
                    _ => break,
                };
                challenge.see(Some(sight), ms(frame * 300));
            }
            assert_eq!(asked.len(), 3);
            format!("{asked:?}")
        })
        .collect();
    orders.sort();
    orders.dedup();
    assert_eq!(orders.len(), 6);
}

#[test]
fn a_photograph_that_is_held_still_does_nothing_in_time() {
    for chance in 0..6 {
        let end = answered(chance, |_| AT_REST);
        assert_eq!(end, Progress::NotEstablished(NotEstablished::TooLate));
    }
}

#[test]
fn the_wrong_side_another_face_and_no_face_end_it_for_good() {
    let wrong = answered(2, |_| turned(-0.5));
    assert_eq!(wrong, Progress::NotEstablished(NotEstablished::OtherAnswer));
    let another = |_| Sight {
        likeness: 0.7,
        ..AT_REST
    };
    let another = answered(0, another);
    assert_eq!(
        another,
        Progress::NotEstablished(NotEstablished::AnotherFace)
    );
    let mut gone = Challenge::new(0, ms(0));
    assert!(matches!(gone.see(None, ms(1_400)), Progress::Asked(..)));
    let end = Progress::NotEstablished(NotEstablished::OutOfSight);
    assert_eq!(gone.see(None, ms(1_600)), end);
    assert_eq!(gone.see(Some(AT_REST), ms(1_700)), end);
}

#[test]
fn an_answer_before_the_prompt_could_be_read_does_not_count() {
    let mut challenge = Challenge::new(0, ms(0));
    challenge.see(Some(AT_REST), ms(0));
    let early = challenge.see(Some(shut()), ms(200));
    assert_eq!(early, Progress::Asked(Prompt::Blink, Phase::Act));
    let late = challenge.see(Some(shut()), ms(400));
    assert_eq!(late, Progress::Asked(Prompt::Blink, Phase::Back));
}

#[test]
fn a_print_that_is_lowered_and_raised_again_is_not_alive_whoever_answers_meanwhile() {
    for chance in 0..6 {
        for (head, gap) in [(0.25, 1), (0.25, 6), (0.3, 6), (0.5, 0), (0.5, 3)] {
            let mut challenge = Challenge::new(chance, ms(0));
            let mut frames = 0;
            let mut show = |challenge: &mut Challenge, sight: Option<Sight>| {
                frames += 1;
                challenge.see(sight, ms(frames * 200))
            };
            while let Progress::Asked(prompt, _) = challenge.progress() {
                let own = match prompt {
                    Prompt::Blink => vec![Sight {
                        measures: Measures {
                            turn: head,
                            openness: 0.1,
                        },
                        ..AT_REST
                    }],
                    Prompt::TurnLeft => vec![turned(head), turned(0.5), turned(head)],
                    Prompt::TurnRight => vec![turned(-head), turned(-0.5), turned(-head)],
                };
                for _ in 0..3 {
                    show(&mut challenge, Some(AT_REST));
                }
                for _ in 0..gap {
                    show(&mut challenge, None);
                }
                for sight in own {
                    show(&mut challenge, Some(other(sight)));
                }
                for _ in 0..gap {
                    show(&mut challenge, None);
                }
            }
            assert_ne!(
                challenge.progress(),
                Progress::Established,
                "{chance} {head} {gap}"
            );
            assert_eq!(challenge.answered().0, 0, "{chance} {head} {gap}");
        }
    }
}

#[test]
fn after_a_moment_out_of_sight_the_prompt_is_answered_from_its_beginning() {
    let mut challenge = Challenge::new(0, ms(0));
    challenge.see(Some(AT_REST), ms(200));
    let shut_eyes = challenge.see(Some(shut()), ms(400));
    assert_eq!(shut_eyes, Progress::Asked(Prompt::Blink, Phase::Back));
    challenge.see(None, ms(600));
    let back = challenge.see(Some(AT_REST), ms(800));
    assert_eq!(back, Progress::Asked(Prompt::Blink, Phase::Act));
    challenge.see(Some(shut()), ms(1_000));
    challenge.see(Some(AT_REST), ms(1_200));
    assert_eq!(challenge.answered(), (1, 3));
}

#[test]
fn eyes_are_shut_ahead_and_have_to_have_been_open() {
    let mut challenge = Challenge::new(0, ms(0));
    let half = Sight {
        measures: Measures {
            turn: 0.0,
            openness: 0.12,
        },
        ..AT_REST
    };
    let waiting = Progress::Asked(Prompt::Blink, Phase::Ready);
    assert_eq!(challenge.see(Some(half), ms(200)), waiting);
    challenge.see(Some(AT_REST), ms(400));
    let aside = Sight {
        measures: Measures {
            turn: 0.3,
            openness: 0.1,
        },
        ..AT_REST
    };
    let aside = challenge.see(Some(aside), ms(600));
    assert_eq!(aside, Progress::Asked(Prompt::Blink, Phase::Act));
}

/// What a print shows, what somebody else does in its place, and nothing.
fn swapped() -> impl Strategy<Value = Option<Sight>> {
    let print = (-0.18f32..0.18, 0.26f32..0.35, 0.9f32..1.0, 0.93f32..1.0);
    let print = print.prop_map(|(turn, openness, likeness, continuity)| Sight {
        measures: Measures { turn, openness },
        likeness,
        continuity,
    });
    let other = (-1.0f32..1.0, 0.0f32..0.4, 0.5f32..0.93, 0.5f32..1.0);
    let other = other.prop_map(|(turn, openness, likeness, continuity)| Sight {
        measures: Measures { turn, openness },
        likeness,
        continuity,
    });
    // One who is like enough is told by the frame before.
    let double = (-1.0f32..1.0, 0.0f32..0.4, 0.93f32..1.0, 0.5f32..0.93);
    let double = double.prop_map(|(turn, openness, likeness, continuity)| Sight {
        measures: Measures { turn, openness },
        likeness,
        continuity,
    });
    let sight = prop_oneof![print, other, double];
    proptest::option::weighted(0.8, sight)
}

fn sight() -> impl Strategy<Value = Option<Sight>> {
    let measures = (-1.0f32..1.0, 0.0f32..0.4);
    let seen = (
        measures,
        prop_oneof![Just(0.5f32), 0.8f32..1.0, 0.9f32..1.0],
    );
    let sight = seen.prop_map(|((turn, openness), likeness)| Sight {
        measures: Measures { turn, openness },
        likeness,
        continuity: likeness,
    });
    proptest::option::weighted(
        0.9,
        prop_oneof![
            sight,
            Just(AT_REST),
            Just(shut()),
            Just(turned(0.5)),
            Just(turned(-0.5))
        ],
    )
}

proptest! {
    #[test]
    fn no_print_passes_by_what_another_does_in_its_place_however_they_change(
        chance: u64, frames in proptest::collection::vec((swapped(), 50u64..600), 0..120),
    ) {
        let mut challenge = Challenge::new(chance, ms(0));
        let mut at = 0;
        for (sight, pause) in frames {
            at += pause;
            challenge.see(sight, ms(at));
            prop_assert_eq!(challenge.answered().0, 0);
        }
    }

    #[test]
    fn nobody_passes_who_goes_out_of_sight_between_looking_ahead_and_the_answer(
        chance: u64, after: bool, frames in 20usize..200,
    ) {
        let mut challenge = Challenge::new(chance, ms(0));
        for n in 0..frames as u64 {
            let Progress::Asked(prompt, _) = challenge.progress() else { break };
            let shown = match (n % 4, after) {
                (0, _) => Some(AT_REST),
                (1, false) | (2, true) => None,
                (3, _) => Some(AT_REST),
                _ => Some(answer(prompt)),
            };
            challenge.see(shown, ms(n * 150));
        }
        prop_assert_eq!(challenge.answered().0, 0);
    }

    #[test]
    fn nobody_passes_without_a_blink_and_both_turns_each_when_it_was_asked_for(
        chance: u64, frames in proptest::collection::vec((sight(), 50u64..600), 0..80),
    ) {
        let mut challenge = Challenge::new(chance, ms(0));
        let (mut at, mut shut, mut left, mut right) = (0, false, false, false);
        for (sight, pause) in frames {
            at += pause;
            let before = challenge.progress();
            let after = challenge.see(sight, ms(at));
            let Progress::Asked(prompt, _) = before else {
                prop_assert_eq!(before, after, "an end is an end");
                continue;
            };
            if let Some(Sight { measures, .. }) = sight {
                shut |= prompt == Prompt::Blink && measures.openness < 0.25;
                left |= prompt == Prompt::TurnLeft && measures.turn > 0.3;
                right |= prompt == Prompt::TurnRight && measures.turn < -0.3;
            }
        }
        prop_assert!(challenge.progress() != Progress::Established || (shut && left && right));
    }

    #[test]
    fn it_ends_in_time_whatever_is_seen(
        chance: u64, frames in proptest::collection::vec((sight(), 50u64..600), 0..200),
    ) {
        let mut challenge = Challenge::new(chance, ms(0));
        let mut at = 0;
        for (sight, pause) in frames {
            at += pause;
            challenge.see(sight, ms(at));
        }
        let asked = matches!(challenge.progress(), Progress::Asked(..));
        prop_assert!(!asked || ms(at) <= PATIENCE * 3 + ms(600));
    }
}
