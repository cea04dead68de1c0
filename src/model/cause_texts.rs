//! The texts about the causes of failed requests: a title, a sentence with attribute and limit, and what to do.

use super::cause::Cause;
use scim::problem::Expected;

/// The texts about a cause that need no parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CauseText {
    /// The problem, without attribute and limits.
    pub title: &'static str,
    /// The next step of the administrator.
    pub what_to_do: &'static str,
}

const fn text(title: &'static str, what_to_do: &'static str) -> CauseText {
    CauseText { title, what_to_do }
}

const CORRECT_VALUE: &str =
    "Correct the value or its mapping in the identity provider. The next sync sends it again.";
const CORRECT_CLIENT: &str = "The identity provider sends a request that SCIM does not allow. Report the request to the vendor.";
const NOTHING: &str = "Nothing. The identity provider repeats the request.";
const OPERATOR: &str = "Run the task again. If the failure stays, give the request id to the operator of this service.";

impl Cause {
    /// The texts about the cause.
    pub fn text(self) -> CauseText {
        match self {
            Self::UserNameTaken => text(
                "The userName belongs to another user",
                "Open that employee, who may be archived. If it is the same person, link the user in the identity \
                 provider. Otherwise change one of the two userNames.",
            ),
            Self::GroupNameTaken => text(
                "The group name is taken",
                "Link the group in the identity provider to the existing group, or rename one of the two groups.",
            ),
            Self::ValueRequired => text(
                "A required value is missing",
                "Map the attribute in the identity provider, and fill it for this person. For userName, check the \
                 username format of the app.",
            ),
            Self::WrongType { .. } => text("A value has the wrong type", CORRECT_VALUE),
            Self::TextTooLong { .. } => text("A text is too long", CORRECT_VALUE),
            Self::ForbiddenCharacter => text(
                "A text has a control character",
                "Remove the invisible character from the value in the identity provider.",
            ),
            Self::TooManyValues { .. } => text("A list has too many values", CORRECT_VALUE),
            Self::SeveralPrimaryValues => text(
                "A list has more than one primary value",
                "Mark one value as primary in the identity provider.",
            ),
            Self::ElementWithoutValue => text(
                "An element of a list has no value",
                "Map the sub-attribute value of the list, such as emails[type eq \"work\"].value.",
            ),
            Self::InvalidValue => text("A value does not fit", CORRECT_VALUE),
            Self::ResourceTooLarge { .. } => {
                text("The record is too large", "Send fewer or shorter values.")
            }
            Self::TooManyMembers { .. } => {
                text("The group has too many members", "Split the group in the identity provider.")
            }
            Self::GroupInItself => text(
                "A group would be a member of itself",
                "Remove the group from its own members in the identity provider.",
            ),
            Self::TooManyGroups { .. } => text(
                "A member is in too many groups",
                "Remove the member from another group in the identity provider first.",
            ),
            Self::UserNotFound => text(
                "There is no user with this id",
                "The employee was erased, or another app deleted the user. Unassign the person in the identity \
                 provider and assign the person again.",
            ),
            Self::GroupNotFound => text(
                "There is no group with this id",
                "Another app deleted the group. Unlink the group in the identity provider and push it again.",
            ),
            Self::ReadOnlyAttribute => text(
                "Only Rollcall sets the attribute",
                "Remove the mapping of this attribute in the identity provider.",
            ),
            Self::ImmutableValue => text("The value cannot be changed", CORRECT_CLIENT),
            Self::RequiredValueRemoved => text(
                "A required value cannot be removed",
                "Fill the attribute for this person in the identity provider.",
            ),
            Self::NotMutable => text("The attribute cannot be changed this way", CORRECT_CLIENT),
            Self::NothingSelected => text(
                "The filter of a mapping selects no value",
                "Correct the target attribute of the mapping, such as emails[type eq \"work\"].value.",
            ),
            Self::NoTarget => text("The path of a change selects nothing", CORRECT_CLIENT),
            Self::InvalidPath => text(
                "The target of a mapping is not a valid path",
                "Correct the target attribute of the mapping. Compare it, letter by letter, with the User schema in \
                 /Schemas.",
            ),
            Self::InvalidFilter => text(
                "The filter is not valid",
                "In the identity provider, match users by userName.",
            ),
            Self::UnknownFilterAttribute => text(
                "The filter names an attribute that Rollcall does not have",
                "In the identity provider, match users by userName, and groups by displayName.",
            ),
            Self::NameRepeated => text("An attribute occurs twice", CORRECT_CLIENT),
            Self::BodyNotJson => text("The body is not valid JSON", CORRECT_CLIENT),
            Self::BodyEmpty => text("The body is empty", CORRECT_CLIENT),
            Self::BodyNotUtf8 => text("The body is not UTF-8 text", CORRECT_CLIENT),
            Self::BodyIncomplete => text("The body ended early", NOTHING),
            Self::WrongSchemas => text("The body does not name its schema", CORRECT_CLIENT),
            Self::InvalidSyntax => text("The body has the wrong structure", CORRECT_CLIENT),
            Self::BodyTooLarge { .. } => {
                text("The body is too large", "Send fewer changes in one request.")
            }
            Self::WrongContentType => text("The Content-Type is not JSON", CORRECT_CLIENT),
            Self::TooManyOperations => text(
                "The bulk request has too many operations",
                "Send fewer operations in one request. /ServiceProviderConfig has the limit.",
            ),
            Self::UnknownBulkPath => {
                text("The path of a bulk operation names no endpoint", CORRECT_CLIENT)
            }
            Self::BulkOperationNotRun => text("A bulk operation cannot run", CORRECT_CLIENT),
            Self::TooManyResults => text(
                "The request asks for too much",
                "Send smaller pages, or filter with eq on userName, externalId, id or emails.",
            ),
            Self::TooManyComparisons => text(
                "The request compares too much text",
                "Send fewer values, or simpler filters, in one request.",
            ),
            Self::ResponseTooLarge { .. } => text(
                "The response would be too large",
                "Ask for fewer rows with count, or leave members out with excludedAttributes=members.",
            ),
            Self::InvalidCursor => text("The cursor belongs to another list", CORRECT_CLIENT),
            Self::ExpiredCursor => text("The cursor has expired", NOTHING),
            Self::InvalidCount => text("The count of a page is not valid", CORRECT_CLIENT),
            Self::SecretAttribute => text("The attribute is secret", CORRECT_CLIENT),
            Self::InvalidVersion => text("The protocol version is not supported", CORRECT_CLIENT),
            Self::VersionDiffers => text("The record changed in between", NOTHING),
            Self::UnknownEndpoint => text(
                "There is no such path",
                "Check the Base URL in the identity provider. It is the whole Tenant URL, which ends with /scim/v2.",
            ),
            Self::UnknownDiscoveryName => {
                text("There is no resource type or schema with this name", CORRECT_CLIENT)
            }
            Self::FilterOnDiscovery => text("Discovery cannot be filtered", CORRECT_CLIENT),
            Self::MethodNotAllowed => {
                text("The endpoint does not support the method", CORRECT_CLIENT)
            }
            Self::MeNotSupported => text("/Me is not supported", CORRECT_CLIENT),
            Self::TokenNotValid => text(
                "The Secret Token is missing or not valid",
                "Compare the tenant in the URL with the middle of the token. Otherwise create a token and paste it.",
            ),
            Self::ShareUsed => text(
                "The tenant used its share of the capacity",
                "Wait. The identity provider repeats the request. If it happens often, ask the operator of this \
                 service for a larger share.",
            ),
            Self::TooManyChanges => text("Too many requests change one record", NOTHING),
            Self::DatabaseBusy => text("The database is busy", NOTHING),
            Self::TooManyLargeReads => text(
                "Too many large reads are running",
                "Let other apps filter with eq, or send fewer searches at a time.",
            ),
            Self::DatabaseUnavailable => text("Rollcall cannot reach its database", OPERATOR),
            Self::CredentialsUnavailable => text("Rollcall cannot check credentials", OPERATOR),
            Self::TooSlow => text("The request took too long", OPERATOR),
            Self::NotStarted => text("The operation did not start in time", NOTHING),
            Self::ServiceFailed => text("Rollcall failed", OPERATOR),
        }
    }

    /// Returns the problem as one sentence, with the attribute and the limit.
    pub fn sentence(self, attribute: Option<&str>) -> String {
        let named = attribute.unwrap_or("A value");
        match (self, attribute) {
            (Self::WrongType { expected }, _) => format!("{named} must be {}", words(expected)),
            (Self::TextTooLong { limit }, _) => {
                format!("{named} has more than {} characters", grouped(limit))
            }
            (Self::TooManyValues { limit }, _) => {
                format!("{named} has more than {} values", grouped(limit))
            }
            (Self::ResourceTooLarge { limit }, _) => {
                format!("The record has more than {} bytes", grouped(limit))
            }
            (Self::TooManyMembers { limit }, _) => {
                format!("The group has more than {} members", grouped(limit))
            }
            (Self::TooManyGroups { limit }, _) => {
                format!("A member is in more than {} groups", grouped(limit))
            }
            (Self::BodyTooLarge { limit }, _) => {
                format!("The body has more than {} bytes", grouped(limit))
            }
            (Self::ResponseTooLarge { limit }, _) => {
                format!("The response would have more than {} bytes", grouped(limit))
            }
            (Self::ValueRequired, Some(name)) => format!("{name} is required"),
            (Self::ForbiddenCharacter, Some(name)) => format!("{name} has a control character"),
            (Self::SeveralPrimaryValues, Some(name)) => {
                format!("{name} has more than one primary value")
            }
            (Self::ElementWithoutValue, Some(name)) => format!("{name} has no value"),
            (Self::ReadOnlyAttribute, Some(name)) => format!("Only Rollcall sets {name}"),
            (Self::ImmutableValue, Some(name)) => format!("{name} cannot be changed"),
            (Self::RequiredValueRemoved, Some(name)) => {
                format!("{name} is required and cannot be removed")
            }
            (Self::NothingSelected, Some(name)) => format!("The filter selects none of the {name}"),
            (Self::NameRepeated, Some(name)) => format!("{name} occurs twice"),
            _ => self.text().title.to_owned(),
        }
    }
}

/// The expected type in words.
fn words(expected: Expected) -> &'static str {
    match expected {
        Expected::Boolean => "true or false",
        Expected::Text => "text",
        Expected::WholeNumber => "a whole number",
        Expected::Number => "a number",
        Expected::DateTime => "a date and time",
        Expected::Base64 => "base64 text",
        Expected::List => "a list",
        Expected::Object => "an object",
        Expected::Other => "a value of another form",
    }
}

/// Writes a number with a comma before each group of three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use strum::IntoEnumIterator;

    #[test]
    fn every_cause_has_a_name_of_its_own_and_whole_sentences() {
        let names: BTreeSet<_> = Cause::iter().map(Cause::name).collect();
        assert_eq!(names.len(), Cause::iter().count());
        for cause in Cause::iter() {
            let CauseText { title, what_to_do } = cause.text();
            assert!(!title.ends_with('.') && what_to_do.ends_with('.'), "{cause:?}");
            let stored = serde_json::to_value(cause).unwrap();
            assert_eq!(stored["name"], cause.name(), "the stored name is the stable name");
            assert_eq!(serde_json::from_value::<Cause>(stored).unwrap(), cause);
        }
    }

    #[test]
    fn a_sentence_names_the_attribute_and_the_limit() {
        let wrong = Cause::WrongType { expected: Expected::Boolean };
        assert_eq!(wrong.sentence(Some("active")), "active must be true or false");
        assert_eq!(wrong.sentence(None), "A value must be true or false");
        let long = Cause::TextTooLong { limit: 4096 };
        assert_eq!(long.sentence(Some("title")), "title has more than 4,096 characters");
        assert_eq!(Cause::ValueRequired.sentence(Some("userName")), "userName is required");
        assert_eq!(
            Cause::UserNameTaken.sentence(Some("userName")),
            "The userName belongs to another user"
        );
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
