//! The card of the first employee: the values that the identity provider sent, and the values in use.

use super::facts::Facts;
use super::guard::ConnectUser;
use crate::directory::people::{PeopleFilters, PeopleQuery, PersonRow};
use crate::directory::users::administration::Status;
use crate::directory::users::view::{Effective, EffectiveValue};
use crate::directory::{Settings, Tenant};
use crate::server::error::ApiError;
use crate::server::pages::messages::explain;

/// The card of an employee.
pub(super) struct PersonCard {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) rows: Vec<CardRow>,
    /// The name of the colleague whom the sent manager names.
    pub(super) colleague: Option<String>,
}

/// A value of the card.
pub(super) struct CardRow {
    pub(super) label: &'static str,
    pub(super) sent: Option<String>,
    pub(super) in_use: Option<String>,
}

impl PersonCard {
    /// Reads the only active employee. With several employees there is no card: a guest must not see others.
    ///
    /// A guest sees only an employee that the identity provider sent since the link was made, and no name of a
    /// colleague.
    pub(super) async fn read(user: &ConnectUser, facts: &Facts) -> Result<Option<Self>, ApiError> {
        if facts.counts.active != 1 {
            return Ok(None);
        }
        // These settings resolve the manager that the identity provider sent.
        let settings = Settings { manager_from_idp: true, ..facts.tenant.settings };
        let query = PeopleQuery {
            status: Status::Active,
            search: "",
            filters: PeopleFilters::default(),
            settings,
            cursor: None,
            limit: 1,
        };
        let page = user.directory.people().page(&query).await.map_err(explain)?;
        let Some(mut row) = page.rows.into_iter().next() else { return Ok(None) };
        if let Some(link) = user.link() {
            row.manager = None;
            if row.employee.linked.is_none_or(|linked| linked < link.created) {
                return Ok(None);
            }
        }
        Ok(Some(Self::of(&row, &facts.tenant)))
    }

    fn of(row: &PersonRow, tenant: &Tenant) -> Self {
        let same = |label, text: Option<&str>| CardRow {
            label,
            sent: text.map(ToOwned::to_owned),
            in_use: text.map(ToOwned::to_owned),
        };
        let governed = |label, value: EffectiveValue| CardRow {
            label,
            sent: value.from_idp,
            in_use: value.value,
        };
        let name = row.name();
        let Effective { location, department, manager } =
            Effective::of(&row.employee, tenant.settings);
        let colleague = row.manager.as_ref().and_then(|manager| manager.colleague.as_ref());
        let colleague = colleague.map(|colleague| colleague.name.clone());
        let mut manager = governed("Manager", manager);
        if let Some(colleague) = &colleague {
            if tenant.settings.manager_from_idp {
                manager.in_use = Some(colleague.clone());
            }
            manager.sent = Some(colleague.clone());
        }
        Self {
            id: row.employee.id.to_string(),
            rows: vec![
                same("Name", Some(&name)),
                same("Email", row.email()),
                same("Title", row.title()),
                governed("Location", location),
                governed("Department", department),
                manager,
            ],
            name,
            colleague,
        }
    }
}
