use super::*;
use crate::model::actor::ActorKind;
use crate::model::event::ChangeRef;
use crate::model::history::EventKind;
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

const NOW: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);
const SOON: Duration = Duration::seconds(5);

fn event(number: u64, person: u128) -> NumberedEvent {
    let subject = Subject::Employee(Uuid::from_u128(person));
    let (kind, actor) = (EventKind::Updated, ActorKind::Operator);
    let change = ChangeRef { subject, revision: number, kind, actor, at: NOW, erased: None };
    NumberedEvent { number, event: EventRef::Change(change) }
}

/// A queue with events of these people, numbered from 1.
fn queue(people: &[u128]) -> Queue {
    let mut queue = Queue::new(0, Vec::new());
    for (person, number) in people.iter().zip(1..) {
        queue.add(event(number, *person));
    }
    queue
}

fn numbers(queue: &mut Queue, now: OffsetDateTime) -> Vec<u64> {
    std::iter::from_fn(|| queue.next_job(now, false)).map(|job| job.number).collect()
}

fn take(queue: &mut Queue, now: OffsetDateTime) -> Job {
    queue.next_job(now, false).expect("an event to send")
}

#[test]
fn one_event_of_each_subject_is_sent_at_a_time() {
    let mut queue = queue(&[1, 1, 2, 1, 3]);
    assert_eq!(numbers(&mut queue, NOW), [1, 3, 5]);
    queue.finished(1);
    assert_eq!(numbers(&mut queue, NOW), [2]);
}

#[test]
fn the_position_passes_settled_events_only() {
    let mut queue = queue(&[1, 2, 3]);
    let sent = numbers(&mut queue, NOW);
    assert_eq!(sent, [1, 2, 3]);
    queue.finished(3);
    queue.finished(2);
    assert_eq!(queue.position(), 0, "event 1 is still in flight");
    queue.finished(1);
    assert_eq!(queue.position(), 3);
    queue.skip(4);
    assert_eq!(queue.position(), 4, "an event that does not match is settled");
}

#[test]
fn a_failed_event_waits_and_later_events_of_its_subject_wait_behind_it() {
    let mut queue = queue(&[1, 2, 1, 2]);
    let poison = take(&mut queue, NOW);
    queue.failed(poison, NOW + SOON, "422".to_owned());
    assert_eq!(numbers(&mut queue, NOW), [2], "event 3 waits behind event 1");
    queue.finished(2);
    assert_eq!(numbers(&mut queue, NOW), [4]);
    queue.finished(4);
    assert_eq!((queue.position(), queue.waiting()), (4, 2));
    assert_eq!(queue.next_try(), Some(NOW + SOON));
    assert_eq!(numbers(&mut queue, NOW), [0_u64; 0], "the next try is later");
    assert_eq!(numbers(&mut queue, NOW + SOON), [1]);
    queue.finished(1);
    assert_eq!(numbers(&mut queue, NOW + SOON), [3], "its turn comes at once");
}

#[test]
fn a_waiting_event_keeps_its_tries() {
    let mut queue = queue(&[1]);
    let job = take(&mut queue, NOW);
    queue.failed(job, NOW + SOON, "timeout".to_owned());
    let again = take(&mut queue, NOW + SOON);
    assert_eq!((again.number, again.tries), (1, 1));
    queue.failed(again, NOW + SOON * 2, "timeout".to_owned());
    let changes = queue.take_changes(80);
    let waiting: Vec<_> = changes.put.iter().map(|item| (item.number, item.tries)).collect();
    assert_eq!((waiting, changes.deleted), (vec![(1, 2)], vec![]));
}

#[test]
fn a_save_writes_only_what_changed_after_the_save_before() {
    let mut queue = queue(&[1, 2]);
    let job = take(&mut queue, NOW);
    queue.failed(job, NOW + SOON, "500".to_owned());
    assert_eq!(queue.take_changes(80).put.len(), 1);
    assert_eq!(queue.take_changes(80), WaitingChanges::default());
    let job = take(&mut queue, NOW + SOON);
    queue.finished(job.number);
    assert_eq!(queue.take_changes(80).deleted, [1]);
}

#[test]
fn an_event_that_failed_and_succeeded_before_a_save_is_never_written() {
    let mut queue = queue(&[1]);
    let job = take(&mut queue, NOW);
    queue.failed(job, NOW + SOON, "500".to_owned());
    let job = take(&mut queue, NOW + SOON);
    queue.finished(job.number);
    assert_eq!(queue.take_changes(80), WaitingChanges::default());
    assert_eq!(queue.position(), 1);
}

#[test]
fn an_event_that_was_not_sent_stays_before_the_position() {
    let mut queue = queue(&[1, 2]);
    let job = take(&mut queue, NOW);
    queue.put_back(job);
    assert_eq!(queue.position(), 0);
    assert_eq!(numbers(&mut queue, NOW), [1, 2]);
}

#[test]
fn the_position_stands_still_while_too_many_events_wait() {
    let people: Vec<u128> = vec![1; MOST_WAITING + 3];
    let mut queue = queue(&people);
    let job = take(&mut queue, NOW);
    queue.failed(job, NOW + SOON, "422".to_owned());
    assert_eq!(queue.next_job(NOW, false), None);
    assert_eq!(queue.waiting(), MOST_WAITING);
    assert_eq!(queue.position(), u64::try_from(MOST_WAITING).unwrap());
    assert!(queue.has_pending());
}

#[test]
fn an_event_that_waits_is_not_sent_twice_when_the_feed_shows_it_again() {
    let mut queue = queue(&[1, 2]);
    let (first, second) = (take(&mut queue, NOW), take(&mut queue, NOW));
    queue.failed(second, NOW + SOON, "503".to_owned());
    queue.put_back(first);
    assert_eq!(queue.position(), 0, "event 1 is not sent");
    let waiting = queue.take_changes(80).put;
    let mut next = Queue::new(0, waiting);
    next.add(event(1, 1));
    next.add(event(2, 2));
    assert_eq!(numbers(&mut next, NOW + SOON).len(), 2, "each event once");
}

#[test]
fn a_save_of_some_changes_keeps_the_position_before_the_other_ones() {
    let people: Vec<u128> = vec![1; 100];
    let mut queue = queue(&people);
    let poison = take(&mut queue, NOW);
    queue.failed(poison, NOW + SOON, "422".to_owned());
    assert_eq!(queue.next_job(NOW, false), None, "all events wait behind the first one");
    assert_eq!(queue.position(), 100);
    let changes = queue.take_changes(80);
    assert_eq!((changes.put.len(), queue.safe_position()), (80, 80));
    assert_eq!((queue.take_changes(80).put.len(), queue.safe_position()), (20, 100));
}

#[test]
fn a_probe_sends_a_waiting_event_before_its_time() {
    let mut queue = queue(&[1]);
    let job = take(&mut queue, NOW);
    queue.failed(job, NOW + SOON, "503".to_owned());
    assert_eq!(queue.next_job(NOW, false), None);
    assert_eq!(queue.next_job(NOW, true).map(|job| job.number), Some(1));
}

#[test]
fn events_that_wait_for_the_receiver_are_due_when_it_is_back() {
    let mut queue = queue(&[1, 2, 3]);
    for (status, hours) in [("503", 5), ("timeout", 10), ("422", 14)] {
        let job = take(&mut queue, NOW);
        queue.failed(job, NOW + Duration::hours(hours), status.to_owned());
    }
    assert_eq!(queue.failed_subjects().len(), 2);
    queue.receiver_is_back(NOW);
    assert_eq!(numbers(&mut queue, NOW), [1, 2], "the refused event keeps its time");
}
