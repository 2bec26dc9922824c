//! How often a camera's frames come, and how long a face out of sight is therefore waited for.

use super::TrackerSettings;
use std::collections::VecDeque;
use std::time::Duration;

/// Intervals looked back on. The middle one counts, so that up to two pauses change nothing.
const REMEMBERED: usize = 5;
/// How many frames may miss a face before it is given up.
const MISSED_FRAMES: u32 = 3;

/// When the latest frames were taken.
#[derive(Debug, Default)]
pub struct Rhythm {
    last: Option<Duration>,
    intervals: VecDeque<Duration>,
}

impl Rhythm {
    /// A frame was taken at `at`, on the tracker's clock.
    pub fn beat(&mut self, at: Duration) {
        if let Some(last) = self.last.replace(at) {
            self.intervals.push_back(at.saturating_sub(last));
        }
        if self.intervals.len() > REMEMBERED {
            self.intervals.pop_front();
        }
    }

    /// How long a face may be out of sight: some frames' time, within the bounds of `settings`.
    pub fn patience(&self, settings: &TrackerSettings) -> Duration {
        let several = self.usual_interval().saturating_mul(MISSED_FRAMES);
        several.min(settings.most_patience).max(settings.patience)
    }

    fn usual_interval(&self) -> Duration {
        let mut sorted: Vec<Duration> = self.intervals.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }
}
