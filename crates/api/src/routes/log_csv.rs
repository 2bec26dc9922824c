//! The log as CSV, sent while it is read.

use crate::auth::Auditor;
use crate::csv::{self, word};
use crate::error::{ApiError, Problem};
use crate::extract::Query;
use crate::names::{AuthorView, Names};
use crate::record::{CorrectionView, EntryView, NoticeView, RecordView};
use crate::routes::log::LogQuery;
use crate::routes::visits::calendar;
use crate::state::House;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures::{Stream, stream};
use jiff::tz::TimeZone;
use store::{LogFilter, Page, Role};

/// Entries read at a time.
const AT_ONCE: u32 = 500;

const COLUMNS: [&str; 19] = [
    "index",
    "event",
    "occurred_at",
    "written_at",
    "kind",
    "author",
    "access_point",
    "direction",
    "number",
    "name",
    "department",
    "outcome",
    "taken",
    "reported",
    "reasons",
    "tag",
    "time_source",
    "says",
    "corrected_by",
];

/// Entries of the log as CSV, newest first, with the filters of the log. Role: auditor.
#[utoipa::path(get, path = "/log.csv", tag = "log", params(LogQuery),
    responses((status = 200, body = String, content_type = "text/csv"),
        (status = 422, body = Problem)))]
pub(crate) async fn export(
    Auditor(caller): Auditor,
    State(house): State<House>,
    Query(query): Query<LogQuery>,
) -> Result<Response, ApiError> {
    let zone = calendar(&house).await?.zone().clone();
    let source = Source {
        names: Names::load(&house).await?,
        filter: query.filter()?,
        role: caller.role,
        house,
        zone,
    };
    let header = csv::rows(&[csv::header(&COLUMNS)])?;
    let pieces = stream::once(async { Ok(header) });
    Ok(csv::download(
        "log.csv",
        futures::StreamExt::chain(pieces, source.pieces()),
    ))
}

/// Where the rows come from.
struct Source {
    house: House,
    names: Names,
    filter: LogFilter,
    role: Role,
    zone: TimeZone,
}

impl Source {
    /// Pages of rows until the log's beginning. An error ends the download midway, so that half
    /// an export cannot pass for a whole one.
    fn pieces(self) -> impl Stream<Item = Result<Bytes, ApiError>> + Send {
        stream::try_unfold(Some((self, None)), |state| async move {
            let Some((mut source, before)) = state else {
                return Ok(None);
            };
            let (rows, next) = source.page(before).await?;
            let text = csv::rows(&rows)?;
            Ok(Some((text, next.map(|index| (source, Some(index))))))
        })
    }

    async fn page(
        &mut self,
        before: Option<u64>,
    ) -> Result<(Vec<Vec<String>>, Option<u64>), ApiError> {
        let page = Page {
            before,
            limit: AT_ONCE,
        };
        let found = self.house.store.listed(&self.filter, page).await?;
        let full = found.len() >= AT_ONCE as usize;
        let next = found.last().filter(|_| full).map(|last| last.index());
        let mut rows = Vec::with_capacity(found.len());
        for entry in &found {
            let view = EntryView::listed(entry, &mut self.names, self.role).await?;
            rows.push(row(&view, &self.zone)?);
        }
        Ok((rows, next))
    }
}

/// The cells of one entry that depend on its kind.
#[derive(Default)]
struct Cells {
    access_point: String,
    direction: String,
    person: [String; 3],
    decided: [String; 4],
    tag: String,
    time_source: String,
    says: String,
}

fn row(entry: &EntryView, zone: &TimeZone) -> Result<Vec<String>, ApiError> {
    let cells = cells(entry)?;
    let corrected: Vec<_> = entry.corrected_by.iter().map(ToString::to_string).collect();
    let mut row = vec![
        entry.index.to_string(),
        entry.event.to_string(),
        csv::local_time(entry.occurred_at, zone),
        csv::local_time(entry.written_at, zone),
        entry
            .kind()
            .as_ref()
            .map(word)
            .transpose()?
            .unwrap_or_default(),
        author(&entry.author),
        cells.access_point,
        cells.direction,
    ];
    row.extend(cells.person);
    row.extend(cells.decided);
    row.extend([cells.tag, cells.time_source, cells.says]);
    row.push(corrected.join(" "));
    Ok(row)
}

fn author(author: &AuthorView) -> String {
    match author {
        AuthorView::System => "system".into(),
        AuthorView::Console => "console".into(),
        AuthorView::Unknown => String::new(),
        AuthorView::User(user) => user.name.clone(),
    }
}

fn cells(entry: &EntryView) -> Result<Cells, ApiError> {
    match &entry.record {
        RecordView::Access { passage } => access(passage),
        RecordView::Act { act } => Ok(Cells {
            person: act.person.as_ref().map(who).unwrap_or_default(),
            tag: act.tag.clone().unwrap_or_default(),
            says: act.act.clone(),
            ..Cells::default()
        }),
        RecordView::Correction { correction } => corrected(correction),
        RecordView::Notice { notice } => Ok(noticed(notice)),
        RecordView::Unreadable => Ok(Cells {
            says: "unreadable".into(),
            ..Cells::default()
        }),
    }
}

fn access(passage: &crate::passage::PassageView) -> Result<Cells, ApiError> {
    let reasons: Result<Vec<_>, _> = passage.reasons.iter().map(word).collect();
    let person = passage.person.as_ref().map(|person| who(&person.brief));
    Ok(Cells {
        access_point: passage.access_point.name.clone(),
        direction: word(&passage.access_point.direction)?,
        person: person.unwrap_or_default(),
        decided: [
            word(&passage.outcome)?,
            word(&passage.taken)?,
            passage.reported.to_string(),
            reasons?.join(" "),
        ],
        tag: passage
            .tag
            .as_ref()
            .map(|tag| tag.tag.clone())
            .unwrap_or_default(),
        time_source: word(&passage.time.source)?,
        says: String::new(),
    })
}

fn corrected(correction: &CorrectionView) -> Result<Cells, ApiError> {
    Ok(match correction {
        CorrectionView::NotThisPerson {
            event,
            instead,
            reason,
        } => Cells {
            person: instead.as_ref().map(who).unwrap_or_default(),
            says: format!("not_this_person {event}: {reason}"),
            ..Cells::default()
        },
        CorrectionView::AddMissed {
            person,
            access_point,
            direction,
            reason,
            ..
        } => Cells {
            access_point: access_point.name.clone(),
            direction: word(direction)?,
            person: who(person),
            says: format!("add_missed: {reason}"),
            ..Cells::default()
        },
        CorrectionView::CloseVisit { visit, reason, .. } => Cells {
            says: format!("close_visit {visit}: {reason}"),
            ..Cells::default()
        },
    })
}

fn noticed(notice: &NoticeView) -> Cells {
    let (person, says) = match notice {
        NoticeView::DeviceSilent { device, .. } => (None, format!("device_silent {}", device.name)),
        NoticeView::PartLost { part, .. } => (None, format!("part_lost {part}")),
        NoticeView::CardImported {
            gate,
            passages,
            denied,
            ..
        } => (
            None,
            format!(
                "card_imported {}: {passages} passages, {denied} denied",
                gate.name
            ),
        ),
        NoticeView::VisitOverdue { person, visit } => {
            (Some(person), format!("visit_overdue {visit}"))
        }
        NoticeView::FingersLocked {
            access_point,
            person,
            failures,
        } => {
            let place = access_point.as_ref().map(|point| point.name.as_str());
            let says = format!(
                "fingers_locked {}: {failures} failures",
                place.unwrap_or("")
            );
            (person.as_ref(), says)
        }
        NoticeView::VerificationFailed { finding } => {
            (None, format!("verification_failed: {finding}"))
        }
    };
    Cells {
        person: person.map(who).unwrap_or_default(),
        says,
        ..Cells::default()
    }
}

fn who(person: &crate::person::PersonBrief) -> [String; 3] {
    [
        person.number.clone(),
        person.name.clone(),
        person.department.clone(),
    ]
}
