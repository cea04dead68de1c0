//! Finds the colleagues that manager values name, many at a time, and remembers them for five minutes.
//!
//! The rules are those of [`Users::find_by_any_name`]: a text names an employee by id, userName or email address, in
//! this order.
//!
//! [`Users::find_by_any_name`]: crate::directory::users::Users::find_by_any_name

use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::sources::is_recent;
use crate::directory::tenant_map::TenantMap;
use crate::directory::users::Users;
use crate::model::employee::Employee;
use crate::model::id::parse_id;
use crate::model::kind::Kind;
use crate::model::search_words::Tag;
use crate::model::tenant::TenantId;
use futures_util::future;
use scim::fold::fold;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long a process remembers a colleague.
const REMEMBERED: Duration = Duration::minutes(5);
/// The most colleagues of a tenant that a process remembers. One more clears the memory of the tenant.
const MOST_REMEMBERED: usize = 2_000;
/// The most look-ups by address at the same time.
const LOOKUPS_AT_ONCE: usize = 8;

/// A colleague with a name for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedColleague {
    /// The id.
    pub id: Uuid,
    /// The display name, else the userName.
    pub name: String,
}

impl NamedColleague {
    fn of(employee: &Employee) -> Self {
        Self { id: employee.id, name: employee.name() }
    }
}

/// A manager in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagerName {
    /// The text of the value.
    pub text: String,
    /// The colleague that the text names, if there is one.
    pub colleague: Option<NamedColleague>,
}

/// The colleagues that a process remembers. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct ColleagueCache(TenantMap<HashMap<String, Remembered>>);

#[derive(Debug, Clone)]
struct Remembered {
    colleague: NamedColleague,
    at: OffsetDateTime,
}

impl ColleagueCache {
    fn get(&self, tenant: &TenantId, text: &str, now: OffsetDateTime) -> Option<NamedColleague> {
        let tenants = self.0.lock();
        let found = tenants.get(tenant)?.get(text)?;
        is_recent(found.at, REMEMBERED, now).then(|| found.colleague.clone())
    }

    fn remember(&self, tenant: &TenantId, found: &Names, at: OffsetDateTime) {
        if found.is_empty() {
            return;
        }
        let mut tenants = self.0.lock();
        let remembered = tenants.entry(tenant, HashMap::len).or_default();
        if remembered.len().saturating_add(found.len()) > MOST_REMEMBERED {
            remembered.clear();
        }
        let found = found.iter().take(MOST_REMEMBERED);
        remembered.extend(found.map(|(text, colleague)| {
            (text.clone(), Remembered { colleague: colleague.clone(), at })
        }));
    }

    /// Forgets the colleagues of a tenant, for an erasure.
    pub(in crate::directory) fn forget(&self, tenant: &TenantId) {
        self.0.lock().remove(tenant);
    }
}

/// Colleagues by the folded text that names them.
pub(super) type Names = BTreeMap<String, NamedColleague>;

/// The colleagues of a tenant, by any of their names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Managers<'a>(pub(super) &'a Context);

impl Managers<'_> {
    /// Finds the colleagues that texts name. The result leaves out texts that name nobody.
    pub(super) async fn names(self, texts: Vec<&str>) -> Result<Names, Error> {
        let (now, tenant) = (self.0.sources.now(), self.0.store.tenant_id());
        let mut names = Names::new();
        let mut wanted: BTreeMap<String, &str> = BTreeMap::new();
        for text in texts {
            let folded = fold(text);
            match self.0.colleagues.get(tenant, &folded, now) {
                Some(colleague) => drop(names.insert(folded, colleague)),
                None => drop(wanted.insert(folded, text)),
            }
        }
        if wanted.is_empty() {
            return Ok(names);
        }
        let mut found = self.by_id(&mut wanted).await?;
        found.extend(self.by_user_name(&mut wanted).await?);
        found.extend(self.by_address(wanted).await?);
        self.0.colleagues.remember(tenant, &found, now);
        names.extend(found);
        Ok(names)
    }

    /// Finds the visible employees that texts name by id, and takes these texts out.
    async fn by_id(self, wanted: &mut BTreeMap<String, &str>) -> Result<Names, Error> {
        let ids: BTreeMap<Uuid, String> = wanted
            .iter()
            .filter_map(|(folded, text)| Some((parse_id(text)?, folded.clone())))
            .collect();
        self.by_ids(ids.into_iter().map(|(id, text)| (text, id)).collect(), wanted).await
    }

    /// Finds the holders of userNames, and takes these texts out. A userName that is held names no other employee.
    async fn by_user_name(self, wanted: &mut BTreeMap<String, &str>) -> Result<Names, Error> {
        let texts: Vec<&str> = wanted.values().copied().collect();
        let holders = self.0.store.claims().get_holders(Kind::Employee, &texts).await?;
        let held: BTreeMap<String, Uuid> = texts
            .iter()
            .zip(holders)
            .filter_map(|(text, holder)| Some((fold(text), holder?)))
            .collect();
        let found = self.by_ids(held.clone(), wanted).await?;
        wanted.retain(|folded, _| !held.contains_key(folded));
        Ok(found)
    }

    async fn by_ids(
        self,
        ids: BTreeMap<String, Uuid>,
        wanted: &mut BTreeMap<String, &str>,
    ) -> Result<Names, Error> {
        let mut distinct: Vec<Uuid> = ids.values().copied().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let employees: Vec<Employee> = self.0.store.records().get_many(&distinct).await?;
        let by_id: HashMap<Uuid, NamedColleague> =
            employees.iter().map(|one| (one.id, NamedColleague::of(one))).collect();
        let found = ids.into_iter().filter_map(|(text, id)| Some((text, by_id.get(&id)?.clone())));
        let found: Names = found.collect();
        wanted.retain(|folded, _| !found.contains_key(folded));
        Ok(found)
    }

    /// Finds the employees that texts name by an address.
    async fn by_address(self, wanted: BTreeMap<String, &str>) -> Result<Names, Error> {
        let addresses: Vec<(String, &str)> =
            wanted.into_iter().filter(|(_, text)| text.contains('@')).collect();
        let mut found = Names::new();
        for some in addresses.chunks(LOOKUPS_AT_ONCE) {
            let lookups = some.iter().map(|(_, text)| Users(self.0).find_by_address(text));
            let employees = future::try_join_all(lookups).await?;
            for ((folded, _), employee) in some.iter().zip(employees) {
                if let Some(employee) = employee {
                    found.insert(folded.clone(), NamedColleague::of(&employee));
                }
            }
        }
        Ok(found)
    }

    /// Makes a limit on the manager: a text, or any id, userName or address that names one of the colleagues.
    pub(super) async fn filter(
        self,
        text: Option<&str>,
        colleagues: &[Employee],
    ) -> Result<ManagerFilter, Error> {
        let ids: Vec<String> = colleagues.iter().map(|one| one.id.to_string()).collect();
        let texts: Vec<Vec<&str>> = colleagues
            .iter()
            .zip(&ids)
            .map(|(employee, id)| {
                let names = [&**id, employee.user_name()];
                names.into_iter().chain(employee.email_addresses()).collect()
            })
            .collect();
        // A userName of one employee may be an address of another.
        let names = self.names(texts.concat()).await?;
        let named = |text: &&str| names.get(&fold(text)).map(|one| one.id);
        let mut accepted: Vec<&str> = text.into_iter().collect();
        for (employee, texts) in colleagues.iter().zip(&texts) {
            let before = accepted.len();
            accepted.extend(texts.iter().filter(|text| named(text) == Some(employee.id)));
            if accepted.len() == before {
                // No text names a deleted user any more. The values still have the names that nobody else has taken.
                accepted.extend(texts.iter().filter(|text| named(text).is_none()));
            }
        }
        Ok(ManagerFilter {
            tags: accepted.iter().map(|text| Tag::Manager.word(text)).collect(),
            folded: accepted.into_iter().map(fold).collect(),
            colleagues: colleagues.iter().map(NamedColleague::of).collect(),
        })
    }
}

/// A limit on the manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ManagerFilter {
    /// The folded values that fit.
    folded: BTreeSet<String>,
    /// The words of the index for the values.
    tags: BTreeSet<String>,
    colleagues: Vec<NamedColleague>,
}

impl ManagerFilter {
    /// The colleagues that the limit names.
    pub(super) fn colleagues(&self) -> &[NamedColleague] {
        &self.colleagues
    }

    /// The words of the index for the values.
    pub(super) fn tags(&self) -> &BTreeSet<String> {
        &self.tags
    }

    /// Whether a manager value is one of the values, in any case.
    pub(super) fn accepts(&self, value: &str) -> bool {
        self.folded.contains(&fold(value))
    }
}
