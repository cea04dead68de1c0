//! Pages for the tenant's administrator: records in id order. Employees can be limited by status.
//!
//! A cursor names the row after which a list continues. It is opaque to clients and holds no secret. An invented cursor
//! only leads to other pages of a list that the client may see anyway.
//!
//! An employee who is restored or deleted between two pages moves within the list. The list may then show the employee
//! twice or never.

use crate::directory::error::Error;
use crate::directory::lists::Lists;
use crate::directory::users::administration::Status;
use crate::model::employee::Employee;
use crate::store::employees::read::Visibility;
use crate::store::record::Record;
use crate::store::{self, TenantStore};
use scim::fold::fold;
use std::future::Future;
use uuid::Uuid;

/// The most calls of a page, each of up to 1 MB or [`A_CALL`] records.
///
/// A page may have fewer rows than the limit, or none, and a cursor. The list continues with that cursor.
const MOST_CALLS: usize = 16;
/// The records that one call reads.
const A_CALL: usize = 1_000;

/// The longest search text, in characters.
pub const MOST_SEARCH_CHARS: usize = 200;

/// A request for a page of employees in id order.
#[derive(Debug, Clone, Copy)]
pub struct EmployeesInIdOrder<'a> {
    /// The status of the employees.
    pub status: Status,
    /// The cursor that an earlier page returned.
    pub cursor: Option<&'a str>,
    /// The most rows of a page.
    pub limit: usize,
}

/// A page of a list, with the cursor of the next page.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPage<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The cursor of the next page; `None` on the last page.
    pub next: Option<String>,
}

impl Lists<'_> {
    /// Returns a page of employees: visible employees in id order, then hidden employees.
    ///
    /// # Errors
    /// Fails with [`Error::BadCursor`], or as every call of the store does.
    pub async fn in_id_order(
        self,
        asked: EmployeesInIdOrder<'_>,
    ) -> Result<ListPage<Employee>, Error> {
        let walk = Walk {
            places: &[Visibility::Visible, Visibility::Hidden],
            cursor: asked.cursor,
            limit: asked.limit,
            // If every record is a row, a call reads only as many records as the page shows.
            all_are_rows: asked.status == Status::All,
        };
        let read = |place, after, count| self.0.store.employees().list_after(place, after, count);
        let is_row = |employee: &Employee| asked.status.includes(employee);
        walk.page(&self.0.store, read, is_row).await
    }
}

impl Status {
    /// Whether an employee has this status.
    pub fn includes(self, employee: &Employee) -> bool {
        match self {
            Status::Active => !employee.is_archived(),
            Status::Archived => employee.is_archived(),
            Status::All => true,
        }
    }
}

/// Returns the cursor of the page that starts after an employee.
pub fn cursor_after(employee: &Employee) -> String {
    let place = if employee.hidden { Visibility::Hidden } else { Visibility::Visible };
    cursor(place, Some(employee.id))
}

/// Reads records in id order, place by place, until a page is full.
pub(in crate::directory) struct Walk<'a> {
    /// The places of the records, in the order of the list.
    pub(in crate::directory) places: &'static [Visibility],
    /// The cursor that an earlier page returned.
    pub(in crate::directory) cursor: Option<&'a str>,
    /// The most rows of a page.
    pub(in crate::directory) limit: usize,
    /// Whether every record is a row.
    pub(in crate::directory) all_are_rows: bool,
}

impl Walk<'_> {
    /// Returns the place and the id after which the page starts.
    ///
    /// # Errors
    /// Fails with [`Error::BadCursor`].
    pub(in crate::directory) fn start(&self) -> Result<(Visibility, Option<Uuid>), Error> {
        let Some(cursor) = self.cursor else { return Ok((Visibility::Visible, None)) };
        let start = read_cursor(cursor).filter(|(place, _)| self.places.contains(place));
        start.ok_or(Error::BadCursor)
    }

    /// Calls `read` with a place, an id and a number of records until the page is full.
    ///
    /// After 1,000 records it holds a turn of the full reads.
    pub(in crate::directory) async fn page<R, F>(
        &self,
        store: &TenantStore,
        read: impl Fn(Visibility, Option<Uuid>, usize) -> F,
        is_row: impl Fn(&R) -> bool,
    ) -> Result<ListPage<R>, Error>
    where
        R: Record,
        F: Future<Output = Result<(Vec<R>, bool), store::Error>>,
    {
        let (mut place, mut after) = self.start()?;
        let ask = if self.all_are_rows { self.limit.clamp(1, A_CALL) } else { A_CALL };
        let (mut rows, mut seen) = (Vec::new(), 0);
        let mut turn = None;
        for _ in 0..MOST_CALLS {
            if turn.is_none() && seen >= A_CALL {
                turn = Some(store.full_reads().begin().await?);
            }
            let (found, more) = read(place, after, ask).await?;
            seen += found.len();
            for record in found {
                after = Some(record.id());
                if is_row(&record) {
                    rows.push(record);
                }
                if rows.len() == self.limit {
                    return Ok(ListPage { rows, next: Some(cursor(place, after)) });
                }
            }
            if !more {
                let mut others = self.places.iter().skip_while(|other| **other != place).skip(1);
                match others.next() {
                    Some(other) => (place, after) = (*other, None),
                    None => return Ok(ListPage { rows, next: None }),
                }
            }
            // A call can return 1,000 rows, so other requests get a turn here.
            tokio::task::yield_now().await;
        }
        drop(turn);
        Ok(ListPage { rows, next: Some(cursor(place, after)) })
    }
}

/// Whether a word of the texts starts with the folded text `wanted`. An empty `wanted` matches everything.
pub(in crate::directory) fn begins_a_word<'t>(
    mut texts: impl Iterator<Item = &'t str>,
    wanted: &str,
) -> bool {
    wanted.is_empty()
        || texts.any(|text| {
            let folded = fold(text);
            let mut words = folded.char_indices().filter(|(at, _)| {
                folded.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with(' '))
            });
            words.any(|(at, _)| folded.get(at..).is_some_and(|rest| rest.starts_with(wanted)))
        })
}

fn cursor(place: Visibility, after: Option<Uuid>) -> String {
    let place = match place {
        Visibility::Visible => 'v',
        Visibility::Hidden => 'h',
    };
    format!("{place}{}", after.map(|id| id.simple().to_string()).unwrap_or_default())
}

fn read_cursor(text: &str) -> Option<(Visibility, Option<Uuid>)> {
    let (place, id) = match (text.strip_prefix('v'), text.strip_prefix('h')) {
        (Some(id), _) => (Visibility::Visible, id),
        (_, Some(id)) => (Visibility::Hidden, id),
        (None, None) => return None,
    };
    match id {
        "" => Some((place, None)),
        id => Some((place, Some(read_id(id)?))),
    }
}

/// Reads an id in the one spelling that cursors use.
pub(in crate::directory) fn read_id(text: &str) -> Option<Uuid> {
    let read = Uuid::parse_str(text).ok()?;
    (read.simple().to_string() == text).then_some(read)
}
