//! What enrolment's advice costs and what it is worth, over a folder with `images.csv` (path, finger, impression, dpi) and dry, wet
//! and smeared versions of its prints: `cargo run --release -p gatebook-fingerprint --example advice -- FOLDER [crops] [of=DB1_B,DB3_B]
//! [measures]`. With `of`, these databases alone; with `measures`, a line for each print instead, to choose bounds by:
//! version, path, comparisons that failed, comparisons, quality, darkness.
#![allow(clippy::expect_used)]

#[path = "../../tests/databases/mod.rs"]
mod databases;
mod spoil;

use std::collections::BTreeMap;

use databases::Print;
use fingerprint::{GreyImage, Prepared, compare, examine, extract};
use spoil::{Fault, STRENGTHS, spoilt};

/// Comparisons of one finger, and how many of them do not match at FMR 0.1 %.
#[derive(Default, Clone, Copy)]
struct Count {
    impressions: usize,
    compared: usize,
    failed: usize,
}

impl Count {
    fn cells(&self) -> String {
        let share = 100.0 * self.failed as f64 / self.compared.max(1) as f64;
        format!(
            "{} | {} of {} ({share:.1} %)",
            self.impressions, self.failed, self.compared
        )
    }
}

struct Options {
    folder: String,
    crops: bool,
    measures: bool,
    databases: Option<String>,
}

fn main() {
    let mut words = std::env::args().skip(1);
    let folder = words.next().expect("a folder");
    let words: Vec<String> = words.collect();
    let has = |word: &str| words.iter().any(|w| w == word);
    let options = Options {
        folder,
        crops: has("crops"),
        measures: has("measures"),
        databases: words
            .iter()
            .find_map(|w| w.strip_prefix("of="))
            .map(str::to_owned),
    };
    let mut prints = databases::prints(&options.folder, false);
    if let Some(wanted) = &options.databases {
        prints.retain(|p| wanted.split(',').any(|name| name == p.database));
    }
    let seen = |image: &GreyImage| options.seen(image);
    let untouched: Vec<Option<Prepared>> = prints
        .iter()
        .map(|p| extract(&seen(&p.image)).ok().map(|t| Prepared::new(&t)))
        .collect();
    let others = Others {
        prints: &prints,
        untouched: &untouched,
    };
    if !options.measures {
        println!(
            "| print | no advice | fail | advice | fail | no template | which advice |\n|---|---|---|---|---|---|---|"
        );
    }
    options.row("untouched", &others, |p, _| p.image.clone());
    for fault in Fault::ALL {
        for strength in STRENGTHS {
            let name = format!("{fault:?} {strength}");
            options.row(&name, &others, |p, i| {
                spoilt(&p.image, fault, strength, i as u64)
            });
        }
    }
}

/// Everything that a print is compared with.
struct Others<'a> {
    prints: &'a [Print],
    untouched: &'a [Option<Prepared>],
}

impl Others<'_> {
    /// Comparisons of this version of print `i` with the other impressions of its finger, as they were.
    fn genuine(&self, i: usize, version: &Prepared) -> (usize, usize) {
        let (mut compared, mut failed) = (0, 0);
        for (j, other) in self.prints.iter().enumerate() {
            if i != j && other.finger == self.prints[i].finger {
                compared += 1;
                let matches = self.untouched[j]
                    .as_ref()
                    .is_some_and(|other| compare(version, other).is_match(1e-3));
                failed += usize::from(!matches);
            }
        }
        (compared, failed)
    }
}

impl Options {
    /// As the sensor sees it.
    fn seen(&self, image: &GreyImage) -> GreyImage {
        if !self.crops {
            return image.clone();
        }
        image.as_seen_by_small_sensor(256, 288).expect("a crop")
    }

    fn row(&self, name: &str, others: &Others, version: impl Fn(&Print, usize) -> GreyImage) {
        let (mut taken, mut refused, mut none) = (Count::default(), Count::default(), 0);
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for (i, print) in others.prints.iter().enumerate() {
            let Ok(impression) = examine(&self.seen(&version(print, i))) else {
                none += 1;
                continue;
            };
            let (compared, failed) = others.genuine(i, &Prepared::new(&impression.template));
            if self.measures {
                println!(
                    "{name},{},{failed},{compared},{},{:.4}",
                    print.path,
                    impression.template.quality(),
                    impression.darkness
                );
                continue;
            }
            let advice = impression.advice();
            let count = if advice.is_some() {
                &mut refused
            } else {
                &mut taken
            };
            count.impressions += 1;
            count.compared += compared;
            count.failed += failed;
            if let Some(advice) = advice {
                *kinds.entry(format!("{advice:?}")).or_default() += 1;
            }
        }
        if !self.measures {
            let kinds: Vec<String> = kinds.iter().map(|(k, n)| format!("{k} {n}")).collect();
            println!(
                "| {name} | {} | {} | {none} | {} |",
                taken.cells(),
                refused.cells(),
                kinds.join(", ")
            );
        }
    }
}
