//! The entries of a tenant's history about single sign-on.

use crate::model::history::AttributeChange;
use strum::IntoStaticStr;

/// A change of single sign-on, as the history names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub(in crate::directory) enum Action {
    Configured,
    Changed,
    Removed,
    KeyMade,
    KeyUsed,
    SignedOutAll,
    SignedOut,
    Proven,
}

/// Returns the changes for an entry of the history: the action, and the names of fields. No value of a field is in it.
pub(in crate::directory) fn entry_changes(action: Action, fields: &[&str]) -> Vec<AttributeChange> {
    let action: &str = action.into();
    let named =
        |attribute: &str| AttributeChange { attribute: attribute.to_owned(), old: None, new: None };
    let action = AttributeChange { new: Some(action.into()), ..named("action") };
    std::iter::once(action).chain(fields.iter().map(|field| named(field))).collect()
}
