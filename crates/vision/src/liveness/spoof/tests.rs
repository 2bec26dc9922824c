//! Spoof models, the nets put together here.

use super::*;
use crate::engine::{Engine, Setup};
use crate::models::{hex, spoof_self_test};
use crate::onnx::{Builder, Padding, Window};
use crate::weights::Weight;
use proptest::prelude::*;
use prost::Message;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::process::Command;

const SIDE: usize = 16;

/// A net that holds bright pictures for real: its first answer is 0, its second grows by .1 for each step of the mean
/// colour above 128.
fn bright(softmax: bool) -> Vec<u8> {
    let (mut builder, input) = Builder::new([1, 3, SIDE, SIDE]);
    let mean = builder.op("GlobalAveragePool", &[&input], Vec::new());
    let share = 0.1 / 3.0;
    let filters = Weight {
        shape: vec![2, 3, 1, 1],
        values: vec![0.0, 0.0, 0.0, share, share, share],
    };
    let window = Window {
        stride: 1,
        padding: Padding::Valid,
    };
    let bias = Some(vec![0.0, -12.8]);
    let answers = builder.conv(&mean, &filters, bias, window);
    let mut answers = builder.reshape(&answers, &[1, -1]);
    if softmax {
        answers = builder.op("Softmax", &[&answers], Vec::new());
    }
    builder.finish(&[answers]).encode_to_vec()
}

fn card(name: &str, file: &[u8], changed: &[(&str, &str)]) -> String {
    let sha256 = hex(&Sha256::digest(file));
    let mut card = format!(
        "name = \"{name}\"\nkind = \"spoof\"\nlicence = \"of the test\"\nsha256 = \"{sha256}\"\nsource = \"a.onnx\"\n\
         [input]\nsize = [16, 16]\n\
         [spoof]\ncrop = 2.0\nreal = 1\nanswers = \"logits\"\nthreshold = 0.5\n"
    );
    for (from, to) in changed {
        assert!(card.contains(from));
        card = card.replace(from, to);
    }
    card
}

fn model(name: &str, file: Vec<u8>, changed: &[(&str, &str)]) -> Model {
    let card = Card::read(&card(name, &file, changed)).unwrap();
    Model::new(card, file).unwrap()
}

fn loaded(models: &[Model]) -> Result<SpoofNets, VisionError> {
    SpoofNets::load_on(&Runtime::default(), models).map(Option::unwrap)
}

fn grey(value: u8) -> Frame {
    Frame::from_rgb(200, 100, vec![value; 200 * 100 * 3]).unwrap()
}

const FACE: Rect = Rect {
    x: 80.0,
    y: 30.0,
    width: 40.0,
    height: 40.0,
};

fn softmax_of(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

#[test]
fn a_net_says_how_surely_a_face_is_real() {
    for (softmax, answers) in [(false, "logits"), (true, "probabilities")] {
        let card = [("\"logits\"", &*format!("\"{answers}\""))];
        let nets = loaded(&[model("bright", bright(softmax), &card)]).unwrap();
        for (value, logit) in [(128, 0.0), (158, 3.0), (98, -3.0)] {
            let score = nets.score(&grey(value), &FACE).unwrap();
            assert!((score - softmax_of(logit)).abs() < 1e-4, "{value}: {score}");
        }
    }
}

#[test]
fn the_score_of_several_nets_is_their_mean_and_so_is_the_threshold() {
    let other = [("real = 1", "real = 0"), ("0.5", "0.9")];
    let models = [
        model("bright", bright(false), &[]),
        model("dark", bright(false), &other),
    ];
    let nets = loaded(&models).unwrap();
    assert!((nets.score(&grey(200), &FACE).unwrap() - 0.5).abs() < 1e-6);
    let cards = models.map(|model| model.card);
    let rule = SpoofRule::of(&cards, false).unwrap();
    assert!((rule.threshold() - 0.7).abs() < 1e-6);
    assert_eq!(SpoofRule::of(&[], true), None);
}

#[test]
fn a_model_that_does_not_fit_its_card_is_refused_in_words() {
    let refused = |file: Vec<u8>, changed: &[(&str, &str)]| {
        let refused = loaded(&[model("wrong", file, changed)]).err().unwrap();
        refused.to_string()
    };
    for (changed, said) in [
        (("real = 1", "real = 2"), "2 answers; spoof.real is 2"),
        (("[16, 16]", "[16, 32]"), "square"),
        (("\"logits\"", "\"probabilities\""), "logits"),
        (
            ("[input]", "outputs = [\"nothing\"]\n[input]"),
            "no nothing",
        ),
        (("[16, 16]\n", "[16, 16]\nlayout = \"nhwc\"\n"), "wrong"),
    ] {
        let why = refused(bright(false), &[changed]);
        assert!(why.contains(said), "{why}");
    }
    let why = refused(b"no graph at all".to_vec(), &[]);
    assert!(why.contains("ONNX"), "{why}");
}

#[test]
fn what_a_net_is_shown_stays_within_the_frame() {
    // Red grows by one with each column.
    let row = (0..200u8).flat_map(|x| [x, 0, 0]);
    let frame = Frame::from_rgb(200, 100, row.cycle().take(200 * 100 * 3).collect()).unwrap();
    let columns = |x: f32, crop: f32| {
        let shown = shown(&frame, &Rect { x, ..FACE }, crop, 40);
        (shown.pixel(0, 20)[0], shown.pixel(39, 20)[0])
    };
    assert_eq!(columns(80.0, 1.0), (80, 119));
    // Twice the box, moved in from the left, and from the right.
    let (left, right) = columns(0.0, 2.0);
    assert!(left <= 1 && right.abs_diff(79) <= 1, "{left} to {right}");
    let (left, right) = columns(170.0, 2.0);
    assert!(
        left.abs_diff(120) <= 1 && right.abs_diff(199) <= 1,
        "{left} to {right}"
    );
    // No larger than the frame.
    let (left, right) = columns(80.0, 10.0);
    assert!(
        left.abs_diff(51) <= 1 && right.abs_diff(148) <= 1,
        "{left} to {right}"
    );
}

#[test]
fn an_engine_scores_the_good_faces_that_are_wanted() {
    let setup = Setup {
        spoof: vec![model("bright", bright(false), &[])],
        ..Setup::default()
    };
    let engine = Engine::of(&setup).unwrap();
    println!("{}", spoof_self_test(&engine).unwrap());
    let Some(folder) = crate::samples::dir() else {
        println!("SKIPPED: no photographs");
        return;
    };
    let jpeg = std::fs::read(folder.join("sample6.jpg")).unwrap();
    let scored = |purpose| match engine.look(&jpeg, purpose).unwrap() {
        crate::Look::Seen(seen) => {
            let real = seen.faces.iter().map(|face| (face.bounds, face.real));
            real.collect::<Vec<_>>()
        }
        crate::Look::Unreadable(why) => panic!("{why}"),
    };
    let live = scored(crate::Purpose::Live);
    assert!(live.len() >= 4 && live.iter().all(|(_, real)| real.is_some()));
    let enrolled = scored(crate::Purpose::Enrolment);
    assert!(enrolled.iter().all(|(_, real)| real.is_none()));
    // Of the first face enough is known.
    let first = crate::Expected {
        track: 1,
        place: live[0].0,
        described: true,
        scored: false,
    };
    let attention = crate::Attention {
        everywhere: true,
        expected: vec![first],
    };
    let next = scored(crate::Purpose::Following(attention));
    let scored = next.iter().filter(|(_, real)| real.is_some()).count();
    assert_eq!(scored, live.len() - 1);
}

#[test]
fn a_model_that_answers_the_same_for_everybody_or_otherwise_than_it_says_fails_the_self_test() {
    if crate::samples::dir().is_none() {
        println!("SKIPPED: no photographs");
        return;
    }
    let tested = |file: Vec<u8>, changed: &[(&str, &str)]| {
        let setup = Setup {
            spoof: vec![model("wrong", file, changed)],
            ..Setup::default()
        };
        let failed = spoof_self_test(&Engine::of(&setup).unwrap());
        failed.unwrap_err().to_string()
    };
    let blind = ("[16, 16]\n", "[16, 16]\nscale = [0.0, 0.0, 0.0]\n");
    let why = tested(bright(false), &[blind]);
    assert!(why.contains("the same score"), "{why}");
    let why = tested(bright(true), &[]);
    assert!(why.contains("probabilities"), "{why}");
}

#[test]
fn tract_and_onnx_runtime_agree_on_scores() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/onnxruntime.sh");
    let found = Command::new(script).output().unwrap();
    let path = String::from_utf8(found.stdout).unwrap();
    if !found.status.success() {
        println!("SKIPPED: ONNX Runtime is not here");
        return;
    }
    let runtime = Runtime::onnx_runtime(Path::new(path.trim())).unwrap();
    let model = [model("bright", bright(false), &[])];
    let other = SpoofNets::load_on(&runtime, &model).unwrap().unwrap();
    let ours = loaded(&model).unwrap();
    for value in [0, 90, 128, 140, 255] {
        let both = [&ours, &other].map(|nets| nets.score(&grey(value), &FACE).unwrap());
        assert!((both[0] - both[1]).abs() < 1e-5, "{both:?}");
    }
}

fn rule() -> SpoofRule {
    let file = bright(false);
    let card = Card::read(&card("bright", &file, &[])).unwrap();
    SpoofRule::of(&[card], false).unwrap()
}

fn scores(all: &[f32]) -> SpoofScores {
    let mut scores = SpoofScores::default();
    all.iter().for_each(|score| scores.add(*score));
    scores
}

#[test]
fn a_track_is_held_to_be_real_or_a_picture_by_its_median_once_it_has_three_frames() {
    use SpoofVerdict::{NotEnoughFrames, Picture, Real};
    for (all, verdict) in [
        (&[][..], NotEnoughFrames),
        (&[0.9, 0.9], NotEnoughFrames),
        (&[0.9, f32::NAN, 0.9], NotEnoughFrames),
        (&[0.9, 0.1, 0.9], Real),
        (&[0.5, 0.5, 0.5], Real),
        (&[0.1, 0.9, 0.1], Picture),
        (&[0.9, 0.9, 0.1, 0.1], Picture),
    ] {
        let check = rule().check(&scores(all));
        assert_eq!(check.verdict, verdict, "{all:?}");
        assert_eq!(check.score.is_none(), all.is_empty());
        assert_eq!(check.models, ["bright"]);
    }
}

proptest! {
    #[test]
    fn a_track_is_real_exactly_where_more_than_half_of_its_first_eight_frames_are(
        all in proptest::collection::vec(0.0_f32..=1.0, 3..20),
    ) {
        let first = &all[..all.len().min(MOST_FRAMES)];
        let real = first.iter().filter(|score| **score >= 0.5).count();
        let check = rule().check(&scores(&all));
        prop_assert_eq!(check.verdict == SpoofVerdict::Real, 2 * real > first.len());
        prop_assert_eq!(usize::from(check.frames), first.len());
    }

    #[test]
    fn the_order_of_the_first_frames_does_not_matter(mut all in proptest::collection::vec(0.0_f32..=1.0, 0..=8)) {
        let as_they_came = scores(&all);
        all.reverse();
        prop_assert_eq!(as_they_came, scores(&all));
    }
}
