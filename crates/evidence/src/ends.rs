//! Where observations end, and what has to be known of it when more are seen.

use crate::Output;
use crate::assemble::occurred_at;
use crate::recent::{Held, Recents, Subject};
use model::{AccessEvent, Direction, Observation};

/// What was put out since it was last taken, and the recent passages of the site.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    outputs: Vec<Output>,
    recents: Recents,
}

impl Ends {
    pub fn take(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    pub fn push(&mut self, output: Output) {
        if let Output::Passage(evidence) = &output {
            self.recents.note(evidence, evidence.occurred_at);
        }
        self.outputs.push(output);
    }

    pub fn extend(&mut self, outputs: impl IntoIterator<Item = Output>) {
        for output in outputs {
            self.push(output);
        }
    }

    /// Joins `seen` to the passage it belongs to, if there is one. A face that is `held` to be something
    /// does not join one that was held to be something else: each is decided by itself.
    pub fn join(
        &mut self,
        subject: &Subject,
        held: Option<Held>,
        direction: Direction,
        seen: &[&Observation],
    ) -> bool {
        let Some(first) = seen.first() else {
            return false;
        };
        let (point, at) = (first.access_point, occurred_at(first));
        let Some(joins) = self.recents.passage_of(subject, held, point, at, direction) else {
            return false;
        };
        for observation in seen {
            self.recents
                .seen_again(subject, joins, occurred_at(observation));
            self.outputs.push(Output::Joined {
                observation: observation.id,
                joins,
            });
        }
        true
    }

    pub fn remember(&mut self, event: &AccessEvent, ended: &[Observation]) {
        let evidence = &event.evidence;
        let joined = ended
            .iter()
            .filter(|o| !evidence.observations.contains(&o.id));
        let last_seen = joined.map(occurred_at).fold(evidence.occurred_at, Ord::max);
        self.recents.note(evidence, last_seen);
        if let Some(person) = event.decision.person {
            self.recents.note_named(person, evidence);
        }
    }
}
