//! The projected rows in memory, for rebuilding, verifying and testing.

use crate::{
    Around, Calendar, Change, Loaded, Moment, Passage, Referred, Span, fold, needs, refers_to,
};
use model::{
    Alert, AlertId, AreaId, Custody, Entry, EventId, PersonId, TagText, Visit, VisitId, VisitState,
};
use std::collections::BTreeMap;

/// All projected rows. It keeps a reduced copy of every passage (about 200 bytes each), because
/// a correction may refer to any of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Book {
    visits: BTreeMap<VisitId, Visit>,
    places: BTreeMap<(PersonId, AreaId), Vec<VisitId>>,
    custody: BTreeMap<TagText, Custody>,
    alerts: BTreeMap<AlertId, Alert>,
    passages: BTreeMap<EventId, Passage>,
    counts_for: BTreeMap<EventId, PersonId>,
    by_person: BTreeMap<PersonId, Vec<EventId>>,
}

impl Book {
    /// Folds the next entry of the log and applies what follows from it.
    pub fn record(&mut self, entry: &Entry, calendar: &Calendar) -> Vec<Change> {
        let loaded = self.load(entry);
        let changes = fold(entry, &loaded, calendar);
        if let Some(passage) = Passage::of(entry) {
            self.attribute(passage.event, passage.person);
            self.passages.insert(entry.id, passage);
        }
        for change in &changes {
            self.apply(change);
        }
        changes
    }

    /// Every visit, withdrawn ones included.
    #[must_use]
    pub fn visits(&self) -> &BTreeMap<VisitId, Visit> {
        &self.visits
    }

    /// Where each tag is.
    #[must_use]
    pub fn custody(&self) -> &BTreeMap<TagText, Custody> {
        &self.custody
    }

    /// Every alert.
    #[must_use]
    pub fn alerts(&self) -> &BTreeMap<AlertId, Alert> {
        &self.alerts
    }

    /// Whom a passage counts for, after all corrections so far.
    #[must_use]
    pub fn counts_for(&self, event: EventId) -> Option<PersonId> {
        self.counts_for.get(&event).copied()
    }

    fn load(&self, entry: &Entry) -> Loaded {
        let referred = refers_to(entry).and_then(|event| self.referred(event));
        let needs = needs(entry, referred.as_ref());
        Loaded {
            around: needs.around.iter().map(|m| self.around(*m)).collect(),
            visit: needs.visit.and_then(|id| self.visits.get(&id).cloned()),
            custody: needs.custody.and_then(|t| self.custody.get(&t).cloned()),
            passages: needs.passages.map(|s| self.span(s)).unwrap_or_default(),
            referred,
        }
    }

    fn referred(&self, event: EventId) -> Option<Referred> {
        let passage = self.passages.get(&event)?.clone();
        let counts_for = self.counts_for(event);
        let area = passage.place.area;
        let theirs = |p| self.of(p, area).filter(standing);
        let find = |wanted: &dyn Fn(&Visit) -> bool| {
            let mut visits = counts_for.into_iter().flat_map(theirs);
            visits.find(|v| wanted(v)).cloned()
        };
        Some(Referred {
            opened: find(&|v| v.entry == event),
            closed: find(&|v| v.exit == Some(event)),
            passage,
            counts_for,
        })
    }

    fn of(&self, person: PersonId, area: AreaId) -> impl Iterator<Item = &Visit> {
        let ids = self.places.get(&(person, area));
        ids.into_iter()
            .flatten()
            .filter_map(|id| self.visits.get(id))
    }

    fn around(&self, moment: Moment) -> Around {
        let candidates = || {
            let visits = self.of(moment.person, moment.area).filter(standing);
            visits.filter(|v| Some(v.id) != moment.except)
        };
        let earlier = candidates().filter(|v| v.entered_at <= moment.at);
        let later = candidates().filter(|v| v.entered_at > moment.at);
        Around {
            moment,
            before: earlier
                .max_by_key(|v| (v.state == VisitState::Open, v.entered_at, v.id))
                .cloned(),
            after: later.min_by_key(|v| (v.entered_at, v.id)).cloned(),
        }
    }

    fn span(&self, span: Span) -> Vec<Passage> {
        let events = self.by_person.get(&span.person);
        let passages = events
            .into_iter()
            .flatten()
            .filter_map(|e| self.passages.get(e));
        let inside = passages.filter(|p| span.from <= p.at && p.at <= span.to);
        inside.cloned().collect()
    }

    fn attribute(&mut self, event: EventId, person: Option<PersonId>) {
        if let Some(former) = self.counts_for.remove(&event) {
            let theirs = self.by_person.entry(former).or_default();
            theirs.retain(|e| *e != event);
        }
        if let Some(person) = person {
            self.counts_for.insert(event, person);
            self.by_person.entry(person).or_default().push(event);
        }
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::PutVisit(visit) => {
                if self.visits.insert(visit.id, visit.clone()).is_none() {
                    let place = (visit.person, visit.area);
                    self.places.entry(place).or_default().push(visit.id);
                }
            }
            Change::PutCustody(custody) => {
                self.custody.insert(custody.tag.clone(), custody.clone());
            }
            Change::RaiseAlert(alert) => {
                self.alerts.insert(alert.id, alert.clone());
            }
            Change::AcknowledgeAlert {
                alert,
                acknowledgement,
            } => {
                if let Some(alert) = self.alerts.get_mut(alert) {
                    alert
                        .acknowledged
                        .get_or_insert_with(|| acknowledgement.clone());
                }
            }
            Change::Attribute { event, person, .. } => self.attribute(*event, *person),
        }
    }
}

fn standing(visit: &&Visit) -> bool {
    visit.state != VisitState::Withdrawn
}
