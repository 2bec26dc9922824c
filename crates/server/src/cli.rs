//! The command line.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

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
    Serve(Listen),
    /// Runs a demo site: people enrolled, classic gates simulated; data is thrown away at the end
    Demo(Demo),
    /// Says what is wrong with configuration, data directory, ports and clock, and what to do
    Doctor,
    /// Proves log and projections against the newest checkpoint; names the first entry that differs
    Verify(Verify),
    /// People: import or export the card's registry
    #[command(subcommand)]
    People(People),
    /// Log: import a card's log
    #[command(subcommand)]
    Log(Log),
    /// Users: make a new one-time link for somebody who lost the password
    #[command(subcommand)]
    User(User),
    /// Licences of Gatebook, of its models and of the libraries in this binary
    Licenses,
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
pub struct Verify {
    /// A checkpoint kept elsewhere (signed note); finds a log that was cut off and signed again
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

impl Common {
    /// The file to read: the one given, else `gatebook.toml` where it exists.
    pub fn file(&self) -> Option<PathBuf> {
        let default = PathBuf::from("gatebook.toml");
        self.config
            .clone()
            .or_else(|| default.exists().then_some(default))
    }

    /// Flags as dotted settings.
    pub fn settings(&self, listen: &Listen) -> anyhow::Result<Vec<(String, String)>> {
        let mut all = Vec::new();
        for pair in &self.set {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| anyhow::anyhow!("--set {pair}: write KEY=VALUE"))?;
            all.push((key.to_owned(), value.to_owned()));
        }
        let named = [
            ("http.listen", &listen.listen),
            ("mqtt.listen", &listen.mqtt),
            ("classic.mqtt", &listen.classic_mqtt),
            ("classic.http", &listen.classic_http),
        ];
        for (key, value) in named {
            all.extend(value.iter().map(|v| (key.to_owned(), v.clone())));
        }
        let dir = self.data_dir.iter();
        all.extend(dir.map(|d| ("data_dir".to_owned(), d.to_string_lossy().into_owned())));
        Ok(all)
    }
}
