//! The change of an entry in the tenant's history that names an employee.

use crate::model::history::AttributeChange;
use uuid::Uuid;

/// Makes the change that names an employee: by the id only, so an erasure leaves no name.
pub(super) fn employee(old: Option<Uuid>, new: Option<Uuid>) -> AttributeChange {
    let text = |id: Uuid| id.to_string().into();
    AttributeChange { attribute: "employee".to_owned(), old: old.map(text), new: new.map(text) }
}
