//! Fingerprints: from a grey image to a template, and from two templates to a false match rate.
//!
//! ```no_run
//! use fingerprint::{Gallery, GreyImage, Prepared, Search, compare, extract};
//!
//! let file = std::fs::read("thumb.png").unwrap_or_default();
//! let template = extract(&GreyImage::from_file(&file, 500)?)?;
//! let bytes = template.to_bytes(); // at most 2,000
//!
//! let print = Prepared::new(&template);
//! let score = compare(&print, &print);
//! assert!(score.is_match(1e-3)); // different fingers score so high once in a thousand comparisons
//!
//! let mut gallery = Gallery::new();
//! gallery.insert("Ada, right thumb", print.clone());
//! let found = gallery.identify(&print, Search::default());
//! # Ok::<(), fingerprint::Error>(())
//! ```
//!
//! No clock, storage, network or sensor: everything here is a function of what is handed in. The steps are told in
//! `docs/design/fingerprints.md`; [`explain`] draws them.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod bend;
mod calibration;
mod coder;
mod enrolment;
mod error;
mod explain;
mod extract;
mod field;
mod fusion;
mod gabor;
mod gallery;
mod glance;
mod image;
pub mod iso;
mod minutiae;
mod overlap;
mod pairing;
mod plane;
mod prepared;
mod press;
mod ridges;
mod score;
mod skeleton;
mod template;
pub mod trial;

pub use calibration::ONE_IN_A_THOUSAND;
pub use enrolment::{Advice, Enrolment, Policy, Step};
pub use error::Error;
pub use explain::{Picture, explain, explain_pair};
pub use extract::extract;
pub use fusion::{FEATURES, Features, Weights, features};
pub use gallery::{Candidate, Gallery, Search};
pub use image::GreyImage;
pub use minutiae::{Kind, Minutia};
pub use prepared::Prepared;
pub use press::{Impression, examine};
pub use score::{Rate, Score, ShippedThreshold, compare, threshold};
pub use template::{LARGEST_TEMPLATE, Template};
