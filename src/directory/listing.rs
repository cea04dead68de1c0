//! Pages for the tenant's administrator: employees by status and by the start of a name, and histories from the newest
//! entry back.
//!
//! A cursor says where a list goes on. It is opaque to clients and holds no secret: whoever makes one up sees other
//! pages of a list that they may see anyway. Somebody who is restored or deleted while a client walks changes places,
//! and may come twice or not at all.

use super::administration::Status;
use super::{Directory, Error};
use crate::scim::fold::fold;
use crate::store::employee::Employee;
use crate::store::employee_read::Place;
use crate::store::history::RecordedEntry;
use serde_json::Value;
use uuid::Uuid;

/// How many calls a page takes at most, each of a megabyte or [`A_CALL`] records. A page may have fewer rows than were
/// asked for, or none, and a cursor: the list goes on with it.
const MOST_CALLS: usize = 16;
/// How many records are read in one call.
const A_CALL: usize = 1_000;

/// What an administrator asks of the list.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// Which employees.
    pub status: Status,
    /// What a word of the name, the userName or an email address starts with, in any case; empty for all.
    pub text: &'a str,
    /// Where an earlier page ended.
    pub cursor: Option<&'a str>,
    /// The most rows.
    pub limit: usize,
}

/// A page of a list, and where it goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPage<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
}

impl Directory {
    /// A page of employees: the visible ones in id order, then those whom the identity provider deleted.
    ///
    /// # Errors
    /// [`Error::BadCursor`], and as for every call of the store.
    pub async fn search(&self, search: Search<'_>) -> Result<ListPage<Employee>, Error> {
        let (mut place, mut after) = match search.cursor {
            None => (Place::Visible, None),
            Some(cursor) => read_cursor(cursor).ok_or(Error::BadCursor)?,
        };
        let wanted = fold(search.text.trim());
        // Where every record is a row, no more is read than is given.
        let all_are_rows = search.status == Status::All && wanted.is_empty();
        let ask = if all_are_rows { search.limit.clamp(1, A_CALL) } else { A_CALL };
        let mut rows = Vec::new();
        for _ in 0..MOST_CALLS {
            let (found, more) = self.store.list_employees_after(place, after, ask).await?;
            for employee in found {
                after = Some(employee.id);
                if search.status.includes(&employee) && starts_with(&employee, &wanted) {
                    rows.push(employee);
                }
                if rows.len() == search.limit {
                    return Ok(ListPage { rows, next: Some(cursor(place, after)) });
                }
            }
            match place {
                _ if more => {}
                Place::Visible => (place, after) = (Place::Hidden, None),
                Place::Hidden => return Ok(ListPage { rows, next: None }),
            }
            // A call can bring a thousand rows: let other requests have their turn.
            tokio::task::yield_now().await;
        }
        Ok(ListPage { rows, next: Some(cursor(place, after)) })
    }

    /// A page of an employee's history, newest change first.
    ///
    /// # Errors
    /// [`Error::NoEmployee`] when there is no history, [`Error::BadCursor`], and as for every call of the store.
    pub async fn history_page(
        &self,
        id: Uuid,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<ListPage<RecordedEntry>, Error> {
        let before = read_revision(cursor)?;
        let found = self.store.list_employee_history_before(id, before, limit).await?;
        if found.0.is_empty() {
            let (newest, _) = self.store.list_employee_history_before(id, None, 1).await?;
            if newest.is_empty() {
                return Err(Error::NoEmployee(id));
            }
        }
        Ok(history_page(found))
    }

    /// A page of the history of the tenant's settings, tokens and erasures, newest change first.
    ///
    /// # Errors
    /// [`Error::BadCursor`], and as for every call of the store.
    pub async fn tenant_history_page(
        &self,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<ListPage<RecordedEntry>, Error> {
        let before = read_revision(cursor)?;
        Ok(history_page(self.store.list_tenant_history_before(before, limit).await?))
    }
}

impl Status {
    /// Whether an employee is one of those.
    pub fn includes(self, employee: &Employee) -> bool {
        match self {
            Status::Active => !employee.is_archived(),
            Status::Archived => employee.is_archived(),
            Status::All => true,
        }
    }
}

/// The cursor of the page that starts after an employee.
pub fn cursor_after(employee: &Employee) -> String {
    let place = if employee.hidden { Place::Hidden } else { Place::Visible };
    cursor(place, Some(employee.id))
}

/// Whether a word of the name, the userName or an address starts with a folded text.
fn starts_with(employee: &Employee, wanted: &str) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let name = employee.attributes.get("name");
    let part = |part: &str| name.and_then(|name| name.get(part)?.as_str());
    let names = [
        employee.text("displayName"),
        part("formatted"),
        part("givenName"),
        part("familyName"),
        Some(employee.user_name()),
    ];
    names.into_iter().flatten().chain(employee.email_addresses()).any(|text| {
        let folded = fold(text);
        let mut words = folded.char_indices().filter(|(at, _)| {
            folded.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with(' '))
        });
        words.any(|(at, _)| folded.get(at..).is_some_and(|rest| rest.starts_with(wanted)))
    })
}

fn cursor(place: Place, after: Option<Uuid>) -> String {
    let place = match place {
        Place::Visible => 'v',
        Place::Hidden => 'h',
    };
    format!("{place}{}", after.map(|id| id.simple().to_string()).unwrap_or_default())
}

fn read_cursor(text: &str) -> Option<(Place, Option<Uuid>)> {
    let (place, id) = match (text.strip_prefix('v'), text.strip_prefix('h')) {
        (Some(id), _) => (Place::Visible, id),
        (_, Some(id)) => (Place::Hidden, id),
        (None, None) => return None,
    };
    match id {
        "" => Some((place, None)),
        // The one spelling that was given out.
        id => {
            let read = Uuid::parse_str(id).ok()?;
            (read.simple().to_string() == id).then_some((place, Some(read)))
        }
    }
}

fn history_page((mut rows, more): (Vec<RecordedEntry>, bool)) -> ListPage<RecordedEntry> {
    // DynamoDB gives a map's members in any order; an administrator reads the same one each time.
    for change in rows.iter_mut().flat_map(|row| &mut row.entry.changes) {
        let values = [change.old.as_mut(), change.new.as_mut()];
        values.into_iter().flatten().for_each(Value::sort_all_objects);
    }
    let last = rows.last().map(|entry| entry.revision.to_string());
    ListPage { next: last.filter(|_| more), rows }
}

fn read_revision(cursor: Option<&str>) -> Result<Option<u64>, Error> {
    let read = |text: &str| {
        let digits = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| digits).ok_or(Error::BadCursor)
    };
    cursor.map(read).transpose()
}
