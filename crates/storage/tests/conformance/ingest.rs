//! Observations.

use std::collections::{BTreeMap, BTreeSet};

use model::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use store::{Append, Book, Ingest, Settlement, StoreError, Unsettled, Write};

use crate::Site;
use crate::make::{act, after, content, counted, new_id, noon, with};

pub async fn a_committed_observation_is_read_back_with_its_message<S: Site>() {
    let site = S::found().await;
    let mut draft = counted(new_id(), "boot", 1);
    draft.device_time = DeviceTime::Claimed {
        at: noon(),
        synced: true,
    };
    let made = site.store().commit(draft.clone()).await.unwrap();
    assert!(!made.duplicate);
    let (found, raw) = site
        .store()
        .observation(made.observation.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found, made.observation);
    assert_eq!((raw, found.device_time), (draft.raw, draft.device_time));
    assert_eq!(
        (found.received_at, found.sighting),
        (draft.received_at, draft.sighting)
    );
    assert_eq!(site.store().observation(new_id()).await.unwrap(), None);
}

pub async fn a_sequence_number_that_comes_again_is_the_same_observation<S: Site>() {
    let site = S::found().await;
    let device = new_id();
    let first = site
        .store()
        .commit(counted(device, "boot", 1))
        .await
        .unwrap();
    let mut again = counted(device, "boot", 1);
    again.received_at = after(3600);
    let again = site.store().commit(again).await.unwrap();
    assert!(again.duplicate);
    assert_eq!(again.observation, first.observation);
    assert_eq!((first.contiguous, again.contiguous), (Some(1), Some(1)));
    assert_eq!(
        site.store().unsettled().await.unwrap().observations.len(),
        1
    );
}

pub async fn what_would_be_a_repetition_is_told_without_a_write<S: Site>() {
    let site = S::found().await;
    let device = new_id();
    let drafts = [
        counted(device, "boot", 1),
        content(device, 1, None),
        content(device, 2, Some(60)),
    ];
    for draft in &drafts {
        assert!(!site.store().is_known(draft).await.unwrap());
        site.store().commit(draft.clone()).await.unwrap();
        assert!(site.store().is_known(draft).await.unwrap());
    }
    let mut late = drafts[2].clone();
    late.received_at = after(120);
    let others = [
        counted(device, "boot", 2),
        counted(new_id(), "boot", 1),
        content(device, 3, None),
        late,
    ];
    for draft in &others {
        assert!(!site.store().is_known(draft).await.unwrap());
    }
    assert_eq!(
        site.store().unsettled().await.unwrap().observations.len(),
        drafts.len()
    );
}

pub async fn the_contiguous_sequence_waits_for_what_is_missing<S: Site>() {
    let site = S::found().await;
    let device = new_id();
    let expected = [
        (2, 0),
        (1, 2),
        (6, 2),
        (4, 2),
        (3, 4),
        (5, 6),
        (7, 7),
        (3, 7),
    ];
    for (sequence, contiguous) in expected {
        let commit = site
            .store()
            .commit(counted(device, "boot", sequence))
            .await
            .unwrap();
        assert_eq!(commit.contiguous, Some(contiguous), "after {sequence}");
    }
}

pub async fn each_start_of_a_device_counts_for_itself<S: Site>() {
    let site = S::found().await;
    let (one, other): (DeviceId, DeviceId) = (new_id(), new_id());
    for draft in [
        counted(one, "a", 1),
        counted(one, "b", 1),
        counted(other, "a", 1),
    ] {
        let commit = site.store().commit(draft).await.unwrap();
        assert!(!commit.duplicate);
        assert_eq!(commit.contiguous, Some(1));
    }
}

pub async fn equal_content_is_one_observation_within_its_window_only<S: Site>() {
    let site = S::found().await;
    let device = new_id();
    let first = site
        .store()
        .commit(content(device, 1, Some(10)))
        .await
        .unwrap();
    assert_eq!((first.duplicate, first.contiguous), (false, None));
    let mut soon = content(device, 1, Some(10));
    soon.received_at = after(10);
    let soon = site.store().commit(soon).await.unwrap();
    assert!(soon.duplicate);
    assert_eq!(soon.observation, first.observation);
    let mut late = content(device, 1, Some(10));
    late.received_at = after(11);
    assert!(!site.store().commit(late).await.unwrap().duplicate);
    let elsewhere = site
        .store()
        .commit(content(new_id(), 1, Some(10)))
        .await
        .unwrap();
    let other = site
        .store()
        .commit(content(device, 2, Some(10)))
        .await
        .unwrap();
    assert!(!elsewhere.duplicate && !other.duplicate);
}

pub async fn content_without_a_window_is_recognised_for_good<S: Site>() {
    let site = S::found().await;
    let device = new_id();
    site.store().commit(content(device, 1, None)).await.unwrap();
    let mut later = content(device, 1, None);
    later.received_at = after(400 * 86_400);
    assert!(site.store().commit(later).await.unwrap().duplicate);
}

pub async fn observations_committed_at_once_are_all_kept_in_one_order<S: Site>() {
    let site = S::found().await;
    let device = new_id();
    let commits = (1..=300).map(|n| site.store().commit(counted(device, "boot", n)));
    let commits: Vec<_> = futures::future::join_all(commits).await;
    let orders: BTreeSet<u64> = commits
        .into_iter()
        .map(|c| c.unwrap().observation.order)
        .collect();
    assert_eq!(orders, (1..=300).collect());
    let last = site
        .store()
        .commit(counted(device, "boot", 301))
        .await
        .unwrap();
    assert_eq!(last.contiguous, Some(301));
}

pub async fn what_is_not_settled_survives_a_restart_in_order<S: Site>() {
    let site = S::found().await;
    let mut made = Vec::new();
    for n in 1..=5 {
        let draft = counted(new_id(), "boot", n);
        made.push(site.store().commit(draft).await.unwrap().observation);
    }
    let settled = made.remove(2);
    settle_into_an_entry(site.store(), settled.id)
        .await
        .unwrap();
    let site = site.restarted().await;
    assert_eq!(site.store().unsettled().await.unwrap().observations, made);
}

async fn settle_into_an_entry(
    store: &impl Book,
    observation: ObservationId,
) -> Result<EventId, StoreError> {
    let mut append = Append::entry(act(Act::SiteFounded));
    append.settles.push(observation);
    Ok(store.append(append).await?.entry.id)
}

pub async fn an_observation_ends_exactly_once<S: Site>() {
    let site = S::found().await;
    let made = site
        .store()
        .commit(counted(new_id(), "boot", 1))
        .await
        .unwrap()
        .observation;
    settle_into_an_entry(site.store(), made.id).await.unwrap();
    let again = settle_into_an_entry(site.store(), made.id).await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })));
    let unknown = settle_into_an_entry(site.store(), new_id()).await;
    assert!(matches!(unknown, Err(StoreError::NotFound { .. })));
    let listed = site
        .store()
        .settle(Settlement::Unresolved(group(&[made.id])))
        .await;
    assert!(matches!(listed, Err(StoreError::Conflict { .. })));
    assert_eq!(site.store().size().await.unwrap(), 1);
    assert!(site.store().unresolved(None, 10).await.unwrap().is_empty());
}

fn group(observations: &[ObservationId]) -> Unresolved {
    Unresolved {
        observations: observations.to_vec(),
        access_point: new_id(),
        at: noon(),
        reason: UnresolvedReason::PictureOfNobody,
        picture: Some(new_id()),
    }
}

pub async fn a_resighting_ends_in_the_entry_it_joins_or_is_listed<S: Site>() {
    let site = S::found().await;
    let device = new_id();
    let mut made = Vec::new();
    for n in 1..=4 {
        let commit = site
            .store()
            .commit(counted(device, "boot", n))
            .await
            .unwrap();
        made.push(commit.observation.id);
    }
    let [passage, resighting, lost, orphan] = made.try_into().unwrap();
    let join = |observation, joins| Settlement::Joined { observation, joins };
    settle_into_an_entry(site.store(), passage).await.unwrap();
    site.store()
        .settle(join(resighting, passage))
        .await
        .unwrap();
    assert!(site.store().unresolved(None, 10).await.unwrap().is_empty());
    site.store()
        .settle(Settlement::Unresolved(group(&[lost])))
        .await
        .unwrap();
    site.store().settle(join(orphan, lost)).await.unwrap();
    let listed = site.store().unresolved(None, 10).await.unwrap();
    assert_eq!(listed[0].unresolved.observations, [orphan]);
    assert_eq!(listed[0].unresolved.reason, UnresolvedReason::Orphan);
    assert_eq!(
        site.store().unsettled().await.unwrap(),
        Unsettled::default()
    );
}

pub async fn what_ended_in_entries_is_told_newest_first_resightings_included<S: Site>() {
    let site = S::found().await;
    let device = new_id();
    let mut made = Vec::new();
    for n in 1..=4 {
        let commit = site.store().commit(counted(device, "boot", n)).await;
        made.push(commit.unwrap().observation);
    }
    let [passage, lost, resighting, open] = made.try_into().unwrap();
    let event = settle_into_an_entry(site.store(), passage.id)
        .await
        .unwrap();
    let join = Settlement::Joined {
        observation: resighting.id,
        joins: passage.id,
    };
    site.store().settle(join).await.unwrap();
    site.store()
        .settle(Settlement::Unresolved(group(&[lost.id])))
        .await
        .unwrap();
    let all = site.store().ended(None, 10).await.unwrap();
    assert_eq!(all, [(resighting.clone(), event), (passage.clone(), event)]);
    let newest = site.store().ended(Some(open.order), 1).await.unwrap();
    assert_eq!(newest, [(resighting.clone(), event)]);
    let rest = site.store().ended(Some(resighting.order), 1).await.unwrap();
    assert_eq!(rest, [(passage, event)]);
}

pub async fn unresolved_groups_are_listed_newest_first_and_set_aside<S: Site>() {
    let site = S::found().await;
    let mut groups = Vec::new();
    for n in 1..=3 {
        let commit = site
            .store()
            .commit(counted(new_id(), "boot", n))
            .await
            .unwrap();
        let group = group(&[commit.observation.id]);
        site.store()
            .settle(Settlement::Unresolved(group.clone()))
            .await
            .unwrap();
        groups.push(group);
    }
    let dismiss = |number| {
        site.store()
            .append(with(vec![Write::DismissUnresolved(number)]))
    };
    dismiss(2).await.unwrap();
    let listed = site.store().unresolved(None, 2).await.unwrap();
    assert_eq!((listed[0].number, listed[1].number), (3, 2));
    assert_eq!((listed[0].dismissed, listed[1].dismissed), (false, true));
    let rest = site.store().unresolved(Some(2), 2).await.unwrap();
    assert_eq!(rest[0].unresolved, groups[0]);
    let size = site.store().size().await.unwrap();
    let second = dismiss(2).await;
    assert!(matches!(second, Err(StoreError::Conflict { .. })));
    let unknown = dismiss(9).await;
    assert!(matches!(unknown, Err(StoreError::NotFound { .. })));
    assert_eq!(site.store().size().await.unwrap(), size);
}

/// Reports of two devices in two starts each, some of them at once: device, start, number.
fn reports() -> impl Strategy<Value = Vec<Vec<(u8, u8, u64)>>> {
    // Mostly what comes next, as devices do it; numbers that are late, far ahead and repeated too.
    let number = prop_oneof![1u64..6, 1u64..12, Just(9)];
    vec(vec((0u8..2, 0u8..2, number), 1..8), 1..12)
}

/// What a set of numbers says of one more: whether it was there, and how far it goes without a gap.
fn add(set: &mut BTreeSet<u64>, number: u64) -> (bool, Option<u64>) {
    let duplicate = !set.insert(number);
    let reached = (1..).take_while(|number| set.contains(number)).last();
    (duplicate, Some(reached.unwrap_or(0)))
}

pub async fn numbers_in_any_order_count_as_in_a_set<S: Site>() {
    let mut runner = TestRunner::new(ProptestConfig::with_cases(12));
    let checked = runner.run(&reports(), |groups| {
        let handle = tokio::runtime::Handle::current();
        let checked = tokio::task::block_in_place(|| handle.block_on(count::<S>(&groups)));
        prop_assert_eq!(checked.0, checked.1);
        Ok(())
    });
    checked.unwrap();
}

/// What the store answers, and what sets say.
async fn count<S: Site>(
    groups: &[Vec<(u8, u8, u64)>],
) -> (Vec<(bool, Option<u64>)>, Vec<(bool, Option<u64>)>) {
    let site = S::found().await;
    let store = site.store();
    let mut sets: BTreeMap<(u8, u8), BTreeSet<u64>> = BTreeMap::new();
    let (mut answers, mut expected) = (Vec::new(), Vec::new());
    for group in groups {
        let commits = group.iter().map(|(device, boot, number)| {
            let device = DeviceId(uuid::Uuid::from_u128(u128::from(*device)));
            store.commit(counted(device, &boot.to_string(), *number))
        });
        for commit in futures::future::join_all(commits).await {
            let commit = commit.unwrap();
            answers.push((commit.duplicate, commit.contiguous));
        }
        for (device, boot, number) in group {
            expected.push(add(sets.entry((*device, *boot)).or_default(), *number));
        }
    }
    let kept = store.unsettled().await.unwrap().observations.len();
    assert_eq!(kept, sets.values().map(BTreeSet::len).sum::<usize>());
    (answers, expected)
}
