//! Hands a card's log in, with the pictures that lie beside it.

use super::RefusedRow;
use super::log::{LogRow, log_rows};
use crate::classic::{is_jpeg, refusal_words};
use crate::house::{House, PictureError};
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use model::{ClassicEntry, Gate, ObservationDraft, PictureId, Receipt, Sighting};
use std::time::Duration;

/// How soon a row that the house could not take is handed in again.
const RETRY: Duration = Duration::from_millis(200);

/// Why the first row that was not taken was not, when the house stops.
const STOPPED: &str = "the server stopped here; import the file again: what was taken over is \
                       recognised";

/// What became of an imported log.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LogImport {
    /// Entries and exits that were new.
    pub added: u64,
    /// Entries and exits that were known already, live or from an earlier import.
    pub unchanged: u64,
    /// Pictures taken over with new entries.
    pub pictures: u64,
    /// Refused rows.
    pub refused: Vec<RefusedRow>,
    /// Pictures that could not be kept, by the line of their row.
    pub spoiled_pictures: Vec<RefusedRow>,
}

/// What an import asks of whoever runs it.
#[async_trait]
pub trait ImportSource: Send + Sync {
    /// The picture of that name, or why it cannot be had.
    async fn picture(&self, name: &str) -> Result<Option<Bytes>, String>;

    /// Whether this was observed already. `false` where that is not certain: the receipt tells.
    async fn is_known(&self, draft: &ObservationDraft) -> bool;

    /// Told after each row: how many are done, and how many pictures were taken over.
    fn done(&self, rows: u64, pictures: u64);
}

enum Handed {
    New,
    Known,
    Refused(String),
    Stopped,
}

/// The house takes nothing any more.
struct Stopped;

/// Imports the log of a gate; its observations are received at `now`. Importing the same log again adds nothing and keeps no picture a
/// second time. Returns when every row has its receipt; when the house stops in between, the
/// first row without a receipt is refused with that reason and the rest is left.
pub async fn import_log(
    house: &House,
    gate: &Gate,
    file: &[u8],
    now: Timestamp,
    source: &dyn ImportSource,
) -> LogImport {
    let zone = house.directory().time_zone.clone();
    let mut import = LogImport::default();
    for (row, done) in log_rows(file, gate, &zone, now).zip(1..) {
        match row {
            Ok(row) => {
                let line = row.line;
                if let Err(Stopped) = import.take(house, row, source).await {
                    let reason = STOPPED.to_owned();
                    import.refused.push(RefusedRow { line, reason });
                    return import;
                }
            }
            Err(refused) => import.refused.push(refused),
        }
        source.done(done, import.pictures);
    }
    import
}

impl LogImport {
    async fn take(
        &mut self,
        house: &House,
        row: LogRow,
        source: &dyn ImportSource,
    ) -> Result<(), Stopped> {
        let line = row.line;
        if source.is_known(&row.entry_draft).await {
            self.unchanged += 1;
        } else {
            self.take_entry(house, line, row.entry, row.entry_draft, source)
                .await?;
        }
        if let Some(exit) = row.exit_draft {
            self.count(line, hand_in(house, exit).await)?;
        }
        Ok(())
    }

    async fn take_entry(
        &mut self,
        house: &House,
        line: u64,
        mut entry: ClassicEntry,
        mut draft: ObservationDraft,
        source: &dyn ImportSource,
    ) -> Result<(), Stopped> {
        let kept = match source.picture(&entry.picture_file).await {
            Ok(Some(jpeg)) => keep(house, jpeg).await.map(Some),
            Ok(None) => Ok(None),
            Err(reason) => Err(reason),
        };
        match kept {
            Ok(id) => entry.picture = id,
            Err(reason) => self.spoiled_pictures.push(RefusedRow { line, reason }),
        }
        let with_picture = entry.picture.is_some();
        draft.sighting = Sighting::ClassicEntry(entry);
        if self.count(line, hand_in(house, draft).await)? && with_picture {
            self.pictures += 1;
        }
        Ok(())
    }

    /// Whether it was new.
    fn count(&mut self, line: u64, handed: Handed) -> Result<bool, Stopped> {
        let new = matches!(handed, Handed::New);
        match handed {
            Handed::New => self.added += 1,
            Handed::Known => self.unchanged += 1,
            Handed::Refused(reason) => self.refused.push(RefusedRow { line, reason }),
            Handed::Stopped => return Err(Stopped),
        }
        Ok(new)
    }
}

async fn keep(house: &House, jpeg: Bytes) -> Result<PictureId, String> {
    if !is_jpeg(&jpeg) {
        return Err("the picture is not a JPEG file".to_owned());
    }
    house
        .pictures
        .put(jpeg)
        .await
        .map_err(|error: PictureError| error.to_string())
}

async fn hand_in(house: &House, draft: ObservationDraft) -> Handed {
    loop {
        match house.deliver(draft.clone()).await {
            Receipt::Committed { .. } => return Handed::New,
            Receipt::Duplicate { .. } => return Handed::Known,
            Receipt::Refused(why) => return Handed::Refused(refusal_words(&why)),
            Receipt::Overloaded if house.deliveries.is_closed() => return Handed::Stopped,
            Receipt::Overloaded => tokio::time::sleep(RETRY).await,
        }
    }
}
