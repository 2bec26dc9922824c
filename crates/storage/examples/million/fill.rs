//! Days and days, written as a running Gatebook writes them: each observation committed, then each entry
//! appended with what it settles. Many at once, so that they share groups; in order all the same.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use futures::future::try_join_all;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{
    Acknowledgement, Act, AlertId, Author, Correction, DeviceId, Entry, EventId, Notice,
    ObservationDraft, PersonId, Record, Sighting, SourceKey, Unresolved, UnresolvedReason, UserId,
};
use projection::Change;
use storage::SqlStore;
use store::{Append, Book, Committed, Ingest, People, Settlement};

use crate::Result;
use crate::dates::{after, midnights};
use crate::days::{Pass, passes};
use crate::house::{self, House};
use crate::random::Random;

/// Passages written together.
const TOGETHER: usize = 1_024;
/// Alerts that are left for somebody to see, in a thousand.
const LEFT_OPEN: u64 = 30;

/// How large the site becomes.
#[derive(Clone, Copy)]
pub struct Size {
    /// Access events.
    pub events: u64,
    /// People.
    pub people: u64,
}

struct Filling<'a> {
    store: &'a SqlStore,
    house: House,
    random: Random,
    operator: UserId,
    counted: HashMap<DeviceId, u64>,
    boot: String,
}

/// Fills the site.
pub async fn fill(store: &SqlStore, size: Size) -> Result<()> {
    let began = Instant::now();
    let now = Timestamp::now();
    let mut random = Random::new(0x6174_6562_6f6f_6b21);
    let house = house::build(store, &mut random, size.people, now).await?;
    println!("{} people after {:.1?}", size.people, began.elapsed());
    let operator = random.id();
    let boot = format!("{now}");
    let mut filling = Filling {
        store,
        house,
        random,
        operator,
        counted: HashMap::new(),
        boot,
    };
    let zone = TimeZone::get(&store.settings().await?.time_zone)?;
    // About three and a third passages of each of those who come.
    let days = usize::try_from(size.events / (size.people * 26 / 10).max(1) + 5)?;
    let (midnights, mut events) = (midnights(now, &zone, days), 0);
    for (day, midnight) in midnights.iter().enumerate() {
        events += filling.day(*midnight, now, size.events - events).await?;
        if day % 20 == 19 || events >= size.events {
            let rate = events as f64 / began.elapsed().as_secs_f64();
            println!("day {}: {events} events, {rate:.0}/s", day + 1);
        }
    }
    println!(
        "{events} events, {} entries in {:.1?}",
        store.size().await?,
        began.elapsed()
    );
    Ok(())
}

impl Filling<'_> {
    /// A day, as far as it has come, and at most so many events; how many it had.
    async fn day(&mut self, midnight: Timestamp, now: Timestamp, most: u64) -> Result<u64> {
        let mut all = passes(&self.house, &mut self.random, midnight);
        all.retain(|pass| pass.told_at() < now);
        all.truncate(usize::try_from(most)?);
        let mut written = Vec::with_capacity(all.len());
        for several in all.chunks(TOGETHER) {
            written.extend(self.several(several).await?);
        }
        self.afterwards(&written).await?;
        Ok(all.len() as u64)
    }

    async fn several(&mut self, several: &[Pass]) -> Result<Vec<Arc<Committed>>> {
        let drafts: Vec<ObservationDraft> = several.iter().map(|pass| self.draft(pass)).collect();
        let commits = drafts.into_iter().map(|draft| self.store.commit(draft));
        let commits = try_join_all(commits).await?;
        let mut appends = Vec::with_capacity(several.len());
        for (pass, commit) in several.iter().zip(commits) {
            let observation = commit.observation.id;
            let record = Record::Access(pass.event(observation));
            let mut append = Append::entry(self.entry(pass.told_at(), Author::System, record));
            append.settles.push(observation);
            appends.push(append);
        }
        let appended = appends.into_iter().map(|append| self.store.append(append));
        Ok(try_join_all(appended).await?)
    }

    fn draft(&mut self, pass: &Pass) -> ObservationDraft {
        let sequence = self.counted.entry(pass.door.device).or_default();
        *sequence += 1;
        ObservationDraft {
            device: pass.door.device,
            access_point: pass.door.place().access_point,
            key: SourceKey::Sequence {
                boot_id: self.boot.clone(),
                sequence: *sequence,
            },
            device_time: pass.time(),
            received_at: pass.told_at(),
            deferred: pass.deferred,
            sighting: Sighting::Tag {
                tag: pass.tag.clone(),
            },
            raw: vec![b'x'; 160],
        }
    }

    fn entry(&mut self, written_at: Timestamp, author: Author, record: Record) -> Entry {
        Entry {
            id: self.random.id(),
            written_at,
            author,
            record,
        }
    }

    /// What people in the office do about a day: alerts, corrections, changes, what is unresolved.
    async fn afterwards(&mut self, written: &[Arc<Committed>]) -> Result<()> {
        let Some(last) = written.last() else {
            return Ok(());
        };
        let at = after(last.entry.written_at, 60);
        let author = Author::User {
            user: self.operator,
        };
        let mut records = Vec::new();
        for change in written.iter().flat_map(|committed| &committed.changes) {
            if let Change::RaiseAlert(alert) = change
                && !self.random.in_thousand(LEFT_OPEN)
            {
                records.push(self.acknowledged(alert.id, at));
            }
        }
        for _ in 0..5 {
            let place = self.random.below(written.len() as u64);
            let event = written
                .get(usize::try_from(place)?)
                .map(|committed| committed.entry.id);
            records.extend(event.map(|event| self.correction(event)));
        }
        records.extend(self.changed());
        records.extend(self.silent(at));
        let mut entries = Vec::with_capacity(records.len());
        for record in records {
            entries.push(Append::entry(self.entry(at, author, record)));
        }
        try_join_all(entries.into_iter().map(|entry| self.store.append(entry))).await?;
        self.unresolved(at).await
    }

    fn acknowledged(&self, alert: AlertId, at: Timestamp) -> Record {
        let note = "Looked at".to_owned();
        let acknowledgement = Acknowledgement {
            by: self.operator,
            at,
            note,
        };
        Record::Act(Act::AlertAcknowledged {
            alert,
            acknowledgement,
        })
    }

    fn anybody(&mut self) -> Option<PersonId> {
        let place = self.random.below(self.house.people.len() as u64);
        self.house
            .people
            .get(usize::try_from(place).ok()?)
            .map(|(person, _)| *person)
    }

    fn correction(&mut self, event: EventId) -> Record {
        let instead = self.anybody();
        let reason = "It was a colleague with the same coat.".to_owned();
        Record::Correction(Correction::NotThisPerson {
            event,
            instead,
            reason,
        })
    }

    fn changed(&mut self) -> Vec<Record> {
        let people: Vec<PersonId> = (0..8).filter_map(|_| self.anybody()).collect();
        let change = |person| Record::Act(Act::PersonChanged { person });
        people.into_iter().map(change).collect()
    }

    fn silent(&mut self, last_seen: Timestamp) -> Option<Record> {
        let device = self.random.one_of(&self.house.entries)?.device;
        Some(Record::Notice(Notice::DeviceSilent { device, last_seen }))
    }

    async fn unresolved(&mut self, at: Timestamp) -> Result<()> {
        let Some(door) = self.random.one_of(&self.house.exits) else {
            return Ok(());
        };
        let (tag, person) = match self.house.people.first() {
            Some((person, tag)) => (tag.clone(), Some(*person)),
            None => return Ok(()),
        };
        let pass = Pass {
            at,
            door,
            tag,
            person,
            denied: None,
            deferred: false,
        };
        let draft = self.draft(&pass);
        let seen = self.store.commit(draft).await?.observation;
        let group = Unresolved {
            observations: vec![seen.id],
            access_point: seen.access_point,
            at,
            reason: UnresolvedReason::PictureAlone,
            picture: None,
        };
        Ok(self.store.settle(Settlement::Unresolved(group)).await?)
    }
}
