//! The values of both sources at an earlier time. Pure: the history goes backwards from the present record.

use crate::model::employee::{Employee, text_of};
use crate::model::governed::GovernedAttribute;
use crate::model::history::{AttributeChange, HistoryEntry};
use scim::urn::ENTERPRISE_USER;
use serde_json::Value;

/// The value of an attribute in use, before and after a change of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedValue {
    /// The attribute.
    pub attribute: GovernedAttribute,
    /// The value in use before the change.
    pub old: Option<String>,
    /// The value in use after the change.
    pub new: Option<String>,
}

/// The values of an employee at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PastValues(Vec<BothValues>);

/// The values of one attribute, of both sources.
#[derive(Debug, Clone, PartialEq, Eq)]
struct BothValues {
    attribute: GovernedAttribute,
    from_idp: Option<String>,
    local: Option<String>,
}

impl PastValues {
    /// Starts at the present values.
    pub(super) fn of(employee: &Employee) -> Self {
        let values = GovernedAttribute::ALL.iter().map(|attribute| BothValues {
            attribute: *attribute,
            from_idp: employee.sent(attribute.name()).map(str::to_owned),
            local: attribute.local_value(&employee.local).map(str::to_owned),
        });
        Self(values.collect())
    }

    /// Goes back before a change of the employee.
    pub(super) fn go_before(&mut self, entry: &HistoryEntry) {
        for AttributeChange { attribute, old, .. } in &entry.changes {
            for values in &mut self.0 {
                let name = values.attribute.name();
                let path = attribute.strip_prefix(ENTERPRISE_USER);
                if path.and_then(|path| path.strip_prefix(':')) == Some(name) {
                    values.from_idp = old.as_ref().and_then(text_of).map(str::to_owned);
                } else if attribute.strip_prefix("local.") == Some(name) {
                    values.local = old.as_ref().and_then(text_of).map(str::to_owned);
                }
            }
        }
    }

    /// Returns the values in use that a change of the settings moved.
    pub(super) fn moved_by(&self, settings: &HistoryEntry) -> Vec<MovedValue> {
        let moved = self.0.iter().filter(|values| values.from_idp != values.local);
        let moved = moved.filter_map(|BothValues { attribute, from_idp, local }| {
            let is_setting = |change: &&AttributeChange| change.attribute == attribute.setting();
            let change = settings.changes.iter().find(is_setting)?;
            let (old, new) = match change.new.as_ref().and_then(Value::as_bool)? {
                true => (local.clone(), from_idp.clone()),
                false => (from_idp.clone(), local.clone()),
            };
            Some(MovedValue { attribute: *attribute, old, new })
        });
        moved.collect()
    }
}
