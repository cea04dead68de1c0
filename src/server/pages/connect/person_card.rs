//! The card of an employee: the values that the identity provider sent, and the values in use.

use super::facts::Facts;
use super::guard::ConnectUser;
use crate::directory::people::{PeopleFilters, PeopleQuery, PersonRow};
use crate::directory::users::administration::Status;
use crate::directory::users::view::{Effective, EffectiveValue};
use crate::directory::{Settings, Tenant};
use crate::server::error::ApiError;
use crate::server::pages::messages::explain;
use uuid::Uuid;

/// A guest sees the count of unknown managers up to this number of active employees.
const MOST_COUNTED: u64 = 20;

/// The card of an employee.
pub(super) struct PersonCard {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) rows: Vec<CardRow>,
    /// The manager that the identity provider sent.
    pub(super) manager: Option<SentManager>,
    /// The name of the employee that arrived after this one was shown.
    pub(super) newer: Option<String>,
}

/// A value of the card.
pub(super) struct CardRow {
    pub(super) label: &'static str,
    pub(super) sent: Option<String>,
    pub(super) in_use: Option<String>,
    /// The manager that the identity provider sent, in the row of the manager.
    pub(super) manager: Option<SentManager>,
}

/// Whether the manager that the identity provider sent is a colleague.
#[derive(Clone)]
pub(super) struct SentManager {
    pub(super) is_found: bool,
    /// The name of the colleague. A guest does not see it.
    pub(super) colleague: Option<String>,
}

impl PersonCard {
    /// Reads the card of the employee that the identity provider sent last. A page keeps the employee that it shows, so
    /// the card does not change while somebody reads it.
    ///
    /// A guest sees the only active employee, and only if the identity provider sent it since the link was made.
    pub(super) async fn read(
        user: &ConnectUser,
        facts: &Facts,
        shown: Option<Uuid>,
    ) -> Result<Option<Self>, ApiError> {
        let people = user.directory.people();
        // These settings resolve the manager that the identity provider sent.
        let settings = Settings { manager_from_idp: true, ..facts.tenant.settings };
        if facts.counts.active <= 1 {
            let Some(row) = only_employee(user, settings).await? else { return Ok(None) };
            let is_older = |link| row.employee.linked.is_none_or(|linked| linked < link);
            let is_hidden = user.link().is_some_and(|link| is_older(link.created));
            return Ok((!is_hidden).then(|| Self::of(&row, &facts.tenant, user)));
        }
        if user.link().is_some() {
            return Ok(None);
        }
        let newest = match user.directory.events().last_arrival().await.map_err(explain)? {
            Some(id) => people.get(id, settings).await.map_err(explain)?.filter(is_active),
            None => None,
        };
        let shown = match shown {
            Some(id) if newest.as_ref().is_none_or(|newest| newest.employee.id != id) => {
                people.get(id, settings).await.map_err(explain)?.filter(is_active)
            }
            _ => None,
        };
        let (row, newer) = match (shown, newest) {
            (Some(shown), newest) => (shown, newest.map(|newest| newest.name())),
            (None, Some(newest)) => (newest, None),
            (None, None) => return Ok(None),
        };
        Ok(Some(Self { newer, ..Self::of(&row, &facts.tenant, user) }))
    }

    fn of(row: &PersonRow, tenant: &Tenant, user: &ConnectUser) -> Self {
        let same = |label, text: Option<&str>| CardRow {
            label,
            sent: text.map(ToOwned::to_owned),
            in_use: text.map(ToOwned::to_owned),
            manager: None,
        };
        let governed = |label, value: EffectiveValue| CardRow {
            label,
            sent: value.from_idp,
            in_use: value.value,
            manager: None,
        };
        let name = row.name();
        let Effective { location, department, manager } =
            Effective::of(&row.employee, tenant.settings);
        let sent = row.manager.as_ref().map(|manager| {
            let colleague = manager.colleague.as_ref();
            SentManager {
                is_found: colleague.is_some(),
                colleague: colleague
                    .filter(|_| user.link().is_none())
                    .map(|colleague| colleague.name.clone()),
            }
        });
        let mut manager = CardRow { manager: sent.clone(), ..governed("Manager", manager) };
        if let Some(colleague) = sent.as_ref().and_then(|sent| sent.colleague.as_ref())
            && tenant.settings.manager_from_idp
        {
            manager.in_use = Some(colleague.clone());
        }
        Self {
            id: row.employee.id,
            rows: vec![
                same("Name", Some(&name)),
                same("Email", row.email()),
                same("Title", row.title()),
                governed("Location", location),
                governed("Department", department),
                manager,
            ],
            name,
            manager: sent,
            newer: None,
        }
    }
}

/// Reads the active employee while there is only one. The counts alone can be a moment older than the list.
async fn only_employee(
    user: &ConnectUser,
    settings: Settings,
) -> Result<Option<PersonRow>, ApiError> {
    let rows = active_employees(user, settings, 2).await?;
    let only = <[PersonRow; 1]>::try_from(rows).ok();
    Ok(only.map(|[row]| row))
}

/// Counts the managers that the identity provider sent and that are no employees. It counts only among few employees,
/// and returns 0 for more: a guest tests with some people.
pub(super) async fn managers_not_found(
    user: &ConnectUser,
    facts: &Facts,
) -> Result<usize, ApiError> {
    if facts.counts.sent_manager == 0 || facts.counts.active > MOST_COUNTED {
        return Ok(0);
    }
    let limit = usize::try_from(facts.counts.active).unwrap_or_default().max(1);
    let settings = Settings { manager_from_idp: true, ..facts.tenant.settings };
    let rows = active_employees(user, settings, limit).await?;
    let managers = rows.iter().filter_map(|row| row.manager.as_ref());
    Ok(managers.filter(|manager| manager.colleague.is_none()).count())
}

/// Reads the first active employees.
async fn active_employees(
    user: &ConnectUser,
    settings: Settings,
    limit: usize,
) -> Result<Vec<PersonRow>, ApiError> {
    let query = PeopleQuery {
        status: Status::Active,
        search: "",
        filters: PeopleFilters::default(),
        settings,
        cursor: None,
        limit,
    };
    Ok(user.directory.people().page(&query).await.map_err(explain)?.rows)
}

fn is_active(row: &PersonRow) -> bool {
    !row.employee.is_archived()
}
