//! Entries that Gatebook writes by itself, and whether it wrote one already.

use model::{Author, Entry, EventId, Notice, Record, Timestamp};
use store::{Append, EntryKind, LogFilter, Page, Result, Store, Write};
use uuid::Uuid;

/// Notices read at once.
const PAGE: u32 = 500;

/// Writes a notice.
///
/// # Errors
/// When the store takes none.
pub async fn append(store: &dyn Store, notice: Notice, now: Timestamp) -> Result<()> {
    let record = Record::Notice(notice);
    write(store, (Author::System, record), Vec::new(), now).await
}

/// Writes an entry together with what it changes in the registry: both, or neither.
///
/// # Errors
/// When the store takes none.
pub async fn write(
    store: &dyn Store,
    (author, record): (Author, Record),
    writes: Vec<Write>,
    now: Timestamp,
) -> Result<()> {
    let entry = Entry {
        id: EventId(Uuid::now_v7()),
        written_at: now,
        author,
        record,
    };
    let append = Append {
        writes,
        ..Append::entry(entry)
    };
    store.append(append).await.map(drop)
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
