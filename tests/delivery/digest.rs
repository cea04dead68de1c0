//! The counts of a digest, and the names that it keeps.

use super::{digest, line};
use rollcall::delivery::digest::{Digest, DigestLine};
use rollcall::delivery::words;
use rollcall::directory::events::types::EventType;
use strum::IntoEnumIterator;

/// Each section as text: heading, count, lines, and the number of changes without a name.
fn sections(digest: &Digest) -> Vec<String> {
    let sections = digest.sections().into_iter().map(|section| {
        let lines: Vec<&str> = section.lines(usize::MAX).collect();
        let more = section.more(usize::MAX).unwrap_or(0);
        format!("{} {} [{}] {more}", words::heading(section.kind), section.count, lines.join("; "))
    });
    sections.collect()
}

#[test]
fn an_employee_counts_once_per_kind() {
    let lines = [
        line(EventType::EmployeeArchived, 1, "Ada"),
        line(EventType::EmployeeUpdated, 1, "Ada"),
        line(EventType::EmployeeUpdated, 1, "Ada Lovelace"),
        line(EventType::EmployeeUpdated, 2, "Grace"),
        line(EventType::EmployeeCreated, 3, "Alan"),
    ];
    let digest = digest(true, &lines);
    assert_eq!(
        sections(&digest),
        ["New employees 1 [Alan] 0", "Archived 1 [Ada] 0", "Changed 2 [Ada Lovelace; Grace] 0"]
    );
    assert_eq!(digest.total_in_words(), "4 changes");
    assert_eq!(digest.counts(), "1 new employee, 1 archived, 2 changed");
}

#[test]
fn changes_without_a_subject_count_each() {
    let change = DigestLine { subject: None, ..line(EventType::SettingsChanged, 0, "") };
    let digest = digest(true, &[change.clone(), change]);
    assert_eq!(sections(&digest), ["Settings changed 2 [] 0"]);
    assert_eq!(digest.counts(), "2 changes of settings");
}

#[test]
fn ten_names_are_kept() {
    let name = |number: u128| format!("Person {number}");
    let lines: Vec<DigestLine> =
        (1..=480).map(|number| line(EventType::EmployeeCreated, number, &name(number))).collect();
    let ten: Vec<String> = (1..=10).map(name).collect();
    let expected = format!("New employees 480 [{}] 470", ten.join("; "));
    assert_eq!(sections(&digest(true, &lines)), [expected]);
    assert_eq!(sections(&digest(false, &lines)), ["New employees 480 [] 0"]);
}

#[test]
fn an_erasure_removes_the_name_everywhere() {
    let lines = [
        line(EventType::EmployeeCreated, 1, "Ada"),
        line(EventType::EmployeeUpdated, 1, "Ada"),
        line(EventType::EmployeeUpdated, 2, "Grace"),
        line(EventType::EmployeeErased, 1, "Ada"),
        line(EventType::EmployeeDeleted, 1, "Ada"),
    ];
    assert_eq!(
        sections(&digest(true, &lines)),
        ["New employees 1 [] 0", "Changed 2 [Grace] 1", "Deleted 1 [] 0", "Erased 1 [] 0"]
    );
    let gone = DigestLine { name: None, ..line(EventType::EmployeeUpdated, 2, "") };
    let without = [lines[2].clone(), gone];
    assert_eq!(sections(&digest(true, &without)), ["Changed 1 [] 0"]);
}

#[test]
fn every_kind_has_a_type_and_words_of_its_own() {
    let kinds: Vec<EventType> = EventType::iter().collect();
    assert_eq!(kinds.len(), 27);
    let mut headings: Vec<&str> = kinds.iter().map(|kind| words::heading(*kind)).collect();
    headings.sort_unstable();
    headings.dedup();
    assert_eq!(headings.len(), kinds.len());
    for kind in kinds {
        assert_eq!(EventType::parse(kind.as_str()), Some(kind));
        assert!(
            words::counted(kind, 1).starts_with("1 ") && words::counted(kind, 2).starts_with("2 ")
        );
    }
    assert_eq!(EventType::parse("destination.test"), None);
    assert_eq!(words::counted(EventType::EmployeeCreated, 2), "2 new employees");
    assert_eq!(words::counted(EventType::GroupUpdated, 1), "1 group changed");
    assert!(Digest::new(true).is_empty());
}
