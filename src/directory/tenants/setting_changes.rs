//! Compares settings, for the history.

use crate::model::history::AttributeChange;
use crate::model::tenant::{SILENT_AFTER_HOURS, Settings};

/// The changes between two states of the settings.
pub(super) fn setting_changes(before: Settings, after: Settings) -> Vec<AttributeChange> {
    let hours = |settings: Settings| settings.silent_after_hours.map(|hours| hours.hours().into());
    [
        ("locationFromIdp", before.location_from_idp, after.location_from_idp),
        ("departmentFromIdp", before.department_from_idp, after.department_from_idp),
        ("managerFromIdp", before.manager_from_idp, after.manager_from_idp),
    ]
    .into_iter()
    .map(|(name, before, after)| (name, Some(before.into()), Some(after.into())))
    .chain([(SILENT_AFTER_HOURS, hours(before), hours(after))])
    .filter(|(_, before, after)| before != after)
    .map(|(name, old, new)| AttributeChange { attribute: name.to_owned(), old, new })
    .collect()
}
