//! What every engine keeps, whatever it is made of: one suite over the traits of `store`,
//! run once per engine.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod damage;
mod fingers;
mod ingest;
mod ledger_rows;
mod log;
mod make;
mod people;
mod places;
mod projections;
mod queue;
mod search;
mod strangers;
#[path = "../support/mod.rs"]
mod support;

use sqlx::{Connection, Executor};
use store::Store;

/// A site of its own for each case.
#[allow(async_fn_in_trait)]
pub trait Site: Sized {
    /// The engine.
    type Engine: Store;

    /// A new, empty site.
    async fn found() -> Self {
        Self::found_with(storage::Options::default()).await
    }

    /// A new, empty site with a store of this size.
    async fn found_with(options: storage::Options) -> Self;

    /// Its store.
    fn store(&self) -> &Self::Engine;

    /// The same site after a stop and a start.
    async fn restarted(self) -> Self;

    /// The same site after `damage` was done to its closed database, in the words of SQLite.
    async fn damaged(self, damage: &'static str) -> Self;
}

macro_rules! conformance {
    ($engine:ident: $site:ty; $($module:ident: [$($case:ident),+ $(,)?]),+ $(,)?) => {
        mod $engine {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    crate::$module::$case::<$site>().await;
                })+
            })+
        }
    };
}

macro_rules! every_case {
    ($engine:ident: $site:ty) => {
        conformance! { $engine: $site;
            ingest: [
                a_committed_observation_is_read_back_with_its_message,
                a_sequence_number_that_comes_again_is_the_same_observation,
                what_would_be_a_repetition_is_told_without_a_write,
                the_contiguous_sequence_waits_for_what_is_missing,
                each_start_of_a_device_counts_for_itself,
                numbers_in_any_order_count_as_in_a_set,
                equal_content_is_one_observation_within_its_window_only,
                content_without_a_window_is_recognised_for_good,
                observations_committed_at_once_are_all_kept_in_one_order,
                what_is_not_settled_survives_a_restart_in_order,
                an_observation_ends_exactly_once,
                a_resighting_ends_in_the_entry_it_joins_or_is_listed,
                what_ended_in_entries_is_told_newest_first_resightings_included,
                unresolved_groups_are_listed_newest_first_and_set_aside,
            ],
            log: [
                entries_are_numbered_from_zero_without_gaps,
                an_append_that_is_refused_leaves_nothing_behind,
                subscribers_hear_of_every_entry_in_order,
                entries_are_found_by_what_they_are_about,
                pages_follow_one_another_without_overlap,
                a_correction_is_shown_at_what_it_corrects,
                of_two_who_would_be_the_first_to_correct_an_entry_one_is,
                an_entry_is_appended_once,
            ],
            search: [
                pages_give_what_a_look_at_every_entry_finds,
                what_is_told_late_is_found_by_its_time,
                several_entries_are_told_at_once,
            ],
            ledger_rows: [
                the_tree_head_is_that_of_the_leaves,
                every_entry_can_be_proved_against_any_later_head,
                a_tree_continues_after_a_restart,
                checkpoints_that_do_not_stand_on_the_tree_are_refused,
                a_used_store_verifies_against_its_checkpoints,
            ],
            people: [
                a_person_is_found_by_number_name_identity_number_and_tag,
                several_people_are_told_at_once,
                names_that_were_told_before_follow_a_change_and_a_deletion,
                a_refused_change_leaves_the_names_that_were_told,
                names_are_found_without_case_in_any_script,
                what_is_typed_is_looked_for_letter_by_letter,
                names_are_ordered_by_their_letters_alone,
                people_are_listed_by_name_page_by_page,
                a_person_number_belongs_to_one_person,
                a_suspension_is_not_undone_by_what_was_read_before,
                somebody_deleted_meanwhile_stays_deleted,
                an_identity_is_added_once,
                a_tag_is_assigned_to_one_person,
                removing_a_person_takes_credentials_and_templates_along,
                templates_are_given_back_as_they_were_kept,
                templates_of_two_models_stand_side_by_side_until_the_models_have_changed,
            ],
            fingers: [
                templates_of_a_finger_are_given_back_with_their_mark,
                a_finger_of_a_person_is_enrolled_once,
                fingers_go_with_their_credential_and_with_their_person,
                fingers_are_locked_once_until_that_is_lifted,
                passages_of_a_person_by_finger_are_listed_alone,
            ],
            strangers: [
                a_stranger_is_told_by_every_sighting_and_survives_a_restart,
                a_strangers_sighting_names_the_event_it_ended_in,
                what_is_kept_of_strangers_is_erased_by_time_and_on_demand,
                a_sighting_kept_since_the_caller_read_outlives_an_erasure_and_a_name,
                the_sighting_of_somebody_who_is_no_stranger_is_taken_back_once,
                pictures_of_strangers_are_named_until_they_are_erased,
            ],
            places: [
                names_of_places_and_devices_are_unique,
                a_gate_is_read_with_the_ways_in_which_it_is_reached,
                what_was_removed_meanwhile_is_not_brought_back,
                what_was_changed_meanwhile_is_not_changed_back,
                what_is_still_referred_to_is_not_removed,
                what_is_referred_to_has_to_exist,
                settings_are_the_default_until_they_are_set,
                a_device_shows_when_it_was_heard_its_skew_and_its_gaps,
                a_line_about_an_earlier_finger_says_nothing_of_the_clock,
                equal_incidents_are_counted_and_the_oldest_go,
                an_incident_quotes_no_more_than_can_be_shown,
                where_a_network_camera_is_can_be_changed_and_goes_with_its_device,
                a_name_that_no_engine_keeps_is_refused,
            ],
            damage: [
                a_row_that_does_not_open_fails_its_own_write_and_no_other,
                a_person_who_does_not_open_keeps_no_site_from_making_surrogates_again,
                a_lock_of_what_has_no_fingers_is_no_lock_of_an_access_point,
                a_stranger_whose_template_does_not_open_is_erased_all_the_same,
                rows_left_over_from_a_log_that_was_cut_off_fail_the_append_alone,
                an_unsettled_observation_that_does_not_open_is_told_apart_and_can_be_listed,
                a_resighting_that_does_not_open_is_listed,
                what_repeats_an_observation_that_does_not_open_is_still_a_repetition,
                projections_of_an_earlier_gatebook_are_folded_again_at_the_start,
                an_entry_that_does_not_open_hides_none_of_the_others,
            ],
            queue: [
                a_full_queue_answers_at_once_and_keeps_what_it_took,
                a_closed_store_finishes_what_was_queued_and_refuses_the_rest,
                pictures_that_no_row_names_are_told_apart,
            ],
            accounts: [
                a_user_is_found_by_name_in_any_case,
                a_user_who_was_changed_meanwhile_is_not_changed_back,
                an_invitation_is_accepted_once_and_before_it_ends,
                a_session_ends_with_its_time_its_user_and_its_password,
                a_camera_stations_session_ends_with_the_device,
                an_api_token_works_until_it_is_revoked,
            ],
            projections: [
                an_exit_closes_the_visit_that_the_entry_opened,
                whoever_was_merely_seen_earlier_can_be_left_out,
                a_correction_gives_the_visit_to_somebody_else,
                an_alert_is_open_until_it_is_acknowledged,
                an_overdue_visit_is_told_of_once_and_the_longest_first,
                a_tag_is_out_from_entry_to_exit,
                a_day_over_midnight_belongs_to_its_arrival,
                folding_again_gives_the_same_rows,
            ],
        }
    };
}

/// SQLite in a directory of its own.
pub struct Sqlite {
    dir: tempfile::TempDir,
    store: storage::SqlStore,
}

async fn open(dir: &std::path::Path) -> storage::SqlStore {
    let dir = storage::DataDir::open(dir).unwrap();
    let options = storage::Options::default();
    storage::SqlStore::open(&dir, options).await.unwrap()
}

impl Site for Sqlite {
    type Engine = storage::SqlStore;

    async fn found_with(options: storage::Options) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = storage::DataDir::open(dir.path()).unwrap();
        let store = storage::SqlStore::open(&data, options).await.unwrap();
        Self { dir, store }
    }

    fn store(&self) -> &storage::SqlStore {
        &self.store
    }

    async fn restarted(self) -> Self {
        self.store.close().await.unwrap();
        drop(self.store);
        let store = open(self.dir.path()).await;
        Self {
            dir: self.dir,
            store,
        }
    }

    async fn damaged(self, damage: &'static str) -> Self {
        self.store.close().await.unwrap();
        let url = format!("sqlite://{}", self.dir.path().join("gatebook.db").display());
        let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
        db.execute(damage).await.unwrap();
        db.close().await.unwrap();
        self.restarted().await
    }
}

/// PostgreSQL in a database of its own; the directory holds the keys.
pub struct Postgres {
    dir: tempfile::TempDir,
    url: String,
    store: storage::SqlStore,
}

impl Site for Postgres {
    type Engine = storage::SqlStore;

    async fn found_with(options: storage::Options) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = support::new_database().await;
        let data = storage::DataDir::open(dir.path()).unwrap();
        let server = url.parse().unwrap();
        let store = storage::SqlStore::connect(&data, &server, options).await;
        let store = store.unwrap();
        Self { dir, url, store }
    }

    fn store(&self) -> &storage::SqlStore {
        &self.store
    }

    async fn restarted(self) -> Self {
        self.store.close().await.unwrap();
        drop(self.store);
        let store = support::connect(self.dir.path(), &self.url).await.unwrap();
        Self { store, ..self }
    }

    async fn damaged(self, damage: &'static str) -> Self {
        self.store.close().await.unwrap();
        // Bytes that open nothing, and bytes as they are.
        let damage = damage
            .replace("x'", "'\\x")
            .replace("randomblob(61)", "decode(md5(random()::text), 'hex')")
            .replace("randomblob(99)", "decode(md5(random()::text), 'hex')");
        support::run(&self.url, &damage).await;
        self.restarted().await
    }
}

every_case!(sqlite: crate::Sqlite);
every_case!(postgres: crate::Postgres);
