//! `/log.csv`: what the board noted while nobody listened.

use super::{RefusedRow, rows};
use crate::classic::device_time::{claimed, exit_civil};
use crate::classic::key;
use crate::classic::line::{EntryLine, entry_line};
use crate::classic::message::classic_entry;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{
    ClassicEntry, ClassicExit, DeviceTime, Gate, ObservationDraft, Sighting, SourceKey, TagText,
};
use std::collections::HashMap;

/// A row as observations, ready to be handed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogRow {
    /// Line number in the file, from 1.
    pub line: u64,
    /// What the row says of the entry.
    pub entry: ClassicEntry,
    /// The entry, without its picture.
    pub entry_draft: ObservationDraft,
    /// The exit, when the row has one.
    pub exit_draft: Option<ObservationDraft>,
}

/// How many rows a log has, refused ones among them.
#[must_use]
pub fn row_count(file: &[u8]) -> u64 {
    rows(file).count() as u64
}

/// Reads the log of a gate's controller, row by row. Times are local to `zone`; one that is
/// empty or impossible is set aside, and the event stands at `received_at`.
pub fn log_rows<'a>(
    file: &'a [u8],
    gate: &'a Gate,
    zone: &'a TimeZone,
    received_at: Timestamp,
) -> impl Iterator<Item = Result<LogRow, RefusedRow>> + use<'a> {
    let mut reader = Reader {
        gate,
        zone,
        received_at,
        seen: HashMap::new(),
    };
    rows(file).map(move |(line, row)| {
        reader
            .read(line, row)
            .map_err(|reason| RefusedRow { line, reason })
    })
}

struct Reader<'a> {
    gate: &'a Gate,
    zone: &'a TimeZone,
    received_at: Timestamp,
    /// How often each key was seen: equal rows of one file are several passages.
    seen: HashMap<SourceKey, u32>,
}

impl Reader<'_> {
    fn read(&mut self, line: u64, raw: &[u8]) -> Result<LogRow, String> {
        let entry = entry_line(raw).map_err(|error| error.to_string())?;
        Ok(self.row(line, raw, &entry)?)
    }

    fn row(&mut self, line: u64, raw: &[u8], row: &EntryLine) -> Result<LogRow, &'static str> {
        let entry = classic_entry(row);
        let exit = self.exit(row)?;
        let time = claimed(&row.date, &row.entry_time, self.zone, self.received_at);
        let entry_draft = ObservationDraft {
            device: self.gate.controller,
            access_point: self.gate.entry,
            key: self.unique(key::entry(row, &time)),
            device_time: time,
            received_at: self.received_at,
            deferred: true,
            sighting: Sighting::ClassicEntry(entry.clone()),
            raw: raw.to_vec(),
        };
        let exit_draft = exit.map(|(time, exit)| ObservationDraft {
            access_point: self.gate.exit,
            key: self.unique(key::exit_of_row(row, &time)),
            device_time: time,
            sighting: Sighting::ClassicExit(exit),
            ..entry_draft.clone()
        });
        Ok(LogRow {
            line,
            entry,
            entry_draft,
            exit_draft,
        })
    }

    fn exit(&self, row: &EntryLine) -> Result<Option<(DeviceTime, ClassicExit)>, &'static str> {
        if row.exit_time.is_empty() {
            return Ok(None);
        }
        let tag = TagText::new(&row.tag).ok_or("the row has an exit time and no tag (RFID)")?;
        let time = match exit_civil(&row.date, &row.entry_time, &row.exit_time) {
            Some(local) => claimed(
                &local.date().to_string(),
                &local.time().strftime("%H:%M:%S").to_string(),
                self.zone,
                self.received_at,
            ),
            None => claimed(&row.date, &row.exit_time, self.zone, self.received_at),
        };
        Ok(Some((time, ClassicExit { tag })))
    }

    fn unique(&mut self, key: SourceKey) -> SourceKey {
        let seen = self.seen.entry(key.clone()).or_default();
        let occurrence = *seen;
        *seen += 1;
        // With date and time in it, an equal row is the same passage noted twice.
        match key {
            SourceKey::Content { window_s: None, .. } => key,
            _ => key::occurrence(key, occurrence),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classic::message::{COURT_ACCESS, NEW_ENTRY, draft, parse};
    use model::{AccessPointId, DeviceId, GateId};
    use proptest::prelude::*;

    fn gate() -> Gate {
        Gate {
            id: GateId(Default::default()),
            name: "North".into(),
            controller_address: "127.0.0.11".parse().ok(),
            camera_address: "127.0.0.12".parse().ok(),
            topic_prefix: None,
            controller: DeviceId(Default::default()),
            camera: DeviceId(Default::default()),
            entry: AccessPointId(Default::default()),
            exit: AccessPointId(Default::default()),
        }
    }

    fn read(file: &str) -> (Vec<LogRow>, Vec<RefusedRow>) {
        let zone = TimeZone::get("Asia/Kolkata").unwrap();
        let at = "2026-03-04T00:00:00Z".parse().unwrap();
        let gate = gate();
        let (mut read, mut refused) = (Vec::new(), Vec::new());
        for row in log_rows(file.as_bytes(), &gate, &zone, at) {
            match row {
                Ok(row) => read.push(row),
                Err(row) => refused.push(row),
            }
        }
        assert_eq!(
            row_count(file.as_bytes()),
            (read.len() + refused.len()) as u64
        );
        (read, refused)
    }

    const ROWS: &str = "F_ID,Name,Age,Gender,DOB,A_No,Image,P_No,Address,RFID,Date,E_Time,Ex_Time,Day,RTI\n\
        7,Asha,,,,,7.jpg,,Hill Road, Pune,4AB3,2026-03-02,22:15:30,06:01:00,Monday,7_22:15:30.jpg\r\n\
        8,Bina,,,,,8.jpg,,x,5C1,,,,,8_.jpg\n\
        8,Bina,,,,,8.jpg,,x,5C1,,,,,8_.jpg\n\
        broken\n\
        9,Chitra,,,,,,,x,,2026-03-02,08:00:00,09:00:00,Monday,9_08:00:00.jpg\n";

    #[test]
    fn a_row_is_an_entry_and_perhaps_an_exit_on_the_day_after() {
        let (rows, _) = read(ROWS);
        let row = &rows[0];
        let at = |text: &str| DeviceTime::Claimed {
            at: text.parse().unwrap(),
            synced: false,
        };
        assert_eq!(row.entry_draft.device_time, at("2026-03-02T16:45:30Z"));
        let exit = row.exit_draft.as_ref().unwrap();
        assert_eq!(exit.device_time, at("2026-03-03T00:31:00Z"));
        assert!(exit.deferred && row.entry_draft.deferred);
    }

    #[test]
    fn every_refused_row_is_named_with_its_line_and_reason() {
        let (_, refused) = read(ROWS);
        let lines: Vec<u64> = refused.iter().map(|row| row.line).collect();
        assert_eq!(lines, [5, 6]);
        assert!(refused[1].reason.contains("no tag"));
    }

    #[test]
    fn reading_a_file_twice_gives_the_same_keys_and_untimed_rows_stay_apart() {
        let (first, again) = (read(ROWS), read(ROWS));
        assert_eq!(first, again);
        let (rows, _) = first;
        assert_ne!(rows[1].entry_draft.key, rows[2].entry_draft.key);
        assert_eq!(rows[1].entry_draft.device_time, DeviceTime::Absent);
    }

    #[test]
    fn the_live_messages_of_a_row_have_the_rows_keys() {
        let zone = TimeZone::get("Asia/Kolkata").unwrap();
        let now = "2026-03-03T01:00:00Z".parse().unwrap();
        let live = |topic: &str, text: &str| {
            let message = parse(topic, text.as_bytes()).unwrap();
            draft(&message, &gate(), &zone, now, text.as_bytes())
                .unwrap()
                .key
        };
        let row = read(ROWS).0.remove(0);
        let entry =
            "\n7,Asha,,,,,7.jpg,,Hill Road, Pune,4AB3,2026-03-02,22:15:30,,Monday,7_22:15:30.jpg\n";
        assert_eq!(row.entry_draft.key, live(NEW_ENTRY, entry));
        let exit = live(COURT_ACCESS, "4AB3,2026-03-03,06:01:00,Tuesday");
        assert_eq!(row.exit_draft.unwrap().key, exit);
    }

    proptest! {
        #[test]
        fn any_file_is_read_and_never_a_panic(file: Vec<u8>) {
            log_rows(&file, &gate(), &TimeZone::UTC, Timestamp::UNIX_EPOCH).for_each(drop);
        }
    }
}
