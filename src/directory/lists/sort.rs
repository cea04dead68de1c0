//! Sorted lists, and lists that continue after a row.

use super::filtered::{MOST_AT_ONCE, MOST_WORK};
use super::found::Found;
use super::{ListSlice, Query};
use crate::directory::error::Error;
use crate::directory::lists::Lists;
use crate::directory::record::{AnyRecord, ScimRecord};
use crate::directory::related::relation;
use crate::model::employee::Employee;
use crate::model::group::Group;
use crate::model::id::parse_id;
use crate::model::kind::Kind;
use crate::store::Match;
use futures_util::future;
use scim::ScimType;
use scim::comparison_budget::ComparisonBudget;
use scim::cursor::{Position, invalid_cursor};
use scim::filter::BoundFilter;
use scim::resource::Resource;
use scim::sort::{BoundSort, SortBy, SortKey};
use std::collections::HashMap;
use uuid::Uuid;

/// A record's position in a sorted list.
struct Placed {
    key: SortKey,
    kind: Kind,
    id: Uuid,
    /// The record, if there was room to keep it.
    record: Option<AnyRecord>,
}

impl Lists<'_> {
    /// Lists records sorted by one of their attributes. Records with equal values are in the order of kind and id.
    pub(in crate::directory) async fn sorted(
        self,
        query: Query<'_>,
        filters: &[(Kind, Option<BoundFilter>)],
        sort: &SortBy,
        page: ListSlice,
    ) -> Result<(Vec<AnyRecord>, u64), Error> {
        let orders = self.bind_order(query.kinds, sort)?;
        let work = ComparisonBudget::new(MOST_WORK);
        let mut placed: Vec<Placed> = Vec::new();
        for (kind, filter) in filters {
            let order = orders.iter().find(|(of, _)| of == kind).map(|(_, order)| order);
            let (filter, sorter) = (filter.as_ref(), Sorter { order, work: &work });
            let base_url = query.base_url;
            placed.extend(match kind {
                Kind::Employee => self.place::<Employee>(filter, sorter, page, base_url).await?,
                Kind::Group => self.place::<Group>(filter, sorter, page, base_url).await?,
            });
        }
        if work.is_exhausted() {
            let text = "The order compares too much text; filter the list, or sort it by another attribute";
            let error = scim::Error::new(ScimType::TooMany, text);
            return Err(error.because(scim::problem::Problem::TooManyComparisons).into());
        }
        let total = u64::try_from(placed.len()).unwrap_or(u64::MAX);
        if let Some((_, order)) = orders.first() {
            placed.sort_by(|left, right| {
                let rank = |placed: &Placed| query.kinds.iter().position(|of| *of == placed.kind);
                order
                    .compare(&left.key, &right.key)
                    .then_with(|| rank(left).cmp(&rank(right)))
                    .then_with(|| left.id.cmp(&right.id))
            });
        }
        Ok((self.read_in_order(page.of(placed)).await?, total))
    }

    /// Binds the order to each kind that has the attribute.
    ///
    /// Records of other kinds are placed like records without a value (RFC 7644 §3.4.2.1). The relation is stored apart
    /// from the records, so a list cannot be sorted by it.
    fn bind_order(
        self,
        kinds: &[Kind],
        sort: &SortBy,
    ) -> Result<Vec<(Kind, BoundSort)>, scim::Error> {
        let mut orders = Vec::new();
        let mut refused = None;
        for kind in kinds {
            let apart = relation(*kind);
            match sort.bind(self.0.resource_type(*kind)) {
                // The sorted resources have no relation, so every record would be last.
                Ok(order) if order.is_of(apart) => {
                    let detail =
                        format!("sortBy: {apart} and its sub-attributes cannot be sorted by");
                    return Err(scim::Error::invalid_value(detail));
                }
                Ok(order) => orders.push((*kind, order)),
                Err(error) => refused = Some(error),
            }
        }
        match refused {
            Some(error) if orders.is_empty() => Err(error),
            _ => Ok(orders),
        }
    }

    /// Returns the positions of all matching records, with the records that the page may show.
    async fn place<R: ScimRecord>(
        self,
        filter: Option<&BoundFilter>,
        sorter: Sorter<'_>,
        page: ListSlice,
        base_url: &str,
    ) -> Result<Vec<Placed>, Error> {
        let (condition, turn) = match filter {
            Some(filter) => {
                let (condition, turn) = self.condition::<R>(filter).await?;
                (Some(condition), turn)
            }
            None => (None, None),
        };
        let key = |record: &R| {
            let (id, mut buffer) = (record.id(), Uuid::encode_buffer());
            let text = id.hyphenated().encode_lower(&mut buffer);
            let resource = record.resource(text, &self.0.types, base_url);
            let holds = condition.as_ref().is_none_or(|one| one.holds::<R>(id, &resource));
            holds.then(|| sorter.key(&resource))
        };
        let drop_surplus = |found: &mut [Match<R, SortKey>]| {
            sorter.sort(found);
            page.drop_surplus(found);
        };
        let candidates = match &condition {
            Some(condition) => self.candidates::<R>(condition).await?,
            None => None,
        };
        let found = match candidates {
            None => {
                let turn = self.turn(turn).await?;
                self.0.store.full_reads().match_records(&turn, key, drop_surplus).await?
            }
            Some(ids) => {
                let mut found = Vec::new();
                for ids in ids.chunks(MOST_AT_ONCE) {
                    let records = self.0.store.records().get_many::<R>(ids).await?.into_iter();
                    found.extend(records.filter_map(|record| {
                        let value = key(&record)?;
                        Some(Match { id: record.id(), value, record: Some(record), bytes: 0 })
                    }));
                    drop_surplus(&mut found);
                }
                found
            }
        };
        if let Some(condition) = &condition {
            condition.check_work()?;
        }
        let placed = found.into_iter().map(|Match { id, value, record, .. }| Placed {
            key: value,
            kind: R::KIND,
            id,
            record: record.map(R::into_any),
        });
        Ok(placed.collect())
    }

    /// Returns the records of a page. Reads the records that were not kept by their ids.
    async fn read_in_order(self, page: Vec<Placed>) -> Result<Vec<AnyRecord>, Error> {
        let missing = |wanted: Kind| {
            let missing = page.iter().filter(move |one| one.kind == wanted && one.record.is_none());
            missing.map(|one| one.id).collect::<Vec<Uuid>>()
        };
        let (employees, groups) = (missing(Kind::Employee), missing(Kind::Group));
        let (employees, groups) = tokio::try_join!(
            self.0.store.records().get_many::<Employee>(&employees),
            self.0.store.records().get_many::<Group>(&groups),
        )?;
        let employees = employees.into_iter().map(AnyRecord::Employee);
        let all = employees.chain(groups.into_iter().map(AnyRecord::Group));
        let mut read: HashMap<Uuid, AnyRecord> = all.map(|one| (one.id(), one)).collect();
        Ok(page.into_iter().filter_map(|one| one.record.or_else(|| read.remove(&one.id))).collect())
    }

    /// Returns a page of all records after a row, or from the start. Reads only as many records as the page shows,
    /// wherever the page is.
    pub(in crate::directory) async fn after(
        self,
        query: Query<'_>,
        row: Option<&str>,
    ) -> Result<Found, Error> {
        let (first, mut after) = match row {
            None => (0, None),
            Some(row) => {
                let (kind, id) = read_row(row).ok_or_else(invalid_cursor)?;
                let at =
                    query.kinds.iter().position(|of| *of == kind).ok_or_else(invalid_cursor)?;
                (at, Some(id))
            }
        };
        let counts = query.kinds.iter().map(|kind| self.0.store.records().count(*kind));
        let rows = async {
            let mut records = Vec::new();
            for kind in query.kinds.get(first..).unwrap_or_default() {
                // One extra row shows whether the list continues.
                let most = query.count.saturating_sub(records.len()).saturating_add(1);
                records.extend(match kind {
                    Kind::Employee => self.rows_after::<Employee>(after, most).await?,
                    Kind::Group => self.rows_after::<Group>(after, most).await?,
                });
                after = None;
                if records.len() > query.count {
                    break;
                }
            }
            Ok::<_, Error>(records)
        };
        let counts = async { future::try_join_all(counts).await.map_err(Error::from) };
        let (counts, records) = tokio::try_join!(counts, rows)?;
        let total = counts.into_iter().sum();
        let mut found = Found { records, total, next: None, is_consecutive: true };
        if found.records.len() > query.count {
            found.records.truncate(query.count);
            found.next = found.records.last().map(|last| Position::After(row_of(last)));
        }
        Ok(found)
    }

    async fn rows_after<R: ScimRecord>(
        self,
        after: Option<Uuid>,
        most: usize,
    ) -> Result<Vec<AnyRecord>, Error> {
        let rows = self.0.store.records().list_after::<R>(after, most).await?;
        Ok(rows.into_iter().map(R::into_any).collect())
    }
}

/// Computes the sort keys of records.
#[derive(Clone, Copy)]
struct Sorter<'a> {
    /// `None` for a kind that does not have the attribute.
    order: Option<&'a BoundSort>,
    work: &'a ComparisonBudget,
}

impl Sorter<'_> {
    fn key(self, resource: &Resource<'_>) -> SortKey {
        match self.order {
            Some(order) if !self.work.is_exhausted() => self.work.run(|| order.key(resource)),
            _ => SortKey::MISSING,
        }
    }

    /// Sorts matches. Matches with equal keys are in id order.
    fn sort<R>(self, found: &mut [Match<R, SortKey>]) {
        if let Some(order) = self.order {
            found.sort_by(|left, right| {
                order.compare(&left.value, &right.value).then_with(|| left.id.cmp(&right.id))
            });
        }
    }
}

/// Encodes a row for a cursor.
fn row_of(record: &AnyRecord) -> String {
    let kind = match record.kind() {
        Kind::Employee => 'u',
        Kind::Group => 'g',
    };
    format!("{kind}{}", record.id())
}

fn read_row(row: &str) -> Option<(Kind, Uuid)> {
    let (kind, id) = row.split_at_checked(1)?;
    let kind = match kind {
        "u" => Kind::Employee,
        "g" => Kind::Group,
        _ => return None,
    };
    Some((kind, parse_id(id)?))
}
