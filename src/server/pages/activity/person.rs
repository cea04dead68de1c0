//! The changes of one employee, from the history of the record.

use super::super::guard::Visitor;
use super::super::messages::explain;
use super::query::ActivityQuery;
use crate::directory::events::activity::{ACTIVITY_ROWS, ActivityCursor, ActivityKind};
use crate::directory::{Employee, Error, Kind, RecordedEntry};
use crate::server::error::ApiError;
use uuid::Uuid;

/// The most reads of one page. A page can end before it is full.
const MOST_READS: usize = 4;

/// A page of an employee's history.
pub(super) struct PersonPage {
    /// The employee; `None` when only the history is left.
    pub(super) employee: Option<Employee>,
    /// The entries of the filter, newest first.
    pub(super) entries: Vec<RecordedEntry>,
    /// The next page has entries before this revision.
    pub(super) older: Option<u64>,
}

/// Reads a page of an employee's history.
pub(super) async fn read(
    visitor: &Visitor,
    id: Uuid,
    asked: &ActivityQuery,
) -> Result<PersonPage, ApiError> {
    let directory = &visitor.directory;
    let mut before = match asked.cursor {
        Some(ActivityCursor::Before(revision)) => Some(revision.to_string()),
        Some(ActivityCursor::After(_)) => {
            let text = "This cursor was not issued by this list. Go to the newest changes";
            return Err(ApiError::bad_request(text));
        }
        None => None,
    };
    let employee = match directory.users().get_any(id).await {
        Ok(employee) => Some(employee),
        Err(Error::NoEmployee(_)) => None,
        Err(error) => return Err(explain(error)),
    };
    let filter = asked.filter;
    let is_wanted = |row: &RecordedEntry| {
        filter.kind.is_none_or(|kind| kind == ActivityKind::Employees)
            && filter.actor.is_none_or(|actor| row.entry.actor.kind == actor)
            && filter.is_in_day(row.entry.at)
    };
    let mut entries: Vec<RecordedEntry> = Vec::new();
    let mut older = None;
    for _ in 0..MOST_READS {
        let history = directory.history();
        let record = (Kind::Employee, id);
        let page = history.page(record, before.as_deref(), ACTIVITY_ROWS).await.map_err(explain)?;
        older = page.next.as_deref().and_then(|next| next.parse().ok());
        before = page.next;
        entries.extend(page.rows.into_iter().filter(is_wanted));
        if entries.len() >= ACTIVITY_ROWS || before.is_none() {
            break;
        }
    }
    if entries.len() > ACTIVITY_ROWS {
        entries.truncate(ACTIVITY_ROWS);
        older = entries.last().map(|entry| entry.revision);
    }
    Ok(PersonPage { employee, entries, older })
}
