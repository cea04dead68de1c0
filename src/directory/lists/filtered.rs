//! Lists with a filter. A filter uses keys where it can, and otherwise reads all of the tenant's records.

use super::{ListSlice, Lists};
use crate::directory::error::Error;
use crate::directory::groups::departure::Departures;
use crate::directory::record::ScimRecord;
use crate::directory::related::relations::RelatedRecords;
use crate::model::id::parse_id;
use crate::model::kind::Kind;
use crate::store::{FullRead, Match};
use scim::ScimType;
use scim::comparison_budget::ComparisonBudget;
use scim::filter::{BoundFilter, Lookup, Mention};
use scim::resource::{Reference, Relation, Resource};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// The comparison budget of one filter: about 2 seconds of work. A list of 100,000 records takes far less.
pub(super) const MOST_WORK: u64 = 40_000_000;
/// The most candidates in memory at a time: one batch reads as many.
pub(super) const MOST_AT_ONCE: usize = 100;

/// The most groups, or members, in one filter. Each is read whole.
const MOST_RELATED: usize = 5;
/// With more candidates than this, all records are read: in parallel instead of batch after batch.
const MOST_CANDIDATES: usize = 2_000;

/// A filter on records of one kind, with the relations that it names.
pub(super) struct RecordFilter<'f> {
    filter: &'f BoundFilter,
    /// The relation values in the filter, each with the records that have it.
    related: BTreeMap<String, HashSet<Uuid>>,
    work: ComparisonBudget,
}

impl RecordFilter<'_> {
    /// Fails with `tooMany` once the comparison budget is spent.
    pub(super) fn check_work(&self) -> Result<(), Error> {
        if !self.work.is_exhausted() {
            return Ok(());
        }
        let text = "The filter compares too much text; use fewer terms, or filter by userName, \
                    displayName of a group, externalId, id or emails with eq";
        let error = scim::Error::new(ScimType::TooMany, text);
        Err(error.because(scim::problem::Problem::TooManyComparisons).into())
    }

    /// Whether a record matches the filter. `resource` is the record without its relation.
    pub(super) fn holds<R: ScimRecord>(&self, id: Uuid, resource: &Resource<'_>) -> bool {
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

impl Lists<'_> {
    /// Lists the records that match a filter.
    pub(super) async fn list_matching<R: ScimRecord>(
        self,
        filter: &BoundFilter,
        page: ListSlice,
        base_url: &str,
    ) -> Result<(Vec<R>, u64), Error> {
        let (condition, turn) = self.condition::<R>(filter).await?;
        let matches = |record: &R| {
            let (id, mut buffer) = (record.id(), Uuid::encode_buffer());
            let text = id.hyphenated().encode_lower(&mut buffer);
            condition.holds::<R>(id, &record.resource(text, &self.0.types, base_url))
        };
        let found = match self.candidates::<R>(&condition).await? {
            Some(ids) => self.list_among(&ids, page, &matches).await?,
            None => {
                let pick = |record: &R| matches(record).then_some(());
                let drop_surplus = |found: &mut [Match<R, ()>]| page.drop_surplus(found);
                let turn = self.turn(turn).await?;
                let found =
                    self.0.store.full_reads().match_records(&turn, pick, drop_surplus).await?;
                let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
                (self.read_matches(page.of(found), &matches).await?, total)
            }
        };
        condition.check_work()?;
        Ok(found)
    }

    /// Returns the records of a page of matches. Reads the records that the full read did not keep by their ids. Such a
    /// record may have changed meanwhile, so it must still match.
    async fn read_matches<R: ScimRecord>(
        self,
        page: Vec<Match<R, ()>>,
        matches: impl Fn(&R) -> bool,
    ) -> Result<Vec<R>, Error> {
        let missing = page.iter().filter(|found| found.record.is_none()).map(|found| found.id);
        let missing: Vec<Uuid> = missing.collect();
        let read = self.0.store.records().get_many::<R>(&missing).await?;
        let mut read: HashMap<Uuid, R> =
            read.into_iter().map(|record| (record.id(), record)).collect();
        let records = page.into_iter().filter_map(|Match { id, record, .. }| {
            record.or_else(|| read.remove(&id).filter(&matches))
        });
        Ok(records.collect())
    }

    /// Reads the memberships that the filter names. Returns the turn of the full reads, if this read took a turn.
    pub(super) async fn condition<'f, R: ScimRecord>(
        self,
        filter: &'f BoundFilter,
    ) -> Result<(RecordFilter<'f>, Option<FullRead>), Error> {
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
            Kind::Employee if !values.is_empty() => Some(self.0.store.full_reads().begin().await?),
            Kind::Employee | Kind::Group => None,
        };
        let mut related = BTreeMap::new();
        for value in values {
            let others = match parse_id(&value) {
                Some(id) => self.related_to::<R>(id).await?,
                None => HashSet::new(),
            };
            related.insert(value, others);
        }
        Ok((RecordFilter { filter, related, work: ComparisonBudget::new(MOST_WORK) }, turn))
    }

    /// Lists the ids of the records of a kind that have `other` in their relation.
    async fn related_to<R: ScimRecord>(self, other: Uuid) -> Result<HashSet<Uuid>, Error> {
        Ok(match R::KIND {
            Kind::Employee => {
                RelatedRecords(self.0).everybody_in(other).await?.into_iter().collect()
            }
            Kind::Group => Departures(self.0).memberships(other).await?.seen().collect(),
        })
    }

    /// Returns the held turn to read all records, or takes a new turn.
    pub(super) async fn turn(self, held: Option<FullRead>) -> Result<FullRead, Error> {
        match held {
            Some(turn) => Ok(turn),
            None => Ok(self.0.store.full_reads().begin().await?),
        }
    }

    /// Lists the matching candidates, batch by batch. Many records may share an address or an externalId, and only one
    /// page is needed.
    async fn list_among<R: ScimRecord>(
        self,
        ids: &[Uuid],
        page: ListSlice,
        matches: impl Fn(&R) -> bool,
    ) -> Result<(Vec<R>, u64), Error> {
        let (mut records, mut total) = (Vec::new(), 0);
        for ids in ids.chunks(MOST_AT_ONCE) {
            for record in self.0.store.records().get_many::<R>(ids).await? {
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
    pub(super) async fn candidates<R: ScimRecord>(
        self,
        condition: &RecordFilter<'_>,
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
            self.0.store.claims().get(R::KIND, name).await?.holder.into_iter().collect()
        } else if let Some(external_id) = find("externalId", None) {
            self.0.store.records().list_ids_by_external_id(R::KIND, external_id).await?
        } else if let Some(email) = find("emails", Some("value")) {
            self.0.store.employees().find_ids_by_email(email, None).await?
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
