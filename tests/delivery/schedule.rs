//! The times of retries.

use rollcall::delivery::schedule::{
    DEAD_AFTER_SUBJECTS, Jitter, Pace, after_endpoint_fault, after_event_fault,
    before_digest_retry, before_probe, is_dead, is_failing_for_long, is_to_be_disabled,
    retry_after,
};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const PLAIN: Pace = Pace { asked: None, jitter: Jitter::NONE };
const NOW: OffsetDateTime = datetime!(2026-11-29 12:00:00 UTC);

fn asked(seconds: i64) -> Pace {
    Pace { asked: Some(Duration::seconds(seconds)), jitter: Jitter::NONE }
}

/// The waits of a schedule, in seconds, until it gives up.
fn waits(next: impl Fn(u32) -> Option<Duration>) -> Vec<i64> {
    (1..50).map_while(|tries| next(tries).map(Duration::whole_seconds)).collect()
}

#[test]
fn the_tables_are_kept() {
    let event = waits(|tries| after_event_fault(tries, PLAIN));
    assert_eq!(event, [5, 300, 900, 2_100]);
    let endpoint = waits(|tries| after_endpoint_fault(tries, PLAIN));
    assert_eq!(
        endpoint,
        [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
        "10 tries"
    );
    assert_eq!(endpoint.iter().sum::<i64>() / 360, 755, "75.5 hours");
    let probes: Vec<i64> =
        (0..8).map(|probes| before_probe(probes, PLAIN).whole_seconds()).collect();
    assert_eq!(probes, [60, 120, 300, 600, 1_800, 3_600, 3_600, 3_600]);
    let digests: Vec<i64> =
        (1..8).map(|tries| before_digest_retry(tries, PLAIN).whole_seconds()).collect();
    assert_eq!(digests, [30, 120, 600, 1_800, 3_600, 3_600, 3_600]);
    assert_eq!(before_probe(u32::MAX, PLAIN), Duration::HOUR);
    assert_eq!(before_digest_retry(u32::MAX, PLAIN), Duration::HOUR);
    assert_eq!(after_endpoint_fault(u32::MAX, PLAIN), None);
}

#[test]
fn jitter_stays_within_a_tenth() {
    let wait = |random| {
        let pace = Pace { asked: None, jitter: Jitter::from_random(random) };
        after_endpoint_fault(9, pace).unwrap()
    };
    assert_eq!(wait(0), Duration::hours(24) * 9 / 10);
    assert_eq!(wait(1_000), Duration::hours(24));
    assert_eq!(wait(2_000), Duration::hours(24) * 11 / 10);
    assert_eq!(wait(2_001), wait(0));
    for random in [1, 77, 123_456_789, u32::MAX] {
        assert!((wait(0)..=wait(2_000)).contains(&wait(random)));
    }
}

#[test]
fn a_receiver_may_ask_for_up_to_twice_the_wait() {
    let second_try = |pace| after_endpoint_fault(2, pace).unwrap().whole_seconds();
    let seconds = [(0, 300), (300, 300), (450, 450), (600, 600), (601, 600), (i64::MAX, 600)];
    for (wanted, wait) in seconds {
        assert_eq!(second_try(asked(wanted)), wait, "{wanted}");
    }
    assert_eq!(before_probe(0, asked(90)), Duration::seconds(90));
    assert_eq!(before_digest_retry(1, asked(3_600)), Duration::seconds(60));
    assert_eq!(after_event_fault(5, asked(1)), None, "the event is given up");
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let read = |text| retry_after(text, NOW).map(Duration::whole_seconds);
    assert_eq!(read("120"), Some(120));
    assert_eq!(read(" 0 "), Some(0));
    assert_eq!(read("Sun, 29 Nov 2026 12:02:30 GMT"), Some(150));
    assert_eq!(read("Sun, 29 Nov 2026 11:00:00 GMT"), Some(0), "in the past");
    assert_eq!(read("99999999999999999999999"), Some(i64::MAX));
    for text in ["", "-5", "1.5", "soon", "2026-11-29T12:02:30Z", "\u{661}\u{662}"] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn an_endpoint_is_dead_then_failing_then_disabled() {
    assert!(!is_dead(DEAD_AFTER_SUBJECTS - 1) && is_dead(3));
    let second = Duration::SECOND;
    let since = |ago: Duration| NOW - ago;
    assert!(!is_failing_for_long(since(Duration::hours(24) - second), NOW));
    assert!(is_failing_for_long(since(Duration::hours(24)), NOW));
    assert!(!is_to_be_disabled(since(Duration::hours(120) - second), NOW));
    assert!(is_to_be_disabled(since(Duration::hours(120)), NOW));
}
