//! Decides whether an employee may administer. Each request of a session of single sign-on asks again, so nothing here
//! is cached.

use super::refusal::Refusal;
use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::groups::pending_change::PendingChanges;
use crate::model::account::Account;
use crate::model::employee::Employee;
use crate::model::sso::SsoSettings;
use crate::store::admission::FoundItems;
use crate::store::dynamodb::retry::{Attempt, NextAttempt, retry};
use uuid::Uuid;

/// The items that decide about one employee, as one consistent call read them.
#[derive(Debug, Clone)]
pub(in crate::directory) struct Admission {
    /// The employee, if the identity provider sees it.
    pub(in crate::directory) employee: Option<Employee>,
    /// The account that is linked to the employee.
    pub(in crate::directory) account: Option<Account>,
    is_member: bool,
}

impl Admission {
    /// Reads the items of an employee: two items for a named administrator, four for a member of the group.
    ///
    /// A change of the group that is under way is finished first, so that a row says the truth.
    ///
    /// # Errors
    /// Fails with [`Error::Contention`], or as every call of the store does.
    pub(in crate::directory) async fn read(
        context: &Context,
        settings: &SsoSettings,
        id: Uuid,
    ) -> Result<Self, Error> {
        let items = context.store.admission();
        let is_named = settings.admins.iter().any(|admin| admin.id == id);
        let group = settings.group;
        if is_named || group.is_none() {
            let found = Self::of(items.get(id, None).await?);
            if group.is_none() || found.counts_as_named(settings, id) {
                return Ok(found);
            }
        }
        let found = retry!({
            let found = items.get(id, group).await?;
            match &found.group {
                Some(group) if group.redo_log.is_some() => {
                    PendingChanges(context).settled(group.id).await?;
                    Ok::<_, Error>(Attempt::Again(NextAttempt::AtOnce))
                }
                Some(_) | None => Ok(Attempt::Done(found)),
            }
        })?;
        Ok(Self::of(found))
    }

    fn of(found: FoundItems) -> Self {
        // The rows of a deleted group are removed after the group.
        let is_member = found.group.is_some() && found.has_row;
        Self { employee: found.employee, account: found.account, is_member }
    }

    /// Whether the employee is a named administrator. A return of the employee ends the earlier naming.
    fn counts_as_named(&self, settings: &SsoSettings, id: Uuid) -> bool {
        let Some(employee) = &self.employee else { return false };
        let counts = |since| employee.returned_at.is_none_or(|returned| since > returned);
        settings.admins.iter().any(|admin| admin.id == id && counts(admin.since))
    }

    /// Decides whether the employee with this id may administer.
    ///
    /// # Errors
    /// Fails with [`Refusal::NoMatch`] for a deleted employee, [`Refusal::Archived`] or
    /// [`Refusal::NotAdministrator`].
    pub(in crate::directory) fn verdict(
        &self,
        settings: &SsoSettings,
        id: Uuid,
    ) -> Result<(), Refusal> {
        match &self.employee {
            None => Err(Refusal::NoMatch),
            Some(employee) if employee.is_archived() => Err(Refusal::Archived),
            Some(_) if self.is_member || self.counts_as_named(settings, id) => Ok(()),
            Some(_) => Err(Refusal::NotAdministrator),
        }
    }
}
