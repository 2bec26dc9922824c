//! The passages in progress at one classic gate.

use crate::assemble::unresolved;
use crate::ends::Ends;
use crate::knot::{Judged, Knot};
use crate::pending::{Finger, Pending, after};
use crate::{Output, PICTURE_HOLD};
use jiff::Timestamp;
use model::{ClassicEntry, Observation, UnresolvedReason};

/// One classic gate.
#[derive(Debug, Default)]
pub(crate) struct Classic {
    passages: Vec<Pending>,
    knot: Option<Knot>,
    judged: Vec<Judged>,
    /// Pictures that nobody waits for.
    held: Vec<Observation>,
    begun: u64,
}

impl Classic {
    pub fn finger(&mut self, seen: &Observation, number: &str, stamp: &str) {
        self.begin(seen).finger = Some(Finger {
            number: number.to_owned(),
            stamp: stamp.to_owned(),
        });
    }

    /// Whether the finger of a line that comes late came late itself: a broker kept both.
    pub fn has_kept(&self, line: &ClassicEntry) -> bool {
        let stem = stem(&line.picture_file);
        let late = self.passages.iter().filter(|p| p.first.deferred);
        let mut fingers = late.filter_map(|p| p.finger.as_ref());
        fingers.any(|finger| finger.stamp == stem)
    }

    /// A request belongs to the latest finger that has none: the board deals with one person
    /// after the other. One that comes late has no picture any more.
    pub fn request(&mut self, seen: &Observation, out: &mut Ends) {
        if seen.deferred {
            let late = |p: &&mut Pending| p.finger.is_some() && p.first.deferred;
            match self.passages.iter_mut().rev().find(late) {
                Some(passage) => passage.add(seen.clone()),
                None => drop(self.begin(seen)),
            }
            return;
        }
        let unasked = |p: &&mut Pending| p.finger.is_some() && p.requested_at.is_none();
        if let Some(passage) = self.passages.iter_mut().rev().find(unasked) {
            passage.add(seen.clone());
            passage.requested_at = Some(seen.received_at);
        } else {
            self.begin(seen).requested_at = Some(seen.received_at);
        }
        // A picture that was received after the request but committed before it.
        let since = seen.received_at;
        let overtook: Vec<_> = self
            .held
            .extract_if(.., |p| p.received_at >= since)
            .collect();
        for picture in overtook {
            self.picture(&picture, out);
        }
    }

    pub fn picture(&mut self, seen: &Observation, out: &mut Ends) {
        if let Some(knot) = &mut self.knot {
            knot.others.push(seen.clone());
            return;
        }
        let waits = |p: &&mut Pending| p.waits_at(seen.received_at);
        let mut waiting: Vec<&mut Pending> = self.passages.iter_mut().filter(waits).collect();
        match waiting.as_mut_slice() {
            [] => self.held.push(seen.clone()),
            [one] => {
                one.add_picture(seen.clone());
                self.put_out_ready(seen.received_at, out);
            }
            several => {
                let last = several.iter().filter_map(|p| p.picture_by()).max();
                self.knot = Some(Knot {
                    first: seen.clone(),
                    others: Vec::new(),
                    judged_at: last.unwrap_or(seen.received_at),
                });
            }
        }
    }

    pub fn line(&mut self, seen: &Observation, line: &ClassicEntry, out: &mut Ends) {
        if let Some(passage) = self.passage_of(line) {
            passage.add(seen.clone());
            passage.has_line = true;
        } else {
            let only = (self.held.len() == 1 && self.knot.is_none()).then(|| self.held.pop());
            let passage = self.begin(seen);
            passage.has_line = true;
            if let Some(picture) = only.flatten() {
                passage.add_picture(picture);
            }
        }
        self.put_out_ready(seen.received_at, out);
    }

    fn passage_of(&mut self, line: &ClassicEntry) -> Option<&mut Pending> {
        let stem = stem(&line.picture_file);
        let fingers = || {
            let open = self.passages.iter().filter(|p| !p.has_line);
            open.filter_map(|p| p.finger.as_ref().map(|f| (p.key, f)))
        };
        let exact = fingers().find(|(_, f)| f.stamp == stem);
        let mut same_number = fingers().filter(|(_, f)| f.number == line.number);
        let named = exact
            .or_else(|| same_number.next_back())
            .map(|(key, _)| key);
        let key = named.or_else(|| self.only_anonymous())?;
        self.passages.iter_mut().find(|p| p.key == key)
    }

    fn only_anonymous(&self) -> Option<u64> {
        let mut anonymous = self.passages.iter().filter(|p| p.is_anonymous());
        let key = anonymous.next()?.key;
        anonymous.next().is_none().then_some(key)
    }

    pub fn next_deadline(&self) -> Option<Timestamp> {
        let held = self.held.iter().map(held_until);
        let knot = self.knot.iter().map(|k| k.judged_at);
        let free = self.passages.iter().filter(|p| self.is_free(p));
        let passages = free.filter_map(Pending::due);
        let judged = self.judged.iter().filter_map(|j| j.due(&self.passages));
        held.chain(knot).chain(passages).chain(judged).min()
    }

    pub fn expire(&mut self, now: Timestamp, out: &mut Ends) {
        for picture in self.held.extract_if(.., |p| held_until(p) <= now) {
            let reason = UnresolvedReason::PictureOfNobody;
            out.push(Output::Unresolved(unresolved(&picture, &[], reason)));
        }
        if let Some(knot) = self.knot.take_if(|k| k.judged_at <= now) {
            self.judged.push(knot.judge(&mut self.passages));
        }
        self.put_out_ready(now, out);
    }

    fn begin(&mut self, first: &Observation) -> &mut Pending {
        self.begun += 1;
        self.passages.push_mut(Pending::new(self.begun, first))
    }

    /// Whether a passage leaves by itself, tied to no knot.
    fn is_free(&self, passage: &Pending) -> bool {
        let tied = self.knot.as_ref().is_some_and(|k| k.may_concern(passage));
        !passage.in_knot && !tied
    }

    fn put_out_ready(&mut self, now: Timestamp, out: &mut Ends) {
        let over = |due: Option<Timestamp>| due.is_none_or(|at| at <= now);
        let free = |p: &Pending| self.is_free(p) && over(p.due());
        let ready: Vec<u64> = self
            .passages
            .iter()
            .filter(|p| free(p))
            .map(|p| p.key)
            .collect();
        let leaving = self.passages.extract_if(.., |p| ready.contains(&p.key));
        out.extend(leaving.map(Pending::into_output));
        let judged = std::mem::take(&mut self.judged);
        for knot in judged {
            if over(knot.due(&self.passages)) {
                knot.put_out(&mut self.passages, out);
            } else {
                self.judged.push(knot);
            }
        }
    }
}

fn held_until(picture: &Observation) -> Timestamp {
    after(picture.received_at, PICTURE_HOLD)
}

/// A file name without its last extension.
fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}
