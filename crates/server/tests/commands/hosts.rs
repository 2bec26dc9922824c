//! A site on several hosts, here as processes: the private part, nodes that are allowed, an edge.

use crate::process::{Ended, Serving, free_port, gatebook, run};
use std::path::{Path, PathBuf};
use tempfile::{TempDir, tempdir};

/// The private part, on data that outlives its process.
pub struct Private {
    pub data: TempDir,
    pub link: String,
    words: Vec<String>,
}

impl Private {
    /// A site that was not started yet; `words` begin with the command.
    pub fn new(words: &[&str]) -> Self {
        Self {
            data: tempdir().unwrap(),
            link: format!("127.0.0.1:{}", free_port()),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        }
    }

    /// Starts it, again on the same data and port.
    pub fn start(&self) -> Serving {
        let listen = format!("127.0.0.1:{}", free_port());
        let link = format!("link.listen={}", self.link);
        let mut words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        words.extend(["--listen", &listen, "--mqtt", "127.0.0.1:0", "--set", &link]);
        Serving::spawn(gatebook(self.data.path(), &words))
    }

    pub fn node(&self, words: &[&str]) -> Ended {
        run(self.data.path(), &[&["node"], words].concat())
    }

    /// Allows a node; its bundle.
    pub fn allow(&self, name: &str, role: &str) -> PathBuf {
        self.node(&["add", name, "--role", role]).with(0);
        self.data.path().join(format!("{name}.bundle.pem"))
    }

    /// An edge of this site that was allowed just now.
    pub fn edge(&self, name: &str, more: &[&str]) -> Edge {
        let bundle = self.allow(name, "edge");
        let disk = tempdir().unwrap();
        let carried = disk.path().join("bundle.pem");
        std::fs::rename(bundle, &carried).unwrap();
        let serving = start_edge(disk.path(), &carried, &self.link, more);
        Edge { disk, serving }
    }
}

/// An edge with what its host keeps.
pub struct Edge {
    pub disk: TempDir,
    pub serving: Serving,
}

fn start_edge(disk: &Path, bundle: &Path, api: &str, more: &[&str]) -> Serving {
    let listen = format!("127.0.0.1:{}", free_port());
    let bundle = bundle.to_string_lossy();
    let words = [
        "edge", "--listen", &listen, "--api", api, "--bundle", &bundle,
    ];
    Serving::spawn(gatebook(disk, &[&words, more].concat()))
}
