//! The employee as the tenant sees it: effective values, and the manager as a colleague.
//!
//! Effective values follow the tenant's settings and are computed on read. So a changed setting takes effect at once,
//! without a sync and without a write.
//!
//! The manager is stored as text: an id, a userName, an email address, or any other text. [`Users::find_colleague`]
//! finds the colleague whom this text names.

use crate::directory::error::Error;
use crate::directory::users::Users;
use crate::model::employee::{Employee, LocalValues};
use crate::model::governed::GovernedAttribute;
use crate::model::id::parse_id;
use crate::model::kind::Kind;
use crate::model::tenant::Settings;
use scim::fold::fold;
use scim::undeclared_values;
use serde::Serialize;
use uuid::Uuid;

/// The source of an effective value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// The identity provider governs the attribute.
    IdentityProvider,
    /// The tenant's administrator governs the attribute.
    Local,
}

/// An effective value, with the values of both sources for comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EffectiveValue {
    /// The effective value.
    pub value: Option<String>,
    /// The source of the effective value.
    pub origin: Origin,
    /// The value from the identity provider.
    pub from_idp: Option<String>,
    /// The value from the tenant's administrator.
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

/// The effective values of an employee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// The location.
    pub location: EffectiveValue,
    /// The department.
    pub department: EffectiveValue,
    /// The manager, as text.
    pub manager: EffectiveValue,
}

impl Effective {
    /// Computes the effective values under these settings.
    pub fn of(employee: &Employee, settings: Settings) -> Self {
        let idp = |name: &str| employee.sent(name).map(str::to_owned);
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

/// The colleague whom an employee's manager value names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Colleague {
    /// The colleague's id.
    pub id: Uuid,
    /// The colleague's userName.
    pub user_name: String,
    /// The colleague's display name, if there is one.
    pub display_name: Option<String>,
    /// Whether the colleague left.
    pub archived: bool,
}

/// An employee with effective values.
#[derive(Debug, Clone, PartialEq)]
pub struct EmployeeView {
    /// The record.
    pub employee: Employee,
    /// The location.
    pub location: EffectiveValue,
    /// The department.
    pub department: EffectiveValue,
    /// The manager, as text.
    pub manager: EffectiveValue,
    /// The colleague whom the manager's text names, if there is one.
    pub manager_colleague: Option<Colleague>,
}

impl EmployeeView {
    /// Returns the value of an attribute in use, with the values of both sources.
    pub fn value(&self, attribute: GovernedAttribute) -> &EffectiveValue {
        match attribute {
            GovernedAttribute::Department => &self.department,
            GovernedAttribute::Location => &self.location,
            GovernedAttribute::Manager => &self.manager,
        }
    }
}

impl Users<'_> {
    /// Returns an employee with effective values, visible or hidden.
    ///
    /// # Errors
    /// Fails with [`Error::NoEmployee`], or as every call of the store does.
    pub async fn view(self, id: Uuid, settings: Settings) -> Result<EmployeeView, Error> {
        let mut employee = self.get_any(id).await?;
        undeclared_values::set_aside(&self.0.types.users, &mut employee.attributes);
        let Effective { location, department, manager } = Effective::of(&employee, settings);
        let manager_colleague = match &manager.value {
            Some(text) => self.find_colleague(text).await?,
            None => None,
        };
        Ok(EmployeeView { employee, location, department, manager, manager_colleague })
    }

    /// Returns an employee, visible or hidden.
    ///
    /// # Errors
    /// Fails with [`Error::NoEmployee`], or as every call of the store does.
    pub async fn get_any(self, id: Uuid) -> Result<Employee, Error> {
        self.0.store.employees().get_visible_or_hidden(id).await?.ok_or(Error::NoEmployee(id))
    }

    /// Finds the colleague whom a text names by id, userName or email address.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn find_colleague(self, text: &str) -> Result<Option<Colleague>, Error> {
        Ok(self.find_by_any_name(text).await?.map(|employee| Colleague {
            id: employee.id,
            user_name: employee.user_name().to_owned(),
            display_name: employee.display_name(),
            archived: employee.is_archived(),
        }))
    }

    /// Lists the hidden employees who were deleted under a userName, oldest deletion first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn find_deleted(self, user_name: &str) -> Result<Vec<Uuid>, Error> {
        Ok(self.0.store.claims().get(Kind::Employee, user_name).await?.former)
    }

    /// Finds the visible employee whom a text names by id, userName or email address, in this order.
    ///
    /// An address names the only present employee who has it. Without a present employee, it names the only former
    /// employee. At most 10 employees are read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn find_by_any_name(self, text: &str) -> Result<Option<Employee>, Error> {
        if let Some(id) = parse_id(text)
            && let Some(employee) = self.0.store.records().get::<Employee>(id).await?
        {
            return Ok(Some(employee));
        }
        if let Some(id) = self.0.store.claims().get(Kind::Employee, text).await?.holder {
            return Ok(self.0.store.records().get(id).await?);
        }
        self.find_by_address(text).await
    }

    /// Finds the visible employee whom an email address names: the only present employee who has it. Without a present
    /// employee, it names the only former employee. At most 10 employees are read.
    pub(in crate::directory) async fn find_by_address(
        self,
        text: &str,
    ) -> Result<Option<Employee>, Error> {
        let ids = self.0.store.employees().find_ids_by_email(text, Some(MOST_READ + 1)).await?;
        if ids.len() > MOST_READ {
            return Ok(None);
        }
        let mut found = self.0.store.records().get_many::<Employee>(&ids).await?;
        // The index may be stale and still list an address that was just changed.
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

/// An address of more employees names nobody, and none of their records is read.
const MOST_READ: usize = 10;

/// The employee number that the identity provider sends.
pub fn employee_number(employee: &Employee) -> Option<String> {
    employee.sent("employeeNumber").map(str::to_owned)
}
