//! Settings of the whole site.

use crate::auth::{Admin, Viewer};
use crate::error::{ApiError, Problem};
use crate::extract::Json;
use crate::state::House;
use crate::text::required;
use axum::extract::State;
use jiff::tz::TimeZone;
use model::{Act, ClockTime, Settings};
use serde::{Deserialize, Serialize};
use store::Write;
use utoipa::ToSchema;

/// Last minute of a day.
const LAST_MINUTE: u16 = 24 * 60 - 1;
/// Longest time that is not yet late, in minutes.
const LONGEST_GRACE: u16 = 12 * 60;
/// Longest limit of a visit, in minutes: 31 days.
const LONGEST_VISIT: u32 = 31 * 24 * 60;
/// Longest time for which strangers are kept, in days.
const LONGEST_KEPT: u16 = 366;

/// What an administrator sets for the whole site.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct SiteSettings {
    /// Name of the site.
    site_name: String,
    /// IANA name of the site's time zone, e.g. `Asia/Kolkata`.
    time_zone: String,
    /// When work starts, in minutes after midnight, 0 to 1439.
    work_start_min: u16,
    /// When work ends, in minutes after midnight; before the start: on the next day.
    work_end_min: u16,
    /// Minutes after the start that are not yet late (before the end: not yet early).
    grace_min: u16,
    /// A visit open for longer than this many minutes alerts as a missing exit; 0: never.
    visit_limit_min: u32,
    /// Days for which templates and pictures of strangers are kept, 0 to 366; 0: not at all. Absent in a change: as it was.
    strangers_kept_days: Option<u16>,
}

impl From<Settings> for SiteSettings {
    fn from(settings: Settings) -> Self {
        Self {
            site_name: settings.site_name,
            time_zone: settings.time_zone,
            work_start_min: settings.work_start.0,
            work_end_min: settings.work_end.0,
            grace_min: settings.grace_min,
            visit_limit_min: settings.visit_limit_min,
            strangers_kept_days: Some(settings.strangers_kept_days),
        }
    }
}

impl SiteSettings {
    /// The settings that were `before`, changed to these.
    fn checked(self, before: &Settings) -> Result<Settings, ApiError> {
        let input = self;
        let time_zone = required("time_zone", &input.time_zone)?;
        if TimeZone::get(&time_zone).is_err() {
            let detail = "Choose a name of the IANA time zone database, e.g. Asia/Kolkata.";
            return Err(ApiError::field("time_zone", detail));
        }
        at_most(
            "work_start_min",
            input.work_start_min.into(),
            LAST_MINUTE.into(),
        )?;
        at_most(
            "work_end_min",
            input.work_end_min.into(),
            LAST_MINUTE.into(),
        )?;
        at_most("grace_min", input.grace_min.into(), LONGEST_GRACE.into())?;
        at_most("visit_limit_min", input.visit_limit_min, LONGEST_VISIT)?;
        let kept = input.strangers_kept_days;
        let strangers_kept_days = kept.unwrap_or(before.strangers_kept_days);
        if strangers_kept_days > LONGEST_KEPT {
            let detail = format!("From 0 to {LONGEST_KEPT} days.");
            return Err(ApiError::field("strangers_kept_days", detail));
        }
        Ok(Settings {
            site_name: required("site_name", &input.site_name)?,
            time_zone,
            work_start: ClockTime(input.work_start_min),
            work_end: ClockTime(input.work_end_min),
            grace_min: input.grace_min,
            visit_limit_min: input.visit_limit_min,
            strangers_kept_days,
        })
    }
}

fn at_most(field: &str, value: u32, most: u32) -> Result<(), ApiError> {
    if value > most {
        let detail = format!("From 0 to {most} minutes.");
        return Err(ApiError::field(field, detail));
    }
    Ok(())
}

/// The site's settings. Role: viewer.
#[utoipa::path(get, path = "/settings", tag = "places",
    responses((status = 200, body = SiteSettings)))]
pub(crate) async fn show(
    _: Viewer,
    State(house): State<House>,
) -> Result<Json<SiteSettings>, ApiError> {
    Ok(Json(house.store.settings().await?.into()))
}

/// Changes the site's settings, at once. Role: admin.
#[utoipa::path(put, path = "/settings", tag = "places", request_body = SiteSettings,
    responses((status = 200, body = SiteSettings), (status = 422, body = Problem)))]
pub(crate) async fn change(
    Admin(caller): Admin,
    State(house): State<House>,
    Json(input): Json<SiteSettings>,
) -> Result<Json<SiteSettings>, ApiError> {
    let before = house.store.settings().await?;
    let settings = input.checked(&before)?;
    let writes = vec![Write::Settings(settings.clone())];
    house
        .act(caller.author(), Act::SettingsChanged, writes)
        .await?;
    if settings.time_zone != before.time_zone {
        // Which day a sighting belongs to is folded into visits.
        house.store.rebuild_projections().await?;
    }
    Ok(Json(settings.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(time_zone: &str, work_start_min: u16) -> Result<Settings, ApiError> {
        let input = SiteSettings {
            time_zone: time_zone.into(),
            work_start_min,
            ..Settings::default().into()
        };
        input.checked(&Settings::default())
    }

    #[test]
    fn a_time_zone_that_does_not_exist_is_refused_by_name_of_the_field() {
        let refused = checked("Mars/Olympus", 540).unwrap_err();
        assert!(matches!(refused, ApiError::Field { field, .. } if field == "time_zone"));
        assert!(checked("Asia/Kolkata", 540).is_ok());
    }

    #[test]
    fn a_day_has_no_minute_1440() {
        assert!(checked("UTC", 1440).is_err());
        assert!(checked("UTC", 1439).is_ok());
    }
}
