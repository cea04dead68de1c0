//! The changes of the tenant's administrator: set local values, archive, restore and erase an employee.
//!
//! `view.rs` finds one employee, `lists/admin_list.rs` searches employees, and `directory/history.rs` reads the
//! history.

use super::change::{self, Change};
use crate::directory::error::Error;
use crate::directory::groups::departure::Departures;
use crate::directory::groups::unfinished_work::UnfinishedWork;
use crate::directory::occasion::Occasion;
use crate::directory::precondition::Precondition;
use crate::directory::users::Users;
use crate::model::actor::ActorRecord;
use crate::model::employee::{Employee, LocalValues};
use crate::model::governed::GovernedAttribute;
use crate::model::history::{AttributeChange, EventKind, HistoryEntry};
use crate::model::tenant::Tenant;
use crate::model::unfinished::Work;
use crate::store::dynamodb::retry::{Attempt, retry};
use uuid::Uuid;

/// The employees that an administrator wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Employees who are with the company.
    Active,
    /// Employees who left, hidden employees included.
    Archived,
    /// All employees.
    All,
}

/// A change of one local value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LocalChange {
    /// Keeps the value.
    #[default]
    Keep,
    /// Clears the value.
    Clear,
    /// Sets this value.
    Set(String),
}

/// Changes of the local values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocalChanges {
    /// The location.
    pub location: LocalChange,
    /// The department.
    pub department: LocalChange,
    /// The manager's email address, userName or id, or any text.
    pub manager: LocalChange,
}

impl LocalChanges {
    /// Changes one value and keeps the others.
    pub fn only(attribute: GovernedAttribute, change: LocalChange) -> Self {
        match attribute {
            GovernedAttribute::Department => Self { department: change, ..Self::default() },
            GovernedAttribute::Location => Self { location: change, ..Self::default() },
            GovernedAttribute::Manager => Self { manager: change, ..Self::default() },
        }
    }
}

impl Users<'_> {
    /// Sets local values. A local value takes effect where the identity provider does not govern the attribute.
    ///
    /// # Errors
    /// Fails with [`Error::Protocol`] for a value that is too long or has a control character. Other failures are
    /// [`Error::NoEmployee`], [`Error::VersionDiffers`], [`Error::TokenEnded`], [`Error::TokenReplaced`],
    /// [`Error::Contention`], and the errors of the store.
    pub async fn set_local(
        self,
        id: Uuid,
        changes: &LocalChanges,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Employee, Error> {
        self.check_actor(actor).await?;
        for (name, change) in [
            ("location", &changes.location),
            ("department", &changes.department),
            ("manager", &changes.manager),
        ] {
            check(name, change)?;
        }
        retry!({
            let before = self.get_any(id).await?;
            precondition.check(before.revision)?;
            let LocalValues { location, department, manager } = before.local.clone();
            let local = LocalValues {
                location: apply(&changes.location, location),
                department: apply(&changes.department, department),
                manager: apply(&changes.manager, manager),
            };
            let occasion = Occasion { at: self.0.sources.now(), actor };
            let Some(Change { after, entry }) = change::localised(&before, local, occasion) else {
                return Ok(Attempt::Done(before));
            };
            let written = self.0.store.employees().replace(&before, &after, None, &entry).await?;
            Ok(written.attempt().map(|()| after))
        })
    }

    /// Checks the actor's token or session, against the tenant as it is now.
    pub(super) async fn check_actor(self, actor: &ActorRecord) -> Result<(), Error> {
        if actor.can_end() {
            let tenant = self.0.store.tenant_record().get().await?.ok_or(Error::NoTenant)?;
            actor.check(&tenant, self.0.sources.now())?;
        }
        Ok(())
    }

    /// Archives an active employee. A later change by the identity provider overwrites this.
    ///
    /// # Errors
    /// Fails with [`Error::NoEmployee`], [`Error::VersionDiffers`], [`Error::TokenEnded`], [`Error::TokenReplaced`],
    /// [`Error::Contention`], or as every call of the store does.
    pub async fn archive(
        self,
        id: Uuid,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Employee, Error> {
        self.check_actor(actor).await?;
        let found = self.get_any(id).await?;
        precondition.check(found.revision)?;
        if found.is_archived() {
            return Ok(found);
        }
        let inactive = |before: &Employee| {
            precondition.check(before.revision)?;
            Ok(change::with_active(before, false))
        };
        self.change(id, &Precondition::default(), actor, inactive).await
    }

    /// Restores an archived employee. A hidden employee becomes visible to the identity provider again. A later change
    /// by the identity provider overwrites this.
    ///
    /// # Errors
    /// Fails with [`Error::UserNameTaken`] when another employee has taken the userName. Other failures are
    /// [`Error::NoEmployee`], [`Error::VersionDiffers`], [`Error::TokenEnded`], [`Error::TokenReplaced`],
    /// [`Error::Contention`], and the errors of the store.
    pub async fn restore(
        self,
        id: Uuid,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Employee, Error> {
        self.check_actor(actor).await?;
        let active = |before: &Employee| change::with_active(before, true);
        let brought_back = retry!({
            let before = self.get_any(id).await?;
            precondition.check(before.revision)?;
            if !before.is_archived() {
                return Ok(Attempt::Done(Some(before)));
            }
            if !before.hidden {
                return Ok(Attempt::Done(None));
            }
            let claim = self.claim_of(&before).await?;
            if let Some(holder) = claim.holder {
                return Err(Error::UserNameTaken { holder });
            }
            let occasion = Occasion { at: self.0.sources.now(), actor };
            let change = change::revived(&self.0.types.users, &before, active(&before), occasion);
            let written = self.bring_back(&before, &change, &claim).await?;
            Ok::<_, Error>(written.attempt().map(|()| Some(change.after)))
        })?;
        if let Some(employee) = brought_back {
            return Ok(employee);
        }
        let active = |before: &Employee| {
            precondition.check(before.revision)?;
            Ok(active(before))
        };
        self.change(id, &Precondition::default(), actor, active).await
    }

    /// Erases an archived employee for good, with the whole history.
    ///
    /// The linked account and the employee's sign-ins go too, and the employee is no longer a named administrator. The
    /// tenant's history keeps the fact, the actor and the employee's id, and nothing else about the person. A
    /// repeated call finishes an interrupted erasure, and so do later requests.
    ///
    /// # Errors
    /// Fails with [`Error::NoEmployee`] when there is nothing left to erase. Other failures are [`Error::NotArchived`],
    /// [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::Contention`], and the errors of the store.
    pub async fn erase(self, id: Uuid, actor: &ActorRecord) -> Result<(), Error> {
        let erased = retry!({
            let employee = match self.get_any(id).await {
                Ok(employee) if employee.is_archived() => employee,
                Ok(_) => return Err(Error::NotArchived(id)),
                Err(Error::NoEmployee(_)) => return Ok(Attempt::Done(None)),
                Err(other) => return Err(other),
            };
            let mut tenant = self.0.store.tenant_record().get().await?.ok_or(Error::NoTenant)?;
            actor.check(&tenant, self.0.sources.now())?;
            tenant.revision += 1;
            forget_admin(&mut tenant, id);
            let occasion = Occasion { at: self.0.sources.now(), actor };
            let (claim, memberships) =
                tokio::try_join!(self.claim_of(&employee), Departures(self.0).memberships(id))?;
            let departure =
                Departures(self.0).plan((Work::Erasure, id), memberships, true, occasion).await?;
            let entry = HistoryEntry {
                at: occasion.at,
                actor: actor.clone(),
                kind: EventKind::Erased,
                changes: vec![AttributeChange {
                    attribute: "employee".to_owned(),
                    old: Some(id.to_string().into()),
                    new: None,
                }],
            };
            let note = (&tenant, &entry);
            let written =
                self.0.store.employees().delete(&employee, &claim, &departure, note).await?;
            Ok::<_, Error>(written.attempt().map(|()| Some(departure)))
        })?;
        self.0.colleagues.forget(self.0.store.tenant_id());
        let erasure = match erased {
            Some(departure) => departure.begins,
            None => match self.0.store.unfinished().get(Work::Erasure, id).await? {
                Some(erasure) => Some(erasure),
                // After a restore from a backup, the history may exist without the record.
                None if self.0.store.purge().history(id).await? == 0 => {
                    return Err(Error::NoEmployee(id));
                }
                None => None,
            },
        };
        match erasure {
            Some(erasure) => UnfinishedWork(self.0).finish(&erasure).await,
            None => Ok(()),
        }
    }
}

/// Removes an employee from the named administrators of a tenant at its next revision.
fn forget_admin(tenant: &mut Tenant, id: Uuid) {
    let revision = tenant.revision;
    if let Some(sso) = &mut tenant.sso
        && sso.admins.iter().any(|admin| admin.id == id)
    {
        sso.admins.retain(|admin| admin.id != id);
        sso.revision = revision;
    }
}

/// The longest local value, in characters. The identity provider's values have the same limit.
pub const MAX_LOCAL_CHARS: usize = 4_096;

fn check(name: &str, change: &LocalChange) -> Result<(), Error> {
    match change {
        LocalChange::Set(value) => Ok(check_local(name, value)?),
        LocalChange::Clear | LocalChange::Keep => Ok(()),
    }
}

/// Checks the text of a local value.
pub(super) fn check_local(name: &str, value: &str) -> Result<(), scim::Error> {
    if value.chars().count() > MAX_LOCAL_CHARS {
        let text = format!("{name} is too long; at most {MAX_LOCAL_CHARS} characters are kept");
        return Err(scim::Error::invalid_value(text));
    }
    if value.contains(char::is_control) {
        let text = format!("{name} has a control character in it; only text is kept");
        return Err(scim::Error::invalid_value(text));
    }
    Ok(())
}

fn apply(change: &LocalChange, current: Option<String>) -> Option<String> {
    match change {
        LocalChange::Keep => current,
        LocalChange::Clear => None,
        // An empty text clears the value, as it does in SCIM.
        LocalChange::Set(value) => Some(value.trim().to_owned()).filter(|value| !value.is_empty()),
    }
}
