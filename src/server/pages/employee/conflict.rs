//! The condition of a form on the revision of the employee that the page showed.

use crate::directory::precondition::Precondition;
use crate::server::error::ApiError;
use crate::server::pages::guard::Form;
use scim::version::TagCondition;

/// Reads the revision that the form may change. A form without a revision may change any.
pub(super) fn condition(form: &Form) -> Result<Precondition, ApiError> {
    let revision = form.get("revision");
    if revision.is_empty() {
        return Ok(Precondition::default());
    }
    if revision.parse::<u64>().is_err() {
        return Err(ApiError::bad_request(
            "This form is out of date. Nothing changed. Reload the page",
        ));
    }
    let if_match = Some(TagCondition::Tags(vec![revision.to_owned()]));
    Ok(Precondition { if_match, if_none_match: None })
}

/// Whether the form undoes the last change.
pub(super) fn is_undo(form: &Form) -> bool {
    form.has("undo")
}
