//! The last seconds of a stream as they came, compressed: any picture of them can be decoded afterwards, and until one is
//! wanted none is.

use super::decoder::{Codec, Unit};
use crate::{Error, Result};
use bytes::Bytes;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How far back a picture can be wanted: somebody is looked at for seconds before it is decided who it is.
const KEPT: Duration = Duration::from_secs(12);
/// The most that is kept of one stream, in bytes: 12 seconds at 11 megabits a second.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// A stream that gave nothing for so long before the wanted moment shows another one.
const STALE: Duration = Duration::from_secs(2);

/// The last seconds of a stream, from a key frame on.
pub(crate) struct Recent {
    codec: Codec,
    pictures: VecDeque<Picture>,
    bytes: usize,
}

struct Picture {
    came: Instant,
    key: bool,
    data: Bytes,
}

/// What has to be decoded for the last picture of it.
pub(crate) struct Stretch {
    pub(super) codec: Codec,
    /// From a key frame on.
    pub(super) pictures: Vec<Bytes>,
}

impl Recent {
    pub(crate) fn new(codec: Codec) -> Self {
        Self {
            codec,
            pictures: VecDeque::new(),
            bytes: 0,
        }
    }

    /// Takes in what came at `came`.
    ///
    /// # Errors
    /// [`Error::FarApart`] when more lies between two key frames than is kept: then there is no picture of any moment.
    pub(crate) fn push(&mut self, unit: Unit, came: Instant) -> Result<()> {
        let Unit { data, key } = unit;
        if self.pictures.is_empty() && !key {
            return Ok(());
        }
        self.bytes += data.len();
        let data = Bytes::from(data);
        self.pictures.push_back(Picture { came, key, data });
        while let Some(next) = self.next_key() {
            let old = came.saturating_duration_since(self.pictures[next].came) >= KEPT;
            if !old && self.bytes <= MOST_BYTES {
                return Ok(());
            }
            self.forget(next);
        }
        if self.bytes > MOST_BYTES {
            self.forget(self.pictures.len());
            return Err(Error::FarApart { limit: MOST_BYTES });
        }
        Ok(())
    }

    /// What leads to the newest picture that had come by `came`; `None` if none had, or none for a while.
    pub(crate) fn up_to(&self, came: Instant) -> Option<Stretch> {
        let end = self
            .pictures
            .partition_point(|picture| picture.came <= came);
        let newest = self.pictures.get(end.checked_sub(1)?)?;
        if came.duration_since(newest.came) > STALE {
            return None;
        }
        let led = self.pictures.range(..end);
        let from = led.rev().position(|picture| picture.key)?;
        let pictures = self.pictures.range(end - 1 - from..end);
        Some(Stretch {
            codec: self.codec,
            pictures: pictures.map(|picture| picture.data.clone()).collect(),
        })
    }

    /// Where decoding can begin next after the beginning.
    fn next_key(&self) -> Option<usize> {
        (1..self.pictures.len()).find(|at| self.pictures[*at].key)
    }

    fn forget(&mut self, first: usize) {
        for gone in self.pictures.drain(..first) {
            self.bytes -= gone.data.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unit(number: usize, key: bool, length: usize) -> Unit {
        let mut data = vec![0; length.max(8)];
        data[..8].copy_from_slice(&(number as u64).to_be_bytes());
        Unit { data, key }
    }

    fn numbers(stretch: &Stretch) -> Vec<usize> {
        let number = |data: &Bytes| usize::from(data[6]) << 8 | usize::from(data[7]);
        stretch.pictures.iter().map(number).collect()
    }

    /// A stream of 10 pictures a second with a key frame each second.
    fn seconds(count: usize, length: usize) -> (Recent, Instant) {
        let (mut recent, start) = (Recent::new(Codec::H264), Instant::now());
        for number in 0..count * 10 {
            let came = start + Duration::from_millis(100) * u32::try_from(number).unwrap();
            recent
                .push(unit(number, number % 10 == 0, length), came)
                .unwrap();
        }
        (recent, start)
    }

    #[test]
    fn a_picture_of_a_moment_is_led_to_from_the_key_frame_before_it() {
        let (recent, start) = seconds(3, 100);
        let at = |ms| recent.up_to(start + Duration::from_millis(ms));
        assert_eq!(numbers(&at(1_350).unwrap()), [10, 11, 12, 13]);
        assert_eq!(numbers(&at(2_000).unwrap()), [20]);
        assert_eq!(numbers(&at(0).unwrap()), [0]);
    }

    #[test]
    fn before_the_stream_and_long_after_it_there_is_none() {
        let (recent, start) = seconds(3, 100);
        assert!(recent.up_to(start + Duration::from_millis(4_800)).is_some());
        assert!(recent.up_to(start + Duration::from_millis(5_000)).is_none());
        let mut late = Recent::new(Codec::H264);
        late.push(unit(0, false, 100), start).unwrap();
        assert!(late.up_to(start).is_none(), "there is no key frame");
        let later = start + Duration::from_secs(1);
        late.push(unit(1, true, 100), later).unwrap();
        assert!(late.up_to(start).is_none());
    }

    #[test]
    fn twelve_seconds_are_kept_and_what_led_to_them() {
        let (recent, start) = seconds(40, 100);
        assert_eq!(recent.pictures.len(), 130);
        assert!(
            recent
                .up_to(start + Duration::from_millis(27_900))
                .is_some()
        );
        assert!(
            recent
                .up_to(start + Duration::from_millis(26_900))
                .is_none()
        );
    }

    proptest! {
        #[test]
        fn no_stream_takes_more_memory_than_it_may(
            units in proptest::collection::vec((any::<bool>(), 0_usize..6_000_000), 0..60),
        ) {
            let (mut recent, start) = (Recent::new(Codec::H265), Instant::now());
            for (number, (key, length)) in units.into_iter().enumerate() {
                let taken = recent.push(unit(number, key, length), start);
                prop_assert!(taken.is_ok() || recent.pictures.is_empty());
                let held: usize = recent.pictures.iter().map(|picture| picture.data.len()).sum();
                prop_assert_eq!(held, recent.bytes);
                prop_assert!(held <= MOST_BYTES);
                prop_assert!(recent.pictures.front().is_none_or(|first| first.key));
            }
        }
    }
}
