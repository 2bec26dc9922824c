//! How far eyes are open on photographs: on those where they are visibly shut, and on all others.

use crate::faces::{self, percent, quantile};
use std::collections::BTreeMap;
use std::path::Path;
use vision::liveness::Measures;
use vision::{Effort, Engine};

/// Photographs of Labeled Faces in the Wild (folds 0 to 2) whose eyes are shut, or lowered so that none is seen: looked for by
/// eye on all 2,320, though not blindly (`docs/measurements.md`, *Shut eyes*).
const SHUT: [&str; 12] = [
    "Adam_Freier/Adam_Freier_0001.jpg",
    "Barbara_Brezigar/Barbara_Brezigar_0001.jpg",
    "Greg_Kinsey/Greg_Kinsey_0001.jpg",
    "Justin_Guarini/Justin_Guarini_0001.jpg",
    "Manuel_Pellegrini/Manuel_Pellegrini_0001.jpg",
    "Martin_McCauley/Martin_McCauley_0001.jpg",
    "Martina_McBride/Martina_McBride_0002.jpg",
    "Masamori_Tokuyama/Masamori_Tokuyama_0001.jpg",
    "Matthew_Broderick/Matthew_Broderick_0002.jpg",
    "Rubens_Barrichello/Rubens_Barrichello_0012.jpg",
    "Salman_Khan/Salman_Khan_0001.jpg",
    "Tom_Foy/Tom_Foy_0001.jpg",
];

/// What one photograph says: by the mesh alone, and with the eyes looked at closely.
struct Seen {
    path: String,
    turn: f32,
    openness: [f32; 2],
}

/// Prints the openness of the shut eyes, by that of the same person's other photographs where there are some and of
/// everybody's otherwise, and how it lies on all others.
pub fn report(engine: &Engine, folder: &Path) {
    let paths: Vec<(String, String)> = faces::images(folder).into_iter().collect();
    let seen = faces::on_two_threads(&paths, |(path, person)| {
        let portrait = faces::portrait(engine, &folder.join(path))?;
        let described = engine.describe(&portrait.frame, &portrait.detection, Effort::Single);
        let mut face = described.unwrap()?;
        let alone = Measures::of(&face.landmarks)?;
        engine.look_at_eyes(&portrait.frame, &mut face).unwrap();
        let closely = Measures::of(&face.landmarks)?;
        let seen = Seen {
            path: path.clone(),
            turn: alone.turn,
            openness: [alone.openness, closely.openness],
        };
        Some((person.clone(), seen))
    });
    let mut people: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    for (person, seen) in seen.into_iter().flatten() {
        people.entry(person).or_default().push(seen);
    }
    for (way, name) in ["mesh alone", "eyes looked at closely"].iter().enumerate() {
        println!("== {name}");
        by(&people, way);
    }
}

fn by(people: &BTreeMap<String, Vec<Seen>>, way: usize) {
    let is_shut = |one: &Seen| SHUT.contains(&one.path.as_str());
    let open: Vec<&Seen> = people
        .values()
        .flatten()
        .filter(|one| !is_shut(one))
        .collect();
    let values: Vec<f32> = open.iter().map(|one| one.openness[way]).collect();
    let shares = [0.005, 0.01, 0.02, 0.05, 0.5, 0.95];
    let usual = quantile(&values, 0.5);
    println!(
        "open: {:.3?} of {}",
        shares.map(|share| quantile(&values, share)),
        values.len()
    );
    for one in people.values().flatten().filter(|one| is_shut(one)) {
        println!(
            "    {} turned by {:.2}: {:.3}, {:.2} of the usual",
            one.path,
            one.turn,
            one.openness[way],
            one.openness[way] / usual
        );
    }
    let mut ratios = Vec::new();
    for own in people.values() {
        let own: Vec<f32> = own
            .iter()
            .filter(|one| !is_shut(one))
            .map(|one| one.openness[way])
            .collect();
        let usual = quantile_of_some(&own);
        ratios.extend(
            usual
                .into_iter()
                .flat_map(|usual| own.iter().map(move |one| one / usual)),
        );
    }
    println!(
        "by the median of one's own, three photographs and more: {:.2?} of {}; below .6 {:.2} %, .5 {:.2} %",
        shares.map(|share| quantile(&ratios, share)),
        ratios.len(),
        percent(&ratios, |ratio| *ratio < 0.6),
        percent(&ratios, |ratio| *ratio < 0.5)
    );
}

/// The median, of three values and more.
fn quantile_of_some(values: &[f32]) -> Option<f32> {
    (values.len() >= 3).then(|| quantile(values, 0.5))
}
