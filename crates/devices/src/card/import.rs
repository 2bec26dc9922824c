//! Hands a card's log in, with the pictures that lie beside it.

use super::RefusedRow;
use super::log::{LogRow, read_log};
use crate::classic::{is_jpeg, refusal_words};
use crate::house::{House, PictureError};
use bytes::Bytes;
use jiff::Timestamp;
use model::{Gate, ObservationDraft, PictureId, Receipt, Sighting};
use std::time::Duration;

/// How soon a row that the house could not take is handed in again.
const RETRY: Duration = Duration::from_millis(200);

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

enum Handed {
    New,
    Known,
    Refused(String),
}

/// Imports the log of a gate. `picture` gives the bytes of a picture by its name in the row.
/// Importing the same log again adds nothing. Returns when every row has its receipt, or the
/// house has stopped (rows without a receipt are then refused with that reason).
pub async fn import_log(
    house: &House,
    gate: &Gate,
    file: &[u8],
    picture: &(dyn Fn(&str) -> Option<Bytes> + Send + Sync),
) -> LogImport {
    let log = read_log(file, gate, &house.directory().time_zone, Timestamp::now());
    let mut import = LogImport {
        refused: log.refused,
        ..LogImport::default()
    };
    for row in log.rows {
        import.take(house, row, picture).await;
    }
    import.refused.sort_by_key(|row| row.line);
    import
}

impl LogImport {
    async fn take(
        &mut self,
        house: &House,
        row: LogRow,
        picture: &(dyn Fn(&str) -> Option<Bytes> + Send + Sync),
    ) {
        let line = row.line;
        let mut draft = row.entry_draft;
        let mut entry = row.entry;
        if let Some(jpeg) = picture(&entry.picture_file) {
            match keep(house, jpeg).await {
                Ok(id) => entry.picture = Some(id),
                Err(reason) => self.spoiled_pictures.push(RefusedRow { line, reason }),
            }
        }
        let with_picture = entry.picture.is_some();
        draft.sighting = Sighting::ClassicEntry(entry);
        if self.count(line, hand_in(house, draft).await) && with_picture {
            self.pictures += 1;
        }
        if let Some(exit) = row.exit_draft {
            self.count(line, hand_in(house, exit).await);
        }
    }

    fn count(&mut self, line: u64, handed: Handed) -> bool {
        match handed {
            Handed::New => self.added += 1,
            Handed::Known => self.unchanged += 1,
            Handed::Refused(ref reason) => {
                self.refused.push(RefusedRow {
                    line,
                    reason: reason.clone(),
                });
            }
        }
        matches!(handed, Handed::New)
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
            Receipt::Overloaded if house.deliveries.is_closed() => {
                return Handed::Refused("the server is stopping; import the file again".to_owned());
            }
            Receipt::Overloaded => tokio::time::sleep(RETRY).await,
        }
    }
}
