//! The site's zone: which day an instant belongs to.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// What this crate can refuse.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The time zone has no entry in the IANA database.
    #[error("no time zone is called {name:?}; use an IANA name such as Asia/Kolkata")]
    UnknownZone {
        /// The name as given.
        name: String,
    },
}

/// The site's time zone. The zone decides only which day a sighting belongs to;
/// after it was changed, rebuild the projections so that old sightings follow it.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
}

impl Calendar {
    /// The calendar of the zone with this IANA name.
    ///
    /// # Errors
    /// When the IANA database has no such zone.
    pub fn named(name: &str) -> Result<Self, ProjectionError> {
        let zone = TimeZone::get(name).map_err(|_| ProjectionError::UnknownZone {
            name: name.to_owned(),
        })?;
        Ok(Self { zone })
    }

    /// The calendar of UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self {
            zone: TimeZone::UTC,
        }
    }

    /// The zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The day that `at` belongs to.
    #[must_use]
    pub fn date_of(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// The first instant of `date`; `None` at the far ends of the calendar (years -9999 and 9999).
    #[must_use]
    pub fn start_of(&self, date: Date) -> Option<Timestamp> {
        self.instant(date, 0)
    }

    /// The instant at which `minute` of `date` begins, counted from midnight on the clock
    /// on the wall. Where the clock jumps over it, the instant after the jump.
    #[must_use]
    pub fn instant(&self, date: Date, minute: u16) -> Option<Timestamp> {
        let hour = i8::try_from(minute / 60 % 24).ok()?;
        let minute = i8::try_from(minute % 60).ok()?;
        let wall = date.at(hour, minute, 0, 0);
        self.zone.to_timestamp(wall).ok()
    }
}
