//! Prints of public databases: a folder with `images.csv` (path, finger, impression, dpi).
#![allow(dead_code, clippy::expect_used)]

use fingerprint::trial::Sample;
use fingerprint::{GreyImage, Prepared, Template};

/// One picture of the list.
pub struct Print {
    /// From the folder.
    pub path: String,
    /// The folder's part of the path.
    pub database: String,
    /// Fingers in the order in which the list names them, from 0.
    pub finger: u32,
    /// From 1.
    pub impression: u32,
    /// The picture.
    pub image: GreyImage,
}

/// All of them; with `crops`, as a small sensor sees them.
pub fn prints(folder: &str, crops: bool) -> Vec<Print> {
    let list = std::fs::read_to_string(format!("{folder}/images.csv")).expect("images.csv");
    let mut fingers: Vec<String> = Vec::new();
    let print = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let [path, name, impression, dpi] = cells[..] else {
            panic!("four columns: {line}");
        };
        let bytes = std::fs::read(format!("{folder}/{path}")).expect("an image");
        let mut image = GreyImage::from_file(&bytes, dpi.parse().expect("dpi")).expect("grey");
        if crops {
            image = image.as_seen_by_small_sensor(256, 288).expect("a crop");
        }
        let known = fingers.iter().position(|finger| finger == name);
        let finger = known.unwrap_or(fingers.len());
        if known.is_none() {
            fingers.push(name.to_owned());
        }
        Print {
            path: path.to_owned(),
            database: path.split('/').next().unwrap_or_default().to_owned(),
            finger: finger as u32,
            impression: impression.parse().expect("an impression"),
            image,
        }
    };
    list.lines().skip(1).map(print).collect()
}

impl Print {
    /// The print as a trial takes it.
    pub fn sample(&self, template: Option<&Template>) -> Sample {
        Sample {
            database: self.database.clone(),
            finger: self.finger,
            impression: self.impression,
            prepared: template.map(Prepared::new),
        }
    }
}
