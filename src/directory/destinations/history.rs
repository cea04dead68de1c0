//! The entries of the tenant's history about destinations. They name the action and the host, and never a URL's path or a
//! secret.

use crate::model::destination::{Destination, Payload};
use crate::model::history::AttributeChange;
use serde_json::{Value, json};
use strum::IntoStaticStr;

/// A change of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub(super) enum Action {
    Created,
    Changed,
    Paused,
    Resumed,
    SecretReplaced,
    Removed,
    Failing,
    Disabled,
}

/// Returns the changes for the history: the action, the destination, and the fields that changed.
pub(super) fn changes(
    action: Action,
    before: Option<&Destination>,
    after: Option<&Destination>,
) -> Vec<AttributeChange> {
    let action: &str = action.into();
    let both = [before, after];
    let id = both.map(|one| one.map(|one| json!(one.id)));
    let named = AttributeChange {
        attribute: "action".to_owned(),
        old: None,
        new: Some(Value::from(action)),
    };
    // The id stands in every entry, also in one about a destination that stays.
    let [old, new] = id;
    let mut changes = vec![named, AttributeChange { attribute: "id".to_owned(), old, new }];
    let mut add = |attribute: &str, read: fn(&Destination) -> Value| {
        let [old, new] = both.map(|one| one.map(read).filter(|value| !value.is_null()));
        if old != new || attribute == "name" {
            changes.push(AttributeChange { attribute: attribute.to_owned(), old, new });
        }
    };
    add("name", |one| json!(one.name));
    add("kind", |one| json!(one.kind().as_str()));
    add("url", |one| json!(host(one)));
    add("types", |one| json!(one.types));
    add(
        "attributes",
        |one| if one.attributes.is_empty() { Value::Null } else { json!(one.attributes) },
    );
    add("payload", |one| json!(one.payload().map(Payload::as_str)));
    add("every", |one| json!(one.digest().map(|digest| digest.every.as_str())));
    add("hour", |one| json!(one.digest().map(|digest| digest.hour)));
    add("names", |one| json!(one.digest().map(|digest| digest.names)));
    add("enabled", |one| json!(one.enabled));
    add("disabledBecause", |one| json!(one.disabled_why));
    changes
}

/// Returns the host of a destination's URL: the start of its hint.
fn host(destination: &Destination) -> &str {
    destination.hint.split(' ').next().unwrap_or_default()
}
