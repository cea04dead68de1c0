//! The lists of the identity provider. `filtered.rs` has lists with a filter. `sort.rs` has sorted lists, and lists
//! that continue after a row. `admin_list.rs` has the lists of the administrator.

pub mod cursor;
pub(crate) mod sort;
pub mod admin_list;
pub(crate) mod filtered;
pub mod found;

use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::lists::found::Found;
use crate::directory::record::{AnyRecord, ScimRecord};
use crate::model::employee::Employee;
use crate::model::group::Group;
use crate::model::kind::Kind;
use crate::store::Match;
use scim::cursor::{Position, invalid_cursor};
use scim::filter::{BoundFilter, Filter};
use scim::schema::ResourceType;
use scim::sort::SortBy;

/// Only pages that end within this many rows keep their records. Later pages are read again by id.
const MOST_KEPT: usize = 1_000;

/// A list request of an identity provider.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// The kinds of records, listed one after the other.
    pub kinds: &'a [Kind],
    /// The filter; `None` for all visible records.
    pub filter: Option<&'a Filter>,
    /// The order; `None` for id order within each kind.
    pub sort: Option<&'a SortBy>,
    /// The start of the page.
    pub start: Start<'a>,
    /// The most rows of the page.
    pub count: usize,
    /// The tenant's SCIM root, for filters on `meta.location`.
    pub base_url: &'a str,
}

/// The start of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start<'a> {
    /// After this many rows (RFC 7644 §3.4.2.4).
    Index(u64),
    /// At the end of an earlier page, or at the beginning of the list (RFC 9865).
    Cursor(Option<&'a Position>),
}

/// The lists and searches.
#[derive(Debug, Clone, Copy)]
pub struct Lists<'a>(pub(in crate::directory) &'a Context);

impl Lists<'_> {
    /// Lists visible records, archived employees included (RFC 7644 §3.4.2).
    ///
    /// # Errors
    /// Fails with [`Error::Protocol`] for an attribute that none of the kinds has, and for a position of another list.
    /// Otherwise fails as every call of the store does.
    pub async fn list(self, query: Query<'_>) -> Result<Found, Error> {
        let filters = self.bind(query)?;
        let is_as_kept = query.filter.is_none() && query.sort.is_none();
        let offset = match query.start {
            Start::Index(offset) => offset,
            Start::Cursor(Some(Position::Offset(offset))) => *offset,
            Start::Cursor(Some(Position::After(row))) if is_as_kept => {
                return self.after(query, Some(row)).await;
            }
            Start::Cursor(Some(Position::After(_))) => return Err(invalid_cursor().into()),
            Start::Cursor(None) if is_as_kept => return self.after(query, None).await,
            Start::Cursor(None) => 0,
        };
        let page = ListSlice { offset, count: query.count };
        let (records, total) = match query.sort {
            Some(sort) => self.sorted(query, &filters, sort, page).await?,
            None => self.list_in_id_order(query, &filters, page).await?,
        };
        let end = offset.saturating_add(u64::try_from(records.len()).unwrap_or(u64::MAX));
        // A page may lose all its rows after they were found, and still have a next page. A page of 0 rows has no next
        // page.
        let next = (end < total && query.count > 0).then_some(Position::Offset(end));
        Ok(Found { records, total, next, is_consecutive: is_as_kept })
    }

    async fn list_in_id_order(
        self,
        query: Query<'_>,
        filters: &[(Kind, Option<BoundFilter>)],
        page: ListSlice,
    ) -> Result<(Vec<AnyRecord>, u64), Error> {
        let (mut records, mut total) = (Vec::new(), 0);
        for (kind, filter) in filters {
            let rest = page.after(total, records.len());
            let (found, number) = match kind {
                Kind::Employee => {
                    self.list_kind::<Employee>(filter.as_ref(), rest, query.base_url).await
                }
                Kind::Group => self.list_kind::<Group>(filter.as_ref(), rest, query.base_url).await,
            }?;
            records.extend(found);
            total += number;
        }
        Ok((records, total))
    }

    /// Binds the filter to each kind that can match it.
    ///
    /// An attribute that only some of the kinds have is without a value for the others (RFC 7644 §3.4.2.1).
    fn bind(self, query: Query<'_>) -> Result<Vec<(Kind, Option<BoundFilter>)>, scim::Error> {
        let types: Vec<&ResourceType> =
            query.kinds.iter().map(|kind| self.0.resource_type(*kind)).collect();
        let bound = query.kinds.iter().map(|kind| {
            let bind = |filter: &Filter| filter.bind_among(self.0.resource_type(*kind), &types);
            Ok((*kind, query.filter.map(bind).transpose()?))
        });
        let mut bound = bound.collect::<Result<Vec<_>, scim::Error>>()?;
        bound.retain(|(_, filter)| !filter.as_ref().is_some_and(BoundFilter::is_never_met));
        Ok(bound)
    }

    async fn list_kind<R: ScimRecord>(
        self,
        filter: Option<&BoundFilter>,
        page: ListSlice,
        base_url: &str,
    ) -> Result<(Vec<AnyRecord>, u64), Error> {
        let (records, total) = match filter {
            None => self.0.store.records().list::<R>(page.offset, page.count).await?,
            Some(filter) => self.list_matching::<R>(filter, page, base_url).await?,
        };
        Ok((records.into_iter().map(R::into_any).collect(), total))
    }
}

/// A part of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListSlice {
    /// The rows before this part.
    pub offset: u64,
    /// The most rows of this part.
    pub count: usize,
}

impl ListSlice {
    /// Returns the rest of this part for the next kind. The kinds so far have `total` rows, of which `taken` are in
    /// this part.
    fn after(self, total: u64, taken: usize) -> Self {
        Self { offset: self.offset.saturating_sub(total), count: self.count.saturating_sub(taken) }
    }

    /// Drops the records that the page cannot show. Drops all if the page ends after [`MOST_KEPT`] rows.
    pub(super) fn drop_surplus<R, T>(self, found: &mut [Match<R, T>]) {
        let end = self.offset.saturating_add(u64::try_from(self.count).unwrap_or(u64::MAX));
        let end = usize::try_from(end).ok().filter(|end| *end <= MOST_KEPT).unwrap_or(0);
        found.iter_mut().skip(end).for_each(|found| found.record = None);
    }

    /// Returns the rows of a whole list that are in this part.
    pub(super) fn of<T>(self, rows: Vec<T>) -> Vec<T> {
        let skip = usize::try_from(self.offset).unwrap_or(usize::MAX);
        rows.into_iter().skip(skip).take(self.count).collect()
    }
}
