//! The second step of an operation: a PATCH that adds the references which the first step left out.
//!
//! Only a POST whose resource refers to a later one has a second step. Such POSTs refer to each other in a circle.

use super::{BulkStep, LeftOut, Plan, PlannedOperation, ReferenceState, Running};
use crate::bulk::references;
use crate::bulk::request::Method;
use crate::bulk::result::StepOutcome;
use crate::error::quoted;
use serde_json::Value;
use std::collections::BTreeSet;

impl Plan {
    /// Removes the references to resources that later steps create. Only the POSTs of a circle have such references.
    pub(super) fn leave_out(&self, entry: &PlannedOperation, data: &mut Value) -> Option<LeftOut> {
        let open = entry.references.iter().filter(|name| self.is_open(name));
        let references: BTreeSet<String> = open.cloned().collect();
        if references.is_empty() {
            return None;
        }
        let operations = references::take_open(data, &|name| references.contains(name));
        Some(LeftOut { operations, references })
    }

    /// Starts the second step, which adds the parts that were left out. References to failed resources are dropped. If
    /// nothing else is left, the operation fails at once.
    pub(super) fn start_second(&mut self, index: usize) -> Option<BulkStep> {
        let entry = self.entries.get_mut(index)?;
        let LeftOut { operations, references } = entry.left_out.take()?;
        let path = entry.result.as_ref()?.path.clone()?;
        let is_lost = |name: &str| matches!(self.reference(name), ReferenceState::Failed);
        let lost = references.iter().find(|name| is_lost(name)).map(|name| {
            format!(
                "The resource was created without its references to the bulkId {}, because that \
                 resource was not created",
                quoted(name)
            )
        });
        let mut data = references::patch(operations);
        if lost.is_some() {
            drop_lost(&mut data, &is_lost);
        }
        self.fill_in(&mut data);
        let is_empty = data.get("Operations").and_then(Value::as_array).is_none_or(Vec::is_empty);
        if let (true, Some(detail)) = (is_empty, &lost) {
            let outcome = StepOutcome::conflict(detail.clone());
            self.record_result(index, Some(path), outcome);
            return None;
        }
        let running = Running { path: path.clone(), left_out: None, is_second: true, lost };
        self.running.insert(index, running);
        Some(BulkStep { index, method: Method::Patch, path, data: Some(data), version: None })
    }
}

/// Removes the parts of a second step that refer to resources that were never created.
fn drop_lost(data: &mut Value, is_lost: &dyn Fn(&str) -> bool) {
    let Some(operations) = data.get_mut("Operations").and_then(Value::as_array_mut) else { return };
    operations.retain_mut(|operation| {
        let Some(value) = operation.get_mut("value") else { return false };
        references::drop_open(value, is_lost)
    });
}
