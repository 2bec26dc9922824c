//! Rates worked out by hand, and what must hold of any scores.
#![allow(clippy::unwrap_used)]

use evaluation::{Comparison, DetCurve, Error, OpenSet, Scores, Search, Summary, det_plot};
use proptest::prelude::*;

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn rates_count_what_is_at_or_above_the_threshold() {
    let scores = Scores::of_kinds(&[0.9, 0.8, 0.3, 0.2], &[0.4, 0.3, 0.1, 0.0]).unwrap();
    assert!(close(scores.fmr(0.3), 0.5));
    assert!(close(scores.fnmr(0.3), 0.25));
    assert!(close(scores.at_fmr(0.25).fnmr, 0.5));
    assert!(close(scores.zero_fmr().fnmr, 0.5));
    assert!(close(scores.zero_fmr().threshold, 0.8));
    assert!(close(scores.tar_at_far(0.5), 1.0));
}

#[test]
fn the_equal_error_rate_lies_where_both_rates_meet() {
    let scores = Scores::of_kinds(&[0.9, 0.8, 0.7, 0.2], &[0.75, 0.1, 0.1, 0.0]).unwrap();
    assert!(close(scores.eer().rate, 0.25));
}

#[test]
fn the_area_counts_pairs_in_the_right_order_and_half_of_the_ties() {
    let scores = Scores::of_kinds(&[2.0, 1.0], &[1.0, 0.0]).unwrap();
    assert!(close(scores.auc(), 3.5 / 4.0));
}

#[test]
fn scores_of_one_kind_or_no_numbers_are_refused() {
    assert_eq!(Scores::of_kinds(&[], &[1.0]).unwrap_err(), Error::NoGenuine);
    assert_eq!(
        Scores::of_kinds(&[1.0], &[]).unwrap_err(),
        Error::NoImpostor
    );
    let broken = Scores::of_kinds(&[1.0, f64::NAN], &[0.0]);
    assert_eq!(broken.unwrap_err(), Error::NotANumber(1));
}

#[test]
fn one_bad_subject_widens_the_interval_more_than_as_many_bad_comparisons() {
    let mut by_one = Vec::new();
    let mut spread = Vec::new();
    for subject in 0..20u32 {
        for sample in 0..10 {
            let bad_subject = subject == 0;
            let bad_here = subject % 2 == 0 && sample == 0;
            by_one.push(Comparison::new(subject, subject, f64::from(!bad_subject)));
            spread.push(Comparison::new(subject, subject, f64::from(!bad_here)));
            by_one.push(Comparison::new(subject, (subject + 1) % 20, 0.5));
            spread.push(Comparison::new(subject, (subject + 1) % 20, 0.5));
        }
    }
    let width = |comparisons: Vec<Comparison>| {
        let interval = Scores::new(comparisons).unwrap().fnmr_interval(0.0, 500);
        interval.high - interval.low
    };
    assert!(width(by_one) > 1.5 * width(spread));
}

#[test]
fn an_open_set_counts_strangers_returned_and_people_missed() {
    let searches = [
        Search::Stranger { best: 0.3 },
        Search::Stranger { best: 0.6 },
        Search::Enrolled {
            score: 0.9,
            above: 0,
        },
        Search::Enrolled {
            score: 0.5,
            above: 0,
        },
        Search::Enrolled {
            score: 0.8,
            above: 1,
        },
    ];
    let set = OpenSet::new(searches).unwrap();
    assert!(close(set.at(0.5, 1).fpir, 0.5));
    assert!(close(set.at(0.5, 1).fnir, 1.0 / 3.0));
    assert!(close(set.at(0.5, 2).fnir, 0.0));
    assert!(close(set.at_fpir(0.0, 2).fnir, 1.0 / 3.0));
    assert!(close(set.hit_rate(1), 2.0 / 3.0));
}

#[test]
fn a_plot_names_its_curves_and_cannot_be_broken_by_a_name() {
    let scores = Scores::of_kinds(&[0.9, 0.1], &[0.4, 0.0]).unwrap();
    let svg = det_plot("A <b> plot", &[DetCurve::new("left & right", &scores)]);
    assert!(svg.contains("left &amp; right"));
    assert!(!svg.contains("<b>"));
    assert!(svg.trim_end().ends_with("</svg>"));
    assert!(!svg.contains("NaN"));
}

proptest! {
    #[test]
    fn a_higher_threshold_never_raises_fmr_nor_lowers_fnmr(
        genuine in prop::collection::vec(-9.0..9.0f64, 1..40),
        impostor in prop::collection::vec(-9.0..9.0f64, 1..40),
    ) {
        let scores = Scores::of_kinds(&genuine, &impostor).unwrap();
        let points = scores.roc();
        for pair in points.windows(2) {
            prop_assert!(pair[1].threshold < pair[0].threshold);
            prop_assert!(pair[1].fmr >= pair[0].fmr && pair[1].fnmr <= pair[0].fnmr);
            prop_assert!(close(scores.fmr(pair[1].threshold), pair[1].fmr));
            prop_assert!(close(scores.fnmr(pair[1].threshold), pair[1].fnmr));
        }
        let summary = Summary::new(&scores, &[0.01, 0.001], 20);
        prop_assert!(summary.fnmr[0].point.fnmr <= summary.fnmr[1].point.fnmr);
        prop_assert!(summary.zero_fmr.fnmr >= summary.fnmr[1].point.fnmr);
        prop_assert!((0.0..=1.0).contains(&summary.auc));
    }
}
