//! Things that are costly to make and are used again: one for each thread that computes at a time.

use std::sync::{Mutex, PoisonError};

/// Made on demand, kept for the next who asks. It holds as many as were ever used at once.
#[derive(Debug)]
pub struct Pool<T>(Mutex<Vec<T>>);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<T> Pool<T> {
    /// One that lies idle.
    pub fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Hands one in for the next.
    pub fn give(&self, thing: T) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(thing);
    }
}

impl<T: Default> Pool<T> {
    /// Lends one to `work`.
    pub fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let mut thing = self.take().unwrap_or_default();
        let done = work(&mut thing);
        self.give(thing);
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_handed_in_is_used_again() {
        let pool: Pool<Vec<u8>> = Pool::default();
        pool.with(|buffer| buffer.reserve(1_000));
        assert!(pool.with(|buffer| buffer.capacity()) >= 1_000);
        let both = pool.with(|_| pool.with(|inner| inner.capacity()));
        assert_eq!(both, 0, "who comes meanwhile gets one of his own");
    }
}
