//! The history of an employee for the administrator, newest first: the changes of the record, and the changes of the
//! settings that moved a value in use.

use super::past_values::{MovedValue, PastValues};
use crate::directory::error::Error;
use crate::directory::history::read_revision;
use crate::directory::lists::admin_list::ListPage;
use crate::directory::users::Users;
use crate::model::employee::Employee;
use crate::model::event::Subject;
use crate::model::governed::GovernedAttribute;
use crate::model::history::{EventKind, HistoryEntry, RecordedEntry};
use crate::model::kind::Kind;
use time::OffsetDateTime;
use uuid::Uuid;

/// The most entries of an employee that a page reads beside its own.
const MOST_SCANNED: usize = 1_000;
/// The entries of one read, while a page looks for an attribute or for settings.
const A_READ: usize = 100;
/// The most reads of the tenant's history.
const MOST_TENANT_READS: usize = 5;

/// The page of a history that an administrator wants to see.
#[derive(Debug, Clone, Copy)]
pub struct TimelineQuery<'a> {
    /// The cursor that an earlier page returned.
    pub cursor: Option<&'a str>,
    /// The attribute that a change must have, as [`attribute_of`] names it; `None` for all changes.
    pub attribute: Option<&'a str>,
    /// The most changes of the record.
    pub limit: usize,
}

/// A row of the history.
#[derive(Debug, Clone, PartialEq)]
pub enum TimelineRow {
    /// A change of the record.
    Change(RecordedEntry),
    /// A change of the tenant's settings that moved values in use of this employee.
    Settings {
        /// The entry in the tenant's history.
        entry: HistoryEntry,
        /// The values in use that the change moved.
        moved: Vec<MovedValue>,
    },
}

/// Returns the attribute of a change: the name without URN, source and sub-attribute, such as `department` or `name`.
pub fn attribute_of(path: &str) -> &str {
    let path = path.strip_prefix("local.").unwrap_or(path);
    let name = path.rsplit_once(':').map_or(path, |(_, name)| name);
    name.split_once('.').map_or(name, |(name, _)| name)
}

impl Users<'_> {
    /// Returns a page of an employee's history.
    ///
    /// A page that looks for an attribute can have a cursor and few rows, before it has read all changes. A page
    /// behind the newest 1,000 changes has no rows about settings.
    ///
    /// # Errors
    /// Fails with [`Error::BadCursor`], or as every call of the store does.
    pub async fn timeline(
        self,
        employee: &Employee,
        query: TimelineQuery<'_>,
    ) -> Result<ListPage<TimelineRow>, Error> {
        let before = read_revision(query.cursor)?;
        let (entries, has_more) = self.scan(employee.id, before, &query).await?;
        let Some(last) = entries.last() else {
            return Ok(ListPage { rows: Vec::new(), next: None });
        };
        let next = has_more.then(|| last.revision.to_string());
        let settings = self.settings_since(last.entry.at, query.attribute).await?;
        let (settings, past) = self.settings_of_page(employee, before, settings).await?;
        let rows = merged(entries, settings, past, (employee.revision, query.attribute));
        Ok(ListPage { rows, next })
    }

    /// Reads entries until enough of them have the attribute. The flag says whether there are older entries.
    async fn scan(
        self,
        id: Uuid,
        before: Option<u64>,
        query: &TimelineQuery<'_>,
    ) -> Result<(Vec<RecordedEntry>, bool), Error> {
        let history = self.0.store.history();
        let (mut scanned, mut before, mut wanted) = (Vec::new(), before, query.limit);
        loop {
            let limit = query.attribute.map_or(query.limit, |_| A_READ);
            let (entries, has_more) =
                history.list_before((Kind::Employee, id), before, limit).await?;
            before = entries.last().map(|entry| entry.revision);
            let mut entries = entries.into_iter();
            for entry in entries.by_ref() {
                wanted = wanted.saturating_sub(usize::from(has(&entry.entry, query.attribute)));
                scanned.push(entry);
                if wanted == 0 {
                    return Ok((scanned, has_more || entries.next().is_some()));
                }
            }
            if !has_more || scanned.len() >= MOST_SCANNED {
                return Ok((scanned, has_more));
            }
        }
    }

    /// Lists the changes of the sources since a time, newest first.
    async fn settings_since(
        self,
        since: OffsetDateTime,
        attribute: Option<&str>,
    ) -> Result<Vec<HistoryEntry>, Error> {
        let is_source = |entry: &HistoryEntry| {
            let names = entry.changes.iter().map(|change| change.attribute.as_str());
            let sources = names.filter_map(|name| {
                GovernedAttribute::ALL.iter().find(|attribute| attribute.setting() == name)
            });
            let mut sources =
                sources.filter(|source| attribute.is_none_or(|name| name == source.name()));
            entry.kind == EventKind::SettingsChanged && sources.next().is_some()
        };
        let (mut found, mut before) = (Vec::new(), None);
        for _ in 0..MOST_TENANT_READS {
            let (entries, has_more) =
                self.0.store.history().list_of_tenant_before(before, A_READ).await?;
            before = entries.last().map(|entry| entry.revision);
            let is_last = entries.last().is_none_or(|last| last.entry.at < since) || !has_more;
            let entries = entries.into_iter().map(|recorded| recorded.entry);
            found.extend(entries.filter(|entry| entry.at >= since && is_source(entry)));
            if is_last {
                break;
            }
        }
        Ok(found)
    }

    /// Keeps the changes of settings that belong to a page, and returns the employee's values at the top of the page.
    async fn settings_of_page(
        self,
        employee: &Employee,
        before: Option<u64>,
        mut settings: Vec<HistoryEntry>,
    ) -> Result<(Vec<HistoryEntry>, PastValues), Error> {
        let mut past = PastValues::of(employee);
        let Some(before) = before.filter(|_| !settings.is_empty()) else {
            return Ok((settings, past));
        };
        let top = (Subject::Employee(employee.id), before);
        let top = self.0.store.history().get_many(vec![top]).await?.remove(&top);
        settings.retain(|entry| top.as_ref().is_some_and(|top| entry.at < top.at));
        if settings.is_empty() {
            return Ok((settings, past));
        }
        let record = (Kind::Employee, employee.id);
        let (newer, _) = self.0.store.history().list_before(record, None, MOST_SCANNED).await?;
        if newer.last().is_none_or(|last| last.revision > before) {
            return Ok((Vec::new(), past));
        }
        for RecordedEntry { revision, entry } in &newer {
            if (before..=employee.revision).contains(revision) {
                past.go_before(entry);
            }
        }
        Ok((settings, past))
    }
}

/// Merges both histories by time, and leaves out the rows without the wanted attribute. `revision` is the revision of
/// the record that `past` starts from.
fn merged(
    entries: Vec<RecordedEntry>,
    settings: Vec<HistoryEntry>,
    mut past: PastValues,
    (revision, attribute): (u64, Option<&str>),
) -> Vec<TimelineRow> {
    let mut settings = settings.into_iter().peekable();
    let mut rows = Vec::with_capacity(entries.len());
    for recorded in entries {
        while let Some(entry) = settings.next_if(|settings| settings.at >= recorded.entry.at) {
            let mut moved = past.moved_by(&entry);
            moved.retain(|moved| attribute.is_none_or(|name| name == moved.attribute.name()));
            if !moved.is_empty() {
                rows.push(TimelineRow::Settings { entry, moved });
            }
        }
        if recorded.revision <= revision {
            past.go_before(&recorded.entry);
        }
        if has(&recorded.entry, attribute) {
            rows.push(TimelineRow::Change(recorded));
        }
    }
    rows
}

/// Whether an entry changes an attribute. Every change of the status changes `active`.
fn has(entry: &HistoryEntry, attribute: Option<&str>) -> bool {
    let Some(wanted) = attribute else { return true };
    let is_status = !matches!(entry.kind, EventKind::Updated | EventKind::Linked);
    (is_status && wanted == "active")
        || entry.changes.iter().any(|change| attribute_of(&change.attribute) == wanted)
}
