//! `gatebook models`.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Subcommand, Clone, Debug)]
pub enum Models {
    /// Lists the models that are here, and which are in use
    List,
    /// Fetches or copies a model by its card, checks its SHA-256, and asks for consent to its licence
    Add {
        /// The card (TOML, see docs/guide/models.md)
        card: PathBuf,
        /// Agrees to the licence without being asked
        #[arg(long)]
        yes: bool,
    },
    /// Adds a model whose card Gatebook brings along; without a name, lists those
    Pull {
        /// Its name
        name: Option<String>,
        /// Agrees to the licence without being asked
        #[arg(long)]
        yes: bool,
        /// Writes its card out and fetches nothing
        #[arg(long)]
        show: bool,
    },
    /// Tries models on known photographs: one person above the threshold, others below
    Verify {
        /// Only this one
        name: Option<String>,
    },
    /// Takes a model away
    Remove {
        /// Its name
        name: String,
    },
}
