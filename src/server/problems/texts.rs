//! The texts about the causes of problems: a title, the meaning, and what to do.

use super::ProblemCause;
use crate::model::cause::Cause;
use strum::IntoEnumIterator;

/// The texts about a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) struct ProblemText {
    /// The stable name of the cause.
    pub(in crate::server) name: &'static str,
    /// The cause in a few words.
    pub(in crate::server) title: &'static str,
    /// The next step.
    pub(in crate::server) what_to_do: &'static str,
}

/// Finds the texts about the cause with this name.
pub(in crate::server) fn find_text(name: &str) -> Option<ProblemText> {
    list_texts().find(|text| text.name == name)
}

/// Lists the texts about all causes: first of the API alone, then of the failures that SCIM requests have too. A name
/// occurs once.
pub(in crate::server) fn list_texts() -> impl Iterator<Item = ProblemText> {
    let is_new = |text: &ProblemText| ProblemCause::iter().all(|cause| cause.name() != text.name);
    let shared = Cause::iter().map(ProblemText::of_shared).filter(is_new);
    ProblemCause::iter().map(ProblemCause::text).chain(shared)
}

impl ProblemText {
    fn of_shared(cause: Cause) -> Self {
        let text = cause.text();
        Self { name: cause.name(), title: text.title, what_to_do: text.what_to_do }
    }
}

const REPEAT: &str = "Wait for the seconds in Retry-After, and send the request again.";
const OPERATOR: &str = "Send the request again. If the failure stays, give the request id to the operator of this service.";

impl ProblemCause {
    /// Returns the texts about the cause.
    pub(in crate::server) fn text(self) -> ProblemText {
        let (title, what_to_do) = match self {
            Self::InvalidRequest => (
                "The request is not valid",
                "The member detail says what is wrong and what Rollcall expects. Correct the request.",
            ),
            Self::InvalidBody => (
                "The body is not valid",
                "The member errors lists the attributes of the body that are wrong. Correct them. The OpenAPI \
                 description has the type of each attribute.",
            ),
            Self::InvalidParameter => (
                "A query parameter is not valid",
                "The member detail names the parameter. Correct it, or leave it out.",
            ),
            Self::TokenNotValid => (
                "The token is missing or not valid",
                "Send the header Authorization with Bearer, a space and an Admin token or a Read token of this \
                 tenant. A Secret Token does not open the API.",
            ),
            Self::NotAllowed => (
                "The request is not allowed",
                "The member detail says why. Use a token that may do this.",
            ),
            Self::ReadOnlyToken => (
                "A Read token cannot do this",
                "Use an Admin token. A Read token opens only reads of employees, groups, history, events and the \
                 state of the sync.",
            ),
            Self::AdminTokenReplaced => (
                "The Admin token was replaced",
                "Use the new Admin token. A replaced token can only read, and revoke itself.",
            ),
            Self::NotFound => ("There is nothing at this path", "Check the path and the id in it."),
            Self::OperationNotFound => (
                "There is no such operation",
                "Check the path. The OpenAPI description lists all operations.",
            ),
            Self::EmployeeNotFound => (
                "There is no such employee",
                "The employee may have been erased. Look the person up in the list of employees.",
            ),
            Self::GroupNotFound => (
                "There is no such group",
                "The identity provider may have deleted the group. Look it up in the list of groups.",
            ),
            Self::TokenNotFound => (
                "There is no such token",
                "The token has ended, or the scope is not scim, admin or read. List the tokens.",
            ),
            Self::AttributeNotFound => (
                "There is no such custom attribute",
                "Compare namespace and name with the list of custom attributes.",
            ),
            Self::DestinationNotFound => (
                "There is no such destination",
                "The destination may have been removed. List the destinations.",
            ),
            Self::MethodNotAllowed => (
                "The operation does not support this method",
                "Use one of the methods in the header Allow.",
            ),
            Self::Conflict => (
                "The request conflicts with the present state",
                "The member detail says with what. Read the record again before you repeat the request.",
            ),
            Self::UserNameTaken => (
                "The userName belongs to another employee",
                "The member recordId has the id of the other employee, who may be archived. Change one of the two \
                 userNames in the identity provider.",
            ),
            Self::PreviousTokenValid => (
                "An older token still works",
                "Wait for the end of the older token, or end it now with \"earlier\": \"drop\". If the current \
                 token was lost before its first use, create a token instead.",
            ),
            Self::TokenUsed => (
                "The current token has been used",
                "Replace the token instead. Only a token that was never used can be created again.",
            ),
            Self::TokenAlreadyReplaced => (
                "The token was already replaced",
                "Another request replaced the token first. List the tokens before you replace the new one.",
            ),
            Self::LastAdminToken => (
                "This is the last Admin token",
                "Create another Admin token before you revoke it, or replace it with an overlap of 0.",
            ),
            Self::EmployeeNotArchived => (
                "The employee is not archived",
                "Archive the employee first. Only an archived employee can be erased.",
            ),
            Self::AttributeConflict => (
                "The attribute does not fit beside the other attributes",
                "The member detail names the other attribute. Choose another name or namespace.",
            ),
            Self::DestinationConflict => (
                "The destination does not allow this now",
                "The member detail says why, and until when.",
            ),
            Self::SsoNotFound => (
                "Single sign-on is not configured, or the employee has no account",
                "Configure single sign-on first. An employee has a linked account after the first sign-in.",
            ),
            Self::SsoConflict => (
                "The configuration of single sign-on does not allow this",
                "The member code names the rule, and detail says what to do.",
            ),
            Self::CursorOfAnotherFeed => (
                "The cursor belongs to another feed",
                "The tenant was made again, or its data was restored from a backup. Take a new cursor with \
                 from=end, and read the export of employees.",
            ),
            Self::VersionDiffers => (
                "The record has another version",
                "Another request changed the record. Read it again and repeat the change with its new ETag.",
            ),
            Self::BodyTooLarge => {
                ("The body is too large", "Send less in one request. A body has at most 1 MiB.")
            }
            Self::WrongContentType => {
                ("The body is not JSON", "Send JSON, with Content-Type: application/json.")
            }
            Self::TooManyRequests => ("Too many requests at the same time", REPEAT),
            Self::NotSupported => {
                ("Rollcall does not support this", "The member detail names the way that works.")
            }
            Self::ServiceFailed => ("The service failed", OPERATOR),
            Self::ServiceUnavailable => ("The service cannot answer at the moment", REPEAT),
        };
        ProblemText { name: self.name(), title, what_to_do }
    }
}
