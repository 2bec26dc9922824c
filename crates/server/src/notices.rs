//! Entries that Gatebook writes by itself, and whether it wrote one already.

use model::{Author, Entry, EventId, Notice, Record, Timestamp};
use store::{Append, EntryKind, LogFilter, Page, Result, Store};
use uuid::Uuid;

/// Notices read at once.
const PAGE: u32 = 500;

/// Writes a notice.
///
/// # Errors
/// When the store takes none.
pub async fn append(store: &dyn Store, notice: Notice, now: Timestamp) -> Result<()> {
    let entry = Entry {
        id: EventId(Uuid::now_v7()),
        written_at: now,
        author: Author::System,
        record: Record::Notice(notice),
    };
    store.append(Append::entry(entry)).await.map(drop)
}

/// Whether one of the notices since `from` is as asked; `None`: of all.
///
/// # Errors
/// When the log cannot be read.
pub async fn any_since(
    store: &dyn Store,
    from: Option<Timestamp>,
    is: impl Fn(&Notice) -> bool,
) -> Result<bool> {
    let filter = LogFilter {
        from,
        kinds: vec![EntryKind::Notice],
        ..LogFilter::default()
    };
    let mut before = None;
    loop {
        let page = Page {
            before,
            limit: PAGE,
        };
        let found = store.entries(&filter, page).await?;
        let Some(oldest) = found.last() else {
            return Ok(false);
        };
        before = Some(oldest.index);
        let mut notices = found.iter().map(|stored| &stored.entry.record);
        if notices.any(|record| matches!(record, Record::Notice(notice) if is(notice))) {
            return Ok(true);
        }
    }
}
