//! What the pages ask of the store, with the filters that they offer; each question in several variants, so
//! that no answer is merely remembered.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{AccessPointId, Outcome, Person, PersonId, TagText};
use storage::SqlStore;
use store::{
    Book, EntryKind, Ingest, LogFilter, Page, People, PeopleQuery, Projected, VisitFilter,
};

use crate::Result;
use crate::random::Random;

/// Entries on a page of the log: one more than it shows, to know whether there is another.
const LOG_PAGE: u32 = 101;

/// A question to the store.
pub enum Ask {
    /// A page of the log.
    Log(LogFilter, Option<u64>, u32),
    /// A page of visits.
    Visits(VisitFilter),
    /// Attendance.
    Days(Date, Date, Option<PersonId>),
    /// Alerts.
    Alerts(bool),
    /// Unresolved groups.
    Unresolved(Option<u64>),
    /// Entries since midnight.
    Today(Timestamp),
    /// A search for people.
    Search(String),
}

impl Ask {
    /// Asks it; how many rows came.
    pub async fn of(&self, store: &SqlStore) -> Result<usize> {
        Ok(match self {
            Self::Log(filter, before, limit) => {
                let page = Page {
                    before: *before,
                    limit: *limit,
                };
                store.entries(filter, page).await?.len()
            }
            Self::Visits(filter) => store.visits(filter).await?.len(),
            Self::Days(from, to, person) => store.attendance(*from, *to, *person).await?.len(),
            Self::Alerts(open) => store.alerts(*open, &[], 100).await?.len(),
            Self::Unresolved(before) => store.unresolved(*before, 50).await?.len(),
            Self::Today(since) => usize::try_from(store.entries_since(*since).await?)?,
            Self::Search(text) => {
                let query = PeopleQuery {
                    text: text.clone(),
                    limit: 100,
                    ..PeopleQuery::default()
                };
                store.people(&query).await?.len()
            }
        })
    }
}

/// What the questions are about: things that are in the site.
pub struct Site {
    random: Random,
    people: Vec<PersonId>,
    points: Vec<AccessPointId>,
    tags: Vec<TagText>,
    size: u64,
    first: Timestamp,
    last: Timestamp,
    zone: TimeZone,
}

impl Site {
    /// Looks around.
    pub async fn of(store: &SqlStore) -> Result<Self> {
        let query = PeopleQuery {
            limit: 500,
            ..PeopleQuery::default()
        };
        let people: Vec<Person> = store.people(&query).await?;
        let points = store.access_points().await?;
        let mut tags = Vec::new();
        for person in people.iter().take(40) {
            tags.extend(
                store
                    .custody_of(person.id)
                    .await?
                    .into_iter()
                    .map(|held| held.tag),
            );
        }
        let at = |before| {
            let kinds = vec![EntryKind::Access];
            let filter = LogFilter {
                kinds,
                ..LogFilter::default()
            };
            async move { store.entries(&filter, Page { before, limit: 1 }).await }
        };
        let size = store.size().await?;
        let newest = at(None).await?;
        // The first entries are those of the people.
        let oldest = at(Some(u64::try_from(people.len())? * 10 + 20_000)).await?;
        let time = |found: &[store::StoredEntry]| found.first().map(|one| one.entry.occurred_at());
        Ok(Self {
            random: Random::new(7),
            people: people.iter().map(|person| person.id).collect(),
            points: points.iter().map(|point| point.id).collect(),
            tags,
            size,
            first: time(&oldest).ok_or("there are no passages")?,
            last: time(&newest).ok_or("there are no passages")?,
            zone: TimeZone::get(&store.settings().await?.time_zone)?,
        })
    }

    fn person(&mut self) -> Option<PersonId> {
        self.random.one_of(&self.people)
    }

    fn point(&mut self) -> Option<AccessPointId> {
        self.random.one_of(&self.points)
    }

    fn tag(&mut self) -> Option<TagText> {
        let place = self.random.below(self.tags.len() as u64);
        self.tags.get(usize::try_from(place).ok()?).cloned()
    }

    /// Somewhere in the log.
    fn deep(&mut self) -> Option<u64> {
        Some(self.random.below(self.size))
    }

    fn instant(&mut self) -> Timestamp {
        let span = self.last.as_second() - self.first.as_second();
        let into = self.random.below(span.max(1).unsigned_abs());
        self.first + SignedDuration::from_secs(i64::try_from(into).unwrap_or(0))
    }

    /// A span of time of so many hours.
    fn hours(&mut self, hours: i64) -> LogFilter {
        let from = self.instant();
        LogFilter {
            from: Some(from),
            until: Some(from + SignedDuration::from_hours(hours)),
            ..LogFilter::default()
        }
    }

    fn date(&mut self) -> Date {
        self.instant().to_zoned(self.zone.clone()).date()
    }

    fn midnight(&self) -> Timestamp {
        let today = self.last.to_zoned(self.zone.clone()).date();
        today
            .to_zoned(self.zone.clone())
            .map_or(self.last, |at| at.timestamp())
    }
}

/// A named question with a fresh variant at each call.
pub type Question = (&'static str, fn(&mut Site) -> Ask);

fn log(filter: LogFilter) -> Ask {
    Ask::Log(filter, None, LOG_PAGE)
}

fn none() -> LogFilter {
    LogFilter::default()
}

/// The questions, in the order of the table.
pub const QUESTIONS: [Question; 46] = [
    ("live: last passages", |_| {
        Ask::Log(
            LogFilter {
                kinds: vec![EntryKind::Access],
                ..none()
            },
            None,
            200,
        )
    }),
    ("live: who is inside", |_| {
        Ask::Visits(VisitFilter {
            open: true,
            limit: 5_000,
            ..VisitFilter::default()
        })
    }),
    ("live: entries today", |site| Ask::Today(site.midnight())),
    ("live: open alerts", |_| Ask::Alerts(true)),
    ("alerts, all", |_| Ask::Alerts(false)),
    ("unresolved", |_| Ask::Unresolved(None)),
    ("unresolved, deep", |_| Ask::Unresolved(Some(60))),
    ("person: visits", |site| {
        Ask::Visits(VisitFilter {
            person: site.person(),
            limit: 20,
            ..VisitFilter::default()
        })
    }),
    ("person: visits, deep", |site| {
        let before = Some(site.instant());
        Ask::Visits(VisitFilter {
            person: site.person(),
            before,
            limit: 20,
            ..VisitFilter::default()
        })
    }),
    ("person: a month of days", |site| {
        let date = site.date();
        Ask::Days(
            date,
            date.saturating_add(jiff::Span::new().days(30)),
            site.person(),
        )
    }),
    ("attendance: a day", |site| {
        let date = site.date();
        Ask::Days(date, date, None)
    }),
    ("attendance: a month", |site| {
        let date = site.date();
        Ask::Days(date, date.saturating_add(jiff::Span::new().days(30)), None)
    }),
    ("visits of everybody, deep", |site| {
        Ask::Visits(VisitFilter {
            before: Some(site.instant()),
            limit: 100,
            ..VisitFilter::default()
        })
    }),
    ("people: search", |site| {
        Ask::Search(
            site.random
                .one_of(&["an", "ada b", "0012", "zzz"])
                .unwrap_or("a")
                .to_owned(),
        )
    }),
    ("log", |_| log(none())),
    ("log, deep", |site| Ask::Log(none(), site.deep(), LOG_PAGE)),
    ("log: person", |site| {
        log(LogFilter {
            person: site.person(),
            ..none()
        })
    }),
    ("log: person, deep", |site| {
        Ask::Log(
            LogFilter {
                person: site.person(),
                ..none()
            },
            site.deep(),
            LOG_PAGE,
        )
    }),
    ("log: person nobody knows", |site| {
        log(LogFilter {
            person: Some(site.random.id()),
            ..none()
        })
    }),
    ("log: person, denied", |site| {
        log(LogFilter {
            person: site.person(),
            outcome: Some(Outcome::Denied),
            ..none()
        })
    }),
    ("log: person, door", |site| {
        log(LogFilter {
            person: site.person(),
            access_point: site.point(),
            ..none()
        })
    }),
    ("log: person, day", |site| {
        LogFilter {
            person: site.person(),
            ..site.hours(24)
        }
        .into()
    }),
    ("log: door", |site| {
        log(LogFilter {
            access_point: site.point(),
            ..none()
        })
    }),
    ("log: door, deep", |site| {
        Ask::Log(
            LogFilter {
                access_point: site.point(),
                ..none()
            },
            site.deep(),
            LOG_PAGE,
        )
    }),
    ("log: door nobody knows", |site| {
        log(LogFilter {
            access_point: Some(site.random.id()),
            ..none()
        })
    }),
    ("log: day", |site| site.hours(24).into()),
    ("log: month", |site| site.hours(720).into()),
    ("log: month, deep", |site| {
        Ask::Log(site.hours(720), site.deep(), LOG_PAGE)
    }),
    ("log: since a while", |site| {
        log(LogFilter {
            from: Some(site.instant()),
            ..none()
        })
    }),
    ("log: until long ago", |site| {
        log(LogFilter {
            until: Some(site.first + SignedDuration::from_hours(72)),
            ..none()
        })
    }),
    ("log: hour of night", |site| {
        let from = site.midnight() - SignedDuration::from_hours(24 * 30 - 2);
        log(LogFilter {
            from: Some(from),
            until: Some(from + SignedDuration::from_hours(1)),
            ..none()
        })
    }),
    ("log: acts", |_| log(kind(EntryKind::Act))),
    ("log: corrections", |_| log(kind(EntryKind::Correction))),
    ("log: notices, deep", |site| {
        Ask::Log(kind(EntryKind::Notice), site.deep(), LOG_PAGE)
    }),
    ("log: denied", |_| {
        log(LogFilter {
            outcome: Some(Outcome::Denied),
            ..none()
        })
    }),
    ("log: denied, deep", |site| {
        Ask::Log(
            LogFilter {
                outcome: Some(Outcome::Denied),
                ..none()
            },
            site.deep(),
            LOG_PAGE,
        )
    }),
    ("log: granted, deep", |site| {
        Ask::Log(
            LogFilter {
                outcome: Some(Outcome::Granted),
                ..none()
            },
            site.deep(),
            LOG_PAGE,
        )
    }),
    ("log: tag", |site| {
        log(LogFilter {
            tag: site.tag(),
            ..none()
        })
    }),
    ("log: tag nobody has", |_| {
        log(LogFilter {
            tag: TagText::new("00000000"),
            ..none()
        })
    }),
    ("log: tag, denied", |site| {
        log(LogFilter {
            tag: site.tag(),
            outcome: Some(Outcome::Denied),
            ..none()
        })
    }),
    ("log: door, denied", |site| {
        log(LogFilter {
            access_point: site.point(),
            outcome: Some(Outcome::Denied),
            ..none()
        })
    }),
    ("log: door, acts (none)", |site| {
        log(LogFilter {
            access_point: site.point(),
            ..kind(EntryKind::Act)
        })
    }),
    ("log: door, month", |site| {
        LogFilter {
            access_point: site.point(),
            ..site.hours(720)
        }
        .into()
    }),
    ("log: door, denied, week", |site| {
        LogFilter {
            access_point: site.point(),
            outcome: Some(Outcome::Denied),
            ..site.hours(168)
        }
        .into()
    }),
    ("log: denied, night (none)", |site| {
        let from = site.midnight() - SignedDuration::from_hours(24 * 30 - 2);
        let until = Some(from + SignedDuration::from_hours(1));
        log(LogFilter {
            from: Some(from),
            until,
            outcome: Some(Outcome::Denied),
            ..none()
        })
    }),
    ("log: acts, week", |site| {
        LogFilter {
            kinds: vec![EntryKind::Act],
            ..site.hours(168)
        }
        .into()
    }),
];

fn kind(kind: EntryKind) -> LogFilter {
    LogFilter {
        kinds: vec![kind],
        ..none()
    }
}

impl From<LogFilter> for Ask {
    fn from(filter: LogFilter) -> Self {
        log(filter)
    }
}
