//! The windows of digests.

use rollcall::delivery::window::{HourOfDay, Window, earliest_message};
use time::macros::datetime;

#[test]
fn a_window_starts_with_its_first_change() {
    let first = datetime!(2026-11-29 12:34:56.789 UTC);
    assert_eq!(Window::Minute.end(first), datetime!(2026-11-29 12:35:56.789 UTC));
    assert_eq!(Window::Quarter.end(first), datetime!(2026-11-29 12:49:56.789 UTC));
    assert_eq!(Window::Hour.end(first), datetime!(2026-11-29 13:34:56.789 UTC));
}

#[test]
fn a_daily_message_comes_at_its_hour() {
    let at = |hour, first| Window::Day(HourOfDay::new(hour).unwrap()).end(first);
    let first = datetime!(2026-12-31 08:59:59 UTC);
    assert_eq!(at(9, first), datetime!(2026-12-31 09:00 UTC));
    assert_eq!(at(9, datetime!(2026-12-31 09:00 UTC)), datetime!(2027-01-01 09:00 UTC));
    assert_eq!(at(8, first), datetime!(2027-01-01 08:00 UTC));
    assert_eq!(at(0, first), datetime!(2027-01-01 00:00 UTC));
    assert_eq!(at(23, first), datetime!(2026-12-31 23:00 UTC));
    assert_eq!(at(9, datetime!(2026-12-31 23:30 -12)), datetime!(2027-01-02 09:00 UTC));
    assert_eq!(HourOfDay::new(24), None);
}

#[test]
fn two_messages_are_ten_seconds_apart() {
    let due = datetime!(2026-11-29 12:00:00 UTC);
    assert_eq!(earliest_message(due, None), due);
    assert_eq!(earliest_message(due, Some(datetime!(2026-11-29 11:59:50 UTC))), due);
    let just_before = Some(datetime!(2026-11-29 11:59:57 UTC));
    assert_eq!(earliest_message(due, just_before), datetime!(2026-11-29 12:00:07 UTC));
}
