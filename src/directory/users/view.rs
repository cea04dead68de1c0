//! The employee as the tenant sees it: effective values by the tenant's settings, the manager resolved to a colleague.
//!
//! Computed on read. So a setting takes effect at once, without another sync and without rewriting anything.

use crate::directory::lists::parse_id;
use crate::directory::{Directory, Error};
use crate::model::employee::{Employee, LocalValues};
use crate::store::keys::Kind;
use crate::store::tenants::Settings;
use scim::fold::fold;
use scim::undeclared;
use scim::urn;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Where an effective value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// The identity provider governs the attribute.
    IdentityProvider,
    /// The tenant's own administrator does.
    Local,
}

/// A value that may come from either side, with both sides for comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EffectiveValue {
    /// What counts.
    pub value: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
    /// What the identity provider says.
    pub from_idp: Option<String>,
    /// What the tenant's administrator set.
    pub local: Option<String>,
}

impl EffectiveValue {
    fn new(governed: bool, from_idp: Option<String>, local: Option<String>) -> Self {
        let (value, origin) = match governed {
            true => (from_idp.clone(), Origin::IdentityProvider),
            false => (local.clone(), Origin::Local),
        };
        Self { value, origin, from_idp, local }
    }
}

/// What counts for an employee, of what either side may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// Where the person works.
    pub location: EffectiveValue,
    /// The department.
    pub department: EffectiveValue,
    /// The manager, as text.
    pub manager: EffectiveValue,
}

impl Effective {
    /// What counts under these settings.
    pub fn of(employee: &Employee, settings: Settings) -> Self {
        let idp = |name: &str| enterprise(employee, name).and_then(text_of);
        let LocalValues { location, department, manager } = employee.local.clone();
        Self {
            location: EffectiveValue::new(settings.location_from_idp, idp("location"), location),
            department: EffectiveValue::new(
                settings.department_from_idp,
                idp("department"),
                department,
            ),
            manager: EffectiveValue::new(settings.manager_from_idp, idp("manager"), manager),
        }
    }
}

/// A colleague someone's manager turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Colleague {
    /// The colleague's id.
    pub id: Uuid,
    /// The colleague's userName.
    pub user_name: String,
    /// The name to show, if there is one.
    pub display_name: Option<String>,
    /// Whether the colleague left.
    pub archived: bool,
}

/// An employee with what counts.
#[derive(Debug, Clone, PartialEq)]
pub struct EmployeeView {
    /// The record.
    pub employee: Employee,
    /// Where the person works.
    pub location: EffectiveValue,
    /// The department.
    pub department: EffectiveValue,
    /// The manager, as text.
    pub manager: EffectiveValue,
    /// The colleague the manager's text stands for, when there is one.
    pub manager_colleague: Option<Colleague>,
}

impl Directory {
    /// An employee with effective values; hidden ones too.
    ///
    /// # Errors
    /// [`Error::NoEmployee`], and as for every call of the store.
    pub async fn view(&self, id: Uuid, settings: Settings) -> Result<EmployeeView, Error> {
        let mut employee = self.get_any(id).await?;
        undeclared::set_aside(&self.types.users, &mut employee.attributes);
        let Effective { location, department, manager } = Effective::of(&employee, settings);
        let manager_colleague = match &manager.value {
            Some(text) => self.find_colleague(text).await?,
            None => None,
        };
        Ok(EmployeeView { employee, location, department, manager, manager_colleague })
    }

    /// An employee, visible or hidden.
    ///
    /// # Errors
    /// [`Error::NoEmployee`], and as for every call of the store.
    pub async fn get_any(&self, id: Uuid) -> Result<Employee, Error> {
        self.store.get_visible_or_hidden(id).await?.ok_or(Error::NoEmployee(id))
    }

    /// The colleague a text stands for: an id, a userName or an email address.
    ///
    /// # Errors
    /// As for every call of the store.
    pub async fn find_colleague(&self, text: &str) -> Result<Option<Colleague>, Error> {
        Ok(self.find_by_any_name(text).await?.map(|employee| Colleague {
            id: employee.id,
            user_name: employee.user_name().to_owned(),
            display_name: display_name(&employee),
            archived: employee.is_archived(),
        }))
    }

    /// The hidden employees who had a userName when they were deleted, the last one last.
    ///
    /// # Errors
    /// As for every call of the store.
    pub async fn find_deleted(&self, user_name: &str) -> Result<Vec<Uuid>, Error> {
        Ok(self.store.get_claim(Kind::Employee, user_name).await?.former)
    }

    /// The visible employee a text stands for: an id, a userName or an email address, in this order. An address resolves
    /// to its only present employee; without one, to its only former employee. At most 10 employees are read.
    ///
    /// # Errors
    /// As for every call of the store.
    pub async fn find_by_any_name(&self, text: &str) -> Result<Option<Employee>, Error> {
        if let Some(id) = parse_id(text)
            && let Some(employee) = self.store.get_record::<Employee>(id).await?
        {
            return Ok(Some(employee));
        }
        if let Some(id) = self.store.get_claim(Kind::Employee, text).await?.holder {
            return Ok(self.store.get_record(id).await?);
        }
        let ids = self.store.find_ids_by_email(text, Some(MOST_READ + 1)).await?;
        if ids.len() > MOST_READ {
            return Ok(None);
        }
        let mut found = self.store.get_records::<Employee>(&ids).await?;
        // The index may still know an address that was changed a moment ago.
        let wanted = fold(text);
        found.retain(|employee| employee.email_addresses().any(|email| fold(email) == wanted));
        let (mut left, mut present): (Vec<_>, Vec<_>) =
            found.into_iter().partition(Employee::is_archived);
        Ok(match (present.len(), left.len()) {
            (1, _) => present.pop(),
            (0, 1) => left.pop(),
            _ => None,
        })
    }
}

/// Addresses of more employees do not resolve: none of them is read.
const MOST_READ: usize = 10;

/// The employee number that the identity provider sends.
pub fn employee_number(employee: &Employee) -> Option<String> {
    enterprise(employee, "employeeNumber").and_then(text_of)
}

/// The name to show for an employee: what the identity provider calls it, else the parts of the name.
pub fn display_name(employee: &Employee) -> Option<String> {
    if let Some(name) = employee.text("displayName") {
        return Some(name.to_owned());
    }
    let name = employee.attributes.get("name")?;
    if let Some(formatted) = name.get("formatted").and_then(Value::as_str) {
        return Some(formatted.to_owned());
    }
    let parts = ["givenName", "familyName"];
    let parts: Vec<&str> =
        parts.iter().filter_map(|part| name.get(part).and_then(Value::as_str)).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn enterprise<'e>(employee: &'e Employee, name: &str) -> Option<&'e Value> {
    employee.attributes.get(urn::ENTERPRISE_USER)?.get(name)
}

/// A text, or what a complex value says first: its `value`, else its `displayName`.
fn text_of(value: &Value) -> Option<String> {
    let text = value.get("value").or_else(|| value.get("displayName")).unwrap_or(value);
    text.as_str().map(str::to_owned)
}
