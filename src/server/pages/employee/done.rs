//! The notice about a change that the administrator just made, with the form that undoes it.
//!
//! The address of the page names the revision that the change made. The notice comes from the history of this
//! revision. So no value is in an address, and an invented address shows only a change that happened.

use super::account::{SIGNED_OUT, UNLINKED};
use crate::directory::{AttributeChange, Employee, EventKind, Kind};
use crate::model::governed::GovernedAttribute;
use crate::server::error::ApiError;
use crate::server::pages::frame::Frame;
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::pages::toast::{Toast, Undo};
use crate::server::query::Pairs;
use serde_json::Value;

/// Returns the path of the page with the notice about a change. The path is below the root.
pub(super) fn path(employee: &Employee) -> String {
    format!("employees/{}?done={}", employee.id, employee.revision)
}

/// Returns the notice that the query asks for.
pub(super) async fn toast(
    visitor: &Visitor,
    employee: &Employee,
    query: &Pairs,
    frame: &Frame,
) -> Result<Option<Toast>, ApiError> {
    let done = query.get("done").unwrap_or_default();
    if [SIGNED_OUT, UNLINKED].contains(&done) {
        return Ok(Toast::of_action(done));
    }
    let Ok(revision) = done.parse::<u64>() else { return Ok(None) };
    let record = (Kind::Employee, employee.id);
    let history = visitor.directory.history();
    let entry = history.entry(record, revision).await.map_err(explain)?;
    let Some(entry) = entry else { return Ok(None) };
    let name = employee.name();
    let (text, undo) = match (entry.kind, entry.changes.as_slice()) {
        (EventKind::Archived, _) => {
            (format!("{name} is archived."), Some(undo_standing(employee, "restore")))
        }
        (EventKind::Restored, _) => {
            let text = format!(
                "{name} is active again. {}’s next sync may archive this employee.",
                frame.idp_title()
            );
            let before =
                history.entry(record, revision.saturating_sub(1)).await.map_err(explain)?;
            // An archiving does not delete the user again, nor give the groups back.
            let was_deleted = before.is_some_and(|before| before.kind == EventKind::Deleted);
            (text, (!was_deleted).then(|| undo_standing(employee, "archive")))
        }
        (EventKind::Updated, [change]) => match local_attribute(change) {
            Some(attribute) => ("Saved.".into(), Some(undo_value(employee, attribute, change))),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    // A later change must stay, so there is nothing to undo after it.
    Ok(Some(Toast { undo: undo.filter(|_| employee.revision == revision), ..Toast::new(text) }))
}

fn local_attribute(change: &AttributeChange) -> Option<GovernedAttribute> {
    change.attribute.strip_prefix("local.").and_then(GovernedAttribute::parse)
}

/// Returns the form that archives or restores the employee again.
fn undo_standing(employee: &Employee, action: &str) -> Undo {
    Undo {
        action: format!("employees/{}/{action}", employee.id),
        fields: vec![("revision", employee.revision.to_string()), ("undo", "1".to_owned())],
        label: "Undo",
    }
}

fn undo_value(employee: &Employee, attribute: GovernedAttribute, change: &AttributeChange) -> Undo {
    let old = change.old.as_ref().and_then(Value::as_str).unwrap_or_default();
    Undo {
        action: format!("employees/{}/values/{}", employee.id, attribute.name()),
        fields: vec![
            ("value", old.to_owned()),
            ("revision", employee.revision.to_string()),
            ("undo", "1".to_owned()),
        ],
        label: "Undo",
    }
}
