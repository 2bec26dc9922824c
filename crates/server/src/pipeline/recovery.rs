//! What the bookkeeper has to know of the time before its start.

use anyhow::Result;
use evidence::{Correlator, RESIGHTING};
use model::{AccessEvent, EventId, Observation, Record, Timestamp};
use std::collections::BTreeMap;
use store::Store;

/// Observations read at once.
const PAGE: u32 = 500;
/// Observations read in all: a start has to come to an end whatever the load was before it.
const MOST: usize = 5_000;

/// Tells the correlator of the passages in which something was seen less than twice
/// [`RESIGHTING`] before `from`, re-sightings included.
///
/// # Errors
/// When the store cannot be read.
pub async fn remember(
    store: &dyn Store,
    correlator: &mut Correlator,
    from: Timestamp,
) -> Result<()> {
    let since = from.saturating_sub(RESIGHTING.saturating_mul(2))?;
    let ended = ended_since(store, since).await?;
    let mut passages = Vec::new();
    for (id, observations) in ended {
        if let Some((index, event)) = passage(store, id).await? {
            passages.push((index, event, observations));
        }
    }
    passages.sort_by_key(|(index, ..)| *index);
    for (_, event, observations) in &passages {
        correlator.remember(event, observations);
    }
    Ok(())
}

async fn ended_since(
    store: &dyn Store,
    since: Timestamp,
) -> Result<BTreeMap<EventId, Vec<Observation>>> {
    let mut by_event: BTreeMap<EventId, Vec<Observation>> = BTreeMap::new();
    let (mut before, mut read) = (None, 0);
    while read < MOST {
        let page = store.ended(before, PAGE).await?;
        let Some((oldest, _)) = page.last() else {
            break;
        };
        before = Some(oldest.order);
        let complete = oldest.received_at < since;
        read += page.len();
        for (observation, event) in page {
            by_event.entry(event).or_default().push(observation);
        }
        if complete {
            break;
        }
    }
    Ok(by_event)
}

/// The passage that an entry records, with its index. One that cannot be read any more is
/// forgotten: verifying the log is what tells of it.
async fn passage(store: &dyn Store, id: EventId) -> Result<Option<(u64, AccessEvent)>> {
    let stored = match store.entry(id).await {
        Err(error) if error.is_damage() => None,
        stored => stored?,
    };
    Ok(stored.and_then(|stored| match stored.entry.record {
        Record::Access(event) => Some((stored.index, event)),
        _ => None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Site;
    use crate::tests::{at, door, native, opened, write};
    use evidence::{Output, PointFacts};
    use model::{
        AccessPointId, AreaId, Author, Decision, DeviceId, DeviceTime, Direction, Entry, Evidence,
        FaceSighting, Liveness, LivenessPolicy, ObservationDraft, Outcome, PersonId, Place, Rule,
        Score, Sighting, SourceKey, Taken,
    };
    use store::{Append, Book, Ingest, Put, Settlement, Write};
    use uuid::Uuid;

    struct Camera {
        device: DeviceId,
        point: AccessPointId,
        seen: u64,
    }

    async fn camera(site: &Site) -> Camera {
        let (point, mut writes) = door();
        let device = native("camera", point);
        let id = device.id;
        writes.push(Write::Device(Put::Add(device)));
        write(site, writes).await;
        Camera {
            device: id,
            point,
            seen: 0,
        }
    }

    impl Camera {
        /// Sees the one person of these tests; commits it and does what the correlator says.
        async fn see(&mut self, site: &Site, correlator: &mut Correlator, minute: i64) -> Output {
            self.seen += 1;
            let draft = ObservationDraft {
                device: self.device,
                access_point: self.point,
                key: SourceKey::Sequence {
                    boot_id: "boot".to_owned(),
                    sequence: self.seen,
                },
                device_time: DeviceTime::Absent,
                received_at: at(minute * 60),
                deferred: false,
                sighting: Sighting::Face(FaceSighting {
                    track: self.seen,
                    person: Some(PersonId(Uuid::from_u128(7))),
                    score: Score(900_000),
                    threshold: Score(850_000),
                    rarity: None,
                    one_of: None,
                    before: None,
                    runner_up: None,
                    frames: 5,
                    gallery: 3,
                    picture: None,
                    liveness: None,
                    spoof: None,
                    covered: Vec::new(),
                }),
                raw: Vec::new(),
            };
            let seen = site.store.commit(draft).await.unwrap().observation;
            let facts = PointFacts {
                direction: Direction::Entry,
                factors: Vec::new(),
                liveness: LivenessPolicy::NotAsked,
                classic_gate: false,
            };
            let output = correlator.step(&seen, &facts).remove(0);
            match &output {
                Output::Passage(evidence) => enter(site, evidence).await,
                Output::Joined { observation, joins } => {
                    let (observation, joins) = (*observation, *joins);
                    let joined = Settlement::Joined { observation, joins };
                    site.store.settle(joined).await.unwrap();
                }
                Output::Unresolved(group) => panic!("{group:?}"),
            }
            output
        }
    }

    async fn enter(site: &Site, evidence: &Evidence) {
        let event = AccessEvent {
            place: Place {
                access_point: evidence.access_point,
                direction: Direction::Entry,
                area: AreaId(Uuid::nil()),
                area_has_exit: false,
            },
            evidence: evidence.clone(),
            decision: Decision {
                outcome: Outcome::Granted,
                taken: Taken::Taken,
                person: None,
                rule: Rule::FaceAlone,
                reasons: Vec::new(),
                reported: false,
                liveness: Liveness::NotEstablished,
            },
        };
        let entry = Entry {
            id: EventId(Uuid::now_v7()),
            written_at: evidence.received_at,
            author: Author::System,
            record: Record::Access(event),
        };
        let append = Append {
            settles: evidence.observations.clone(),
            ..Append::entry(entry)
        };
        site.store.append(append).await.unwrap();
    }

    #[tokio::test]
    async fn who_has_been_seen_every_few_minutes_is_in_the_same_passage_after_a_restart() {
        let (_dir, site) = opened().await;
        let mut camera = camera(&site).await;
        let mut before = Correlator::new();
        let Output::Passage(first) = camera.see(&site, &mut before, 0).await else {
            panic!("a passage begins");
        };
        for minute in [4, 8, 12] {
            camera.see(&site, &mut before, minute).await;
        }
        let mut after = Correlator::new();
        remember(&site.store, &mut after, at(13 * 60))
            .await
            .unwrap();
        let Output::Joined { joins, .. } = camera.see(&site, &mut after, 16).await else {
            panic!("the passage is doubled");
        };
        assert_eq!(joins, first.observations[0]);
    }

    #[tokio::test]
    async fn what_passed_long_before_the_restart_is_not_remembered() {
        let (_dir, site) = opened().await;
        let mut camera = camera(&site).await;
        camera.see(&site, &mut Correlator::new(), 0).await;
        let mut after = Correlator::new();
        remember(&site.store, &mut after, at(30 * 60))
            .await
            .unwrap();
        let next = camera.see(&site, &mut after, 30).await;
        assert!(matches!(next, Output::Passage(_)));
    }
}
