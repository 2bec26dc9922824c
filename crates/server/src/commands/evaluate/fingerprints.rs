//! `gatebook evaluate fingerprints`.

use super::prints::{self, Prints};
use crate::cli::{EvaluateFingerprints, FingerprintProtocol};
use anyhow::{Context, Result, ensure};
use evaluation::{Comparison, DetCurve, Scores, Summary, det_plot};
use fingerprint::trial::{self, Protocol};
use fingerprint::{ONE_IN_A_THOUSAND, Score, threshold};
use serde::Serialize;
use std::fs;
use std::num::NonZero;
use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Instant;

/// FMRs at which the FNMR is reported.
const RATES: [f64; 3] = [0.01, 0.001, 0.0001];
/// Draws of the bootstrap by finger.
const DRAWS: usize = 500;

#[derive(Serialize)]
struct Report {
    protocol: FingerprintProtocol,
    /// Were the weights learnt from the other folders?
    leave_one_out: bool,
    images: usize,
    unusable: Vec<Unusable>,
    extraction_ms: f64,
    preparation_ms: f64,
    comparisons_per_second_and_core: f64,
    largest_template_bytes: usize,
    mean_eer: f64,
    pooled: Summary,
    databases: Vec<Database>,
    /// None with learnt weights: the shipped thresholds belong to the shipped weights.
    shipped: Vec<Shipped>,
}

#[derive(Serialize)]
struct Unusable {
    line: u64,
    path: String,
    reason: String,
}

#[derive(Serialize)]
struct Database {
    name: String,
    #[serde(flatten)]
    summary: Summary,
}

/// A threshold that is shipped, and what it does to these prints.
#[derive(Serialize)]
struct Shipped {
    /// The FMR that the threshold stands for.
    promised_fmr: f64,
    /// Is that beyond what was counted when it was chosen?
    extrapolated: bool,
    threshold: f32,
    fmr: f64,
    fnmr: f64,
}

pub fn run(args: &EvaluateFingerprints) -> Result<ExitCode> {
    let prints = prints::read(&args.images, args.crops)?;
    let databases = prints.databases();
    let protocol = match args.protocol {
        FingerprintProtocol::All => Protocol::All,
        FingerprintProtocol::Fvc => Protocol::Fvc,
    };
    if protocol == Protocol::Fvc {
        prints.first_impressions()?;
    }
    ensure!(
        !args.leave_one_out || databases.len() > 1,
        "--leave-one-out needs images in at least two folders: one is scored with weights learnt from the others"
    );
    // Learning wants every pair there is; only those of the protocol are reported.
    let observed = if args.leave_one_out {
        Protocol::All
    } else {
        protocol
    };
    let start = Instant::now();
    let seen = trial::observe(&prints.samples, observed);
    let cores = available_parallelism().map_or(1, NonZero::get);
    let speed = seen.len() as f64 / start.elapsed().as_secs_f64() / cores as f64;
    let scores = trial::scores(&prints.samples, &seen, args.leave_one_out);
    let samples = &prints.samples;
    let both = seen.iter().zip(scores);
    let compared: Vec<(&str, Comparison)> = both
        .filter(|(o, _)| protocol.compares(&samples[o.one], &samples[o.other]))
        .map(|(o, score)| {
            let (a, b) = (&samples[o.one], &samples[o.other]);
            let comparison = Comparison::new(a.finger, b.finger, f64::from(score));
            (a.database.as_str(), comparison)
        })
        .collect();
    let pools = Pools::new(&compared, databases)?;
    let report = report(args, &prints, &pools, speed);
    print(&report);
    if let Some(file) = &args.json {
        let json = serde_json::to_vec_pretty(&report)?;
        fs::write(file, json).with_context(|| file.display().to_string())?;
    }
    if let Some(file) = &args.det {
        fs::write(file, plot(&pools)).with_context(|| file.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Scores of all folders together, and of each.
struct Pools {
    pooled: Scores,
    databases: Vec<(String, Scores)>,
}

impl Pools {
    fn new(compared: &[(&str, Comparison)], databases: Vec<String>) -> Result<Self> {
        let of = |name: &str| {
            let own = compared.iter().filter(|(database, _)| *database == name);
            Scores::new(own.map(|(_, comparison)| *comparison))
        };
        let databases = databases.into_iter().map(|name| {
            let scores = of(&name).with_context(|| format!("folder {name:?}"))?;
            Ok((name, scores))
        });
        Ok(Self {
            databases: databases.collect::<Result<_>>()?,
            pooled: Scores::new(compared.iter().map(|(_, comparison)| *comparison))?,
        })
    }
}

fn report(
    args: &EvaluateFingerprints,
    prints: &Prints,
    pools: &Pools,
    comparisons_per_second_and_core: f64,
) -> Report {
    let summary = |scores: &Scores| Summary::new(scores, &RATES, DRAWS);
    let databases = pools.databases.iter().map(|(name, scores)| Database {
        name: name.clone(),
        summary: summary(scores),
    });
    let databases: Vec<Database> = databases.collect();
    let sum: f64 = databases.iter().map(|d| d.summary.eer.point.fnmr).sum();
    let unusable = prints.unusable.iter().map(|(line, path, reason)| Unusable {
        line: *line,
        path: path.clone(),
        reason: reason.clone(),
    });
    Report {
        protocol: args.protocol,
        leave_one_out: args.leave_one_out,
        images: prints.samples.len(),
        unusable: unusable.collect(),
        extraction_ms: prints.extraction_ms,
        preparation_ms: prints.preparation_ms,
        comparisons_per_second_and_core,
        largest_template_bytes: prints.largest,
        mean_eer: sum / databases.len().max(1) as f64,
        pooled: summary(&pools.pooled),
        databases,
        shipped: if args.leave_one_out {
            Vec::new()
        } else {
            shipped(&pools.pooled)
        },
    }
}

fn shipped(scores: &Scores) -> Vec<Shipped> {
    let each = RATES.iter().map(|rate| {
        let at = threshold(*rate);
        Shipped {
            promised_fmr: *rate,
            extrapolated: Score::of(at).rate.is_extrapolated(),
            threshold: at,
            fmr: scores.fmr(f64::from(at)),
            fnmr: scores.fnmr(f64::from(at)),
        }
    });
    each.collect()
}

fn print(report: &Report) {
    println!(
        "{} images, {} without a template, which fail every comparison",
        report.images,
        report.unusable.len()
    );
    for image in &report.unusable {
        println!("  line {}: {}: {}", image.line, image.path, image.reason);
    }
    println!(
        "one core: extraction {:.1} ms, preparation {:.2} ms, {:.0} comparisons/s; largest template {} bytes",
        report.extraction_ms,
        report.preparation_ms,
        report.comparisons_per_second_and_core,
        report.largest_template_bytes
    );
    let weights = if report.leave_one_out {
        "learnt from the other folders"
    } else {
        "as shipped"
    };
    println!(
        "weights {weights}; in %, with 95 % intervals bootstrapped by finger; * where impostor pairs are too few to \
         count that FMR, so the figure is that of no false match"
    );
    println!("| database | genuine | impostor | EER | FNMR at FMR 1 % | 0.1 % | 0.01 % | no FM |");
    println!("|---|---|---|---|---|---|---|---|");
    for database in &report.databases {
        println!("{}", row(&database.name, &database.summary));
    }
    println!("{}", row("pooled", &report.pooled));
    println!("mean EER {:.2} %", 100.0 * report.mean_eer);
    if !report.shipped.is_empty() {
        print_shipped(report);
    }
}

fn row(name: &str, summary: &Summary) -> String {
    let mut row = format!("| {name} | {} | {} |", summary.genuine, summary.impostors);
    for measured in [&summary.eer].into_iter().chain(&summary.fnmr) {
        let (rate, interval) = (measured.point.fnmr, measured.interval);
        let countable = |fmr: f64| fmr * summary.impostors as f64 >= 1.0 - 1e-9;
        let mark = if measured.at_fmr.is_none_or(countable) {
            ""
        } else {
            "*"
        };
        row += &format!(
            " {:.2}{mark} ({:.2} to {:.2}) |",
            100.0 * rate,
            100.0 * interval.low,
            100.0 * interval.high
        );
    }
    row + &format!(" {:.2} |", 100.0 * summary.zero_fmr.fnmr)
}

fn print_shipped(report: &Report) {
    println!("| shipped threshold for FMR | similarity | FMR here | FNMR here |");
    println!("|---|---|---|---|");
    for shipped in &report.shipped {
        println!(
            "| {} % ({}) | {:.3} | {:.3} % | {:.2} % |",
            100.0 * shipped.promised_fmr,
            if shipped.extrapolated {
                "extrapolated"
            } else {
                "counted"
            },
            shipped.threshold,
            100.0 * shipped.fmr,
            100.0 * shipped.fnmr
        );
    }
    let known = ONE_IN_A_THOUSAND;
    println!(
        "the threshold for 0.1 % was counted among {} impostor pairs; 95 %: {} to {}, FMR {} to {} %",
        known.impostor_pairs,
        known.interval.0,
        known.interval.1,
        100.0 * known.fmr_interval.0,
        100.0 * known.fmr_interval.1
    );
}

fn plot(pools: &Pools) -> String {
    let mut curves = vec![DetCurve::new("pooled", &pools.pooled)];
    for (name, scores) in &pools.databases {
        curves.push(DetCurve::new(name.as_str(), scores));
    }
    det_plot("Fingerprints", &curves)
}
