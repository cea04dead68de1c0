//! Sentences about set-up links and sign-in links.

use super::Sentence;
use crate::model::history::HistoryEntry;
use serde_json::Value;

/// Makes the sentence of a link that was made, opened or revoked.
pub(super) fn of_link(actor: &str, entry: &HistoryEntry) -> Sentence {
    let text = |name: &str| {
        let change = entry.changes.iter().find(|change| change.attribute == name);
        change.and_then(|change| change.new.as_ref()).and_then(Value::as_str).unwrap_or_default()
    };
    let is_setup = text("link") == "connect";
    let text = match (text("action"), is_setup) {
        ("opened", true) => format!("Set-up link opened, {}", text("browser")),
        ("opened", false) => format!("Sign-in link opened, {}", text("browser")),
        ("created", true) => format!("{actor} created a set-up link"),
        ("created", false) => format!("{actor} created a sign-in link"),
        (_, true) => format!("{actor} revoked the set-up link"),
        (_, false) => format!("{actor} ended the sign-in links"),
    };
    Sentence::new().say(text)
}
