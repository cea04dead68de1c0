//! The source of an attribute: the setting itself, and the preview of another source.
//!
//! A preview reads all active employees, and compares their values in use before and after. It keeps three counts and a
//! few samples in memory, so its memory does not grow with the tenant.

use super::Tenants;
use crate::directory::Directory;
use crate::directory::error::Error;
use crate::directory::precondition::Precondition;
use crate::model::actor::ActorRecord;
use crate::model::employee::Employee;
use crate::model::governed::{GovernedAttribute, PEOPLE_CHANGED, PEOPLE_LOSING};
use crate::model::history::{AttributeChange, EventKind};
use crate::model::kind::Kind;
use crate::model::tenant::{Tenant, TenantId};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// The most samples of a preview.
pub const MOST_SAMPLES: usize = 5;
/// The number of samples that are kept for employees with a new value.
const RESERVED: usize = 2;
/// A switch counts the changed people of a tenant with at most this many employees. A larger count takes too long for a
/// switch that saves at once.
pub const MOST_COUNTED_AT_ONCE: u64 = 5_000;

/// The effect of another source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePreview {
    /// The attribute.
    pub attribute: GovernedAttribute,
    /// Whether the new source is the identity provider.
    pub from_idp: bool,
    /// The number of active employees.
    pub active: u64,
    /// The number of active employees whose value in use changes.
    pub changed: u64,
    /// The number of active employees who have a value in use before, and none after.
    pub losing: u64,
    /// At most five employees whose value in use changes: first those who lose it, then by id. Of each kind there are at
    /// least two, if so many change.
    pub samples: Vec<Sample>,
}

/// An employee whose value in use changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The employee's id.
    pub id: Uuid,
    /// The display name, else the userName.
    pub name: String,
    /// The value in use before.
    pub now: Option<String>,
    /// The value in use after.
    pub then: Option<String>,
}

/// The result of a new source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceChange {
    /// The tenant after the change.
    pub tenant: Tenant,
    /// The number of changed people; `None` when it was not counted, and when the source was set before.
    pub people_changed: Option<u64>,
    /// The number of people who had a value before, and have none now; 0 when it was not counted.
    pub people_losing: u64,
    /// Whether the source was another one before.
    pub is_changed: bool,
}

impl Directory {
    /// Computes the effect of another source of an attribute. Reads all records of active employees, eventually
    /// consistent.
    ///
    /// # Errors
    /// Fails with [`Error::TooManyFullReads`], or as every call of the store does.
    pub async fn preview_source(
        &self,
        attribute: GovernedAttribute,
        from_idp: bool,
    ) -> Result<SourcePreview, Error> {
        let tally = Mutex::new(Tally::new(attribute, from_idp));
        let reads = self.context.store.full_reads();
        let turn = reads.begin().await?;
        let add = |employee: &Employee| -> Option<()> {
            tally.lock().unwrap_or_else(PoisonError::into_inner).add(employee);
            None
        };
        reads.match_records(&turn, add, |_| ()).await?;
        Ok(tally.into_inner().unwrap_or_else(PoisonError::into_inner).finish())
    }
}

impl Tenants {
    /// Sets the source of one attribute. The history has the numbers of people who changed and who lost their value beside
    /// the setting, when the tenant has at most 5,000 employees.
    ///
    /// The numbers are counts of the moment: they are not part of the conditional write.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], [`Error::VersionDiffers`], [`Error::TokenEnded`], [`Error::TokenReplaced`],
    /// [`Error::TooManyFullReads`], [`Error::Contention`], or as every call of the store does.
    pub async fn set_source(
        &self,
        id: &TenantId,
        (attribute, from_idp): (GovernedAttribute, bool),
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<SourceChange, Error> {
        let before = self.get(id).await?;
        precondition.check(before.revision)?;
        actor.check(&before, self.sources.now())?;
        let (mut people_changed, mut people_losing) = (None, 0);
        if attribute.is_from_idp(before.settings) != from_idp {
            let count = self.store.tenant(id).records().count(Kind::Employee).await?;
            if count <= MOST_COUNTED_AT_ONCE {
                let preview = self.directory(id).preview_source(attribute, from_idp).await?;
                (people_changed, people_losing) = (Some(preview.changed), preview.losing);
            }
        }
        let mut is_changed = false;
        let tenant = self
            .update(id, actor, |tenant| {
                precondition.check(tenant.revision)?;
                let was = attribute.is_from_idp(tenant.settings);
                is_changed = was != from_idp;
                tenant.settings = attribute.with_source(tenant.settings, from_idp);
                let change = |name: &str, old, new| AttributeChange {
                    attribute: name.to_owned(),
                    old,
                    new: Some(new),
                };
                let setting = change(attribute.setting(), Some(was.into()), from_idp.into());
                let people = people_changed.map(|count| change(PEOPLE_CHANGED, None, count.into()));
                let losing =
                    (people_losing > 0).then(|| change(PEOPLE_LOSING, None, people_losing.into()));
                let changes =
                    std::iter::once(setting).chain(people).chain(losing).filter(|_| is_changed);
                Ok(self.entry_of(EventKind::SettingsChanged, changes.collect(), actor))
            })
            .await?;
        let people_changed = people_changed.filter(|_| is_changed);
        let people_losing = if is_changed { people_losing } else { 0 };
        Ok(SourceChange { tenant, people_changed, people_losing, is_changed })
    }
}

/// The counts and samples of a preview under way.
struct Tally {
    preview: SourcePreview,
    losers: Vec<Sample>,
    others: Vec<Sample>,
}

impl Tally {
    fn new(attribute: GovernedAttribute, from_idp: bool) -> Self {
        let samples = Vec::new();
        let preview =
            SourcePreview { attribute, from_idp, active: 0, changed: 0, losing: 0, samples };
        Self { preview, losers: Vec::new(), others: Vec::new() }
    }

    fn add(&mut self, employee: &Employee) {
        if employee.is_archived() {
            return;
        }
        self.preview.active += 1;
        let attribute = self.preview.attribute;
        let idp = employee.sent(attribute.name()).map(str::to_owned);
        let local = attribute.local_value(&employee.local).map(str::to_owned);
        let (now, then) = if self.preview.from_idp { (local, idp) } else { (idp, local) };
        if now == then {
            return;
        }
        self.preview.changed += 1;
        let is_loss = then.is_none();
        self.preview.losing += u64::from(is_loss);
        let name = employee.name();
        let kept = if is_loss { &mut self.losers } else { &mut self.others };
        let at = kept.partition_point(|other| other.id < employee.id);
        if at < MOST_SAMPLES {
            kept.insert(at, Sample { id: employee.id, name, now, then });
            kept.truncate(MOST_SAMPLES);
        }
    }

    fn finish(self) -> SourcePreview {
        let losers = MOST_SAMPLES - self.others.len().min(RESERVED);
        let losers = self.losers.into_iter().take(losers);
        let samples = losers.chain(self.others).take(MOST_SAMPLES).collect();
        SourcePreview { samples, ..self.preview }
    }
}
