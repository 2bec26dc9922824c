//! What the caller has to load before an entry can be folded.
//!
//! Folding takes no storage: the caller asks [`refers_to`], loads that entry's effects if there
//! is one, asks [`needs`], loads the rows, and hands both to [`crate::fold`], all inside the
//! transaction that writes the entry.

use crate::{Movement, Passage};
use model::{
    Act, AreaId, Correction, Custody, Entry, EventId, Notice, PersonId, Record, TagText, Timestamp,
    Visit, VisitId,
};

/// A person's visits in an area, around an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// Who.
    pub person: PersonId,
    /// Where.
    pub area: AreaId,
    /// When.
    pub at: Timestamp,
    /// A visit to leave out.
    pub except: Option<VisitId>,
}

/// The visits around a [`Moment`]; withdrawn ones do not count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Around {
    /// The moment asked for.
    pub moment: Moment,
    /// Of the visits with `entered_at <= at` the open one if there is one, else the one with the
    /// greatest `(entered_at, id)`.
    pub before: Option<Visit>,
    /// Of the visits with `entered_at > at` the one with the smallest `(entered_at, id)`.
    pub after: Option<Visit>,
}

/// Passages of a person from one instant to another, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Whom the entries count for (see [`crate::Change::Attribute`]).
    pub person: PersonId,
    /// From.
    pub from: Timestamp,
    /// To.
    pub to: Timestamp,
}

/// Rows that the caller has to load.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Needs {
    /// Visits around these moments.
    pub around: Vec<Moment>,
    /// This visit.
    pub visit: Option<VisitId>,
    /// The custody of this tag.
    pub custody: Option<TagText>,
    /// [`Passage::of`] every entry in this span.
    pub passages: Option<Span>,
}

/// The entry that a correction refers to, with its present effects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Referred {
    /// [`Passage::of`] the entry.
    pub passage: Passage,
    /// Whom it counts for now: whom it names, unless a [`crate::Change::Attribute`] said otherwise.
    pub counts_for: Option<PersonId>,
    /// The visit, not withdrawn, whose `entry` it is.
    pub opened: Option<Visit>,
    /// The visit, not withdrawn, whose `exit` it is.
    pub closed: Option<Visit>,
}

/// The rows that were asked for; what does not exist stays empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Loaded {
    /// Answer to [`refers_to`].
    pub referred: Option<Referred>,
    /// Answers to [`Needs::around`], in any order.
    pub around: Vec<Around>,
    /// Answer to [`Needs::visit`].
    pub visit: Option<Visit>,
    /// Answer to [`Needs::custody`].
    pub custody: Option<Custody>,
    /// Answer to [`Needs::passages`], in any order.
    pub passages: Vec<Passage>,
}

impl Loaded {
    /// The visits of `person` around the moment asked for.
    pub(crate) fn around(&self, person: PersonId) -> (Option<&Visit>, Option<&Visit>) {
        let found = self.around.iter().find(|a| a.moment.person == person);
        found.map_or((None, None), |a| (a.before.as_ref(), a.after.as_ref()))
    }
}

/// The entry whose effects `entry` takes back, to be loaded as [`Referred`] first.
#[must_use]
pub fn refers_to(entry: &Entry) -> Option<EventId> {
    match &entry.record {
        Record::Correction(Correction::NotThisPerson { event, .. }) => Some(*event),
        _ => None,
    }
}

/// What has to be loaded to fold `entry`.
#[must_use]
pub fn needs(entry: &Entry, referred: Option<&Referred>) -> Needs {
    match &entry.record {
        Record::Access(_) | Record::Correction(Correction::AddMissed { .. }) => {
            Passage::of(entry).map_or_else(Needs::default, |p| of_passage(&p))
        }
        Record::Correction(Correction::NotThisPerson { instead, .. }) => {
            referred.map_or_else(Needs::default, |r| of_taking_back(r, *instead))
        }
        Record::Correction(Correction::CloseVisit { visit, .. })
        | Record::Notice(Notice::VisitOverdue { visit, .. }) => Needs {
            visit: Some(*visit),
            ..Needs::default()
        },
        Record::Act(Act::TagReturned { tag } | Act::TagLost { tag } | Act::TagRevoked { tag }) => {
            Needs {
                custody: Some(tag.clone()),
                ..Needs::default()
            }
        }
        Record::Act(_) | Record::Notice(_) => Needs::default(),
    }
}

fn of_passage(passage: &Passage) -> Needs {
    if !passage.happened {
        return Needs::default();
    }
    Needs {
        around: passage
            .person
            .map(|person| here(passage, person))
            .into_iter()
            .collect(),
        custody: passage.tag.as_ref().map(|t| t.tag.clone()),
        ..Needs::default()
    }
}

fn here(passage: &Passage, person: PersonId) -> Moment {
    Moment {
        person,
        area: passage.place.area,
        at: passage.at,
        except: None,
    }
}

fn of_taking_back(referred: &Referred, instead: Option<PersonId>) -> Needs {
    let passage = &referred.passage;
    if !passage.happened || referred.counts_for == instead {
        return Needs::default();
    }
    let touched = referred.opened.as_ref().or(referred.closed.as_ref());
    let former = touched.map(|visit| Moment {
        person: visit.person,
        area: visit.area,
        at: visit.entered_at,
        except: Some(visit.id),
    });
    let seen_only = passage.movement == Movement::Sighted;
    Needs {
        around: former
            .into_iter()
            .chain(instead.map(|person| here(passage, person)))
            .collect(),
        visit: None,
        custody: passage
            .tag
            .as_ref()
            .filter(|t| t.issued)
            .map(|t| t.tag.clone()),
        passages: touched.filter(|_| seen_only).map(|visit| Span {
            person: visit.person,
            from: visit.entered_at,
            to: visit.left_at.unwrap_or(visit.entered_at),
        }),
    }
}
