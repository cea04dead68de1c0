//! Lists and filters. A filter uses keys where it can, and otherwise reads all of the tenant's records. `sort.rs` has
//! sorted lists, and lists that continue after a row.

pub mod cursor;
pub(crate) mod sort;
pub mod admin_list;

use super::resources::{AnyRecord, Shown};
use super::{Directory, Error};
use crate::model::employee::Employee;
use crate::model::group::Group;
use crate::model::kind::Kind;
use crate::store::{FullRead, Match};
use scim::comparison_budget::ComparisonBudget;
use scim::cursor::{Position, invalid_cursor};
use scim::filter::{BoundFilter, Filter, Lookup, Mention};
use scim::resource::{Reference, Relation, Resource};
use scim::schema::ResourceType;
use scim::sort::SortBy;
use scim::{self, ScimType};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// The comparison budget of one filter: about 2 seconds of work. A list of 100,000 records takes far less.
pub(super) const MOST_WORK: u64 = 40_000_000;
/// The most candidates in memory at a time: one batch reads as many.
pub(super) const MOST_AT_ONCE: usize = 100;

/// The most groups, or members, in one filter. Each is read whole.
const MOST_RELATED: usize = 5;
/// Only pages that end within this many rows keep their records. Later pages are read again by id.
const MOST_KEPT: usize = 1_000;
/// With more candidates than this, all records are read: in parallel instead of batch after batch.
const MOST_CANDIDATES: usize = 2_000;

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

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The records of the page.
    pub records: Vec<AnyRecord>,
    /// The number of records in the whole list.
    pub total: u64,
    /// The position at which the list continues; `None` at its end.
    pub next: Option<Position>,
    /// Whether the page has all records between its first and its last record, by kind and in id order.
    pub is_consecutive: bool,
}

/// A filter on records of one kind, with the relations that it names.
pub(super) struct Condition<'f> {
    filter: &'f BoundFilter,
    /// The relation values in the filter, each with the records that have it.
    related: BTreeMap<String, HashSet<Uuid>>,
    work: ComparisonBudget,
}

impl Condition<'_> {
    /// Fails with `tooMany` once the comparison budget is spent.
    pub(super) fn check_work(&self) -> Result<(), Error> {
        if !self.work.is_exhausted() {
            return Ok(());
        }
        let text = "The filter compares too much text; use fewer terms, or filter by userName, \
                    displayName of a group, externalId, id or emails with eq";
        Err(scim::Error::new(ScimType::TooMany, text).into())
    }

    /// Whether a record matches the filter. `resource` is the record without its relation.
    pub(super) fn holds<R: Shown>(&self, id: Uuid, resource: &Resource<'_>) -> bool {
        if self.work.is_exhausted() {
            return false;
        }
        let related = self.related.iter().filter(|(_, who)| who.contains(&id));
        let values: Vec<_> = related.map(|(value, _)| Reference::to(value)).collect();
        if values.is_empty() {
            return self.work.run(|| self.filter.matches(resource));
        }
        let relation = Some(Relation { attribute: R::RELATION, values });
        let related = Resource { relation, ..resource.clone() };
        self.work.run(|| self.filter.matches(&related))
    }
}

impl Directory {
    /// Lists visible records, archived employees included (RFC 7644 §3.4.2).
    ///
    /// # Errors
    /// Fails with [`Error::Protocol`] for an attribute that none of the kinds has, and for a position of another list.
    /// Otherwise fails as every call of the store does.
    pub async fn list(&self, query: Query<'_>) -> Result<Found, Error> {
        let filters = self.bind(query)?;
        let is_as_kept = query.filter.is_none() && query.sort.is_none();
        let offset = match query.start {
            Start::Index(offset) => offset,
            Start::Cursor(Some(Position::Offset(offset))) => *offset,
            Start::Cursor(Some(Position::After(row))) if is_as_kept => {
                return self.list_after(query, Some(row)).await;
            }
            Start::Cursor(Some(Position::After(_))) => return Err(invalid_cursor().into()),
            Start::Cursor(None) if is_as_kept => return self.list_after(query, None).await,
            Start::Cursor(None) => 0,
        };
        let page = Part { offset, count: query.count };
        let (records, total) = match query.sort {
            Some(sort) => self.list_sorted(query, &filters, sort, page).await?,
            None => self.list_in_id_order(query, &filters, page).await?,
        };
        let end = offset.saturating_add(u64::try_from(records.len()).unwrap_or(u64::MAX));
        // A page may lose all its rows after they were found, and still have a next page. A page of 0 rows has no next
        // page.
        let next = (end < total && query.count > 0).then_some(Position::Offset(end));
        Ok(Found { records, total, next, is_consecutive: is_as_kept })
    }

    async fn list_in_id_order(
        &self,
        query: Query<'_>,
        filters: &[(Kind, Option<BoundFilter>)],
        page: Part,
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
    fn bind(&self, query: Query<'_>) -> Result<Vec<(Kind, Option<BoundFilter>)>, scim::Error> {
        let types: Vec<&ResourceType> =
            query.kinds.iter().map(|kind| self.resource_type(*kind)).collect();
        let bound = query.kinds.iter().map(|kind| {
            let bind = |filter: &Filter| filter.bind_among(self.resource_type(*kind), &types);
            Ok((*kind, query.filter.map(bind).transpose()?))
        });
        let mut bound = bound.collect::<Result<Vec<_>, scim::Error>>()?;
        bound.retain(|(_, filter)| !filter.as_ref().is_some_and(BoundFilter::is_never_met));
        Ok(bound)
    }

    async fn list_kind<R: Shown>(
        &self,
        filter: Option<&BoundFilter>,
        page: Part,
        base_url: &str,
    ) -> Result<(Vec<AnyRecord>, u64), Error> {
        let (records, total) = match filter {
            None => self.store.list_records::<R>(page.offset, page.count).await?,
            Some(filter) => self.list_matching::<R>(filter, page, base_url).await?,
        };
        Ok((records.into_iter().map(R::into_any).collect(), total))
    }

    async fn list_matching<R: Shown>(
        &self,
        filter: &BoundFilter,
        page: Part,
        base_url: &str,
    ) -> Result<(Vec<R>, u64), Error> {
        let (condition, turn) = self.condition::<R>(filter).await?;
        let matches = |record: &R| {
            let (id, mut buffer) = (record.id(), Uuid::encode_buffer());
            let text = id.hyphenated().encode_lower(&mut buffer);
            condition.holds::<R>(id, &record.resource(text, self, base_url))
        };
        let found = match self.candidates::<R>(&condition).await? {
            Some(ids) => self.list_among(&ids, page, &matches).await?,
            None => {
                let pick = |record: &R| matches(record).then_some(());
                let drop_surplus = |found: &mut [Match<R, ()>]| page.drop_surplus(found);
                let turn = self.turn(turn).await?;
                let found = self.store.match_records(&turn, pick, drop_surplus).await?;
                let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
                (self.read_matches(page.of(found), &matches).await?, total)
            }
        };
        condition.check_work()?;
        Ok(found)
    }

    /// Returns the records of a page of matches. Reads the records that the full read did not keep by their ids. Such a
    /// record may have changed meanwhile, so it must still match.
    async fn read_matches<R: Shown>(
        &self,
        page: Vec<Match<R, ()>>,
        matches: impl Fn(&R) -> bool,
    ) -> Result<Vec<R>, Error> {
        let missing = page.iter().filter(|found| found.record.is_none()).map(|found| found.id);
        let missing: Vec<Uuid> = missing.collect();
        let read = self.store.get_records::<R>(&missing).await?;
        let mut read: HashMap<Uuid, R> =
            read.into_iter().map(|record| (record.id(), record)).collect();
        let records = page.into_iter().filter_map(|Match { id, record, .. }| {
            record.or_else(|| read.remove(&id).filter(&matches))
        });
        Ok(records.collect())
    }

    /// Reads the memberships that the filter names. Returns the turn of the full reads, if this read took a turn.
    pub(super) async fn condition<'f, R: Shown>(
        &self,
        filter: &'f BoundFilter,
    ) -> Result<(Condition<'f>, Option<FullRead>), Error> {
        let Mention::Values(values) = filter.mention(R::RELATION) else {
            let name = R::RELATION;
            return Err(scim::Error::invalid_filter(format!(
                "Filter: {name} can be compared by {name}.value with eq or ne only"
            ))
            .into());
        };
        if values.len() > MOST_RELATED {
            let name = R::RELATION;
            let text = format!(
                "Filter: {name}.value can be compared with {MOST_RELATED} values at most, found {}",
                values.len()
            );
            return Err(scim::Error::invalid_filter(text).into());
        }
        let turn = match R::KIND {
            Kind::Employee if !values.is_empty() => Some(self.store.begin_full_read().await?),
            Kind::Employee | Kind::Group => None,
        };
        let mut related = BTreeMap::new();
        for value in values {
            let who = match parse_id(&value) {
                Some(id) => R::related_to(self, id).await?.into_iter().collect(),
                None => HashSet::new(),
            };
            related.insert(value, who);
        }
        Ok((Condition { filter, related, work: ComparisonBudget::new(MOST_WORK) }, turn))
    }

    /// Returns the held turn to read all records, or takes a new turn.
    pub(super) async fn turn(&self, held: Option<FullRead>) -> Result<FullRead, Error> {
        match held {
            Some(turn) => Ok(turn),
            None => Ok(self.store.begin_full_read().await?),
        }
    }

    /// Lists the matching candidates, batch by batch. Many records may share an address or an externalId, and only one
    /// page is needed.
    async fn list_among<R: Shown>(
        &self,
        ids: &[Uuid],
        page: Part,
        matches: impl Fn(&R) -> bool,
    ) -> Result<(Vec<R>, u64), Error> {
        let (mut records, mut total) = (Vec::new(), 0);
        for ids in ids.chunks(MOST_AT_ONCE) {
            for record in self.store.get_records::<R>(ids).await? {
                if matches(&record) {
                    total += 1;
                    if total > page.offset && records.len() < page.count {
                        records.push(record);
                    }
                }
            }
        }
        Ok((records, total))
    }

    /// Lists the only records that can match the filter, in id order.
    ///
    /// Uses the best key among the terms of the filter. Returns `None` when no term is a key, or when a relation has
    /// too many candidates.
    pub(super) async fn candidates<R: Shown>(
        &self,
        condition: &Condition<'_>,
    ) -> Result<Option<Vec<Uuid>>, Error> {
        let lookups = condition.filter.lookups();
        let find = |attribute: &str, sub_attribute: Option<&str>| {
            let is_wanted = |lookup: &&Lookup| {
                lookup.attribute == attribute && lookup.sub_attribute.as_deref() == sub_attribute
            };
            lookups.iter().find(is_wanted).map(|lookup| lookup.value.as_str())
        };
        let name = match R::KIND {
            Kind::Employee => "userName",
            Kind::Group => "displayName",
        };
        let ids = if let Some(id) = find("id", None) {
            parse_id(id).into_iter().collect()
        } else if let Some(name) = find(name, None) {
            self.store.get_claim(R::KIND, name).await?.holder.into_iter().collect()
        } else if let Some(external_id) = find("externalId", None) {
            self.store.list_ids_by_external_id(R::KIND, external_id).await?
        } else if let Some(email) = find("emails", Some("value")) {
            self.store.find_ids_by_email(email, None).await?
        } else if let Some(other) = find(R::RELATION, Some("value")) {
            let mut ids: Vec<Uuid> =
                condition.related.get(other).into_iter().flatten().copied().collect();
            ids.sort_unstable();
            if ids.len() > MOST_CANDIDATES {
                return Ok(None);
            }
            ids
        } else {
            return Ok(None);
        };
        Ok(Some(ids))
    }
}

/// A part of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// The rows before this part.
    pub offset: u64,
    /// The most rows of this part.
    pub count: usize,
}

impl Part {
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

/// Reads an id in the one spelling that this service issues. Ids are case-exact (RFC 7643 §3.1).
pub fn parse_id(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text).ok().filter(|id| id.to_string() == text)
}
