//! The histories of employees and groups, and of the tenant itself.

use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::lists::admin_list::ListPage;
use crate::model::event::Subject;
use crate::model::history::{HistoryEntry, RecordedEntry};
use crate::model::kind::Kind;
use uuid::Uuid;

/// The histories.
#[derive(Debug, Clone, Copy)]
pub struct History<'a>(pub(in crate::directory) &'a Context);

impl History<'_> {
    /// Returns an employee's history, oldest change first.
    ///
    /// # Errors
    /// Fails with [`Error::NoEmployee`] when there is neither a record nor a history, or as every call of the store
    /// does.
    pub async fn of_user(self, id: Uuid) -> Result<Vec<RecordedEntry>, Error> {
        self.of(Kind::Employee, id).await
    }

    /// Returns a group's history, oldest change first. The history outlives the group.
    ///
    /// # Errors
    /// Fails with [`Error::NoGroup`] when there was no such group, or as every call of the store does.
    pub async fn of_group(self, id: Uuid) -> Result<Vec<RecordedEntry>, Error> {
        self.of(Kind::Group, id).await
    }

    async fn of(self, kind: Kind, id: Uuid) -> Result<Vec<RecordedEntry>, Error> {
        let entries = self.0.store.history().list(kind, id).await?;
        if entries.is_empty() { Err(Error::missing(kind, id)) } else { Ok(entries) }
    }

    /// Returns the change that made a revision of a record; `None` when there is no such revision.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn entry(
        self,
        (kind, id): (Kind, Uuid),
        revision: u64,
    ) -> Result<Option<HistoryEntry>, Error> {
        let change = (Subject::of_record(kind, id), revision);
        Ok(self.0.store.history().get_many(vec![change]).await?.remove(&change))
    }

    /// Returns the change that made a revision of the tenant; `None` when there is no such revision.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn tenant_entry(self, revision: u64) -> Result<Option<HistoryEntry>, Error> {
        let change = (Subject::Tenant, revision);
        Ok(self.0.store.history().get_many(vec![change]).await?.remove(&change))
    }

    /// Returns a page of a record's history, newest change first. A group's history outlives the group.
    ///
    /// # Errors
    /// Fails with [`Error::NoEmployee`] or [`Error::NoGroup`] when there is no history, with [`Error::BadCursor`], or
    /// as every call of the store does.
    pub async fn page(
        self,
        (kind, id): (Kind, Uuid),
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<ListPage<RecordedEntry>, Error> {
        let before = read_revision(cursor)?;
        let found = self.0.store.history().list_before((kind, id), before, limit).await?;
        if found.0.is_empty() {
            let (newest, _) = self.0.store.history().list_before((kind, id), None, 1).await?;
            if newest.is_empty() {
                return Err(Error::missing(kind, id));
            }
        }
        Ok(page_of(found))
    }

    /// Returns a page of the history of the tenant's settings, tokens and erasures, newest change first.
    ///
    /// # Errors
    /// Fails with [`Error::BadCursor`], or as every call of the store does.
    pub async fn page_of_tenant(
        self,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<ListPage<RecordedEntry>, Error> {
        let before = read_revision(cursor)?;
        Ok(page_of(self.0.store.history().list_of_tenant_before(before, limit).await?))
    }
}

fn page_of((rows, more): (Vec<RecordedEntry>, bool)) -> ListPage<RecordedEntry> {
    let last = rows.last().map(|entry| entry.revision.to_string());
    ListPage { next: last.filter(|_| more), rows }
}

/// Reads the cursor of a history: the revision before which the page starts.
pub(in crate::directory) fn read_revision(cursor: Option<&str>) -> Result<Option<u64>, Error> {
    let read = |text: &str| {
        let digits = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| digits).ok_or(Error::BadCursor)
    };
    cursor.map(read).transpose()
}
