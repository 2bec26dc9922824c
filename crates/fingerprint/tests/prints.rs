//! What must hold of any print: shown with small patterns of ridges made here.
#![allow(clippy::unwrap_used)]

mod pattern;

use fingerprint::{
    Advice, Enrolment, Error, Gallery, GreyImage, Impression, LARGEST_TEMPLATE, ONE_IN_A_THOUSAND,
    Policy, Prepared, Rate, Score, Search, Step, Template, compare, examine, explain, extract,
    features, iso, threshold,
    trial::{Protocol, Sample, observe, scores},
};
use pattern::{Pattern, image};

fn prepared(pattern: Pattern) -> Prepared {
    Prepared::new(&extract(&image(pattern)).unwrap())
}

#[test]
fn a_print_turned_and_moved_is_more_like_itself_than_any_other() {
    let same = compare(
        &prepared(Pattern::of(1)),
        &prepared(Pattern::of(1).turned(0.3).moved(12.0, -9.0)),
    );
    for other in 2..6 {
        let different = compare(&prepared(Pattern::of(1)), &prepared(Pattern::of(other)));
        assert!(same.similarity > different.similarity + 1.0);
    }
}

#[test]
fn a_comparison_does_not_mind_which_print_comes_first_when_they_are_one() {
    let print = prepared(Pattern::of(3));
    assert!(compare(&print, &print).is_match(1e-3));
}

/// Two impressions of each of five fingers.
fn samples(ready: impl Fn(&Template) -> Prepared) -> Vec<Sample> {
    let each = (1..6).flat_map(|finger| [(finger, 1, 0.0), (finger, 2, 0.2)]);
    let sample = |(finger, impression, turn)| {
        let template = extract(&image(Pattern::of(finger).turned(turn))).unwrap();
        Sample {
            database: "patterns".into(),
            finger,
            impression,
            prepared: Some(ready(&template)),
        }
    };
    each.map(sample).collect()
}

#[test]
fn a_trial_scores_every_pair_as_a_comparison_does_also_those_that_end_early() {
    let samples = samples(Prepared::new);
    let seen = observe(&samples, Protocol::All);
    let mut early = 0;
    for (o, score) in seen.iter().zip(scores(&samples, &seen, false)) {
        let ready = |i: usize| samples[i].prepared.as_ref().unwrap();
        let compared = compare(ready(o.one), ready(o.other)).similarity;
        assert!((score - compared).abs() < 1e-3, "{score} {compared}");
        let genuine = samples[o.one].finger == samples[o.other].finger;
        // Nothing that was looked at in full scores so low.
        assert!(!genuine || compared > -15.0);
        early += usize::from(compared < -15.0);
    }
    assert!(early > 0, "no comparison of different patterns ended early");
}

#[test]
fn a_trial_scores_prints_without_ridges_as_a_comparison_does_also_where_nothing_is_alike() {
    let imported = |template: &Template| {
        let record = iso::export(&[(2, template)]).unwrap();
        Prepared::new(&iso::import(&record).unwrap().remove(0).template)
    };
    let samples = samples(imported);
    let seen = observe(&samples, Protocol::All);
    for (o, score) in seen.iter().zip(scores(&samples, &seen, false)) {
        let ready = |i: usize| samples[i].prepared.as_ref().unwrap();
        let compared = compare(ready(o.one), ready(o.other)).similarity;
        assert!((score - compared).abs() < 1e-3, "{score} {compared}");
    }
}

#[test]
fn ridges_laid_on_themselves_agree_and_on_others_do_not() {
    let (one, other) = (prepared(Pattern::of(1)), prepared(Pattern::of(2)));
    let ridges = |a: &Prepared, b: &Prepared| features(a, b)[0][4];
    assert!(ridges(&one, &one) > 0.9, "{}", ridges(&one, &one));
    assert!(ridges(&one, &other) < 0.6, "{}", ridges(&one, &other));
}

#[test]
fn a_template_comes_back_from_its_bytes_as_it_was() {
    for seed in 1..5 {
        let template = extract(&image(Pattern::of(seed))).unwrap();
        let bytes = template.to_bytes();
        assert!(bytes.len() <= LARGEST_TEMPLATE);
        assert_eq!(Template::from_bytes(&bytes), Ok(template));
    }
}

#[test]
fn a_template_cut_off_or_of_a_later_version_is_refused() {
    let bytes = extract(&image(Pattern::of(1))).unwrap().to_bytes();
    assert!(matches!(
        Template::from_bytes(&bytes[..20]),
        Err(Error::Template(_))
    ));
    let mut later = bytes;
    later[3] = 9;
    assert_eq!(Template::from_bytes(&later), Err(Error::TemplateVersion(9)));
}

#[test]
fn what_is_no_print_is_refused_with_the_reason() {
    let grey = |pixels: Vec<u8>| GreyImage::new(256, 288, 500, pixels).unwrap();
    assert_eq!(extract(&grey(vec![127; 256 * 288])), Err(Error::Blank));
    let mut state = 1u32;
    let noise = (0..256 * 288).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let refused = extract(&grey(noise.collect())).unwrap_err();
    assert!(
        matches!(refused, Error::NoRidges | Error::TooFewMinutiae { .. }),
        "{refused}"
    );
    let stripes = (0..256 * 288).map(|i| if i % 256 / 5 % 2 == 0 { 20 } else { 230 });
    let refused = extract(&grey(stripes.collect())).unwrap_err();
    assert!(
        matches!(refused, Error::NoRidges | Error::TooFewMinutiae { .. }),
        "{refused}"
    );
}

#[test]
fn an_image_of_the_wrong_size_is_refused_before_anything_is_computed() {
    let count = GreyImage::new(256, 288, 500, vec![0; 5]);
    assert!(matches!(count, Err(Error::PixelCount { got: 5, .. })));
    let small = GreyImage::new(40, 40, 500, vec![0; 1600]);
    assert!(matches!(small, Err(Error::Size { .. })));
    let odd = GreyImage::new(256, 288, 3, vec![0; 256 * 288]);
    assert!(matches!(odd, Err(Error::Resolution(3))));
    assert!(matches!(
        GreyImage::from_file(b"GIF89a", 500),
        Err(Error::File(_))
    ));
}

#[test]
fn a_scan_of_another_resolution_gives_a_template_at_500_dpi() {
    let at_500 = extract(&image(Pattern::of(2))).unwrap();
    let at_1000 = extract(&image(Pattern::of(2).scaled(2.0))).unwrap();
    assert!(at_1000.width().abs_diff(at_500.width()) <= 1);
    assert!(compare(&Prepared::new(&at_500), &Prepared::new(&at_1000)).is_match(1e-3));
}

#[test]
fn a_search_finds_the_finger_whoever_else_is_enrolled() {
    let mut gallery = Gallery::new();
    for seed in 1..40 {
        gallery.insert(seed, prepared(Pattern::of(seed)));
    }
    let probe = prepared(Pattern::of(17).turned(-0.2).moved(5.0, 14.0));
    let search = Search {
        short_list: 8,
        threads: 2,
    };
    assert!(gallery.first_stage(&probe, search).contains(&17));
    assert_eq!(gallery.identify(&probe, search)[0].key, 17);
    gallery.remove(|seed| *seed == 17);
    assert!(gallery.identify(&probe, search).iter().all(|c| c.key != 17));
}

#[test]
fn three_presses_of_one_finger_complete_an_enrolment_and_another_finger_does_not() {
    let mut enrolment = Enrolment::new(Policy::default());
    let press = |p: Pattern| image(p);
    assert_eq!(
        enrolment.press(&press(Pattern::of(5))),
        Ok(Step::Taken { missing: 2 })
    );
    let other = enrolment.press(&press(Pattern::of(9)));
    assert_eq!(other, Ok(Step::Again(Advice::OtherFinger)));
    let again = enrolment.press(&press(Pattern::of(5).moved(8.0, 4.0)));
    assert_eq!(again, Ok(Step::Taken { missing: 1 }));
    let last = enrolment.press(&press(Pattern::of(5).turned(0.15)));
    assert_eq!(last, Ok(Step::Complete));
    assert_eq!(enrolment.templates().len(), 3);
    let mut gallery = Gallery::new();
    gallery.insert("somebody", prepared(Pattern::of(5).turned(0.1)));
    let taken = enrolment.belongs_to(&gallery, |_| false).unwrap();
    assert_eq!(taken.key, "somebody");
    assert!(
        enrolment
            .belongs_to(&gallery, |key| *key == "somebody")
            .is_none()
    );
}

#[test]
fn a_blank_press_changes_nothing() {
    let mut enrolment = Enrolment::new(Policy::default());
    let blank = GreyImage::new(256, 288, 500, vec![200; 256 * 288]).unwrap();
    assert_eq!(enrolment.press(&blank), Err(Error::Blank));
    assert!(enrolment.templates().is_empty());
}

#[test]
fn a_print_at_the_edge_of_the_window_is_called_misplaced() {
    let aside = examine(&image(Pattern::of(4).moved(110.0, 0.0))).unwrap();
    assert_eq!(aside.advice(), Some(Advice::Misplaced));
}

#[test]
fn an_unclear_press_is_called_dry_wet_or_unclear_by_how_much_of_it_is_dark_and_a_clear_one_is_taken()
 {
    let clear = examine(&image(Pattern::of(4))).unwrap();
    let with = |quality: u8, darkness: f32| {
        let mut bytes = clear.template.to_bytes();
        bytes[10] = quality;
        let template = Template::from_bytes(&bytes).unwrap();
        assert_eq!(template.quality(), quality);
        let press = Impression {
            template,
            darkness,
            ..clear.clone()
        };
        press.advice()
    };
    assert_eq!(with(5, 0.1), Some(Advice::Dry));
    assert_eq!(with(5, 0.95), Some(Advice::Wet));
    assert_eq!(with(5, 0.54), Some(Advice::Unclear));
    for darkness in [0.1, 0.54, 0.95] {
        assert_eq!(with(90, darkness), None);
    }
}

#[test]
fn the_threshold_told_is_the_one_that_decides() {
    let known = ONE_IN_A_THOUSAND;
    let decides = threshold(known.fmr);
    assert!((known.similarity - decides).abs() < 1e-3, "{decides}");
    assert!((known.interval.0..known.interval.1).contains(&decides));
    assert!((known.fmr_interval.0..known.fmr_interval.1).contains(&known.fmr));
}

#[test]
fn a_rate_says_whether_it_was_counted_or_continued() {
    assert!(matches!(Score::of(threshold(0.05)).rate, Rate::Measured(r) if r <= 0.05));
    assert!(matches!(Score::of(threshold(1e-6)).rate, Rate::Extrapolated(r) if r <= 1e-6));
    let mut before = 1.0;
    for i in 0..100 {
        let rate = Score::of(-5.0 + 0.3 * i as f32).rate.value();
        assert!(rate <= before);
        before = rate;
    }
}

#[test]
fn an_imported_template_lost_its_ridges_and_is_compared_all_the_same() {
    let own = extract(&image(Pattern::of(7))).unwrap();
    let record = iso::export(&[(2, &own)]).unwrap();
    let view = iso::import(&record).unwrap().remove(0);
    assert_eq!(view.position, 2);
    assert!(own.has_ridges() && !view.template.has_ridges());
    assert_eq!(view.template.minutiae().len(), own.minutiae().len());
    let imported = Prepared::new(&view.template);
    let other = prepared(Pattern::of(8));
    let same = compare(&imported, &Prepared::new(&own));
    assert!(same.similarity > compare(&imported, &other).similarity);
}

#[test]
fn the_steps_of_an_image_are_drawn_as_pictures() {
    let pictures = explain(&image(Pattern::of(1))).unwrap();
    assert_eq!(pictures.len(), 5);
    for picture in pictures {
        assert!(
            picture.png.starts_with(&[0x89, b'P', b'N', b'G']),
            "{}",
            picture.name
        );
    }
}
