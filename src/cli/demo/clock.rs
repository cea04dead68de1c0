//! The clock of the demo. It runs through the past month while the data is made.

use rollcall::directory::sources::Sources;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The time at which a stopped clock stands.
pub const STOPPED_TIME: OffsetDateTime = datetime!(2026-11-30 12:00 UTC);

/// A clock that can be set. A clone is the same clock.
#[derive(Debug, Clone)]
pub struct DemoClock(Arc<Mutex<Setting>>);

#[derive(Debug, Clone, Copy)]
enum Setting {
    /// The clock stands at this time.
    At(OffsetDateTime),
    /// The clock shows the time of the system.
    System,
}

impl DemoClock {
    /// Makes a clock that stands at a time.
    pub fn at(time: OffsetDateTime) -> Self {
        Self(Arc::new(Mutex::new(Setting::At(time))))
    }

    /// Sets the clock to a later time. An earlier time has no effect.
    pub fn forward_to(&self, time: OffsetDateTime) {
        if let Setting::At(now) = &mut *self.lock() {
            *now = time.max(*now);
        }
    }

    /// Moves a standing clock.
    pub fn advance(&self, by: Duration) {
        if let Setting::At(now) = &mut *self.lock() {
            *now += by;
        }
    }

    /// Makes the clock follow the system.
    pub fn follow_system(&self) {
        *self.lock() = Setting::System;
    }

    /// Makes the sources of an app with this clock. The ids are the same in every demo, and are spread like random ids.
    pub fn sources(&self) -> Sources {
        let clock = self.clone();
        let system = Sources::system();
        let next = AtomicU64::new(1);
        let now = move || match *clock.lock() {
            Setting::At(time) => time,
            Setting::System => system.now(),
        };
        Sources::new(now, move || spread_id(next.fetch_add(1, Ordering::Relaxed)))
    }

    fn lock(&self) -> MutexGuard<'_, Setting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the `n`th id. The multiplication by an odd number never gives the same bits twice.
fn spread_id(n: u64) -> Uuid {
    let bits = u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_do_not_repeat_and_are_the_same_each_time() {
        let ids: BTreeSet<Uuid> = (1..10_000).map(spread_id).collect();
        assert_eq!(ids.len(), 9_999);
        let (one, other) =
            (DemoClock::at(STOPPED_TIME).sources(), DemoClock::at(STOPPED_TIME).sources());
        assert_eq!([one.new_id(), one.new_id()], [other.new_id(), other.new_id()]);
    }

    #[test]
    fn the_clock_never_goes_back() {
        let clock = DemoClock::at(STOPPED_TIME);
        let sources = clock.sources();
        clock.forward_to(STOPPED_TIME - Duration::DAY);
        assert_eq!(sources.now(), STOPPED_TIME);
        clock.advance(Duration::SECOND);
        clock.forward_to(STOPPED_TIME);
        assert_eq!(sources.now(), STOPPED_TIME + Duration::SECOND);
        clock.follow_system();
        assert_ne!(sources.now(), STOPPED_TIME + Duration::SECOND);
    }
}
