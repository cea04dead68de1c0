//! What the protocol layer refuses, with the detail error keywords of RFC 7644 §3.12, Table 9, and
//! RFC 9865 §2.1, Table 3.

use std::fmt;

/// A detail error keyword (`scimType`) of RFC 7644 §3.12, Table 9, or RFC 9865 §2.1, Table 3: both tables whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScimType {
    /// The filter cannot be parsed, or compares an attribute in a way it does not support.
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
    /// The `path` of a PATCH operation yields nothing that could be operated on.
    NoTarget,
    /// A required value is missing, or a value is not compatible with the attribute's type.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request puts sensitive information into a URI (RFC 7644 §7.5.2).
    Sensitive,
    /// The cursor is none that was given out for this query (RFC 9865 §2.1).
    InvalidCursor,
    /// The cursor was given out too long ago (RFC 9865 §2.1).
    ExpiredCursor,
    /// The count of a page by cursor is no number, or another than on the first page (RFC 9865 §2.1).
    InvalidCount,
}

impl ScimType {
    /// The keyword as it stands in an error body.
    pub fn as_str(self) -> &'static str {
        match self {
            ScimType::InvalidFilter => "invalidFilter",
            ScimType::TooMany => "tooMany",
            ScimType::Uniqueness => "uniqueness",
            ScimType::Mutability => "mutability",
            ScimType::InvalidSyntax => "invalidSyntax",
            ScimType::InvalidPath => "invalidPath",
            ScimType::NoTarget => "noTarget",
            ScimType::InvalidValue => "invalidValue",
            ScimType::InvalidVers => "invalidVers",
            ScimType::Sensitive => "sensitive",
            ScimType::InvalidCursor => "invalidCursor",
            ScimType::ExpiredCursor => "expiredCursor",
            ScimType::InvalidCount => "invalidCount",
        }
    }

    /// The HTTP status that goes with the keyword (RFC 7644 §3.12): 409 for `uniqueness`, 403 for `sensitive`, else
    /// 400.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The keyword for the error body.
    pub scim_type: ScimType,
    /// What is wrong, where, and what was expected; written for the administrator of an identity provider.
    pub detail: String,
}

impl Error {
    /// An error of any kind.
    pub fn new(scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self { scim_type, detail: detail.into() }
    }

    /// `invalidFilter`.
    pub fn invalid_filter(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidFilter, detail)
    }

    /// `mutability`.
    pub fn mutability(detail: impl Into<String>) -> Self {
        Self::new(ScimType::Mutability, detail)
    }

    /// `invalidSyntax`.
    pub fn invalid_syntax(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidSyntax, detail)
    }

    /// `invalidPath`.
    pub fn invalid_path(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidPath, detail)
    }

    /// `noTarget`.
    pub fn no_target(detail: impl Into<String>) -> Self {
        Self::new(ScimType::NoTarget, detail)
    }

    /// `invalidValue`.
    pub fn invalid_value(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidValue, detail)
    }

    /// `invalidValue` for something required, at `at`, that is missing or empty (RFC 7643 §7, `required`).
    pub fn required(at: &str) -> Self {
        Self::invalid_value(format!("{at} is required and must not be empty"))
    }

    /// `invalidSyntax` for a name that one object has twice, in whatever spelling (RFC 7643 §2.1).
    pub fn repeated(at: &str) -> Self {
        Self::invalid_syntax(format!(
            "{at} is there more than once; attribute names are the same in any case"
        ))
    }

    /// The same error, saying what it is about.
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

/// What a client wrote, as an error shows it: not longer than a line.
pub(super) fn excerpt(text: &str) -> String {
    match cut(text) {
        Some(start) => format!("{start}…"),
        None => text.to_owned(),
    }
}

/// As [`excerpt`], in quotes and without characters that could not be seen.
pub(super) fn quoted(text: &str) -> String {
    match cut(text) {
        Some(start) => format!("{start:?}…"),
        None => format!("{text:?}"),
    }
}

/// The beginning of a text that is too long.
fn cut(text: &str) -> Option<&str> {
    const MAX_CHARS: usize = 100;
    let (end, _) = text.char_indices().nth(MAX_CHARS)?;
    text.get(..end)
}
