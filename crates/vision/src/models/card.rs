//! The card of a model: a small TOML file.

use super::hex;
use super::spoof_card::SpoofCard;
use crate::alignment::Placement;
use crate::error::VisionError;
use crate::geometry::Point;
use crate::inference::{Layout, Normalise};
use crate::template::ModelId;
use crate::threshold;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Longest card that is read, in bytes.
const LONGEST: usize = 64 << 10;
/// Sides of a net's input, in pixels.
const SIDES: std::ops::RangeInclusive<usize> = 16..=2048;

/// What a model is for, and by which convention its outputs are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A detector whose outputs are those of `YuNet`.
    Yunet,
    /// A net that turns an aligned chip into one list of numbers (`SFace`, `ArcFace`, `MobileFaceNet`).
    Embedder,
    /// A net that says of a face how surely it is real and no picture of one (`Silent-Face`).
    Spoof,
}

/// How to use a model's file, where it comes from and under which licence.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// By which it is chosen: a-z, 0-9 and '-', at most 32 characters.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
    /// In words, for whoever is asked for consent.
    pub licence: String,
    /// The file's SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Where the file is fetched from (http or https), or its path beside the card.
    pub source: String,
    /// How it takes a picture.
    pub input: InputCard,
    /// Names of its outputs in the order the kind asks for; those the file names unless given.
    #[serde(default)]
    pub outputs: Vec<String>,
    /// Of an embedder: how a face is laid on its chip and when two are alike.
    pub alignment: Option<Alignment>,
    /// Of a spoof model: what it is shown of a face, and how its answers are read.
    pub spoof: Option<SpoofCard>,
}

/// How a net takes a picture.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputCard {
    /// Width and height in pixels.
    size: [usize; 2],
    /// `nchw` or `nhwc`.
    #[serde(default)]
    layout: Layout,
    /// `rgb` or `bgr`.
    #[serde(default)]
    colour: Colour,
    /// Subtracted from each colour (0 to 255), in the net's order.
    #[serde(default)]
    mean: [f32; 3],
    /// Then multiplied with.
    #[serde(default = "ones")]
    scale: [f32; 3],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Colour {
    #[default]
    Rgb,
    Bgr,
}

const fn ones() -> [f32; 3] {
    [1.0; 3]
}

/// How a face is laid on an embedder's chip.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alignment {
    /// In pixels of the chip: the eyes, the tip of the nose, the corners of the mouth, those on the left of
    /// the picture first.
    points: [[f32; 2]; 5],
    /// `cosine`, the only one: templates are compared by their direction.
    metric: Metric,
    /// Cosine at which 0.1 % of different people match, as its makers or `gatebook evaluate faces` say.
    threshold: f32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Metric {
    Cosine,
}

impl Card {
    /// Reads a card.
    ///
    /// # Errors
    /// [`VisionError::Model`], which says what is missing or wrong.
    pub fn read(text: &str) -> Result<Self, VisionError> {
        if text.len() > LONGEST {
            return Err(VisionError::Model("the card is longer than 64 KiB".into()));
        }
        let card: Self = toml::from_str(text)
            .map_err(|e| VisionError::Model(format!("the card is not right: {}", e.message())))?;
        card.check()
            .map_err(|why| VisionError::Model(format!("the card is not right: {why}")))?;
        Ok(card)
    }

    fn check(&self) -> Result<(), String> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || self.name.len() > 32 || !self.name.chars().all(plain) {
            return Err("name takes a-z, 0-9 and '-', at most 32 of them".into());
        }
        let digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        if self.sha256.len() != 64 || !self.sha256.chars().all(digit) {
            return Err("sha256 takes 64 hexadecimal digits in lower case".into());
        }
        if self.licence.trim().is_empty() {
            return Err("licence is empty: consent is asked for it".into());
        }
        if !self.input.size.iter().all(|side| SIDES.contains(side)) {
            return Err("input.size takes 16 to 2048 pixels".into());
        }
        let numbers = self.input.mean.iter().chain(&self.input.scale);
        if !numbers.into_iter().all(|number| number.is_finite()) {
            return Err("input.mean and input.scale take finite numbers".into());
        }
        if self.alignment.is_some() && self.kind != Kind::Embedder {
            return Err("alignment is for embedders".into());
        }
        if self.spoof.is_some() && self.kind != Kind::Spoof {
            return Err("[spoof] is for spoof models".into());
        }
        match (self.kind, &self.alignment, &self.spoof) {
            (Kind::Yunet, ..) => Ok(()),
            (Kind::Embedder, Some(alignment), _) => alignment.check(),
            (Kind::Embedder, None, _) => Err("an embedder needs [alignment]".into()),
            (Kind::Spoof, _, Some(spoof)) => spoof.check(),
            (Kind::Spoof, _, None) => Err("a spoof model needs [spoof]".into()),
        }
    }

    /// The names of its outputs, or the usual ones.
    pub(crate) fn outputs_or(&self, usual: &[&str]) -> Vec<String> {
        if self.outputs.is_empty() {
            return usual.iter().map(|&name| name.to_owned()).collect();
        }
        self.outputs.clone()
    }

    /// Which templates, or scores, are comparable with this model's: it names the file and everything else that
    /// changes what comes of a face. What is hashed never changes: stored templates name it.
    #[must_use]
    pub fn model_id(&self) -> ModelId {
        let mut uses = Sha256::new();
        uses.update(&self.sha256);
        self.input.write(&mut uses);
        write_size(&mut uses, self.outputs.len());
        for name in &self.outputs {
            write_size(&mut uses, name.len());
            uses.update(name);
        }
        if let Some(alignment) = &self.alignment {
            alignment.write(&mut uses);
        }
        if let Some(spoof) = &self.spoof {
            spoof.write(&mut uses);
        }
        let digest = hex(&uses.finalize());
        let mut id = [0; 8];
        id.iter_mut()
            .zip(digest.bytes())
            .for_each(|(to, from)| *to = from);
        ModelId::new(id)
    }
}

/// Eight bytes, the least significant first.
fn write_size(uses: &mut Sha256, size: usize) {
    uses.update((size as u64).to_le_bytes());
}

/// Four bytes each, the least significant first.
pub(super) fn write_numbers<'a>(uses: &mut Sha256, numbers: impl IntoIterator<Item = &'a f32>) {
    for number in numbers {
        uses.update(number.to_le_bytes());
    }
}

impl InputCard {
    /// For [`Card::model_id`].
    fn write(&self, uses: &mut Sha256) {
        self.size.iter().for_each(|side| write_size(uses, *side));
        let layout = match self.layout {
            Layout::Nchw => 0u8,
            Layout::Nhwc => 1,
        };
        let colour = match self.colour {
            Colour::Rgb => 0u8,
            Colour::Bgr => 1,
        };
        uses.update([layout, colour]);
        write_numbers(uses, self.mean.iter().chain(&self.scale));
    }

    /// Width and height in pixels.
    pub(crate) fn size(&self) -> (usize, usize) {
        let [width, height] = self.size;
        (width, height)
    }

    /// The shape of one input.
    pub(crate) fn shape(&self) -> [usize; 4] {
        let [width, height] = self.size;
        match self.layout {
            Layout::Nchw => [1, 3, height, width],
            Layout::Nhwc => [1, height, width, 3],
        }
    }

    pub(crate) fn normalise(&self) -> Normalise {
        Normalise {
            mean: self.mean,
            scale: self.scale,
            bgr: self.colour == Colour::Bgr,
            layout: self.layout,
        }
    }
}

impl Alignment {
    fn check(&self) -> Result<(), String> {
        let [left, right, ..] = self.points;
        if !self.points.iter().flatten().all(|v| v.is_finite()) || left[0] >= right[0] {
            return Err("alignment.points takes the eye on the left of the picture first".into());
        }
        let most = threshold::of_cards();
        if !(-0.5..=most).contains(&self.threshold) {
            return Err(format!(
                "alignment.threshold takes a cosine from -0.5 to {most}, the point of the scale that cards are brought \
                 onto: a higher one cannot be"
            ));
        }
        Ok(())
    }

    /// For [`Card::model_id`].
    fn write(&self, uses: &mut Sha256) {
        write_numbers(uses, self.points.iter().flatten());
        let metric = match self.metric {
            Metric::Cosine => 0u8,
        };
        uses.update([metric]);
        write_numbers(uses, [&self.threshold]);
    }

    /// Where the five points lie on the chip.
    pub(crate) fn placement(&self) -> Placement {
        Placement::FivePoints(self.points.map(|[x, y]| Point::new(x, y)))
    }

    /// Cosine at which 0.1 % of different people match.
    pub(crate) fn threshold(&self) -> f32 {
        self.threshold
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EMBEDDER: &str = r#"
        name = "mine"
        kind = "embedder"
        licence = "Apache-2.0"
        sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
        source = "mine.onnx"
        [input]
        size = [112, 112]
        mean = [127.5, 127.5, 127.5]
        scale = [0.0078125, 0.0078125, 0.0078125]
        [alignment]
        points = [[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]]
        metric = "cosine"
        threshold = 0.36
    "#;

    #[test]
    fn a_card_says_what_is_wrong_with_it() {
        assert!(Card::read(EMBEDDER).is_ok());
        for (from, to, said) in [
            ("\"mine\"", "\"../mine\"", "name"),
            ("0000\"", "000\"", "sha256"),
            ("[112, 112]", "[0, 112]", "input.size"),
            ("0.36", "1.5", "threshold"),
            ("0.36", "0.93", "0.928"),
            ("\"cosine\"", "\"l2\"", "cosine"),
            ("licence = \"Apache-2.0\"", "", "licence"),
            ("kind = \"embedder\"", "kind = \"yunet\"", "alignment"),
            ("[input]", "[input]\nzise = 3", "zise"),
        ] {
            let error = Card::read(&EMBEDDER.replace(from, to)).unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
        }
    }

    #[test]
    fn the_card_of_a_spoof_model_says_what_is_wrong_with_it() {
        let alignment = EMBEDDER.find("[alignment]").unwrap();
        let spoof = EMBEDDER[..alignment].replace("embedder", "spoof")
            + "[spoof]\ncrop = 2.7\nreal = 1\nanswers = \"logits\"\nthreshold = 0.9\n";
        let good = Card::read(&spoof).unwrap();
        for (from, to, said) in [
            ("crop = 2.7", "crop = 40", "spoof.crop"),
            ("crop = 2.7", "crop = nan", "spoof.crop"),
            ("threshold = 0.9", "threshold = 1.0", "spoof.threshold"),
            ("real = 1", "real = -1", "-1"),
            ("\"logits\"", "\"scores\"", "logits"),
            ("answers = \"logits\"\n", "", "answers"),
            ("[spoof]", "[alignment]", "crop"),
            ("\"spoof\"", "\"yunet\"", "spoof models"),
            ("\"spoof\"", "\"embedder\"", "spoof models"),
        ] {
            let error = Card::read(&spoof.replace(from, to)).unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
        }
        let id = |text: &str| Card::read(text).unwrap().model_id();
        assert_eq!(id(&spoof.replace("= 0.9", "= 0.8")), good.model_id());
        for (from, to) in [
            ("2.7", "4.0"),
            ("real = 1", "real = 0"),
            ("logits", "probabilities"),
        ] {
            assert_ne!(id(&spoof.replace(from, to)), good.model_id());
        }
    }

    #[test]
    fn whatever_changes_a_template_changes_the_models_identity() {
        let id = |text: &str| Card::read(text).unwrap().model_id();
        let plain = id(EMBEDDER);
        assert_eq!(
            plain.to_string(),
            "bc48013b",
            "templates kept by a site name it"
        );
        assert_eq!(plain, id(&EMBEDDER.replace("Apache-2.0", "MIT")));
        for (from, to) in [("127.5,", "127.0,"), ("0.36", "0.37"), ("38.3", "38.4")] {
            assert_ne!(plain, id(&EMBEDDER.replace(from, to)));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,400}") {
            let _ = Card::read(&text);
        }
    }
}
