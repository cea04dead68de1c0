//! The filter of a destination: the types of events, and the attributes that an update must change.

use super::error::DestinationError;
use crate::directory::events::types::{EventType, TypePattern};
use crate::model::destination::Destination;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The most types, and the most attributes, of a filter.
pub const MOST_TYPES: usize = 40;
/// The longest name of an attribute, in characters.
const MOST_ATTRIBUTE_CHARS: usize = 200;
/// The most characters of an unknown type that a refusal quotes.
const MOST_QUOTED_CHARS: usize = 64;

/// The parts of an event that filters look at.
#[derive(Debug, Clone, Copy)]
pub struct Filterable<'a> {
    /// The type.
    pub kind: EventType,
    /// The names of the changed attributes, without schema and sub-attribute.
    pub attributes: &'a [String],
    /// The destination that an event of type `destination.*` is about.
    pub destination: Option<Uuid>,
}

/// Whether a destination gets an event.
///
/// An event about a destination goes to the other destinations only. A failing destination would otherwise get the
/// event about its failure, and fail again.
pub fn matches(destination: &Destination, event: &Filterable<'_>) -> bool {
    if event.destination == Some(destination.id) || !matches_type(destination, event.kind) {
        return false;
    }
    let wanted = &destination.attributes;
    if event.kind != EventType::EmployeeUpdated || wanted.is_empty() {
        return true;
    }
    let is_wanted =
        |changed: &String| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(changed));
    event.attributes.iter().any(is_wanted)
}

/// Whether a destination wants events of a type.
pub fn matches_type(destination: &Destination, kind: EventType) -> bool {
    let mut patterns = destination.types.iter().filter_map(|text| TypePattern::parse(text));
    patterns.any(|pattern| pattern.matches(kind))
}

/// Checks the types of a filter, and returns them each once.
///
/// # Errors
/// Fails for no type, for more than [`MOST_TYPES`], and for an unknown type.
pub(super) fn check_types(types: &[String]) -> Result<Vec<String>, DestinationError> {
    if !(1..=MOST_TYPES).contains(&types.len()) {
        let problem = format!("Send 1 to {MOST_TYPES} types of events, such as employee.*");
        return Err(DestinationError::field("types", problem));
    }
    let mut checked: Vec<String> = Vec::new();
    for text in types {
        let pattern = TypePattern::parse(text).ok_or_else(|| unknown_type(text))?.to_string();
        if !checked.contains(&pattern) {
            checked.push(pattern);
        }
    }
    Ok(checked)
}

fn unknown_type(text: &str) -> DestinationError {
    let quoted: String = text.chars().take(MOST_QUOTED_CHARS).collect();
    let kinds: BTreeSet<&str> = EventType::all().map(EventType::kind).collect();
    let kinds: Vec<String> = kinds.iter().map(|kind| format!("{kind}.*")).collect();
    let problem = format!(
        "There is no type {quoted}. The types are {}, and {}",
        EventType::list(),
        kinds.join(", ")
    );
    DestinationError::field("types", problem)
}

/// Checks the attributes of a filter, and returns them each once.
///
/// # Errors
/// Fails for more than [`MOST_TYPES`] attributes, and for a text that is no name of an attribute.
pub(super) fn check_attributes(attributes: &[String]) -> Result<Vec<String>, DestinationError> {
    if attributes.len() > MOST_TYPES {
        let problem = format!("Send at most {MOST_TYPES} attributes");
        return Err(DestinationError::field("attributes", problem));
    }
    let is_name = |text: &str| {
        (1..=MOST_ATTRIBUTE_CHARS).contains(&text.chars().count())
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'))
    };
    let mut checked: Vec<String> = Vec::new();
    for text in attributes {
        if !is_name(text) {
            let problem = "Send names such as manager or department, without a schema and without \
                           a sub-attribute";
            return Err(DestinationError::field("attributes", problem));
        }
        if !checked.iter().any(|known| known.eq_ignore_ascii_case(text)) {
            checked.push(text.clone());
        }
    }
    Ok(checked)
}
