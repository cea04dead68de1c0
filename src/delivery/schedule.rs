//! The times of retries. Each function returns the wait after a try that failed.

use time::format_description::well_known::Rfc2822;
use time::{Duration, OffsetDateTime};

/// The waits before the tries of an event that the receiver refuses. The first try is immediate.
const EVENT_FAULT: [Duration; 4] =
    [Duration::seconds(5), Duration::minutes(5), Duration::minutes(15), Duration::minutes(35)];

/// The waits before the tries of an event whose receiver is out of order: 10 tries in 75.5 hours.
const ENDPOINT_FAULT: [Duration; 9] = [
    Duration::seconds(5),
    Duration::minutes(5),
    Duration::minutes(30),
    Duration::hours(2),
    Duration::hours(5),
    Duration::hours(10),
    Duration::hours(14),
    Duration::hours(20),
    Duration::hours(24),
];

/// The waits before the first probes of a dead endpoint.
const PROBES: [Duration; 5] = [
    Duration::minutes(1),
    Duration::minutes(2),
    Duration::minutes(5),
    Duration::minutes(10),
    Duration::minutes(30),
];

/// The waits before the first repeats of a message to Slack or Teams.
const DIGESTS: [Duration; 4] =
    [Duration::seconds(30), Duration::minutes(2), Duration::minutes(10), Duration::minutes(30)];

/// The wait between later probes, and between later repeats of a message.
const HOURLY: Duration = Duration::hours(1);

/// An endpoint is dead when this many different subjects failed in a row.
pub const DEAD_AFTER_SUBJECTS: u32 = 3;

/// A destination is reported as failing after this time without a success.
pub const FAILING_AFTER: Duration = Duration::hours(24);

/// A destination is disabled after this time without a success.
pub const DISABLED_AFTER: Duration = Duration::hours(120);

/// A random deviation of a wait, from -10 % to +10 %. It spreads the retries of many destinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jitter {
    /// In hundredths of a percent.
    basis_points: i32,
}

impl Jitter {
    /// No deviation.
    pub const NONE: Self = Self { basis_points: 0 };

    /// Makes a deviation of a random number. Each deviation is about equally likely.
    pub fn from_random(random: u32) -> Self {
        let step = i32::try_from(random % 2_001).unwrap_or(1_000);
        Self { basis_points: step - 1_000 }
    }

    fn apply(self, wait: Duration) -> Duration {
        wait + wait * self.basis_points / 10_000
    }
}

/// The facts that can change a wait of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The wait that the receiver asked for, from [`retry_after`].
    pub asked: Option<Duration>,
    /// The random deviation.
    pub jitter: Jitter,
}

impl Pace {
    /// The wait: what the receiver asked for, within one to two times the table's wait, else the table's wait with its
    /// deviation.
    fn of(self, table: Duration) -> Duration {
        match self.asked {
            Some(asked) => asked.clamp(table, table * 2),
            None => self.jitter.apply(table),
        }
    }
}

/// The wait after `tries` tries of an event that the receiver refuses. `None` gives the event up.
pub fn after_event_fault(tries: u32, pace: Pace) -> Option<Duration> {
    row(&EVENT_FAULT, tries.checked_sub(1)?).map(|wait| pace.of(wait))
}

/// The wait after `tries` tries of an event whose receiver is out of order. `None` gives the event up.
pub fn after_endpoint_fault(tries: u32, pace: Pace) -> Option<Duration> {
    row(&ENDPOINT_FAULT, tries.checked_sub(1)?).map(|wait| pace.of(wait))
}

/// The wait before the next probe of a dead endpoint, after `probes` probes.
pub fn before_probe(probes: u32, pace: Pace) -> Duration {
    pace.of(row(&PROBES, probes).unwrap_or(HOURLY))
}

/// The wait before a new message to Slack or Teams, after `tries` tries. The message is made anew.
pub fn before_digest_retry(tries: u32, pace: Pace) -> Duration {
    pace.of(row(&DIGESTS, tries.saturating_sub(1)).unwrap_or(HOURLY))
}

fn row(table: &[Duration], index: u32) -> Option<Duration> {
    table.get(usize::try_from(index).ok()?).copied()
}

/// Whether this many different subjects in a row make an endpoint dead.
pub fn is_dead(subjects_failed_in_a_row: u32) -> bool {
    subjects_failed_in_a_row >= DEAD_AFTER_SUBJECTS
}

/// Whether a destination is to be reported as failing. `since` is its first failure after its last success.
pub fn is_failing_for_long(since: OffsetDateTime, now: OffsetDateTime) -> bool {
    now - since >= FAILING_AFTER
}

/// Whether a destination is to be disabled. `since` is its first failure after its last success.
pub fn is_to_be_disabled(since: OffsetDateTime, now: OffsetDateTime) -> bool {
    now - since >= DISABLED_AFTER
}

/// Reads the header `Retry-After`: seconds, or an HTTP date. Returns `None` for any other text. A date in the past
/// gives zero.
pub fn retry_after(header: &str, now: OffsetDateTime) -> Option<Duration> {
    let text = header.trim_ascii();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that does not fit asks for the longest wait.
        return Some(Duration::seconds(text.parse().unwrap_or(i64::MAX)));
    }
    // HTTP's own format of a date is a date of RFC 2822 in GMT.
    let date = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    Some((date - now).max(Duration::ZERO))
}
