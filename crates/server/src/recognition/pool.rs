//! Everybody who looks at images: the threads of this process, and workers that dialled in.
//!
//! Who needs an image looked at takes a *place*. Places are given in the order asked for; a camera asks for
//! one at a time, so that none is passed over for one that has more frames.

use super::analyser::{Analyser, Fault};
use bytes::Bytes;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use vision::{Look, Purpose};

/// How long an image waits for a place.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the frame of a lost worker waits for another one: soon there is a newer frame.
const FRAME_PATIENCE: Duration = Duration::from_secs(2);

/// Analysers and their free places.
pub struct Pool {
    members: Mutex<Vec<Arc<Member>>>,
    /// At least one permit for each free place. Those of a member that left are taken out by
    /// whoever gets one and finds no place for it.
    permits: Arc<Semaphore>,
}

/// An analyser in the pool.
struct Member {
    name: String,
    analyser: Box<dyn Analyser>,
    capacity: usize,
    /// How many of its places are taken, and whether it has left.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    taken: usize,
    left: bool,
}

/// The right to have one image looked at.
pub struct Place {
    member: Arc<Member>,
    permit: Option<OwnedSemaphorePermit>,
}

/// An analyser's membership; ends when dropped.
pub struct Membership {
    pool: Arc<Pool>,
    member: Arc<Member>,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            members: Mutex::default(),
            permits: Arc::new(Semaphore::new(0)),
        }
    }
}

impl Pool {
    /// Takes an analyser in, which looks at `capacity` images at a time.
    pub fn join(
        self: &Arc<Self>,
        name: &str,
        capacity: usize,
        analyser: impl Analyser,
    ) -> Membership {
        let member = Arc::new(Member {
            name: name.to_owned(),
            analyser: Box::new(analyser),
            capacity,
            state: Mutex::default(),
        });
        self.members().push(member.clone());
        self.permits.add_permits(capacity);
        self.measure();
        Membership {
            pool: self.clone(),
            member,
        }
    }

    /// A place that is free now.
    #[cfg(test)]
    pub fn try_take(&self) -> Option<Place> {
        loop {
            let permit = self.permits.clone().try_acquire_owned().ok()?;
            if let Some(place) = self.place(permit) {
                return Some(place);
            }
        }
    }

    /// The next free place, in the order asked for.
    pub async fn take(&self) -> Option<Place> {
        loop {
            let permit = self.permits.clone().acquire_owned().await.ok()?;
            if let Some(place) = self.place(permit) {
                return Some(place);
            }
        }
    }

    /// The least busy member's place; a permit for which there is none stems from a member that left.
    fn place(&self, permit: OwnedSemaphorePermit) -> Option<Place> {
        let members = self.members();
        let load = |member: &&Arc<Member>| member.state().taken * 1_000 / member.capacity.max(1);
        let free = members.iter().filter(|member| member.has_place());
        let Some(member) = free.min_by_key(load) else {
            permit.forget();
            return None;
        };
        member.state().taken += 1;
        Some(Place {
            member: member.clone(),
            permit: Some(permit),
        })
    }

    /// Has an image looked at by whoever is free soon. `None`: nobody was, or a net failed.
    pub async fn look(self: &Arc<Self>, image: Bytes, purpose: Purpose) -> Option<Look> {
        let place = timeout(PATIENCE, self.take()).await.ok()??;
        self.look_at(place, image, purpose).await
    }

    /// Has an image looked at in `place`; if its analyser is lost meanwhile, in another.
    ///
    /// The place stays taken until the analyser is done, even if nobody waits for it any more:
    /// computing goes on, and more at a time than agreed would be asked for.
    pub async fn look_at(
        self: &Arc<Self>,
        place: Place,
        image: Bytes,
        purpose: Purpose,
    ) -> Option<Look> {
        let pool = self.clone();
        let looking = tokio::spawn(async move { pool.looked_at(place, image, purpose).await });
        looking.await.ok().flatten()
    }

    async fn looked_at(&self, place: Place, image: Bytes, purpose: Purpose) -> Option<Look> {
        let patience = match &purpose {
            Purpose::Live | Purpose::Following(_) | Purpose::Asked(_) | Purpose::RollCall => {
                FRAME_PATIENCE
            }
            Purpose::Comparison | Purpose::Enrolment => PATIENCE,
        };
        let mut place = place;
        loop {
            match place
                .member
                .analyser
                .look(image.clone(), purpose.clone())
                .await
            {
                Ok(look) => return Some(look),
                Err(Fault::Broken) => return None,
                Err(Fault::Lost) => {
                    tracing::debug!(from = place.member.name, "an image goes to another");
                    self.expel(&place.member);
                    drop(place);
                    place = timeout(patience, self.take()).await.ok()??;
                }
            }
        }
    }

    fn expel(&self, member: &Arc<Member>) {
        let mut members = self.members();
        members.retain(|other| !Arc::ptr_eq(other, member));
        member.state().left = true;
        drop(members);
        self.measure();
    }

    /// Name and places of each analyser.
    #[cfg(test)]
    pub fn present(&self) -> Vec<(String, usize)> {
        let members = self.members();
        let one = |member: &Arc<Member>| (member.name.clone(), member.capacity);
        members.iter().map(one).collect()
    }

    /// Exact up to 2^53 places.
    #[allow(clippy::cast_precision_loss)]
    fn measure(&self) {
        let places: usize = self.members().iter().map(|member| member.capacity).sum();
        metrics::gauge!("gatebook_recognition_places").set(places as f64);
    }

    fn members(&self) -> MutexGuard<'_, Vec<Arc<Member>>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Member {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_place(&self) -> bool {
        let state = self.state();
        !state.left && state.taken < self.capacity
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.member.state();
        state.taken -= 1;
        if let Some(permit) = self.permit.take()
            && state.left
        {
            permit.forget();
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.pool.expel(&self.member);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use proptest::prelude::*;
    use vision::Analysis;

    /// Says its number as the width, or is lost.
    struct Fake(Option<u32>);

    #[async_trait]
    impl Analyser for Fake {
        async fn look(&self, _: Bytes, _: Purpose) -> Result<Look, Fault> {
            tokio::task::yield_now().await;
            let width = self.0.ok_or(Fault::Lost)?;
            Ok(seen_by(width))
        }
    }

    fn seen_by(width: u32) -> Look {
        Look::Seen(Analysis {
            width,
            height: 1,
            faces: Vec::new(),
            followed: Vec::new(),
            everywhere: true,
        })
    }

    #[tokio::test]
    async fn the_image_of_a_lost_analyser_goes_to_another() {
        let pool = Arc::new(Pool::default());
        let _lost = pool.join("lost", 4, Fake(None));
        let _other = pool.join("other", 1, Fake(Some(7)));
        for _ in 0..8 {
            let look = pool.look(Bytes::new(), Purpose::Comparison).await;
            assert_eq!(look, Some(seen_by(7)));
        }
        assert_eq!(pool.present(), [("other".to_owned(), 1)]);
    }

    #[tokio::test]
    async fn an_image_that_waits_is_looked_at_as_soon_as_an_analyser_joins() {
        let pool = Arc::new(Pool::default());
        let waiting = {
            let pool = pool.clone();
            tokio::spawn(async move { pool.look(Bytes::new(), Purpose::Enrolment).await })
        };
        tokio::task::yield_now().await;
        let _late = pool.join("late", 1, Fake(Some(3)));
        assert_eq!(waiting.await.unwrap(), Some(seen_by(3)));
    }

    /// A camera that asks for place after place, each once it has given back the one before.
    async fn camera(pool: Arc<Pool>, name: char, turns: usize, order: Arc<Mutex<String>>) {
        for _ in 0..turns {
            let place = pool.take().await.unwrap();
            order.lock().unwrap().push(name);
            tokio::task::yield_now().await;
            drop(place);
        }
    }

    #[tokio::test]
    async fn a_camera_with_many_frames_does_not_starve_one_with_few() {
        let pool = Arc::new(Pool::default());
        let _one = pool.join("one", 1, Fake(Some(1)));
        let order = Arc::default();
        let many = camera(pool.clone(), 'm', 100, Arc::clone(&order));
        let few = camera(pool.clone(), 'f', 10, Arc::clone(&order));
        tokio::join!(tokio::spawn(many), tokio::spawn(few))
            .0
            .unwrap();
        let order = order.lock().unwrap().clone();
        let last = order.rfind('f').unwrap();
        assert!(!order[..last].contains("mm"), "{order}");
    }

    #[test]
    fn the_less_busy_analyser_is_asked_first() {
        let pool = Arc::new(Pool::default());
        let _small = pool.join("small", 1, Fake(Some(1)));
        let _large = pool.join("large", 3, Fake(Some(2)));
        let taken: Vec<_> = std::iter::from_fn(|| pool.try_take()).collect();
        let names: Vec<_> = taken.iter().map(|place| &*place.member.name).collect();
        assert_eq!(names, ["small", "large", "large", "large"]);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Join(usize),
        Leave(usize),
        Take,
        Return(usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (1usize..4).prop_map(Step::Join),
            any::<usize>().prop_map(Step::Leave),
            Just(Step::Take),
            Just(Step::Take),
            any::<usize>().prop_map(Step::Return),
        ];
        proptest::collection::vec(step, 0..60)
    }

    proptest! {
        /// However analysers come and go: never more images at a time than a member takes, and a
        /// place whenever one is free.
        #[test]
        fn places_are_given_exactly_while_there_are_some(steps in steps()) {
            let pool = Arc::new(Pool::default());
            let (mut members, mut places) = (Vec::new(), Vec::new());
            for step in steps {
                match step {
                    Step::Join(capacity) => members.push(pool.join("m", capacity, Fake(None))),
                    Step::Leave(n) if !members.is_empty() => drop(members.remove(n % members.len())),
                    Step::Return(n) if !places.is_empty() => drop(places.remove(n % places.len())),
                    Step::Take => {
                        let free = members.iter().any(|m: &Membership| m.member.has_place());
                        let place = pool.try_take();
                        prop_assert_eq!(place.is_some(), free);
                        places.extend(place);
                    }
                    Step::Leave(_) | Step::Return(_) => {}
                }
                for member in &members {
                    prop_assert!(member.member.state().taken <= member.member.capacity);
                }
            }
        }
    }
}
