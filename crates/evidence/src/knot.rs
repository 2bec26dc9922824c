//! Pictures that came while several passages waited for one.

use crate::Output;
use crate::assemble::unresolved;
use crate::ends::Ends;
use crate::pending::Pending;
use jiff::Timestamp;
use model::{Observation, UnresolvedReason};

/// A knot that is still being tied: every picture that comes is held.
#[derive(Debug)]
pub(crate) struct Knot {
    pub first: Observation,
    pub others: Vec<Observation>,
    /// When the last of the windows that were open at its beginning ends.
    pub judged_at: Timestamp,
}

impl Knot {
    fn last_picture_at(&self) -> Timestamp {
        let times = self.others.iter().map(|p| p.received_at);
        times.fold(self.first.received_at, Ord::max)
    }

    /// Whether a held picture may be that passage's.
    pub fn may_concern(&self, passage: &Pending) -> bool {
        let asked = passage.requested_at;
        let before_last = asked.is_some_and(|at| at <= self.last_picture_at());
        before_last && passage.waits_at(self.first.received_at)
    }

    /// Judges: as many pictures as passages, each after its request, or nobody gets one.
    pub fn judge(self, passages: &mut [Pending]) -> Judged {
        let mut members: Vec<&mut Pending> = passages
            .iter_mut()
            .filter(|p| self.may_concern(p))
            .collect();
        members.sort_by_key(|p| p.key);
        let pictures: Vec<Observation> = std::iter::once(self.first).chain(self.others).collect();
        let in_order = members
            .iter()
            .zip(&pictures)
            .all(|(p, picture)| p.requested_at <= Some(picture.received_at));
        let clear = members.len() == pictures.len() && in_order;
        for member in &mut members {
            member.in_knot = true;
        }
        let keys = members.iter().map(|p| p.key).collect();
        if !clear {
            return Judged {
                members: keys,
                pictures,
            };
        }
        for (member, picture) in members.into_iter().zip(pictures) {
            member.add_picture(picture);
        }
        Judged {
            members: keys,
            pictures: Vec::new(),
        }
    }
}

/// A judged knot, waiting for the lines of its passages.
#[derive(Debug)]
pub(crate) struct Judged {
    pub members: Vec<u64>,
    /// Pictures that are nobody's.
    pub pictures: Vec<Observation>,
}

impl Judged {
    /// When it leaves if nothing more comes; `None`: now.
    pub fn due(&self, passages: &[Pending]) -> Option<Timestamp> {
        let members = passages.iter().filter(|p| self.members.contains(&p.key));
        members.filter_map(Pending::due).max()
    }

    pub fn put_out(self, passages: &mut Vec<Pending>, out: &mut Ends) {
        let members = passages.extract_if(.., |p| self.members.contains(&p.key));
        out.extend(members.map(Pending::into_output));
        out.extend(self.pictures.iter().map(|picture| {
            Output::Unresolved(unresolved(picture, &[], UnresolvedReason::PictureOfSeveral))
        }));
    }
}
