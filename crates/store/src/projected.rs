//! Reading the projections. They are trusted for speed only: all can be rebuilt from the log.

use crate::Result;
use async_trait::async_trait;
use jiff::civil::Date;
use model::{
    Alert, AlertId, AlertKind, AreaId, Custody, PersonId, TagText, Timestamp, Visit, VisitId,
};

/// A person's day at the site.
#[derive(Clone, PartialEq, Debug)]
pub struct AttendanceDay {
    /// Who.
    pub person: PersonId,
    /// The day in the site's zone.
    pub date: Date,
    /// First arrival.
    pub arrival: Timestamp,
    /// Last departure, when there is one.
    pub departure: Option<Timestamp>,
}

/// What visits to list, newest first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct VisitFilter {
    /// Of this person.
    pub person: Option<PersonId>,
    /// In this area.
    pub area: Option<AreaId>,
    /// Only open ones.
    pub open: bool,
    /// Without those that sightings alone keep open, the last of them before this instant.
    pub seen_since: Option<Timestamp>,
    /// Only visits that began before this instant, for the next page.
    pub before: Option<Timestamp>,
    /// At most this many, 1..=5,000.
    pub limit: u32,
}

/// The projections' rows.
#[async_trait]
pub trait Projected: Send + Sync {
    /// One visit.
    async fn visit(&self, id: VisitId) -> Result<Option<Visit>>;

    /// Visits.
    async fn visits(&self, filter: &VisitFilter) -> Result<Vec<Visit>>;

    /// Open visits that began before `before` in one of `areas`, whose end is not known and about
    /// which no alert was raised yet; longest first, at most `limit`.
    async fn overdue_visits(
        &self,
        areas: &[AreaId],
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Visit>>;

    /// Days of everybody (or one person) from `from` to `to`, both included, by date and person.
    async fn attendance(
        &self,
        from: Date,
        to: Date,
        person: Option<PersonId>,
    ) -> Result<Vec<AttendanceDay>>;

    /// Alerts, newest first: those not acknowledged, or all; none of the kinds in `without`.
    async fn alerts(
        &self,
        open_only: bool,
        without: &[AlertKind],
        limit: u32,
    ) -> Result<Vec<Alert>>;

    /// One alert.
    async fn alert(&self, id: AlertId) -> Result<Option<Alert>>;

    /// Where a tag is.
    async fn custody(&self, tag: &TagText) -> Result<Option<Custody>>;

    /// The tags in a person's hands (issued or assigned).
    async fn custody_of(&self, person: PersonId) -> Result<Vec<Custody>>;

    /// All tags that are out (issued), longest first.
    async fn tags_out(&self) -> Result<Vec<Custody>>;

    /// Granted and taken entries per access point since `since`.
    async fn entries_since(&self, since: Timestamp) -> Result<u64>;
}
