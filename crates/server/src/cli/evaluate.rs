//! What `gatebook evaluate` takes.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Subcommand, Clone, Debug)]
pub enum Evaluate {
    /// Faces: verification, identification, failures to enrol, times, detection by height
    Faces(EvaluateFaces),
    /// Prints: EER, FNMR at several FMRs, times; each folder of the list is a database of its own
    Fingerprints(EvaluateFingerprints),
    /// Spoof models: pictures held to be faces, and faces held to be pictures, at the cards' threshold and others
    Spoof(EvaluateSpoof),
}

#[derive(Args, Clone, Debug)]
pub struct EvaluateFaces {
    /// CSV with the columns path (beside the file) and person
    #[arg(long, value_name = "CSV")]
    pub images: PathBuf,
    /// CSV with the columns `path_a`, `path_b`, and same (1 or 0); others are passed over
    #[arg(long, value_name = "CSV")]
    pub pairs: Option<PathBuf>,
    /// Writes all figures there as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Draws the trade-off of both errors there (DET, SVG)
    #[arg(long, value_name = "FILE")]
    pub det: Option<PathBuf>,
    /// Keeps templates there, and takes those it holds of the same models and files
    #[arg(long, value_name = "FILE")]
    pub cache: Option<PathBuf>,
    /// Gallery sizes for identification
    #[arg(long, value_delimiter = ',', default_value = "50,120,200,400")]
    pub galleries: Vec<usize>,
    /// Images per person for identification
    #[arg(long, value_delimiter = ',', default_value = "1,3,5")]
    pub enrolled: Vec<usize>,
    /// Photographs for detection by face height; 0: not measured
    #[arg(long, default_value_t = 200)]
    pub recall: usize,
}

#[derive(Args, Clone, Debug)]
pub struct EvaluateSpoof {
    /// CSV with the columns path (beside the file) and label: real, or a kind of attack such as print, screen, mask
    #[arg(long, value_name = "CSV")]
    pub images: PathBuf,
    /// Writes all figures there as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub struct EvaluateFingerprints {
    /// A CSV file: path (from the list's folder), finger, impression, dpi [default: 500]
    #[arg(long, value_name = "LIST.csv")]
    pub images: PathBuf,
    /// Which pairs of a folder are compared
    #[arg(long, value_enum, default_value = "all")]
    pub protocol: FingerprintProtocol,
    /// Cut to 256 x 288 pixels of 16 greys first, as an R307 sees them
    #[arg(long)]
    pub crops: bool,
    /// Learn the weights from the other folders, so that no figure was learnt from itself
    #[arg(long)]
    pub leave_one_out: bool,
    /// Write the figures to this file too
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Draw the detection error trade-off into this SVG file
    #[arg(long, value_name = "FILE.svg")]
    pub det: Option<PathBuf>,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FingerprintProtocol {
    /// Every impression with every other
    All,
    /// As FVC does: all pairs of a finger, and the first impressions of different fingers; none twice
    Fvc,
}
