//! Rules that hold for a message of any digest.

use super::digest;
use proptest::prelude::*;
use rollcall::delivery::digest::{Digest, DigestLine};
use rollcall::delivery::message::MessageContext;
use rollcall::delivery::words;
use rollcall::delivery::{slack, teams};
use rollcall::directory::events::types::EventType;
use serde_json::Value;
use strum::IntoEnumIterator;
use uuid::Uuid;

/// A word in every name. Nothing else contains it.
const MARK: &str = "Qxz7";

/// Texts with markup, quotes, controls, wide characters and long runs.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<!channel>".to_owned()),
        Just("<@U123|".to_owned()),
        Just("[x](http://evil)".to_owned()),
        Just("\"}],\"type\":\"mrkdwn\",\"text\":\"".to_owned()),
        Just("\u{202e}\u{0}\r\n".to_owned()),
        Just("\\\\\\\"\"\"".to_owned()),
        "\\PC{0,6}",
        any::<char>().prop_map(|character| character.to_string()),
        (any::<char>(), 1..400_usize)
            .prop_map(|(character, times)| character.to_string().repeat(times)),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| format!("{MARK}{}", pieces.concat()))
}

fn any_line() -> impl Strategy<Value = DigestLine> {
    let kinds: Vec<EventType> = EventType::iter().collect();
    let optional = || proptest::option::weighted(0.8, hostile_text());
    let subject = proptest::option::weighted(0.9, 0..200_u128);
    (proptest::sample::select(kinds), subject, optional(), optional(), optional()).prop_map(
        |(kind, subject, name, department, location)| DigestLine {
            kind,
            subject: subject.map(Uuid::from_u128),
            name,
            department,
            location,
        },
    )
}

/// The strings of a message outside the elements that parse nothing, and the texts inside them.
#[derive(Default)]
struct Texts {
    outside: Vec<String>,
    inside: Vec<String>,
}

/// Walks a message. `inert` is the type of the elements that parse nothing.
fn walk(value: &Value, inert: &str, texts: &mut Texts) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                texts.outside.push(key.clone());
                match value {
                    Value::String(text)
                        if key == "text"
                            && object.get("type").is_some_and(|kind| kind == inert) =>
                    {
                        texts.inside.push(text.clone());
                    }
                    value => walk(value, inert, texts),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| walk(value, inert, texts)),
        Value::String(text) => texts.outside.push(text.clone()),
        _ => {}
    }
}

fn texts(message: &[u8], inert: &str) -> Texts {
    let message: Value = serde_json::from_slice(message).expect("valid JSON");
    let mut texts = Texts::default();
    walk(&message, inert, &mut texts);
    texts
}

/// Checks the texts of a message: no name outside, no control character, and counts that add up.
fn check(digest: &Digest, texts: &Texts, bullet: &str) -> Result<(), TestCaseError> {
    for text in &texts.outside {
        prop_assert!(!text.contains(MARK), "outside: {text}");
    }
    let mut lines = texts.inside.iter().map(String::as_str).peekable();
    for section in digest.sections() {
        let heading = format!("{}: {}", words::heading(section.kind), section.count);
        prop_assert_eq!(lines.next(), Some(heading.as_str()));
        let is_name =
            |line: &&str| line.strip_prefix(bullet).is_some_and(|line| line.contains(MARK));
        let mut names = 0;
        while let Some(line) = lines.next_if(is_name) {
            names += 1;
            prop_assert!(!line.chars().any(char::is_control), "{line}");
            prop_assert!(line.chars().count() <= 2 + 80 + 80 + 80 + 5, "{line}");
        }
        if names > 0 && names < section.count {
            let more = format!("{bullet}and {} more", section.count - names);
            prop_assert_eq!(lines.next(), Some(more.as_str()));
        }
    }
    prop_assert_eq!(lines.next(), None);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_name_leaves_its_element_and_every_message_fits(
        lines in proptest::collection::vec(any_line(), 0..250),
        with_names in any::<bool>(),
        tenant in "\\PC{0,200}",
        url_tail in "\\PC{0,3000}",
    ) {
        let digest = digest(with_names, &lines);
        let activity_url = format!("https://scim.example.com/{url_tail}");
        let context = MessageContext { tenant: &tenant, activity_url: &activity_url };

        let message = slack::digest_message(&digest, context);
        let characters = String::from_utf8(message.clone()).unwrap().chars().count();
        prop_assert!(characters <= slack::MAX_CHARS, "{characters} characters");
        let slack_texts = texts(&message, "text");
        prop_assert!(!slack_texts.outside.iter().any(|text| text == "mrkdwn"));
        check(&digest, &slack_texts, "")?;

        let message = teams::digest_message(&digest, context);
        prop_assert!(message.len() <= teams::MAX_BYTES, "{} bytes", message.len());
        check(&digest, &texts(&message, "TextRun"), "• ")?;
    }
}

/// The largest message has 20 kinds with 10 names each. It loses lines, and keeps every heading and count.
#[test]
fn the_largest_digest_fits_and_keeps_its_counts() {
    let wide = "\u{20000}".repeat(100);
    let lines: Vec<DigestLine> = EventType::iter()
        .flat_map(|kind| (0..500_u128).map(move |subject| (kind, subject)))
        .map(|(kind, subject)| DigestLine {
            kind,
            subject: Some(Uuid::from_u128(subject)),
            name: Some(format!("{MARK}{wide}")),
            department: Some(wide.clone()),
            location: Some(wide.clone()),
        })
        .filter(|line| line.kind != EventType::EmployeeErased)
        .collect();
    let digest = digest(true, &lines);
    let context = MessageContext { tenant: &wide, activity_url: "https://scim.example.com/" };
    let slack = slack::digest_message(&digest, context);
    let characters = String::from_utf8(slack.clone()).unwrap().encode_utf16().count();
    assert!((9_000..=slack::MAX_CHARS).contains(&characters), "{characters} characters");
    check(&digest, &texts(&slack, "text"), "").unwrap();
    let teams = teams::digest_message(&digest, context);
    assert!((14_500..=teams::MAX_BYTES).contains(&teams.len()), "{} bytes", teams.len());
    check(&digest, &texts(&teams, "TextRun"), "• ").unwrap();
}
