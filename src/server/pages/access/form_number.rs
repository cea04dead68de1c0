//! The number of a form that makes a token. A reload sends the number again, and the form of another page has another.

use crate::server::pages::guard::Form;
use uuid::Uuid;

/// The name of the hidden field with the number.
const NUMBER: &str = "number";

/// Returns the number for a new form.
pub(super) fn new_form_number() -> String {
    Uuid::new_v4().simple().to_string()
}

/// Returns the number of a sent form; `None` without a number of ours.
pub(super) fn form_number(form: &Form) -> Option<&str> {
    Some(form.get(NUMBER)).filter(|number| Uuid::try_parse(number).is_ok())
}
