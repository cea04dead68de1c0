//! The messages to Slack and Teams, against golden files.

use super::{ACME, digest, line};
use rollcall::delivery::digest::{Digest, DigestLine};
use rollcall::delivery::message::MessageContext;
use rollcall::delivery::{slack, teams};
use rollcall::directory::events::types::EventType;
use serde_json::Value;

/// Compares a message with its golden file.
fn check(message: &[u8], golden: &str) {
    let message: Value = serde_json::from_slice(message).unwrap();
    let expected: Value = serde_json::from_str(golden).unwrap();
    assert_eq!(message, expected, "{message:#}");
}

/// Checks a digest's message to each service.
macro_rules! golden {
    ($digest:expr, $name:literal) => {
        check(
            &slack::digest_message(&$digest, ACME),
            include_str!(concat!("golden/slack-", $name, ".json")),
        );
        check(
            &teams::digest_message(&$digest, ACME),
            include_str!(concat!("golden/teams-", $name, ".json")),
        );
    };
}

/// A person who joined and a person who left.
pub(super) fn two_changes(with_names: bool) -> Digest {
    let ada = DigestLine {
        department: Some("R&D".to_owned()),
        location: Some("London".to_owned()),
        ..line(EventType::EmployeeCreated, 1, "Ada Lovelace")
    };
    let grace = DigestLine {
        department: Some("Sales".to_owned()),
        ..line(EventType::EmployeeArchived, 2, "Grace Hopper")
    };
    digest(with_names, &[ada, grace])
}

/// A large change: 480 people joined, and 20 other changes of all sorts.
pub(super) fn many_changes() -> Digest {
    let joined = (1..=480).map(|number| DigestLine {
        department: Some(format!("Department {}", number % 7)),
        location: Some("London".to_owned()),
        ..line(EventType::EmployeeCreated, number, &format!("Person {number}"))
    });
    let changed = (1..=12)
        .map(|number| line(EventType::EmployeeUpdated, number, &format!("Person {number}")));
    let groups = (1..=7).map(|number| line(EventType::GroupUpdated, 1_000 + number, "Everybody"));
    let settings =
        DigestLine { subject: None, name: None, ..line(EventType::SettingsChanged, 0, "") };
    let lines: Vec<DigestLine> = joined.chain(changed).chain(groups).chain([settings]).collect();
    digest(true, &lines)
}

/// Names that try to be more than names.
pub(super) fn hostile_names() -> Digest {
    let long = "Wolfe\u{ad}schlegel\u{202e}".repeat(3_641);
    assert!(long.len() >= 64 * 1024);
    let names = [
        "<!channel> [x](http://evil)",
        "<@U123> @everyone <at>Ada</at>",
        "*bold* _it_ `code` :tada: \"}],\"text\":\"<!here>\"",
        "\u{202e}gnp.exe\u{202c} \u{0}\u{1b}[2J\r\n# Heading",
        "𠜎𠜱𠝹𠱓 李小龍",
        &long,
    ];
    let lines: Vec<DigestLine> = (1..)
        .zip(names)
        .map(|(number, name)| DigestLine {
            department: Some(name.to_owned()),
            ..line(EventType::EmployeeCreated, number, name)
        })
        .collect();
    digest(true, &lines)
}

#[test]
fn two_changes_have_their_golden_files() {
    golden!(two_changes(true), "two-changes");
}

#[test]
fn five_hundred_changes_have_their_golden_files() {
    golden!(many_changes(), "many-changes");
}

#[test]
fn hostile_names_have_their_golden_files() {
    golden!(hostile_names(), "hostile-names");
}

#[test]
fn counts_only_have_their_golden_files() {
    golden!(two_changes(false), "counts-only");
}

#[test]
fn test_messages_have_their_golden_files() {
    check(&slack::test_message(ACME), include_str!("golden/slack-test.json"));
    check(&teams::test_message(ACME), include_str!("golden/teams-test.json"));
}

#[test]
fn a_hostile_tenant_is_harmless() {
    let context = MessageContext {
        tenant: "<!channel>\u{202e} [x](http://evil) & \n Co",
        activity_url: "javascript:alert(1)",
    };
    let message: Value =
        serde_json::from_slice(&slack::digest_message(&two_changes(true), context)).unwrap();
    let text = message["text"].as_str().unwrap();
    let start = "2 changes in &lt;!channel&gt; [x](http://evil) &amp; Co: 1 new";
    assert!(text.starts_with(start), "{text}");
    assert_eq!(message["blocks"][0]["text"]["type"], "plain_text");
    assert_eq!(message["blocks"].as_array().unwrap().len(), 2, "no link");
    let card = teams::digest_message(&two_changes(true), context);
    let card = String::from_utf8(card).unwrap();
    assert!(!card.contains("evil") && !card.contains("actions") && !card.contains("javascript"));
    let test = String::from_utf8(teams::test_message(context)).unwrap();
    let test: Value = serde_json::from_str(&test).unwrap();
    let body = &test["attachments"][0]["content"]["body"];
    assert_eq!(body[0]["text"], "Test message from Rollcall");
    assert!(body[1]["inlines"][0]["text"].as_str().unwrap().contains("[x](http://evil)"));
}
