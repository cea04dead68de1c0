//! The words of the pages for the three kinds of tokens.

use crate::directory::Scope;
use crate::directory::access::tokens::default_label;
use crate::server::error::ApiError;

/// The words for a kind of token.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScopeWords {
    /// The scope in URLs.
    pub(super) path: &'static str,
    /// One token of the kind.
    pub(super) one: &'static str,
    /// The title of the card.
    pub(super) many: &'static str,
    pub(super) is_scim: bool,
    pub(super) is_admin: bool,
    pub(super) is_read: bool,
    /// The label of a token for which nobody entered one.
    pub(super) default_label: &'static str,
}

impl ScopeWords {
    /// Returns the words for a scope.
    pub(super) fn of(scope: Scope) -> Self {
        let (one, many) = match scope {
            Scope::Scim => ("Secret Token", "Secret Tokens"),
            Scope::Admin => ("Admin token", "Admin tokens"),
            Scope::Read => ("Read token", "Read tokens"),
        };
        Self {
            path: scope.as_str(),
            one,
            many,
            is_scim: scope == Scope::Scim,
            is_admin: scope == Scope::Admin,
            is_read: scope == Scope::Read,
            default_label: default_label(scope),
        }
    }

    /// The hint beside the field for the label.
    pub(super) fn label_hint(&self) -> String {
        let use_of_label = match self.is_read {
            true => "The name of the product that reads, such as Payroll.",
            false => "The history shows it beside each change.",
        };
        format!("{use_of_label} Leave empty for “{}”.", self.default_label)
    }
}

/// Reads the scope in a path.
pub(super) fn read_scope(text: Option<&str>) -> Result<Scope, ApiError> {
    text.and_then(Scope::parse).ok_or_else(no_such_token)
}

/// 404 for a token that ended, and for an unknown kind of token.
pub(super) fn no_such_token() -> ApiError {
    ApiError::not_found("This token does not exist any more. Open Tokens & access")
}
