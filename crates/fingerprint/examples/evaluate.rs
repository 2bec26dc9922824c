//! What `gatebook evaluate fingerprints --leave-one-out` does not measure, over a folder with `images.csv` (path, finger,
//! impression, dpi): `cargo run --release -p gatebook-fingerprint --example evaluate -- FOLDER [crops] [plain] [WORD…]`,
//! WORD being `worst`, `policy`, `advice` or `calibrate`. With `plain`, templates go through a record first.
#![allow(clippy::expect_used)]

use evaluation::{Comparison, Scores};
use fingerprint::trial::{self, Observation, Protocol, Sample};
use fingerprint::{Advice, GreyImage, Prepared, Template, Weights, examine, extract, iso};

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
    let Set {
        samples,
        paths,
        advice,
    } = samples(&options);
    let seen = trial::observe(&samples, Protocol::All);
    let scores = trial::scores(&samples, &seen, true);
    means(&samples, &seen, &scores);
    if options.has("worst") {
        worst(&samples, &paths, &seen, &scores);
    }
    if options.has("policy") {
        policy(&samples, &seen, &scores);
    }
    if options.has("advice") {
        advised(&samples, &seen, &scores, &advice);
    }
    if options.has("calibrate") {
        calibrate(&samples, &seen, &scores);
    }
}

/// Prints, their paths, and what an enrolment would say of each; `None` where there is no template.
struct Set {
    samples: Vec<Sample>,
    paths: Vec<String>,
    advice: Vec<Option<Option<Advice>>>,
}

fn samples(options: &Options) -> Set {
    let folder = &options.folder;
    let list = std::fs::read_to_string(format!("{folder}/images.csv")).expect("images.csv");
    let (mut samples, mut paths, mut names) = (Vec::new(), Vec::new(), Vec::<String>::new());
    let mut advice = Vec::new();
    for line in list.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let bytes = std::fs::read(format!("{folder}/{}", cells[0])).expect("an image");
        let dpi = cells[3].parse().expect("dpi");
        let mut image = GreyImage::from_file(&bytes, dpi).expect("a grey image");
        if options.has("crops") {
            image = image.as_seen_by_small_sensor(256, 288).expect("a crop");
        }
        let template = extract(&image)
            .map_err(|e| println!("{}: {e}", cells[0]))
            .ok();
        if options.has("advice") {
            advice.push(examine(&image).ok().map(|seen| seen.advice()));
        }
        let known = names.iter().position(|n| n == cells[1]);
        let finger = known.unwrap_or(names.len());
        if finger == names.len() {
            names.push(cells[1].to_owned());
        }
        let ready = |template: &Template| {
            if options.has("plain") {
                Prepared::new(&through_iso(template))
            } else {
                Prepared::new(template)
            }
        };
        samples.push(Sample {
            database: cells[0].split('/').next().unwrap_or_default().to_owned(),
            finger: finger as u32,
            impression: cells[2].parse().expect("an impression"),
            prepared: template.as_ref().map(ready),
        });
        paths.push(cells[0].to_owned());
    }
    Set {
        samples,
        paths,
        advice,
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
    let interval = scores.threshold_interval(1e-3, 1000);
    println!(
        "{} impostor pairs; threshold at 1e-3 {far:.3}, between {:.3} and {:.3}",
        scores.impostors(),
        interval.low,
        interval.high
    );
}

/// How many impressions each advice would refuse at enrolment, and how often these fail at FMR 0.1 %: what the advice costs,
/// and what it catches.
fn advised(
    samples: &[Sample],
    seen: &[Observation],
    scores: &[f32],
    advice: &[Option<Option<Advice>>],
) {
    let all = comparisons(samples, seen, scores)
        .into_iter()
        .map(|(_, c)| c);
    let threshold = Scores::new(all).expect("both kinds").at_fmr(1e-3).threshold;
    let mut kinds: Vec<Option<Option<Advice>>> = advice.to_vec();
    kinds.sort_by_key(|kind| format!("{kind:?}"));
    kinds.dedup();
    println!(
        "| advice | impressions | genuine comparisons | failed at FMR 0.1 % |\n|---|---|---|---|"
    );
    for kind in kinds {
        let own = |i: usize| advice[i] == kind;
        let genuine = |o: &&Observation| samples[o.one].finger == samples[o.other].finger;
        let compared = seen.iter().zip(scores);
        let compared = compared.filter(|(o, _)| genuine(o) && (own(o.one) || own(o.other)));
        let (mut count, mut failed) = (0, 0);
        for (_, score) in compared {
            count += 1;
            failed += usize::from(f64::from(*score) < threshold);
        }
        println!(
            "| {} | {} | {count} | {failed} ({:.1} %) |",
            kind.map_or("no template".to_owned(), |a| a
                .map_or("none".to_owned(), |a| format!("{a:?}"))),
            advice.iter().filter(|a| **a == kind).count(),
            100.0 * failed as f64 / count.max(1) as f64
        );
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
