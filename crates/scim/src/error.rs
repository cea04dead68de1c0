//! The errors of the protocol layer, with the detail error keywords of RFC 7644 §3.12, Table 9, and RFC 9865 §2.1,
//! Table 3.

use crate::problem::{Expected, Problem, without_filters};
use std::fmt;
use strum::IntoStaticStr;

/// A detail error keyword (`scimType`). The enum has all keywords of RFC 7644 §3.12, Table 9, and of RFC 9865 §2.1,
/// Table 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub enum ScimType {
    /// The filter has a syntax error, or a comparison that its attribute does not support.
    InvalidFilter,
    /// A filter yields more results than the server is willing to calculate.
    TooMany,
    /// A value that must be unique is in use.
    Uniqueness,
    /// The change is not compatible with the attribute's mutability.
    Mutability,
    /// The body is not valid JSON or does not have the request's structure.
    InvalidSyntax,
    /// The `path` of a PATCH operation is malformed or names no attribute.
    InvalidPath,
    /// The `path` of a PATCH operation selects no attribute or value to change.
    NoTarget,
    /// A required value is missing, or a value is not compatible with the attribute's type.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request puts sensitive information into a URI (RFC 7644 §7.5.2).
    Sensitive,
    /// The cursor was not issued for this query (RFC 9865 §2.1).
    InvalidCursor,
    /// The cursor has expired (RFC 9865 §2.1).
    ExpiredCursor,
    /// The count of a page by cursor is not a number, or differs from that of the first page (RFC 9865 §2.1).
    InvalidCount,
}

impl ScimType {
    /// The keyword in an error body.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The HTTP status for the keyword (RFC 7644 §3.12): 409 for `uniqueness`, 403 for `sensitive`, else 400.
    pub fn status(self) -> u16 {
        match self {
            ScimType::Uniqueness => 409,
            ScimType::Sensitive => 403,
            ScimType::InvalidFilter
            | ScimType::TooMany
            | ScimType::Mutability
            | ScimType::InvalidSyntax
            | ScimType::InvalidPath
            | ScimType::NoTarget
            | ScimType::InvalidValue
            | ScimType::InvalidVers
            | ScimType::InvalidCursor
            | ScimType::ExpiredCursor
            | ScimType::InvalidCount => 400,
        }
    }
}

/// A request that the protocol layer refuses.
///
/// Two errors are equal when the client gets the same answer.
#[derive(Debug, Clone)]
pub struct Error {
    /// The keyword for the error body.
    pub scim_type: ScimType,
    /// The text for the administrator of an identity provider: the problem, its place, and the expected input.
    pub detail: String,
    /// The problem, without any text of the client.
    pub problem: Problem,
    /// The attribute with the problem, without the filters of its path. The tables have it.
    pub attribute: Option<String>,
}

impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        (self.scim_type, &self.detail) == (other.scim_type, &other.detail)
    }
}

impl Eq for Error {}

impl Error {
    /// Makes an error with any keyword.
    pub fn new(scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self { scim_type, detail: detail.into(), problem: Problem::Keyword, attribute: None }
    }

    /// Makes an `invalidFilter` error.
    pub fn invalid_filter(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidFilter, detail)
    }

    /// Makes a `mutability` error.
    pub fn mutability(detail: impl Into<String>) -> Self {
        Self::new(ScimType::Mutability, detail)
    }

    /// Makes an `invalidSyntax` error.
    pub fn invalid_syntax(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidSyntax, detail)
    }

    /// Makes an `invalidPath` error.
    pub fn invalid_path(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidPath, detail)
    }

    /// Makes a `noTarget` error.
    pub fn no_target(detail: impl Into<String>) -> Self {
        Self::new(ScimType::NoTarget, detail)
    }

    /// Makes an `invalidValue` error.
    pub fn invalid_value(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidValue, detail)
    }

    /// Makes an `invalidValue` error: the required value at `at` is missing or empty (RFC 7643 §7, `required`).
    pub fn required(at: &str) -> Self {
        Self::invalid_value(format!("{at} is required and must not be empty"))
            .about(Problem::Required, at)
    }

    /// Makes an `invalidSyntax` error: an object has the same name twice, in any case (RFC 7643 §2.1).
    pub fn repeated(at: &str) -> Self {
        Self::invalid_syntax(format!(
            "{at} occurs more than once; names are equal in any case, so send it once"
        ))
        .about(Problem::Repeated, at)
    }

    /// Names the problem.
    pub fn because(self, problem: Problem) -> Self {
        Self { problem, ..self }
    }

    /// Names the problem, and the attribute that has it. `at` is the attribute in a text for the client.
    pub(crate) fn about(self, problem: Problem, at: &str) -> Self {
        Self { problem, attribute: Some(without_filters(at)), ..self }
    }

    /// Makes an `invalidValue` error: a value has another type than its attribute.
    pub(crate) fn wrong_type(at: &str, expected: &str, found: fmt::Arguments<'_>) -> Self {
        Self::invalid_value(format!("{at} must be {expected}, found {found}"))
            .about(Problem::WrongType(Expected::of_words(expected)), at)
    }

    /// Puts the subject of the error in front of its text.
    pub fn within(self, subject: impl fmt::Display) -> Self {
        Self { detail: format!("{subject}: {}", self.detail), ..self }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.scim_type.as_str(), self.detail)
    }
}

impl std::error::Error for Error {}

/// Cuts a client's text to at most 100 characters, for an error text.
pub(super) fn excerpt(text: &str) -> String {
    match cut(text) {
        Some(start) => format!("{start}…"),
        None => text.to_owned(),
    }
}

/// Cuts a text as [`excerpt`] does, quotes it, and escapes characters that are not printable.
pub(super) fn quoted(text: &str) -> String {
    match cut(text) {
        Some(start) => format!("{start:?}…"),
        None => format!("{text:?}"),
    }
}

/// The first 100 characters of a longer text; `None` for other texts.
fn cut(text: &str) -> Option<&str> {
    const MAX_CHARS: usize = 100;
    let (end, _) = text.char_indices().nth(MAX_CHARS)?;
    text.get(..end)
}
