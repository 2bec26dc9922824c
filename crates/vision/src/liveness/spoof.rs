//! Spoof models of the site's own choosing: whether a face is real or a picture of one, by how it looks.
//!
//! Each net says of each frame how surely the face is real. A frame's score is the mean of the nets' (as
//! Silent-Face, Minivision 2020, does), a track's the median of its frames'.

use crate::buffers::Pool;
use crate::error::VisionError;
use crate::frame::Frame;
use crate::geometry::{Point, Rect, Similarity};
use crate::inference::{self, Inference, Normalise, Outputs, Runtime};
use crate::models::{Card, Model, SpoofCard};
use crate::sample;
use model::{Score, SpoofCheck, SpoofVerdict};

/// Frames of a track that have to have a score before anything is said of it.
const LEAST_FRAMES: usize = 3;
/// Frames of a track that get one: it bounds what a face that stays costs.
const MOST_FRAMES: usize = 8;

/// All spoof models of a site.
pub struct SpoofNets(Vec<SpoofNet>);

impl SpoofNets {
    /// Loads the nets; `None` where there are none.
    ///
    /// # Errors
    /// [`VisionError::Model`] if a graph cannot be used, or does not answer as its card says.
    pub(crate) fn load_on(
        runtime: &Runtime,
        models: &[Model],
    ) -> Result<Option<Self>, VisionError> {
        let nets = models.iter().map(|model| SpoofNet::load(runtime, model));
        let nets: Vec<SpoofNet> = nets.collect::<Result<_, _>>()?;
        Ok((!nets.is_empty()).then_some(Self(nets)))
    }

    /// Each of them.
    #[must_use]
    pub fn nets(&self) -> &[SpoofNet] {
        &self.0
    }

    /// How surely they hold the face at `bounds` for real, 0 to 1: the mean.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if a net fails or answers otherwise than its card says.
    pub fn score(&self, frame: &Frame, bounds: &Rect) -> Result<f32, VisionError> {
        let mut sum = 0.0;
        for net in &self.0 {
            sum += net.score(frame, bounds)?;
        }
        Ok(sum / count(self.0.len()))
    }
}

/// One spoof model.
pub struct SpoofNet {
    name: String,
    net: Box<dyn Inference>,
    side: usize,
    normalise: Normalise,
    card: SpoofCard,
    workspaces: Pool<(Vec<f32>, Outputs)>,
}

impl SpoofNet {
    fn load(runtime: &Runtime, model: &Model) -> Result<Self, VisionError> {
        let card = &model.card;
        let wrong = |why: String| VisionError::Model(format!("{}: {why}", card.name));
        let spoof = card.spoof.clone();
        let spoof = spoof.ok_or_else(|| wrong("it is no spoof model".into()))?;
        let (width, height) = card.input.size();
        if width != height {
            return Err(wrong("what a spoof model is shown has to be square".into()));
        }
        let named = |error: VisionError| match error {
            VisionError::Model(why) | VisionError::Inference(why) => wrong(why),
            other => other,
        };
        let graph = inference::fixed(&model.file, card.input.shape(), &card.outputs);
        let graph = graph.map_err(named)?;
        let yields = graph.graph.as_ref().map_or(0, |graph| graph.output.len());
        if yields != 1 {
            return Err(wrong(format!(
                "the net yields {yields} lists of answers: name the one in outputs"
            )));
        }
        let net = Self {
            name: card.name.clone(),
            net: runtime.load(&graph).map_err(named)?,
            side: width,
            normalise: card.input.normalise(),
            card: spoof,
            workspaces: Pool::default(),
        };
        // How many answers it gives shows when it runs.
        let grey = Frame::from_rgb(width, height, vec![128; width * height * 3]);
        let grey = grey.ok_or_else(|| wrong("its input has no pixels".into()))?;
        let answers = net.answers(&grey, &grey.bounds()).map_err(named)?;
        net.card.real(&answers).map_err(wrong)?;
        Ok(net)
    }

    /// By which it was chosen.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Score at which it holds a face for real.
    #[must_use]
    pub fn threshold(&self) -> f32 {
        self.card.threshold()
    }

    /// How surely it holds the face at `bounds` for real, 0 to 1.
    ///
    /// # Errors
    /// [`VisionError::Inference`] if the net fails or answers otherwise than its card says.
    pub fn score(&self, frame: &Frame, bounds: &Rect) -> Result<f32, VisionError> {
        let answers = self.answers(frame, bounds)?;
        let score = self.card.real(&answers);
        score.map_err(|why| VisionError::Inference(format!("{}: {why}", self.name)))
    }

    /// Whether its answers for a face are probabilities, although its card calls them logits.
    pub(crate) fn mistakes(&self, frame: &Frame, bounds: &Rect) -> Result<bool, VisionError> {
        Ok(self.card.mistakes(&self.answers(frame, bounds)?))
    }

    fn answers(&self, frame: &Frame, bounds: &Rect) -> Result<Vec<f32>, VisionError> {
        let shown = shown(frame, bounds, self.card.crop(), self.side);
        self.workspaces.with(|(input, outputs)| {
            input.clear();
            self.normalise.picture(&shown, input);
            self.net.run(input, outputs)?;
            Ok(outputs.first().cloned().unwrap_or_default())
        })
    }
}

/// What a net is shown: a square of `crop` sides of the box about its middle, moved into the frame where it reaches out
/// of it, and smaller where the frame is. Nets of this kind are trained so, and with pixels left out rather than
/// averaged where a picture is made smaller: the grain that comes of it is what they look at.
#[allow(clippy::cast_precision_loss)] // sides are far below 2^24
fn shown(frame: &Frame, bounds: &Rect, crop: f32, side: usize) -> Frame {
    let whole = frame.bounds();
    let wanted = bounds.width.max(bounds.height).max(1.0) * crop;
    let extent = wanted.min(whole.width).min(whole.height);
    let centre = bounds.centre();
    let within = |at: f32, most: f32| (at - extent / 2.0).clamp(0.0, most - extent);
    let corner = Point::new(
        within(centre.x, whole.width),
        within(centre.y, whole.height),
    );
    let placement = Similarity::about(Point::default(), corner, 0.0, extent / side as f32);
    sample::pick(frame, &placement, side)
}

/// What spoof models said of the frames of one track.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SpoofScores(Vec<f32>);

impl SpoofScores {
    /// Takes in the score of one more good frame, up to eight; what is no number is none.
    pub fn add(&mut self, score: f32) {
        if self.wants_more() && score.is_finite() {
            let place = self.0.partition_point(|other| *other <= score);
            self.0.insert(place, score);
        }
    }

    /// Whether another frame is worth a score.
    #[must_use]
    pub fn wants_more(&self) -> bool {
        self.0.len() < MOST_FRAMES
    }

    /// Frames with a score.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.0.len()
    }

    /// The median, of an even number the lower of the two in the middle; `None` without a frame.
    ///
    /// So it reaches a threshold if and only if more than half of the frames do: a threshold that was measured on single
    /// pictures keeps its meaning, and one frame that is blurred or lucky changes nothing.
    #[must_use]
    pub fn together(&self) -> Option<f32> {
        let middle = self.0.len().checked_sub(1)? / 2;
        self.0.get(middle).copied()
    }
}

/// What a site makes of the scores.
#[derive(Clone, PartialEq, Debug)]
pub struct SpoofRule {
    models: Vec<String>,
    threshold: f32,
    establishes: bool,
}

impl SpoofRule {
    /// By the cards of the models, with the mean of their thresholds, as a score is the mean of theirs; `None` where there
    /// are none. `establishes`: whether a face they hold for real is alive where nothing was asked.
    #[must_use]
    pub fn of(cards: &[Card], establishes: bool) -> Option<Self> {
        let thresholds = cards.iter().filter_map(|card| card.spoof.as_ref());
        let sum: f32 = thresholds.map(SpoofCard::threshold).sum();
        (!cards.is_empty()).then(|| Self {
            models: cards.iter().map(|card| card.name.clone()).collect(),
            threshold: sum / count(cards.len()),
            establishes,
        })
    }

    /// The score at which a face is held to be real.
    #[must_use]
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// What the scores of a track come to.
    #[must_use]
    pub fn check(&self, scores: &SpoofScores) -> SpoofCheck {
        let score = scores.together();
        let verdict = match score {
            Some(score) if scores.frames() >= LEAST_FRAMES => {
                if score >= self.threshold {
                    SpoofVerdict::Real
                } else {
                    SpoofVerdict::Picture
                }
            }
            _ => SpoofVerdict::NotEnoughFrames,
        };
        SpoofCheck {
            models: self.models.clone(),
            score: score.map(Score::from_probability),
            threshold: Score::from_probability(self.threshold),
            frames: u16::try_from(scores.frames()).unwrap_or(u16::MAX),
            verdict,
            establishes: self.establishes,
        }
    }
}

/// A handful, as a number to divide by.
#[allow(clippy::cast_precision_loss)]
fn count(of: usize) -> f32 {
    of.max(1) as f32
}

#[cfg(test)]
mod tests;
