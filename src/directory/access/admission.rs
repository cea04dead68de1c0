//! Decides whether an employee may administer. Each request of a session of single sign-on asks again, so nothing here
//! is cached.

use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::groups::pending_change::PendingChanges;
use crate::model::account::Account;
use crate::model::employee::Employee;
use crate::model::refusal::Refusal;
use crate::model::sso::SsoSettings;
use crate::store::admission::FoundItems;
use crate::store::dynamodb::retry::{Attempt, NextAttempt, retry};
use uuid::Uuid;

/// The most reads after a change of the group that was under way. The next change may follow at once, without end.
const MOST_READS_AGAIN: u32 = 5;

/// The items that decide about one employee, as one consistent call read them.
#[derive(Debug, Clone)]
pub(in crate::directory) struct Admission {
    /// The employee, if the identity provider sees it.
    pub(in crate::directory) employee: Option<Employee>,
    /// The account that is linked to the employee.
    pub(in crate::directory) account: Option<Account>,
    is_named: bool,
    is_member: bool,
}

impl Admission {
    /// Reads the items of an employee with one call: four items, or two without an administrators' group. `None` if
    /// `is_asked` refuses them, such as those of a session that has ended.
    ///
    /// A change of the group that is under way is finished first, if the row decides. Refused items wait for nothing.
    ///
    /// # Errors
    /// Fails with [`Error::Contention`], or as every call of the store does.
    pub(in crate::directory) async fn read(
        context: &Context,
        settings: &SsoSettings,
        id: Uuid,
        is_asked: impl Fn(&Self) -> bool,
    ) -> Result<Option<Self>, Error> {
        retry!(MOST_READS_AGAIN, {
            let found = context.store.admission().get(id, settings.group).await?;
            let pending = found.group.as_ref().filter(|group| group.redo_log.is_some());
            let pending = pending.map(|group| group.id);
            let found = Self::of(found, settings, id);
            if !is_asked(&found) {
                return Ok(Attempt::Done(None));
            }
            match pending.filter(|_| found.depends_on_row()) {
                Some(group) => {
                    PendingChanges(context).settled(group).await?;
                    Ok::<_, Error>(Attempt::Again(NextAttempt::AfterPause))
                }
                None => Ok(Attempt::Done(Some(found))),
            }
        })
    }

    fn of(found: FoundItems, settings: &SsoSettings, id: Uuid) -> Self {
        let FoundItems { employee, account, group, has_row } = found;
        let mut named = settings.admins.iter().filter(|admin| admin.id == id);
        let is_named =
            employee.as_ref().is_some_and(|found| named.any(|admin| admin.counts(found)));
        // The rows of a deleted group are removed after the group.
        Self { employee, account, is_named, is_member: group.is_some() && has_row }
    }

    /// Whether only the row in the group decides.
    fn depends_on_row(&self) -> bool {
        let is_active = self.employee.as_ref().is_some_and(|employee| !employee.is_archived());
        is_active && !self.is_named
    }

    /// Decides whether the employee may administer.
    ///
    /// # Errors
    /// Fails with [`Refusal::NoMatch`] for a deleted employee, [`Refusal::Archived`] or
    /// [`Refusal::NotAdministrator`].
    pub(in crate::directory) fn verdict(&self) -> Result<(), Refusal> {
        match &self.employee {
            None => Err(Refusal::NoMatch),
            Some(employee) if employee.is_archived() => Err(Refusal::Archived),
            Some(_) if self.is_member || self.is_named => Ok(()),
            Some(_) => Err(Refusal::NotAdministrator),
        }
    }
}
