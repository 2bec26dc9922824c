//! What is printed and written.

use super::identification::Identification;
use super::recall::Recall;
use super::verification::{All, Pairs, Tar};
use serde::Serialize;

/// All figures.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What ran the nets.
    pub runtime: String,
    /// What made the templates.
    pub model: String,
    /// Photographs.
    pub images: usize,
    /// Photographs without a template (failure to enrol).
    pub failed_to_enrol: usize,
    /// How long describing all photographs took; next to nothing from a cache.
    pub seconds: f64,
    /// Median time of each stage in milliseconds, on one thread among those that ran; empty where all photographs
    /// were described with another runtime.
    pub stages: Vec<(String, f32)>,
    /// Error rates of each way to make templates.
    pub paths: Vec<Path>,
    /// Faces found by their height.
    pub recall: Vec<Recall>,
}

/// Error rates of one way to make templates.
#[derive(Clone, Debug, Serialize)]
pub struct Path {
    /// What is done on both sides.
    pub name: String,
    /// Of the list of pairs.
    pub pairs: Option<Pairs>,
    /// Of every image against every other.
    pub all: Option<All>,
    /// Of galleries.
    pub identification: Vec<Identification>,
}

impl Report {
    /// Prints everything.
    pub fn print(&self) {
        let share = self.failed_to_enrol as f64 / self.images.max(1) as f64 * 100.0;
        println!(
            "{} photographs, {} ({share:.2} %) without a face; model {}, {}, {:.1} s",
            self.images, self.failed_to_enrol, self.model, self.runtime, self.seconds
        );
        let stages = self.stages.iter();
        let stages: Vec<String> = stages.map(|(name, ms)| format!("{name} {ms:.1}")).collect();
        if !stages.is_empty() {
            println!("median ms: {}", stages.join(", "));
        }
        self.paths.iter().for_each(Path::print);
        if !self.recall.is_empty() {
            println!("\nfaces found by their height in a frame of 640 x 480:");
        }
        for Recall {
            height,
            faces,
            found,
        } in &self.recall
        {
            println!("  {height:>4.0} px: {:.1} % of {faces}", found * 100.0);
        }
    }
}

impl Path {
    fn print(&self) {
        println!("\n== {}", self.name);
        if let Some(pairs) = &self.pairs {
            println!(
                "pairs: {} genuine, {} impostor, {} left out; accuracy in ten parts {:.2} +- {:.2} %, AUC {:.4}",
                pairs.genuine,
                pairs.impostor,
                pairs.left_out,
                pairs.accuracy * 100.0,
                pairs.standard_error * 100.0,
                pairs.auc
            );
            pairs.tar.iter().for_each(print_tar);
        }
        if let Some(all) = &self.all {
            println!(
                "every image against every other: {} genuine, {} impostor",
                all.genuine, all.impostor
            );
            all.tar.iter().for_each(print_tar);
        }
        for found in &self.identification {
            println!(
                "  gallery of {}, {} image(s) each: TPIR {:.1} % at FPIR 1 % (score {:.3}; {} and {} searches)",
                found.gallery,
                found.images,
                found.tpir * 100.0,
                found.threshold,
                found.enrolled,
                found.strangers
            );
        }
    }
}

fn print_tar(tar: &Tar) {
    let for_the_card = tar.threshold_for_the_card;
    let for_the_card = for_the_card.map(|own| format!("; threshold for the card {own:.4}"));
    println!(
        "  TAR {:.1} % at FAR {:.0e} (score {:.4}{})",
        tar.tar * 100.0,
        tar.far,
        tar.threshold,
        for_the_card.unwrap_or_default()
    );
}
