//! The best views of one face, and the one template they make together.

use crate::template::Template;
use crate::threshold;

/// Views kept. More bring nothing: by then the mean moves no further.
const KEPT: usize = 16;

/// The best good views of a track so far, the most trusted first.
#[derive(Debug, Default)]
pub struct Views {
    best: Vec<Template>,
    combined: Option<Combined>,
    seen: usize,
}

/// What the views make together.
#[derive(Clone, PartialEq, Debug)]
pub struct Combined {
    /// Their mean, each weighed by how well it shows the face.
    pub template: Template,
    /// How many there are.
    pub frames: usize,
    /// How many unlike ones they are worth, see [`threshold::unlike_views`].
    pub unlike: f32,
}

impl Views {
    /// Takes in a good view; `true` if it is among the best, so that the combination has changed.
    pub fn add(&mut self, view: &Template) -> bool {
        self.seen += 1;
        let place = self
            .best
            .partition_point(|other| other.trust() >= view.trust());
        if place >= KEPT {
            return false;
        }
        self.best.insert(place, view.clone());
        self.best.truncate(KEPT);
        let frames = self.best.len();
        self.combined = Template::gathered(&self.best).map(|(template, closeness)| Combined {
            template,
            frames,
            unlike: threshold::unlike_views(frames, closeness),
        });
        true
    }

    /// All good views there were.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// What they make together; `None` before the first.
    pub fn combined(&self) -> Option<&Combined> {
        self.combined.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::ModelId;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_best_views_are_kept_in_whatever_order_they_came(
            trusts in proptest::collection::vec(0.05f32..1.0, 1..60),
        ) {
            let mut views = Views::default();
            for trust in &trusts {
                let view = Template::new(ModelId::FACE_API, vec![1.0, *trust]).unwrap();
                views.add(&view.trusted(*trust));
            }
            let mut sorted = trusts.clone();
            sorted.sort_by(|a, b| b.total_cmp(a));
            sorted.truncate(KEPT);
            let kept: Vec<f32> = views.best.iter().map(Template::trust).collect();
            prop_assert_eq!(&kept, &sorted);
            prop_assert_eq!(views.seen(), trusts.len());
            prop_assert_eq!(views.combined().unwrap().frames, kept.len());
        }
    }
}
