//! Accuracy on prints of a public database, whose folder `GATEBOOK_FINGERPRINTS` names; skipped without it. What is asserted are
//! the goals; what is reached stands in docs/measurements.md.
#![allow(clippy::unwrap_used)]

mod databases;

use databases::prints;
use evaluation::{Comparison, Scores};
use fingerprint::extract;
use fingerprint::trial::{Protocol, observe, scores};

/// What must be reached, as shares.
struct Goals {
    /// Equal error rate, the mean of the databases.
    eer: f64,
    /// FNMR at FMR 0.1 %, all databases pooled.
    fnmr: f64,
}

#[test]
fn each_database_is_told_apart_with_weights_learnt_from_the_others() {
    let goals = Goals {
        eer: 0.016,
        fnmr: 0.029,
    };
    reach(&goals, false);
}

#[test]
fn each_database_is_told_apart_also_by_what_a_small_sensor_sees() {
    let goals = Goals {
        eer: 0.020,
        fnmr: 0.042,
    };
    reach(&goals, true);
}

fn reach(goals: &Goals, crops: bool) {
    let Ok(folder) = std::env::var("GATEBOOK_FINGERPRINTS") else {
        eprintln!("skipped: GATEBOOK_FINGERPRINTS names no folder with images.csv");
        return;
    };
    let prints = prints(&folder, crops);
    let templates: Vec<_> = prints.iter().map(|p| extract(&p.image).ok()).collect();
    let bytes = templates.iter().flatten().map(|t| t.to_bytes().len());
    let largest = bytes.max().unwrap();
    assert!(largest <= 2048, "a template of {largest} bytes");
    let both = prints.iter().zip(&templates);
    let samples: Vec<_> = both.map(|(p, t)| p.sample(t.as_ref())).collect();
    let seen = observe(&samples, Protocol::All);
    let compared = seen.iter().zip(scores(&samples, &seen, true));
    let compared: Vec<(&str, Comparison)> = compared
        .map(|(o, score)| {
            let (a, b) = (&samples[o.one], &samples[o.other]);
            let comparison = Comparison::new(a.finger, b.finger, f64::from(score));
            (a.database.as_str(), comparison)
        })
        .collect();
    let mut databases: Vec<&str> = compared.iter().map(|(name, _)| *name).collect();
    databases.dedup();
    let eer = |name: &&str| {
        let own = compared.iter().filter(|(database, _)| database == name);
        Scores::new(own.map(|(_, c)| *c)).unwrap().eer().rate
    };
    let mean = databases.iter().map(eer).sum::<f64>() / databases.len() as f64;
    let pooled = Scores::new(compared.iter().map(|(_, c)| *c)).unwrap();
    let fnmr = pooled.at_fmr(1e-3).fnmr;
    eprintln!("mean EER {mean:.4}, pooled FNMR at FMR 0.1 % {fnmr:.4}, largest template {largest}");
    assert!(mean <= goals.eer, "mean EER {mean}");
    assert!(fnmr <= goals.fnmr, "pooled FNMR at FMR 0.1 % {fnmr}");
}
