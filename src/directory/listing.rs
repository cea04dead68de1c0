//! Pages for the tenant's administrator: employees by status and by the start of a name, and histories from the newest
//! entry back.
//!
//! A cursor says where a list goes on. It is opaque to clients and holds no secret: whoever makes one up sees other pages
//! of a list that they may see anyway.

use super::administration::Status;
use super::{Directory, Error};
use crate::scim::fold::fold;
use crate::store::employee::Employee;
use crate::store::employee_read::Place;
use crate::store::history::RecordedEntry;
use uuid::Uuid;

/// How many employees are looked at for one page of a search: about 16 MB of records. A page may have no rows and a
/// cursor: the search goes on with it.
const MOST_LOOKED_AT: usize = 16_000;
/// How many are read in one call: about a megabyte.
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
        let mut rows = Vec::new();
        let mut looked_at = 0;
        loop {
            let ask = if wanted.is_empty() { search.limit.clamp(1, A_CALL) } else { A_CALL };
            let (found, more) = self.store.list_employees_after(place, after, ask).await?;
            looked_at += found.len();
            for employee in found {
                after = Some(employee.id);
                if search.status.includes(&employee) && starts_with(&employee, &wanted) {
                    rows.push(employee);
                }
                if rows.len() == search.limit {
                    return Ok(ListPage { rows, next: Some(cursor(place, after)) });
                }
            }
            if !more && place == Place::Hidden {
                return Ok(ListPage { rows, next: None });
            }
            if !more {
                (place, after) = (Place::Hidden, None);
            }
            if looked_at >= MOST_LOOKED_AT {
                return Ok(ListPage { rows, next: Some(cursor(place, after)) });
            }
        }
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
        if found.0.is_empty() && before.is_none() {
            return Err(Error::NoEmployee(id));
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
        id => Some((place, Some(Uuid::parse_str(id).ok()?))),
    }
}

fn history_page((rows, more): (Vec<RecordedEntry>, bool)) -> ListPage<RecordedEntry> {
    let last = rows.last().map(|entry| entry.revision.to_string());
    ListPage { next: last.filter(|_| more), rows }
}

fn read_revision(cursor: Option<&str>) -> Result<Option<u64>, Error> {
    cursor.map(|text| text.parse().map_err(|_| Error::BadCursor)).transpose()
}
