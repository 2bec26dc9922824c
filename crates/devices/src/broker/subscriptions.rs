//! What is subscribed to at the broker, and what is still to be.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroU16;

/// Filters in one SUBSCRIBE or UNSUBSCRIBE.
pub(super) const AT_ONCE: usize = 64;

/// Filters as they are wanted, and those that an answer is awaited for.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    wanted: BTreeSet<String>,
    asked: HashMap<NonZeroU16, Vec<String>>,
}

/// What changes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Change {
    pub subscribe: Vec<String>,
    pub unsubscribe: Vec<String>,
}

impl Subscriptions {
    /// Wants `filters` from now on.
    pub fn want(&mut self, filters: Vec<String>) -> Change {
        let now: BTreeSet<String> = filters.into_iter().collect();
        let change = Change {
            subscribe: now.difference(&self.wanted).cloned().collect(),
            unsubscribe: self.wanted.difference(&now).cloned().collect(),
        };
        self.wanted = now;
        change
    }

    /// Notes that `filters` were asked for.
    pub fn ask(&mut self, packet_id: NonZeroU16, filters: &[String]) {
        self.asked.insert(packet_id, filters.to_vec());
    }

    /// Whether nothing is awaited.
    pub fn are_answered(&self) -> bool {
        self.asked.is_empty()
    }

    /// The filters of an answer, in the order in which they were asked for.
    pub fn answered(&mut self, packet_id: NonZeroU16) -> Vec<String> {
        self.asked.remove(&packet_id).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_asked_for() {
        let mut subscriptions = Subscriptions::default();
        let texts = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let first = subscriptions.want(texts(&["a", "b"]));
        assert_eq!(first.subscribe, ["a", "b"]);
        let second = subscriptions.want(texts(&["b", "c"]));
        assert_eq!(second.subscribe, ["c"]);
        assert_eq!(second.unsubscribe, ["a"]);
        assert_eq!(subscriptions.want(texts(&["b", "c"])), Change::default());
    }
}
