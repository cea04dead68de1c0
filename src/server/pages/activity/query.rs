//! The filters of the Activity page in its URL.

use crate::directory::ActorKind;
use crate::directory::events::activity::{ActivityCursor, ActivityFilter, ActivityKind};
use crate::model::id::parse_id;
use crate::server::error::ApiError;
use crate::server::pages::words::{day_text, read_day};
use crate::server::query::Pairs;
use uuid::Uuid;

/// The most digits of a number.
const MOST_DIGITS: usize = 12;
/// The text for a place in the list that no page of the list links to.
const BAD_PLACE: &str = "This cursor was not issued by this list. Go to the newest changes";

/// The parameters of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ActivityQuery {
    pub(super) filter: ActivityFilter,
    /// The employee whose changes the page shows.
    pub(super) person: Option<Uuid>,
    /// The place in the list. For one employee, it is a revision of the record.
    pub(super) cursor: Option<ActivityCursor>,
}

impl ActivityQuery {
    /// Reads the parameters. An empty parameter is absent, because forms send empty fields.
    pub(super) fn read(query: &Pairs) -> Result<Self, ApiError> {
        let get = |name| query.get(name).map(str::trim).filter(|text| !text.is_empty());
        let bad = |text: &str| ApiError::bad_request(text);
        let kind = get("kind").map(|text| {
            let read = text.parse::<ActivityKind>();
            read.map_err(|_| bad("The kind must be employees, groups or settings"))
        });
        let actor = get("actor").map(|text| {
            let names: Vec<&str> = ActorKind::all().map(ActorKind::as_str).collect();
            let text = ActorKind::parse(text);
            text.ok_or_else(|| bad(&format!("The actor must be one of {}", names.join(", "))))
        });
        let day = get("day").map(|text| {
            read_day(text).ok_or_else(|| bad("The day must be a date, such as 2026-11-29"))
        });
        let person = get("person").map(|text| {
            parse_id(text).ok_or_else(|| bad("The person must be the id of an employee"))
        });
        let number = |name| {
            let number = get(name).map(|text| read_number(text).ok_or_else(|| bad(BAD_PLACE)));
            number.transpose()
        };
        let cursor = match (number("before")?, number("after")?) {
            (Some(_), Some(_)) => return Err(bad(BAD_PLACE)),
            (Some(before), None) => Some(ActivityCursor::Before(before)),
            (None, after) => after.map(ActivityCursor::After),
        };
        let filter = ActivityFilter {
            kind: kind.transpose()?,
            actor: actor.transpose()?,
            day: day.transpose()?,
        };
        Ok(Self { filter, person: person.transpose()?, cursor })
    }

    /// Whether a filter is set.
    pub(super) fn is_filtered(&self) -> bool {
        self.filter != ActivityFilter::default() || self.person.is_some()
    }

    /// Returns the parameters as a query with its question mark; empty without parameters.
    pub(super) fn text(&self) -> String {
        let filter = self.filter;
        let (name, number) = match self.cursor {
            Some(ActivityCursor::Before(number)) => ("before", Some(number.to_string())),
            Some(ActivityCursor::After(number)) => ("after", Some(number.to_string())),
            None => ("", None),
        };
        let parameters = [
            ("kind", filter.kind.map(|kind| <&str>::from(kind).to_owned())),
            ("actor", filter.actor.map(|actor| actor.as_str().to_owned())),
            ("day", filter.day.map(day_text)),
            ("person", self.person.map(|person| person.to_string())),
            (name, number),
        ];
        let parameters = parameters.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let parameters: Vec<String> =
            parameters.map(|(name, value)| format!("{name}={value}")).collect();
        if parameters.is_empty() { String::new() } else { format!("?{}", parameters.join("&")) }
    }

    /// The same filters at another place of the list.
    pub(super) fn at(self, cursor: Option<ActivityCursor>) -> Self {
        Self { cursor, ..self }
    }
}

/// Reads the number of an event or a revision.
fn read_number(text: &str) -> Option<u64> {
    let is_number = text.len() <= MOST_DIGITS && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}
