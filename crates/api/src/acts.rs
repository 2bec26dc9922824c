//! Administrative acts: an entry of the log together with what it writes.

use crate::error::ApiError;
use crate::routes::people::find;
use crate::state::House;
use model::{Act, Author, Entry, Person, PersonId, Record};
use std::sync::Arc;
use store::{Append, Committed, Put, StoreError, Write};
use tokio::task::JoinError;
use uuid::Uuid;

/// How often a change is done again because somebody else was faster.
const TRIES: usize = 8;

/// A fresh identity: random, without meaning.
pub(crate) fn fresh<T: From<Uuid>>() -> T {
    T::from(Uuid::new_v4())
}

/// Goes on although whoever asked may not wait for it: half of such a piece of work would be worse than none.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    let broke = |error: JoinError| ApiError::Internal(error.to_string());
    tokio::spawn(work).await.map_err(broke)?
}

impl House {
    /// Appends `act` by `author` with the registry writes that belong to it; durable on return.
    pub(crate) async fn act(
        &self,
        author: Author,
        act: Act,
        writes: Vec<Write>,
    ) -> Result<Arc<Committed>, ApiError> {
        self.record(author, Record::Act(act), writes).await
    }

    /// Appends any record by `author`; durable on return.
    pub(crate) async fn record(
        &self,
        author: Author,
        record: Record,
        writes: Vec<Write>,
    ) -> Result<Arc<Committed>, ApiError> {
        let entry = Entry {
            id: fresh(),
            written_at: self.clock.now(),
            author,
            record,
        };
        let append = Append {
            writes,
            ..Append::entry(entry)
        };
        Ok(self.store.append(append).await?)
    }

    /// As [`House::act`] with `writes`, together with what `change` makes of a person; the person as
    /// it was before and is now. Where somebody else changes the person meanwhile, `change` is
    /// done to what they made of it: neither undoes the other.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] when the person was deleted, [`ApiError::Busy`] when others were
    /// faster time and again.
    pub(crate) async fn act_on_person(
        &self,
        author: Author,
        act: Act,
        writes: Vec<Write>,
        person: PersonId,
        change: impl Fn(Person) -> Person + Send + Sync,
    ) -> Result<(Person, Person), ApiError> {
        for _ in 0..TRIES {
            let was = find(self, person).await?;
            let now = change(was.clone());
            let put = Write::Person(Put::change(was.clone(), now.clone()));
            let all = [vec![put], writes.clone()].concat();
            match self.act(author, act.clone(), all).await {
                Err(ApiError::Store(StoreError::Stale { .. })) => {}
                done => return done.map(|_| (was, now)),
            }
        }
        Err(ApiError::Busy("this person"))
    }
}
