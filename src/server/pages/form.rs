//! The errors of a form. A page shows each error beside its field and keeps the entered values.

use http::StatusCode;

/// The errors of a form; empty before the form is sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Problems {
    list: Vec<Problem>,
    /// The status, if the errors are not of the entered values.
    status: Option<StatusCode>,
}

/// An error of a form.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    /// The id of the field; empty for an error of the whole form.
    pub(super) field: &'static str,
    /// The text that says what to enter.
    pub(super) text: String,
}

impl Problems {
    /// Returns one error of a field. With an empty name, it is an error of the whole form.
    pub(super) fn one(field: &'static str, text: impl Into<String>) -> Self {
        let mut problems = Self::default();
        problems.add(field, text);
        problems
    }

    /// Adds an error of a field. A field shows its first error.
    pub(super) fn add(&mut self, field: &'static str, text: impl Into<String>) {
        self.list.push(Problem { field, text: text.into() });
    }

    /// Sets the status of the page, for errors that are not of the entered values.
    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status: Some(status), ..self }
    }

    /// Whether every field is correct.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns the first error of a field.
    pub(super) fn of(&self, field: &str) -> Option<&str> {
        self.list.iter().find(|problem| problem.field == field).map(|problem| problem.text.as_str())
    }

    /// Whether a field has an error.
    pub(super) fn has(&self, field: &str) -> bool {
        self.of(field).is_some()
    }

    /// Whether the form's first error belongs to this field. That field gets the focus.
    pub(super) fn is_first(&self, field: &str) -> bool {
        self.list.first().is_some_and(|problem| problem.field == field)
    }

    /// Whether a list above the form shows the errors: two or more, or one of the whole form.
    pub(super) fn is_listed(&self) -> bool {
        self.list.len() > 1 || self.has("")
    }

    /// Returns all errors, in the order of the checks.
    pub(super) fn all(&self) -> &[Problem] {
        &self.list
    }

    /// Returns the status of the page: 200 without errors, else 422 or the status of [`Self::with_status`].
    pub(super) fn status(&self) -> StatusCode {
        match self.is_empty() {
            true => StatusCode::OK,
            false => self.status.unwrap_or(StatusCode::UNPROCESSABLE_ENTITY),
        }
    }
}
