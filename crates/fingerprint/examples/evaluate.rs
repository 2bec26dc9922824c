//! What `gatebook evaluate fingerprints --leave-one-out` does not measure, over a folder with `images.csv` (path, finger,
//! impression, dpi): `cargo run --release -p gatebook-fingerprint --example evaluate -- FOLDER [crops] [plain] [WORD…]`,
//! WORD being `worst`, `policy` or `calibrate`. With `plain`, templates go through a record first.
#![allow(clippy::expect_used)]

#[path = "../tests/databases/mod.rs"]
mod databases;

use databases::Print;
use evaluation::{Comparison, OperatingPoint, Scores};
use fingerprint::trial::{self, Observation, Protocol, Sample};
use fingerprint::{Template, Weights, extract, iso, threshold};

struct Options {
    folder: String,
    words: Vec<String>,
}

impl Options {
    fn has(&self, word: &str) -> bool {
        self.words.iter().any(|w| w == word)
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let options = Options {
        folder: arguments.next().expect("a folder"),
        words: arguments.collect(),
    };
    let Set { samples, paths } = samples(&options);
    let seen = trial::observe(&samples, Protocol::All);
    let scores = trial::scores(&samples, &seen, true);
    means(&samples, &seen, &scores);
    if options.has("worst") {
        worst(&samples, &paths, &seen, &scores);
    }
    if options.has("policy") {
        policy(&samples, &seen, &scores);
    }
    if options.has("calibrate") {
        calibrate(&samples, &seen, &scores);
    }
}

/// Prints, and their paths.
struct Set {
    samples: Vec<Sample>,
    paths: Vec<String>,
}

fn samples(options: &Options) -> Set {
    let prints = databases::prints(&options.folder, options.has("crops"));
    let sample = |print: &Print| {
        let template = extract(&print.image);
        let template = template.map_err(|e| println!("{}: {e}", print.path)).ok();
        match template {
            Some(template) if options.has("plain") => print.sample(Some(&through_iso(&template))),
            template => print.sample(template.as_ref()),
        }
    };
    Set {
        samples: prints.iter().map(sample).collect(),
        paths: prints.into_iter().map(|print| print.path).collect(),
    }
}

/// As another system would give it back.
fn through_iso(template: &Template) -> Template {
    let record = iso::export(&[(0, template)]).expect("a record");
    let views = iso::import(&record).expect("its views");
    views.into_iter().next().expect("one view").template
}

fn comparisons(
    samples: &[Sample],
    seen: &[Observation],
    scores: &[f32],
) -> Vec<(String, Comparison)> {
    let both = seen.iter().zip(scores);
    both.map(|(o, s)| {
        let (a, b) = (&samples[o.one], &samples[o.other]);
        (
            a.database.clone(),
            Comparison::new(a.finger, b.finger, f64::from(*s)),
        )
    })
    .collect()
}

/// The command has these in its table; they are wanted of templates that went through a record too.
fn means(samples: &[Sample], seen: &[Observation], scores: &[f32]) {
    let all = comparisons(samples, seen, scores);
    let mut databases: Vec<&str> = all.iter().map(|(d, _)| d.as_str()).collect();
    databases.dedup();
    let eers = databases.iter().map(|database| {
        let own = all.iter().filter(|(d, _)| d == database).map(|(_, c)| *c);
        Scores::new(own).expect("both kinds").eer().rate
    });
    let mean = eers.sum::<f64>() / databases.len() as f64;
    let pooled = Scores::new(all.iter().map(|(_, c)| *c)).expect("both kinds");
    println!(
        "mean EER {:.2} %; FNMR at FMR 0.1 % {:.2} %",
        100.0 * mean,
        100.0 * pooled.at_fmr(1e-3).fnmr
    );
}

fn worst(samples: &[Sample], paths: &[String], seen: &[Observation], scores: &[f32]) {
    let mut order: Vec<usize> = (0..seen.len()).collect();
    order.sort_by(|i, j| scores[*i].total_cmp(&scores[*j]));
    let genuine = |i: &&usize| samples[seen[**i].one].finger == samples[seen[**i].other].finger;
    let show = |i: &usize| {
        println!(
            "{:.2} {} {} {:.2?}",
            scores[*i],
            paths[seen[*i].one],
            paths[seen[*i].other],
            seen[*i].ways.first()
        );
    };
    println!("genuine pairs that scored lowest");
    order.iter().filter(genuine).take(30).for_each(show);
    println!("impostor pairs that scored highest");
    order
        .iter()
        .rev()
        .filter(|i| !genuine(i))
        .take(12)
        .for_each(show);
}

fn print_weights(name: &str, weights: &Weights) {
    println!("    {name}: Weights {{");
    println!("        mean: {:.4?},", weights.mean);
    println!("        spread: {:.4?},", weights.spread);
    println!("        weight: {:.4?},", weights.weight);
    println!("        bias: {:.4?},", weights.bias);
    println!("    }},");
}

/// The constants of `calibration.rs`.
fn calibrate(samples: &[Sample], seen: &[Observation], scores: &[f32]) {
    let weights = trial::learn(samples, seen, None);
    print_weights("weights", &weights);
    println!("    counted: [");
    let all = comparisons(samples, seen, scores)
        .into_iter()
        .map(|(_, c)| c);
    let scores = Scores::new(all).expect("both kinds");
    for fmr in [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 5e-3, 2e-3, 1e-3] {
        let point = scores.at_fmr(fmr);
        println!("        ({:.4}, {:.6}),", point.threshold, point.fmr);
    }
    let (far, near) = (scores.at_fmr(1e-3).threshold, scores.at_fmr(1e-2).threshold);
    println!("    ],\n    tail: {:.4},", (far - near) / 10f64.ln());
    print_weights("CHANCE", &trial::learn_chance(samples, seen, None));
    println!("{} impostor pairs", scores.impostors());
    threshold_of("counted", &scores, far, |points| {
        at_or_below(points, 1e-3).threshold
    });
    threshold_of("of the curve", &scores, on_curve(&scores.roc()), on_curve);
    shipped(samples, seen);
}

const DRAWS: usize = 1000;

/// A threshold for FMR 0.1 %, its interval, and what FMR its ends have here.
fn threshold_of(
    name: &str,
    scores: &Scores,
    value: f64,
    statistic: impl Fn(&[OperatingPoint]) -> f64,
) {
    let interval = scores.interval(DRAWS, statistic);
    let at = scores.fmr_interval(value, DRAWS);
    println!(
        "threshold at 1e-3 {name} {value:.3}, between {:.3} and {:.3}; FMR {:.4} % ({:.4} to {:.4} % by finger); \
         at the ends of the interval {:.4} and {:.4} %",
        interval.low,
        interval.high,
        100.0 * scores.fmr(value),
        100.0 * at.low,
        100.0 * at.high,
        100.0 * scores.fmr(interval.low),
        100.0 * scores.fmr(interval.high)
    );
}

/// What the shipped threshold does to these prints: with weights learnt from the others, and with those that are shipped.
fn shipped(samples: &[Sample], seen: &[Observation]) {
    let value = f64::from(threshold(1e-3));
    for lodo in [true, false] {
        let scores = trial::scores(samples, seen, lodo);
        let all = comparisons(samples, seen, &scores).into_iter();
        let scores = Scores::new(all.map(|(_, c)| c)).expect("both kinds");
        let at = scores.fmr_interval(value, DRAWS);
        println!(
            "shipped threshold {value:.3}, leave-one-out {lodo}: FMR {:.4} % ({:.4} to {:.4} % by finger)",
            100.0 * scores.fmr(value),
            100.0 * at.low,
            100.0 * at.high
        );
    }
}

/// The last point whose FMR is at most so much.
fn at_or_below(points: &[OperatingPoint], fmr: f64) -> OperatingPoint {
    let end = points.partition_point(|p| p.fmr <= fmr + 1e-12);
    points[end.saturating_sub(1)]
}

/// Where the shipped curve reaches 0.1 %: by a straight line over the logarithm between the points counted at 0.2 % and at
/// 0.1 %, or by the tail where that lies beyond both.
fn on_curve(points: &[OperatingPoint]) -> f64 {
    let (before, last) = (at_or_below(points, 2e-3), at_or_below(points, 1e-3));
    let (high, low) = (before.fmr.ln(), last.fmr.ln());
    let share = (high - 1e-3f64.ln()) / (high - low);
    if share.is_finite() {
        before.threshold + share * (last.threshold - before.threshold)
    } else {
        last.threshold
    }
}

/// What enrolling three impressions that match one another wins, and a second try.
fn policy(samples: &[Sample], seen: &[Observation], scores: &[f32]) {
    let n = samples.len();
    let mut table = vec![f32::MIN; n * n];
    for (o, s) in seen.iter().zip(scores) {
        table[o.one * n + o.other] = *s;
        table[o.other * n + o.one] = *s;
    }
    let all = comparisons(samples, seen, scores)
        .into_iter()
        .map(|(_, c)| c);
    let single = Scores::new(all).expect("both kinds").at_fmr(1e-3);
    println!(
        "one template, one try: FNMR at FMR 0.1 % {:.2} %",
        100.0 * single.fnmr
    );
    for gate in [f32::MIN, single.threshold as f32] {
        enrolled(samples, &table, gate);
    }
}

/// Every choice of three impressions of a finger as its enrolment, where all match one another as an enrolment demands.
fn enrolled(samples: &[Sample], table: &[f32], gate: f32) {
    let n = samples.len();
    let (mut tries, mut best, mut refused, mut enrolments) = (Vec::new(), Vec::new(), 0, 0);
    for a in 0..n {
        let own: Vec<usize> = (0..n)
            .filter(|i| samples[*i].finger == samples[a].finger)
            .collect();
        for b in own.iter().copied().filter(|b| *b > a) {
            for c in own.iter().copied().filter(|c| *c > b) {
                let (ab, bc, ac) = (table[a * n + b], table[b * n + c], table[a * n + c]);
                if ab.min(bc).min(ac) < gate {
                    refused += 1;
                    continue;
                }
                enrolments += 1;
                let score = |p: usize| {
                    [a, b, c]
                        .map(|t| table[t * n + p])
                        .into_iter()
                        .fold(f32::MIN, f32::max)
                };
                let probes = own.iter().filter(|p| ![a, b, c].contains(*p));
                let probes: Vec<f32> = probes.map(|p| score(*p)).collect();
                let others = (0..n).filter(|p| samples[*p].finger != samples[a].finger);
                let others = others.filter(|p| samples[*p].database == samples[a].database);
                best.extend(others.map(|p| f64::from(score(p))));
                tries.push(probes);
            }
        }
    }
    let genuine: Vec<f64> = tries.iter().flatten().map(|s| f64::from(*s)).collect();
    let point = Scores::of_kinds(&genuine, &best)
        .expect("both kinds")
        .at_fmr(1e-3);
    let fails = |s: &f32| f64::from(*s) < point.threshold;
    let (mut pairs, mut failed) = (0, 0);
    for probes in &tries {
        let bad = probes.iter().filter(|s| fails(s)).count();
        pairs += probes.len() * (probes.len() - 1);
        failed += bad * bad.saturating_sub(1);
    }
    println!(
        "three templates, gate {}: {enrolments} enrolments, {refused} refused; FNMR at FMR 0.1 %: one try {:.2} %, two {:.3} %",
        gate > f32::MIN,
        100.0 * point.fnmr,
        100.0 * failed as f64 / pairs.max(1) as f64
    );
}
