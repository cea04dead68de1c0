//! The problem of a refused request, without any text of the client. A service can store it, and explain it to an
//! administrator.

use serde::{Deserialize, Serialize};

/// The problem of a refused request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The keyword of the error says enough.
    Keyword,
    /// A required value is missing or empty.
    Required,
    /// An object has the same name twice.
    Repeated,
    /// A value has another type than its attribute.
    WrongType(Expected),
    /// A text has more characters than its attribute accepts.
    TextTooLong {
        /// The most characters.
        limit: usize,
    },
    /// A text has a character that its attribute does not accept.
    ForbiddenCharacter,
    /// A list has more values than its attribute accepts.
    TooManyValues {
        /// The most values.
        limit: usize,
    },
    /// A list has more than one primary value.
    SeveralPrimaryValues,
    /// An element of a list has no value.
    ElementWithoutValue,
    /// The resource would have more bytes of JSON than a service stores.
    ResourceTooLarge {
        /// The most bytes.
        limit: usize,
    },
    /// The request needs more text comparisons than one request may cause.
    TooManyComparisons,
    /// The body is not valid JSON, or not an object.
    NotJson,
    /// The body is empty.
    EmptyBody,
    /// The body is not UTF-8 text.
    NotUtf8,
    /// `schemas` does not name the schema of the request.
    WrongSchemas,
    /// Only the service sets the attribute.
    ReadOnly,
    /// The value cannot be changed once it is set.
    Immutable,
    /// The value is required and cannot be removed.
    RequiredValueRemoved,
    /// A group would have more members than a service keeps.
    TooManyMembers {
        /// The most members.
        limit: usize,
    },
    /// A group would be a member of itself.
    MemberOfItself,
    /// A member would be in more groups than a service keeps.
    TooManyGroups {
        /// The most groups.
        limit: usize,
    },
    /// The filter of a path selects no value.
    NothingSelected,
    /// The resource type does not have the attribute of a filter.
    UnknownFilterAttribute,
}

/// The type that an attribute expects. Services store it under its name in kebab case.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    /// `true` or `false`.
    Boolean,
    /// A text.
    Text,
    /// A whole number.
    WholeNumber,
    /// A number.
    Number,
    /// A date and time.
    DateTime,
    /// A text in base64.
    Base64,
    /// A list.
    List,
    /// An object.
    Object,
    /// A value of another form.
    #[default]
    Other,
}

impl Expected {
    /// Reads the words of an error text.
    pub(crate) fn of_words(words: &str) -> Self {
        match words {
            "true or false" => Self::Boolean,
            "text" => Self::Text,
            "a whole number" => Self::WholeNumber,
            "a number" => Self::Number,
            "a list" => Self::List,
            "an object" => Self::Object,
            _ => Self::Other,
        }
    }
}

/// Removes the filters from a place such as `emails[type eq "work"].value`, because they have values of the client.
pub fn without_filters(place: &str) -> String {
    match (place.find('['), place.rfind(']')) {
        (Some(start), Some(end)) if start < end => {
            let (before, after) = (place.get(..start), place.get(end + 1..));
            format!("{}[…]{}", before.unwrap_or_default(), after.unwrap_or_default())
        }
        (Some(start), _) => place.get(..start).unwrap_or_default().to_owned(),
        _ => place.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_filters;

    #[test]
    fn a_place_loses_its_filters() {
        for (place, expected) in [
            ("title", "title"),
            ("emails[type eq \"work\"].value", "emails[…].value"),
            ("emails[value eq \"a]b[c\"].value", "emails[…].value"),
            ("emails[type eq", "emails"),
            ("]a[", "]a"),
        ] {
            assert_eq!(without_filters(place), expected, "{place}");
        }
    }
}
