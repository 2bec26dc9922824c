//! The command line.

mod evaluate;
mod models;

pub use evaluate::{
    Evaluate, EvaluateFaces, EvaluateFingerprints, EvaluateSpoof, FingerprintProtocol,
};
pub use models::Models;

use clap::{Args, Parser, Subcommand};
use std::path::{Path, PathBuf};

/// The book at the gate: who came in, who went out, proven.
#[derive(Parser, Debug)]
#[command(version, about, after_help = HELP)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

const HELP: &str = "\
Start here:
  gatebook demo              a demo site with simulated gates, thrown away at the end
  gatebook serve             a real site; prints a one-time link to become its administrator
  gatebook doctor            says what is wrong and what to do

Settings come from gatebook.toml, then GATEBOOK_* (GATEBOOK_HTTP_LISTEN is listen in [http]),
then flags. Exit codes: 0 well; 1 failed; 2 wrong use; 3 the log does not verify;
73 data directory unusable or full; 75 already running or port in use; 78 configuration wrong.";

/// Flags of every command.
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// The configuration file [default: gatebook.toml where it exists]
    #[arg(long, short, global = true, env = "GATEBOOK_CONFIG")]
    pub config: Option<PathBuf>,
    /// Where Gatebook keeps its data [default: ./data]
    #[arg(long, global = true)]
    pub data_dir: Option<PathBuf>,
    /// Any other setting, e.g. --set classic.mqtt=0.0.0.0:1883
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Runs a site until it is stopped (Ctrl-C or SIGTERM stop it gracefully)
    Serve(Serve),
    /// Runs the public front end of a site on several hosts: pages, and the API passed on
    Edge(Edge),
    /// Runs a recognition worker of a site on several hosts: looks at images, keeps nothing
    Vision(Vision),
    /// Other hosts of the site: who may dial the private part; takes effect while it runs
    #[command(subcommand)]
    Node(Node),
    /// Runs a demo site: people enrolled, classic gates simulated; data is thrown away at the end
    Demo(Demo),
    /// Says what is wrong with configuration, data directory, ports and clock, and what to do
    Doctor,
    /// Asks the part that runs here with the same settings whether it is ready: 0 or 1, for health checks
    Health,
    /// Proves log and projections against the newest checkpoint; names the first entry that differs
    Verify(Verify),
    /// Moves the database from the file in the data directory to a PostgreSQL server, and proves it
    MigrateStore(MigrateStore),
    /// Takes a backup into a new folder in DIR, while the site runs; without its keys
    Backup(Backup),
    /// Makes a site of a backup in a new data directory, and proves its log
    Restore(Restore),
    /// Goes on with a database that was put back to an earlier state; stands in the log for good
    AcceptRollback,
    /// People: import or export the card's registry
    #[command(subcommand)]
    People(People),
    /// Enrols a finger on a sensor that hangs on this host, while the site does not run
    Enrol(Enrol),
    /// Log: import a card's log
    #[command(subcommand)]
    Log(Log),
    /// Users: make a new one-time link for somebody who lost the password
    #[command(subcommand)]
    User(User),
    /// Error rates of recognition on pictures that you have
    #[command(subcommand)]
    Evaluate(Evaluate),
    /// Fingerprints: pictures of each step from an image to its minutiae, and of what was paired
    #[command(subcommand)]
    Fingerprint(Fingerprint),
    /// Face models the site brings: list, add by a card, try, remove
    #[command(subcommand)]
    Models(Models),
    /// Faces: what recognition sees in an image, step by step
    #[command(subcommand)]
    Face(Face),
    /// Licences of Gatebook, of its models and of the libraries in this binary
    Licenses,
}

#[derive(Args, Clone, Debug)]
pub struct Enrol {
    /// The sensor's line, such as /dev/ttyUSB0
    #[arg(long, value_name = "PATH")]
    pub sensor: PathBuf,
    /// The person number
    #[arg(long, value_name = "NUMBER")]
    pub person: String,
    /// Which finger: right_thumb to right_little, left_thumb to left_little
    #[arg(long, value_name = "POSITION")]
    pub finger: String,
    /// Mark it for duress: its passage is granted, and operators are told silently
    #[arg(long)]
    pub duress: bool,
    /// Baud to raise the line to [default: 115200]
    #[arg(long)]
    pub baud: Option<u32>,
}

#[derive(Args, Clone, Debug, Default)]
pub struct Listen {
    /// Address and port of pages and API [default: 127.0.0.1:8080; HTTPS off loopback]
    #[arg(long)]
    pub listen: Option<String>,
    /// Address and port of the MQTT gateway for native devices [default: 127.0.0.1:1884]
    #[arg(long)]
    pub mqtt: Option<String>,
    /// Address and port of the classic MQTT listener [default: off]
    #[arg(long)]
    pub classic_mqtt: Option<String>,
    /// Address and port of the classic upload port [default: off]
    #[arg(long)]
    pub classic_http: Option<String>,
}

#[derive(Args, Clone, Debug, Default)]
pub struct Serve {
    #[command(flatten)]
    pub listen: Listen,
    /// No pages: the private part of a site whose pages an edge serves
    #[arg(long)]
    pub no_pages: bool,
    /// Address and port for links of edges and recognition workers [default: off]
    #[arg(long, value_name = "ADDRESS")]
    pub link: Option<String>,
}

#[derive(Args, Clone, Debug)]
pub struct Edge {
    /// Address and port of the pages [default: 127.0.0.1:8080; HTTPS off loopback]
    #[arg(long)]
    pub listen: Option<String>,
    #[command(flatten)]
    pub link: Dial,
}

#[derive(Args, Clone, Debug)]
pub struct Vision {
    #[command(flatten)]
    pub link: Dial,
    /// Images looked at at a time [default: the number of cores, at most 4]
    #[arg(long, value_name = "NUMBER")]
    pub threads: Option<usize>,
}

/// How the private part is dialled.
#[derive(Args, Clone, Debug)]
pub struct Dial {
    /// Host and port of the private part's link.listen
    #[arg(long, value_name = "HOST:PORT")]
    pub api: Option<String>,
    /// The file of `gatebook node add NAME`
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
}

#[derive(Subcommand, Clone, Debug)]
pub enum Node {
    /// Allows another host and writes the file that it needs (its bundle)
    Add {
        /// A name for it: a-z, 0-9, '-' and '.'
        name: String,
        /// What it is for: edge or vision
        #[arg(long, value_parser = link::Role::parse)]
        role: link::Role,
        /// Where to write the bundle [default: NAME.bundle.pem]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Lists the hosts that are allowed
    List,
    /// Shuts a host out, at once
    Revoke {
        /// Its name
        name: String,
    },
}

#[derive(Args, Clone, Debug)]
pub struct Demo {
    #[command(flatten)]
    pub listen: Listen,
    /// Keep the demo's data in --data-dir instead of a temporary folder
    #[arg(long)]
    pub keep: bool,
    /// No simulated passages, only the site and its people
    #[arg(long)]
    pub quiet: bool,
}

#[derive(Args, Clone, Debug)]
pub struct MigrateStore {
    /// An empty database: postgresql://user@host/database; stays empty if the move is interrupted
    #[arg(
        long,
        value_name = "URL",
        env = "GATEBOOK_MIGRATE_TO",
        hide_env_values = true
    )]
    pub to: String,
}

#[derive(Args, Clone, Debug)]
pub struct Verify {
    /// A checkpoint kept elsewhere (signed note); finds a log that was cut off and signed again
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
}

#[derive(Args, Clone, Debug)]
pub struct Backup {
    /// Where backups are kept, each in a folder named by its time; pictures of the last one are shared
    pub dir: PathBuf,
    /// Put the keys into it too: whoever gets such a backup can read everything
    #[arg(long)]
    pub with_keys: bool,
}

#[derive(Args, Clone, Debug)]
pub struct Restore {
    /// The folder of one backup
    pub backup: PathBuf,
    /// The copy of keys/ that was kept apart, where the backup holds none
    #[arg(long, value_name = "DIR")]
    pub keys: Option<PathBuf>,
    /// A checkpoint kept elsewhere (signed note), to hold the log against
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
}

#[derive(Subcommand, Clone, Debug)]
pub enum People {
    /// Imports a card's /a_d.csv; idempotent; every refused row is named with its line
    Import {
        /// The file
        csv: PathBuf,
        /// Folder with the registered photographs named in the file
        #[arg(long, value_name = "DIR")]
        photos: Option<PathBuf>,
    },
    /// Imports the registry with templates of fingers (CSV); every refused row is named with its line
    ImportFingers {
        /// The file
        csv: PathBuf,
    },
    /// Writes the registry with templates of fingers as CSV (ISO/IEC 19794-2:2005) to standard output
    ExportFingers {
        /// With Gatebook's own templates, which keep the ridges
        #[arg(long)]
        native: bool,
    },
    /// Writes the registry to standard output: all fields as CSV, or a card's file
    Export {
        /// In the form that a classic board's card accepts (/a_d.csv)
        #[arg(long)]
        classic: bool,
    },
}

#[derive(Subcommand, Clone, Debug)]
pub enum Log {
    /// Imports a card's /log.csv; idempotent; passages already in the log are not doubled
    Import {
        /// The file
        csv: PathBuf,
        /// Name of the gate whose card it is
        #[arg(long)]
        gate: String,
        /// Folder with the real-time pictures named in the file
        #[arg(long, value_name = "DIR")]
        pictures: Option<PathBuf>,
    },
}

#[derive(Subcommand, Clone, Debug)]
pub enum User {
    /// Ends a user's sessions and prints a one-time link to set a new password
    Reset {
        /// Sign-in name
        name: String,
    },
}

#[derive(Subcommand, Clone, Debug)]
pub enum Face {
    /// Boxes, landmarks, the aligned chip, quality, and with --data-dir the people most alike
    Explain {
        /// A JPEG or PNG
        image: PathBuf,
        /// Draws it all into one file (.svg)
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

impl Common {
    /// The file to read: the one given, else `gatebook.toml` where it exists.
    pub fn file(&self) -> Option<PathBuf> {
        let default = PathBuf::from("gatebook.toml");
        self.config
            .clone()
            .or_else(|| default.exists().then_some(default))
    }

    /// Flags as dotted settings, those of the command after `--set`.
    pub fn settings(&self, flags: &impl Settings) -> anyhow::Result<Vec<(String, String)>> {
        let mut all = Vec::new();
        for pair in &self.set {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| anyhow::anyhow!("--set {pair}: write KEY=VALUE"))?;
            all.push((key.to_owned(), value.to_owned()));
        }
        for (key, value) in flags.settings() {
            all.extend(value.map(|value| (key.to_owned(), value)));
        }
        let dir = self.data_dir.iter();
        all.extend(dir.map(|d| ("data_dir".to_owned(), d.to_string_lossy().into_owned())));
        Ok(all)
    }
}

/// Flags that stand for settings.
pub trait Settings {
    /// Dotted keys, with the values given.
    fn settings(&self) -> Vec<(&'static str, Option<String>)>;
}

impl Settings for Listen {
    fn settings(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("http.listen", self.listen.clone()),
            ("mqtt.listen", self.mqtt.clone()),
            ("classic.mqtt", self.classic_mqtt.clone()),
            ("classic.http", self.classic_http.clone()),
        ]
    }
}

impl Settings for Serve {
    fn settings(&self) -> Vec<(&'static str, Option<String>)> {
        let mut all = self.listen.settings();
        all.push(("http.pages", self.no_pages.then(|| "false".into())));
        all.push(("link.listen", self.link.clone()));
        all
    }
}

impl Settings for Edge {
    fn settings(&self) -> Vec<(&'static str, Option<String>)> {
        let mut all = self.link.settings();
        all.push(("http.listen", self.listen.clone()));
        all
    }
}

impl Settings for Vision {
    fn settings(&self) -> Vec<(&'static str, Option<String>)> {
        let mut all = self.link.settings();
        all.push(("vision.threads", self.threads.map(|n| n.to_string())));
        all
    }
}

impl Settings for Dial {
    fn settings(&self) -> Vec<(&'static str, Option<String>)> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        vec![
            ("link.api", self.api.clone()),
            ("link.bundle", self.bundle.as_deref().map(text)),
        ]
    }
}

#[derive(Subcommand, Clone, Debug)]
pub enum Fingerprint {
    /// Draws each step from an image to its minutiae; with two images, the pairs too
    Explain(Explain),
}

#[derive(Args, Clone, Debug)]
pub struct Explain {
    /// A grey PNG, TIFF or PGM
    pub image: PathBuf,
    /// Another print to compare it with
    pub other: Option<PathBuf>,
    /// Where the pictures go
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Pixels per inch of the images
    #[arg(long, default_value_t = 500)]
    pub dpi: u16,
}
