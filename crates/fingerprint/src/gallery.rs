//! Identification: one print against many, in two stages, on all cores.

use std::num::NonZero;
use std::thread;

use crate::glance::quick;
use crate::{Prepared, Score, compare};

/// One enrolled template and whose it is.
struct Entry<K> {
    key: K,
    prepared: Prepared,
}

/// Templates to search among. A key says whose finger it is (person and position, say); it may have several
/// templates, and a person several keys.
pub struct Gallery<K> {
    entries: Vec<Entry<K>>,
}

/// Somebody found.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<K> {
    /// Whose finger.
    pub key: K,
    /// The best score among the templates of that key.
    pub score: Score,
}

/// How a gallery is searched.
#[derive(Debug, Clone, Copy)]
pub struct Search {
    /// Templates that the first stage leaves for the full comparison; at least one.
    pub short_list: usize,
    /// Threads; at least one, [`Search::default`] takes as many as there are cores.
    pub threads: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            short_list: 200,
            threads: thread::available_parallelism().map_or(1, NonZero::get),
        }
    }
}

impl<K> Default for Gallery<K> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
        }
    }
}

impl<K: Clone + PartialEq + Send + Sync> Gallery<K> {
    /// An empty gallery.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a template of `key`.
    pub fn insert(&mut self, key: K, prepared: Prepared) {
        self.entries.push(Entry { key, prepared });
    }

    /// Takes out everything whose key `gone` names.
    pub fn remove(&mut self, gone: impl Fn(&K) -> bool) {
        self.entries.retain(|entry| !gone(&entry.key));
    }

    /// How many templates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whose finger it may be, best first, one candidate a key. Whoever decides holds the best one's rate against
    /// the rate that is allowed, times the number of keys searched.
    #[must_use]
    pub fn identify(&self, probe: &Prepared, search: Search) -> Vec<Candidate<K>> {
        let short = self.short_list(probe, search);
        let compared = on_threads(&short, search.threads, |i| {
            compare(probe, &self.entries[*i].prepared)
        });
        let mut candidates: Vec<Candidate<K>> = Vec::new();
        for (i, score) in short.into_iter().zip(compared) {
            let key = &self.entries[i].key;
            match candidates.iter_mut().find(|c| c.key == *key) {
                Some(c) if c.score.similarity >= score.similarity => {}
                Some(c) => c.score = score,
                None => candidates.push(Candidate {
                    key: key.clone(),
                    score,
                }),
            }
        }
        candidates.sort_by(|a, b| b.score.similarity.total_cmp(&a.score.similarity));
        candidates
    }

    /// The best of several comparisons with the templates of one key, if it has any: the check of a claim (1:1).
    #[must_use]
    pub fn verify(&self, probe: &Prepared, key: &K) -> Option<Score> {
        let own = self.entries.iter().filter(|entry| entry.key == *key);
        let scores = own.map(|entry| compare(probe, &entry.prepared));
        scores.max_by(|a, b| a.similarity.total_cmp(&b.similarity))
    }

    /// The first stage alone: keys of the templates left for the second, most promising first.
    #[must_use]
    pub fn first_stage(&self, probe: &Prepared, search: Search) -> Vec<K> {
        let short = self.short_list(probe, search);
        short
            .into_iter()
            .map(|i| self.entries[i].key.clone())
            .collect()
    }

    fn short_list(&self, probe: &Prepared, search: Search) -> Vec<usize> {
        let wanted = search.short_list.max(1);
        let mut order: Vec<usize> = (0..self.entries.len()).collect();
        if order.len() <= wanted {
            return order;
        }
        let promise = on_threads(&self.entries, search.threads, |e| quick(probe, &e.prepared));
        order.select_nth_unstable_by(wanted, |i, j| promise[*j].total_cmp(&promise[*i]));
        order.truncate(wanted);
        order.sort_by(|i, j| promise[*j].total_cmp(&promise[*i]));
        order
    }
}

/// The results of `work` for each item, in their order, computed on some threads.
fn on_threads<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let each = items.len().div_ceil(threads.max(1)).max(1);
    if items.len() < 32 || threads < 2 {
        return items.iter().map(work).collect();
    }
    let work = &work;
    thread::scope(|scope| {
        let parts: Vec<_> = items
            .chunks(each)
            .map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<R>>()))
            .collect();
        let joined = parts.into_iter().flat_map(|part| match part.join() {
            Ok(results) => results,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.collect()
    })
}
