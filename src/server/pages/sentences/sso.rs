//! Sentences about single sign-on and linked accounts.

use super::narrator::Narrator;
use super::{Name, Sentence, values};
use crate::directory::EventKind;
use crate::directory::record_names::NameOf;
use crate::model::history::HistoryEntry;
use crate::model::id::parse_id;
use crate::server::pages::words::joined;

impl Narrator<'_> {
    /// Makes the sentence of a change of single sign-on, or of a linked account.
    pub(super) fn of_sso(&self, actor: &str, entry: &HistoryEntry) -> Sentence {
        let new = |name: &str| {
            let change = entry.changes.iter().find(|change| change.attribute == name);
            change.and_then(|change| change.new.as_ref()).map(values::text)
        };
        let employee = || {
            let id = new("employee").as_deref().and_then(parse_id);
            match id.map(|id| (id, self.names.get(id))) {
                Some((id, NameOf::Known(record))) => Name::of_record(self.root, id, record),
                Some((_, NameOf::Erased)) => Name::erased(),
                Some((_, NameOf::NotRead)) | None => Name::plain("an employee"),
            }
        };
        let say = |text: &str| Sentence::new().say(format!("{actor} {text}"));
        match entry.kind {
            EventKind::AccountReplaced => {
                say("signed in with another account, which replaced the linked account of ")
                    .name(employee())
            }
            EventKind::AccountUnlinked => say("unlinked the account of ").name(employee()),
            _ => match new("action").as_deref() {
                Some("configured") => say("configured single sign-on"),
                Some("removed") => say("removed single sign-on"),
                Some("keyMade") => say("made a key for single sign-on"),
                Some("keyUsed") => say("switched single sign-on to the next key"),
                Some("proven") => say("tested single sign-on"),
                Some("signedOutAll") => say("signed out all administrators"),
                Some("signedOut") => say("signed out ").name(employee()),
                _ => {
                    let names = entry.changes.iter().map(|change| &*change.attribute);
                    let fields: Vec<String> = names.filter_map(field).map(str::to_owned).collect();
                    match fields.is_empty() {
                        true => say("changed single sign-on"),
                        false => say(&format!("changed single sign-on: {}", joined(&fields))),
                    }
                }
            },
        }
    }
}

/// Returns the words for a field of the configuration; `None` for another change.
fn field(name: &str) -> Option<&'static str> {
    Some(match name {
        "issuer" => "issuer",
        "clientId" => "client ID",
        "clientAuth" => "client authentication",
        "clientSecret" => "client secret",
        "secretEndsOn" => "end of the secret",
        "match" => "match",
        "provider" => "identity provider",
        "hd" => "domain",
        "group" => "administrators' group",
        "admins" => "named administrators",
        "hours" => "length of sessions",
        "tokenSignIn" => "token sign-in",
        _ => return None,
    })
}
