//! What is refused on photographs as they are, worse, and covered, and how covered ones are recognised.

use crate::compose::{KINDS, Kind};
use crate::faces::{self, Pair, percent, quantile};
use crate::{Image, Images, compared, covered, embed, errors, look, some, worsened};
use std::collections::BTreeMap;
use vision::{Effort, Engine, Quality, Template, threshold};

pub fn report(engine: &Engine, pairs: &[Pair], images: &Images) {
    uncovered(engine, images);
    println!(
        "\n== covered, half of them worse, too; threshold of 1:1 {}",
        threshold::verification(1)
    );
    println!(
        "what | composed | no face % | refused %: eyes mouth side cut, any | to itself | FNMR FMR (equal, different pairs) | the same of those not refused | different people covered alike who match, of those not refused"
    );
    let others = compared(pairs, images);
    for (at, (name, kind)) in KINDS.into_iter().enumerate() {
        one_kind(engine, &some(images, at), &others, name, kind);
    }
}

/// The first four are those that a cover may be taken for.
const REFUSALS: [fn(&Quality) -> bool; 5] = [
    Quality::are_eyes_covered,
    Quality::is_mouth_covered,
    Quality::is_side_covered,
    Quality::is_cut_off,
    Quality::is_nodding,
];

fn refused(quality: &Quality, by: &[fn(&Quality) -> bool]) -> bool {
    by.iter().any(|refuses| refuses(quality))
}

/// What is refused though nothing covers it.
fn uncovered(engine: &Engine, images: &Images) {
    let mut images: Vec<&Image> = images.values().collect();
    images.sort_by(|a, b| brightness(a).total_cmp(&brightness(b)));
    let worse = faces::on_two_threads(&images, |image| look(engine, &worsened(image)));
    let as_they_are: Vec<Option<Quality>> = images
        .iter()
        .map(|image| Some(image.seen.quality))
        .collect();
    let worse: Vec<Option<Quality>> = worse.into_iter().map(|seen| Some(seen?.quality)).collect();
    println!("\n== nothing covers them; tenths by the light on the untouched face");
    println!("which | photographs | no face % | refused %: eyes mouth side cut nodding, any");
    let tenth = images.len() / 10;
    for (name, all) in [("untouched", as_they_are), ("made worse", worse)] {
        row(name, &all);
        row(&format!("{name}, darkest tenth"), &all[..tenth]);
        row(
            &format!("{name}, brightest tenth"),
            &all[all.len() - tenth..],
        );
    }
}

fn brightness(image: &Image) -> f32 {
    image.seen.quality.brightness
}

fn row(name: &str, all: &[Option<Quality>]) {
    let found: Vec<&Quality> = all.iter().flatten().collect();
    println!(
        "{name} | {} | {:.1} | {:.2?}, {:.2}",
        all.len(),
        percent(all, Option::is_none),
        REFUSALS.map(|refuses| percent(&found, |quality| refuses(quality))),
        percent(&found, |quality| refused(quality, &REFUSALS)),
    );
}

/// A covered face that was found.
struct Found<'a> {
    image: &'a Image,
    quality: Quality,
    template: Template,
}

impl Found<'_> {
    fn is_refused(&self) -> bool {
        refused(&self.quality, &REFUSALS[..4])
    }
}

fn one_kind(
    engine: &Engine,
    images: &[&Image],
    others: &BTreeMap<&str, Vec<(&Image, bool)>>,
    name: &str,
    kind: Kind,
) {
    let seen = faces::on_two_threads(images, |&image| {
        let seen = look(engine, &covered(image, name, kind))?;
        Some(Found {
            image,
            quality: seen.quality,
            template: embed(engine, &seen.chip, Effort::Single),
        })
    });
    let found: Vec<&Found> = seen.iter().flatten().collect();
    if found.is_empty() {
        return println!("{name} | {} | 100", seen.len());
    }
    let kept: Vec<&Found> = found.iter().filter(|f| !f.is_refused()).copied().collect();
    let refusals = [0, 1, 2, 3].map(|at| percent(&found, |f| REFUSALS[at](&f.quality)));
    let itself: Vec<f32> = found
        .iter()
        .map(|f| f.template.cosine(&f.image.live))
        .collect();
    println!(
        "{name} | {} | {:.1} | {refusals:.1?}, {:.1} | {:.3} | {} | {} | {:.3} %, {:.3} %",
        seen.len(),
        percent(&seen, Option::is_none),
        percent(&found, |f| f.is_refused()),
        quantile(&itself, 0.5),
        errors(&scores(&found, others)),
        errors(&scores(&kept, others)),
        confused(&found),
        confused(&kept),
    );
}

/// The covered ones live, the others of their pairs enrolled.
fn scores(found: &[&Found], others: &BTreeMap<&str, Vec<(&Image, bool)>>) -> Vec<(f32, bool)> {
    let of_one = |f: &&Found| -> Vec<(f32, bool)> {
        let others = others.get(f.image.path.as_str()).into_iter().flatten();
        let score = |(other, same): &(&Image, bool)| (f.template.cosine(&other.enrolled), *same);
        others.map(score).collect()
    };
    found.iter().flat_map(of_one).collect()
}

/// How many in a hundred pairs of different people match, all against all.
fn confused(found: &[&Found]) -> f32 {
    let (mut pairs, mut matching) = (0_u32, 0_u32);
    for (at, one) in found.iter().enumerate() {
        for other in &found[at + 1..] {
            if one.image.person != other.image.person {
                pairs += 1;
                let alike = one.template.cosine(&other.template);
                matching += u32::from(alike >= threshold::verification(1));
            }
        }
    }
    matching as f32 / pairs.max(1) as f32 * 100.0
}
