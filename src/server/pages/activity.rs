//! Shows the activity of the tenant: all events of the feed, or the history of one employee, newest first.

use super::activity_entry::{ActivityEntry, Named};
use super::frame::{Frame, Section, show as show_page};
use super::guard::Visitor;
use super::messages::explain;
use crate::directory::events::activity::{ACTIVITY_ROWS, ActivityFilter, ActivityKind};
use crate::directory::events::day_counts::LastDay;
use crate::directory::{Error, Kind};
use crate::model::id::parse_id;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;
use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use uuid::Uuid;

/// The form of a day, as browsers send it.
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
/// The most digits of a number.
const MOST_DIGITS: usize = 12;

#[derive(Template)]
#[template(path = "activity.html")]
struct ActivityPage {
    frame: Frame,
    /// The employee whose history the page shows; `None` for the events of the tenant.
    person: Option<Named>,
    /// The chosen kind; empty for all kinds.
    kind: &'static str,
    /// The chosen day; empty for all days.
    day: String,
    /// The counts of the last 24 hours, on the first page without a filter of a day or person.
    last_day: Option<LastDay>,
    entries: Vec<ActivityEntry>,
    /// The path of the page with older entries.
    older: Option<String>,
    /// The path of the page with the newest entries, unless this page has them.
    newest: Option<String>,
}

/// The parameters of the page.
struct ActivityQuery {
    filter: ActivityFilter,
    person: Option<Uuid>,
    before: Option<u64>,
}

/// Shows a page of the activity.
pub(super) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    query: Pairs,
) -> Answer {
    let asked = ActivityQuery::read(&query)?;
    match asked.person {
        Some(person) => show_person(&visitor, person, &asked).await,
        None => show_events(&services, &visitor, &asked).await,
    }
}

async fn show_events(services: &Services, visitor: &Visitor, asked: &ActivityQuery) -> Answer {
    let ActivityQuery { filter, before, .. } = *asked;
    let events = visitor.directory.events();
    let last_day = match (before, filter.day) {
        (None, None) => Some(events.count_last_day(services.tenants.now()).await.map_err(explain)?),
        _ => None,
    };
    let page = events.list_activity(filter, before).await.map_err(explain)?;
    let kind = filter.kind.map_or("", <&str>::from);
    let day = filter.day.and_then(|day| day.format(DAY).ok()).unwrap_or_default();
    let first = match (kind, &*day) {
        ("", "") => visitor.site.path("activity"),
        _ => visitor.site.path(&format!("activity?kind={kind}&day={day}")),
    };
    show_page(&ActivityPage {
        frame: Frame::of(visitor, Section::Activity),
        person: None,
        kind,
        day,
        last_day,
        entries: page.events.into_iter().map(ActivityEntry::of_event).collect(),
        older: page.older.map(|before| before_number(&first, before)),
        newest: before.map(|_| first),
    })
}

/// Shows the history of an employee in the form of the activity.
async fn show_person(visitor: &Visitor, id: Uuid, asked: &ActivityQuery) -> Answer {
    let directory = &visitor.directory;
    let before = asked.before.map(|before| before.to_string());
    let history = directory.history();
    let record = (Kind::Employee, id);
    let page = history.page(record, before.as_deref(), ACTIVITY_ROWS).await.map_err(explain)?;
    let person = match directory.users().get_any(id).await {
        Ok(employee) => Named::employee(&employee),
        Err(Error::NoEmployee(_)) => Named::erased_employee(),
        Err(error) => return Err(explain(error)),
    };
    let first = visitor.site.path(&format!("activity?person={id}"));
    let entries = page.rows.into_iter();
    let entries = entries.map(|row| ActivityEntry::of_record(Some(person.clone()), row.entry));
    let entries = entries.collect();
    show_page(&ActivityPage {
        frame: Frame::of(visitor, Section::Activity),
        person: Some(person),
        kind: "",
        day: String::new(),
        last_day: None,
        entries,
        older: page.next.map(|revision| format!("{first}&before={revision}")),
        newest: before.map(|_| first),
    })
}

/// Returns the path of the page with the events before a number.
fn before_number(first: &str, before: u64) -> String {
    let separator = if first.contains('?') { '&' } else { '?' };
    format!("{first}{separator}before={before}")
}

impl ActivityQuery {
    /// Reads the parameters. An empty parameter is absent, because forms send empty fields.
    fn read(query: &Pairs) -> Result<Self, ApiError> {
        let get = |name| query.get(name).map(str::trim).filter(|text| !text.is_empty());
        let kind = get("kind").map(|text| {
            text.parse::<ActivityKind>().map_err(|_| {
                ApiError::bad_request("The kind must be employees, groups or settings")
            })
        });
        let day = get("day").map(|text| {
            read_day(text)
                .ok_or_else(|| ApiError::bad_request("The day must be a date, such as 2026-11-29"))
        });
        let person = get("person").map(|text| {
            parse_id(text)
                .ok_or_else(|| ApiError::bad_request("The person must be the id of an employee"))
        });
        let before = get("before").map(|text| {
            read_number(text).ok_or_else(|| {
                ApiError::bad_request("This link is out of date. Go to the newest changes")
            })
        });
        let filter = ActivityFilter { kind: kind.transpose()?, day: day.transpose()? };
        let person = person.transpose()?;
        if person.is_some() && filter != ActivityFilter::default() {
            return Err(ApiError::bad_request(
                "The changes of one person have no filter. Leave out the kind and the day",
            ));
        }
        Ok(Self { filter, person, before: before.transpose()? })
    }
}

fn read_day(text: &str) -> Option<Date> {
    // The format also accepts a sign and more digits.
    Date::parse(text, DAY).ok().filter(|day| day.format(DAY).is_ok_and(|same| same == text))
}

/// Reads the number of an event or a revision. Both begin with 1.
fn read_number(text: &str) -> Option<u64> {
    let is_number = text.len() <= MOST_DIGITS && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number > 0)
}
