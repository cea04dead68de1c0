//! Lists and filters: through keys where the filter allows it, else over all of the tenant's records. What is sorted, or
//! goes on after a row, is in `sort.rs`.

pub mod cursor;
pub(crate) mod sort;
pub mod admin_list;

use super::resources::{AnyRecord, Shown};
use super::{Directory, Error};
use crate::model::employee::Employee;
use crate::store::groups::Group;
use crate::store::keys::Kind;
use crate::store::{FullRead, Match};
use scim::cursor::{Position, invalid_cursor};
use scim::filter::{BoundFilter, Filter, Lookup, Mention};
use scim::resource::{Reference, Relation, Resource};
use scim::schema::ResourceType;
use scim::sort::SortBy;
use scim::work::Work;
use scim::{self, ScimType};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// How much one filter may have compared: about two seconds' work, and far more than a list of 100,000 takes.
pub(super) const MOST_WORK: u64 = 40_000_000;
/// How many candidates are held at a time: as many as one batch reads.
pub(super) const MOST_AT_ONCE: usize = 100;

/// How many groups, or members, one filter can be about: each is read whole.
const MOST_RELATED: usize = 5;
/// Records are kept only for pages that end within this many rows. Later pages are read again by id.
const MOST_KEPT: usize = 1_000;
/// Beyond so many candidates all records are read: in parallel, and not one batch after the other.
const MOST_CANDIDATES: usize = 2_000;

/// What an identity provider asks for.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// Of which kinds; one after the other.
    pub kinds: &'a [Kind],
    /// Which records; all visible ones without it.
    pub filter: Option<&'a Filter>,
    /// In which order; without it those of each kind in id order.
    pub sort: Option<&'a SortBy>,
    /// Where the page begins.
    pub start: Start<'a>,
    /// The most rows.
    pub count: usize,
    /// The tenant's SCIM root, for filters on `meta.location`.
    pub base_url: &'a str,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start<'a> {
    /// After this many rows (RFC 7644 §3.4.2.4).
    Index(u64),
    /// Where an earlier page ended, or at the beginning (RFC 9865).
    Cursor(Option<&'a Position>),
}

/// Some of the records that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The page.
    pub records: Vec<AnyRecord>,
    /// How many there are in all.
    pub total: u64,
    /// Where the list goes on; `None` at its end.
    pub next: Option<Position>,
    /// Whether the page is an unbroken run of the records of each kind in id order.
    pub is_consecutive: bool,
}

/// A filter on records of one kind, with what it needs of who belongs to whom.
pub(super) struct Condition<'f> {
    filter: &'f BoundFilter,
    /// The values it names, each with those who have it.
    related: BTreeMap<String, HashSet<Uuid>>,
    work: Work,
}

impl Condition<'_> {
    /// Refuses what came of more comparing than one request may cause.
    pub(super) fn check_work(&self) -> Result<(), Error> {
        if !self.work.is_exhausted() {
            return Ok(());
        }
        let text = "The filter compares too much text; use fewer terms, or filter by userName, \
                    displayName of a group, externalId, id or emails with eq";
        Err(scim::Error::new(ScimType::TooMany, text).into())
    }

    /// Whether a record meets the filter; `resource` is the record without its relation.
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
    /// Visible records, archived employees included (RFC 7644 §3.4.2).
    ///
    /// # Errors
    /// [`Error::Protocol`] for a filter or an order that none of the kinds has, and for a position of another list; as
    /// for every call of the store.
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
        // A page that lost all its rows since they were found is not the last; one that wants none leads nowhere.
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

    /// The filter for each kind that can meet it. An attribute that only some of the kinds have is one without a value for
    /// the others (RFC 7644 §3.4.2.1).
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

    /// The records of a page of matches: those that a full read kept, and the others by their ids. These may have changed
    /// meanwhile: they must still match.
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

    /// Reads the memberships that the filter names. Returns the full-read turn, if it took one.
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
        Ok((Condition { filter, related, work: Work::new(MOST_WORK) }, turn))
    }

    /// A turn to read all records: the one that is held, or a new one.
    pub(super) async fn turn(&self, held: Option<FullRead>) -> Result<FullRead, Error> {
        match held {
            Some(turn) => Ok(turn),
            None => Ok(self.store.begin_full_read().await?),
        }
    }

    /// Candidates that match, a few at a time: many may share an address or an externalId, and only a page is wanted.
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

    /// The only records for which the filter can hold, in id order, when one of its terms is a key; the best key first.
    /// `None` when there is no such term.
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
    /// How many rows come before it.
    pub offset: u64,
    /// The most rows of it.
    pub count: usize,
}

impl Part {
    /// What is left of it for the next kind, after `total` rows of which `taken` are in it.
    fn after(self, total: u64, taken: usize) -> Self {
        Self { offset: self.offset.saturating_sub(total), count: self.count.saturating_sub(taken) }
    }

    /// Drops the records that the page cannot show. Keeps none if the page ends after [`MOST_KEPT`] rows.
    pub(super) fn drop_surplus<R, T>(self, found: &mut [Match<R, T>]) {
        let end = self.offset.saturating_add(u64::try_from(self.count).unwrap_or(u64::MAX));
        let end = usize::try_from(end).ok().filter(|end| *end <= MOST_KEPT).unwrap_or(0);
        found.iter_mut().skip(end).for_each(|found| found.record = None);
    }

    /// The rows of a whole list that are in it.
    pub(super) fn of<T>(self, rows: Vec<T>) -> Vec<T> {
        let skip = usize::try_from(self.offset).unwrap_or(usize::MAX);
        rows.into_iter().skip(skip).take(self.count).collect()
    }
}

/// Reads an id in the one spelling this service gives out: ids are case-exact (RFC 7643 §3.1).
pub fn parse_id(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text).ok().filter(|id| id.to_string() == text)
}
