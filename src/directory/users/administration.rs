//! The use cases of the tenant's administrator: find employees, set local values, read the history, erase an employee.

use super::change::{self, Change};
use crate::directory::access::actor::Actor;
use crate::directory::error::Error;
use crate::directory::groups::departure::Departures;
use crate::directory::groups::finish::UnfinishedWork;
use crate::directory::occasion::Occasion;
use crate::directory::precondition::Precondition;
use crate::directory::users::Users;
use crate::model::employee::{Employee, LocalValues};
use crate::model::history::{AttributeChange, EventKind, HistoryEntry};
use crate::model::unfinished::Work;
use crate::store::dynamodb::retry::Pauses;
use crate::store::written::Written;
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
        by: impl Into<Actor<'_>>,
    ) -> Result<Employee, Error> {
        let by = self.checked(by).await?;
        for (name, change) in [
            ("location", &changes.location),
            ("department", &changes.department),
            ("manager", &changes.manager),
        ] {
            check(name, change)?;
        }
        let mut pauses = Pauses::new();
        loop {
            let before = self.get_any(id).await?;
            precondition.check(before.revision)?;
            let LocalValues { location, department, manager } = before.local.clone();
            let local = LocalValues {
                location: apply(&changes.location, location),
                department: apply(&changes.department, department),
                manager: apply(&changes.manager, manager),
            };
            let occasion = Occasion { at: self.0.sources.now(), by };
            let Some(Change { after, entry }) = change::localised(&before, local, occasion) else {
                return Ok(before);
            };
            match self.0.store.employees().replace(&before, &after, None, &entry).await? {
                Written::Done => return Ok(after),
                Written::Stale | Written::ClaimDiffers(_) => pauses.pause().await?,
            }
        }
    }

    /// Returns the actor's name for the history. Checks the actor's token first, against the tenant as it is now.
    async fn checked<'a>(self, by: impl Into<Actor<'a>>) -> Result<&'a str, Error> {
        let by = by.into();
        if by.token.is_some() {
            let tenant = self.0.store.record().get().await?.ok_or(Error::NoTenant)?;
            by.check(&tenant, self.0.sources.now())?;
        }
        Ok(by.label)
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
        by: impl Into<Actor<'_>>,
    ) -> Result<Employee, Error> {
        let by = self.checked(by).await?;
        let found = self.get_any(id).await?;
        precondition.check(found.revision)?;
        if found.is_archived() {
            return Ok(found);
        }
        let inactive = |before: &Employee| {
            precondition.check(before.revision)?;
            Ok(change::with_active(before, false))
        };
        self.change(id, &Precondition::default(), by, inactive).await
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
        by: impl Into<Actor<'_>>,
    ) -> Result<Employee, Error> {
        let by = self.checked(by).await?;
        let active = |before: &Employee| change::with_active(before, true);
        let mut pauses = Pauses::new();
        loop {
            let before = self.get_any(id).await?;
            precondition.check(before.revision)?;
            if !before.is_archived() {
                return Ok(before);
            }
            if !before.hidden {
                let active = |before: &Employee| {
                    precondition.check(before.revision)?;
                    Ok(active(before))
                };
                return self.change(id, &Precondition::default(), by, active).await;
            }
            let claim = self.claim_of(&before).await?;
            if let Some(holder) = claim.holder {
                return Err(Error::UserNameTaken { holder });
            }
            let occasion = Occasion { at: self.0.sources.now(), by };
            let change = change::revived(&self.0.types.users, &before, active(&before), occasion);
            match self.bring_back(&before, &change, &claim).await? {
                Written::Done => return Ok(change.after),
                Written::Stale | Written::ClaimDiffers(_) => pauses.pause().await?,
            }
        }
    }

    /// Erases an archived employee for good, with the whole history.
    ///
    /// The tenant's history keeps the fact, the actor and the employee's id, and nothing else about the person. A
    /// repeated call finishes an interrupted erasure, and so do later requests.
    ///
    /// # Errors
    /// Fails with [`Error::NoEmployee`] when there is nothing left to erase. Other failures are [`Error::NotArchived`],
    /// [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::Contention`], and the errors of the store.
    pub async fn erase(self, id: Uuid, by: impl Into<Actor<'_>>) -> Result<(), Error> {
        let by = by.into();
        let mut pauses = Pauses::new();
        loop {
            let employee = match self.get_any(id).await {
                Ok(employee) if employee.is_archived() => employee,
                Ok(_) => return Err(Error::NotArchived(id)),
                Err(Error::NoEmployee(_)) => break,
                Err(other) => return Err(other),
            };
            let mut tenant = self.0.store.record().get().await?.ok_or(Error::NoTenant)?;
            by.check(&tenant, self.0.sources.now())?;
            tenant.revision += 1;
            let occasion = Occasion { at: self.0.sources.now(), by: by.label };
            let (claim, memberships) =
                tokio::try_join!(self.claim_of(&employee), Departures(self.0).memberships(id))?;
            let departure =
                Departures(self.0).plan((Work::Erasure, id), memberships, true, occasion).await?;
            let entry = HistoryEntry {
                at: occasion.at,
                by: by.label.to_owned(),
                kind: EventKind::Erased,
                changes: vec![AttributeChange {
                    attribute: "employee".to_owned(),
                    old: Some(id.to_string().into()),
                    new: None,
                }],
            };
            let note = (&tenant, &entry);
            match self.0.store.employees().delete(&employee, &claim, &departure, note).await? {
                Written::Done => {
                    let Some(erasure) = &departure.begins else { return Ok(()) };
                    return UnfinishedWork(self.0).finish(erasure).await;
                }
                Written::Stale | Written::ClaimDiffers(_) => pauses.pause().await?,
            }
        }
        if let Some(erasure) = self.0.store.unfinished().get(Work::Erasure, id).await? {
            return UnfinishedWork(self.0).finish(&erasure).await;
        }
        // After a restore from a backup, the history may exist without the record.
        match self.0.store.purge().history(id).await? {
            0 => Err(Error::NoEmployee(id)),
            _ => Ok(()),
        }
    }
}

/// The longest local value, in characters. The identity provider's values have the same limit.
const MAX_LOCAL_CHARS: usize = 4_096;

fn check(name: &str, change: &LocalChange) -> Result<(), Error> {
    match change {
        LocalChange::Set(value) if value.chars().count() > MAX_LOCAL_CHARS => {
            let text = format!("{name} is too long; at most {MAX_LOCAL_CHARS} characters are kept");
            Err(scim::Error::invalid_value(text).into())
        }
        LocalChange::Set(value) if value.contains(char::is_control) => {
            let text = format!("{name} has a control character in it; only text is kept");
            Err(scim::Error::invalid_value(text).into())
        }
        LocalChange::Set(_) | LocalChange::Clear | LocalChange::Keep => Ok(()),
    }
}

fn apply(change: &LocalChange, current: Option<String>) -> Option<String> {
    match change {
        LocalChange::Keep => current,
        LocalChange::Clear => None,
        // An empty text clears the value, as it does in SCIM.
        LocalChange::Set(value) => Some(value.trim().to_owned()).filter(|value| !value.is_empty()),
    }
}
