//! Lists and filters: through keys where the filter allows it, else over all of the tenant's employees.

use super::{Directory, Error};
use crate::scim::filter::{BoundFilter, Lookup};
use crate::scim::list::Page;
use crate::scim::resource::{self, Identity};
use crate::scim::work::Work;
use crate::scim::{self, ScimType};
use crate::store::employee::Employee;
use serde_json::{Map, Value};
use uuid::Uuid;

/// How much one filter may have compared: about two seconds' work, and far more than a list of 100,000 takes.
const MOST_WORK: u64 = 40_000_000;
/// How many candidates are held at a time: as many as one batch reads.
const MOST_AT_ONCE: usize = 100;

/// What an identity provider asks for.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// Which employees; all visible ones without it.
    pub filter: Option<&'a BoundFilter>,
    /// Which part of the answer.
    pub page: Page,
    /// The tenant's SCIM root, for filters on `meta.location`.
    pub base_url: &'a str,
}

/// Some of the employees that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The page, in id order.
    pub employees: Vec<Employee>,
    /// How many there are in all.
    pub total: u64,
}

impl Directory {
    /// Visible employees in id order, archived ones included (RFC 7644 §3.4.2).
    ///
    /// # Errors
    /// As for every call of the store.
    pub async fn list(&self, query: Query<'_>) -> Result<Found, Error> {
        let Some(filter) = query.filter else {
            let Page { count, .. } = query.page;
            let (employees, total) = self.store.list_employees(query.page.offset(), count).await?;
            return Ok(Found { employees, total });
        };
        let work = Work::new(MOST_WORK);
        let matches = |employee: &Employee| {
            !work.is_exhausted()
                && work.run(|| filter.matches(&self.resource(employee, query.base_url)))
        };
        let found = match self.candidates(filter).await? {
            Some(ids) => self.list_among(&ids, query.page, &matches).await?,
            None => {
                let ids = self.store.list_ids_where(&matches).await?;
                let total = u64::try_from(ids.len()).unwrap_or(u64::MAX);
                let mut employees = self.store.get_employees(&part(ids, query.page)).await?;
                // Some may have changed between the two reads.
                employees.retain(&matches);
                Found { employees, total }
            }
        };
        if work.is_exhausted() {
            let text = "The filter compares too much text; use fewer terms, or filter by userName, \
                        externalId, id or emails with eq";
            return Err(scim::Error::new(ScimType::TooMany, text).into());
        }
        Ok(found)
    }

    /// Candidates that match, a few at a time: many may share an address or an externalId, and only a page is wanted.
    async fn list_among(
        &self,
        ids: &[Uuid],
        page: Page,
        matches: impl Fn(&Employee) -> bool,
    ) -> Result<Found, Error> {
        let (mut employees, mut total) = (Vec::new(), 0);
        for ids in ids.chunks(MOST_AT_ONCE) {
            for employee in self.store.get_employees(ids).await? {
                if matches(&employee) {
                    total += 1;
                    if total > page.offset() && employees.len() < page.count {
                        employees.push(employee);
                    }
                }
            }
        }
        Ok(Found { employees, total })
    }

    /// An employee as the identity provider's User resource, whole.
    pub fn resource(&self, employee: &Employee, base_url: &str) -> Map<String, Value> {
        let identity = Identity {
            id: &employee.id.to_string(),
            created: employee.created,
            last_modified: employee.last_modified,
            version: employee.version,
        };
        resource::assemble(&self.users, identity, &employee.attributes, base_url)
    }

    /// The only employees for which the filter can hold, in id order, when one of its terms is a key; the best key
    /// first. `None` when there is no such term.
    async fn candidates(&self, filter: &BoundFilter) -> Result<Option<Vec<Uuid>>, Error> {
        let lookups = filter.lookups();
        let find = |attribute: &str, sub_attribute: Option<&str>| {
            let is_wanted = |lookup: &&Lookup| {
                lookup.attribute == attribute && lookup.sub_attribute.as_deref() == sub_attribute
            };
            lookups.iter().find(is_wanted).map(|lookup| lookup.value.as_str())
        };
        let ids = if let Some(id) = find("id", None) {
            parse_id(id).into_iter().collect()
        } else if let Some(user_name) = find("userName", None) {
            self.store.get_claim(user_name).await?.holder.into_iter().collect()
        } else if let Some(external_id) = find("externalId", None) {
            self.store.list_ids_by_external_id(external_id).await?
        } else if let Some(email) = find("emails", Some("value")) {
            self.store.find_ids_by_email(email).await?
        } else {
            return Ok(None);
        };
        Ok(Some(ids))
    }
}

/// Reads an id in the one spelling this service gives out: ids are case-exact (RFC 7643 §3.1).
pub fn parse_id(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text).ok().filter(|id| id.to_string() == text)
}

fn part<T>(rows: Vec<T>, page: Page) -> Vec<T> {
    let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    rows.into_iter().skip(skip).take(page.count).collect()
}
