//! The employee: the record that the identity provider keeps up to date. The record stays when the identity provider
//! deletes the user.

use super::actor::ActorKind;
use scim::document::Document;
use scim::urn;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

/// An employee as the product keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Employee {
    /// The id. No other employee ever gets it. It is also the SCIM `id`.
    pub id: Uuid,
    /// The revision. It grows by one with each change of the record. Every write expects a revision.
    pub revision: u64,
    /// The revision of the last change that SCIM shows. The entity tag contains it.
    pub version: u64,
    /// The time when the record was made.
    pub created: OffsetDateTime,
    /// The time of the last change that SCIM shows.
    pub last_modified: OffsetDateTime,
    /// The time when the person left, if the person left.
    pub archived_at: Option<OffsetDateTime>,
    /// The kind of the actor that archived the employee, if the person left.
    pub archived_by: Option<ActorKind>,
    /// Whether the identity provider deleted the user. SCIM no longer shows the employee.
    pub hidden: bool,
    /// Whether an import made the record, before the identity provider knew the user.
    pub imported: bool,
    /// The time when the identity provider first created or changed the user; `None` for an imported employee until
    /// then.
    pub linked: Option<OffsetDateTime>,
    /// The time of the last return: the identity provider deleted the user, and the person came back; `None` without a
    /// return. An administrator's session or naming from before this time is void.
    pub returned_at: Option<OffsetDateTime>,
    /// The identity provider's attributes, canonical and whole, `active` included.
    pub attributes: Document,
    /// The values that the tenant's administrator set.
    pub local: LocalValues,
}

/// Values that the tenant's administrator set. A value is effective where the identity provider does not govern the
/// attribute.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LocalValues {
    /// The person's place of work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The department's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// The manager's email address, userName or id, or any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
}

/// Returns a text, or the text of a complex value: its `value`, else its `displayName`.
pub fn text_of(value: &Value) -> Option<&str> {
    value.get("value").or_else(|| value.get("displayName")).unwrap_or(value).as_str()
}

impl Employee {
    /// The userName in the spelling that was sent.
    pub fn user_name(&self) -> &str {
        self.text("userName").unwrap_or_default()
    }

    /// The identity provider's own id of the person.
    pub fn external_id(&self) -> Option<&str> {
        self.text("externalId")
    }

    /// Whether the person left.
    pub fn is_archived(&self) -> bool {
        self.attributes.get("active") == Some(&Value::Bool(false))
    }

    /// Whether an import made the record, and the identity provider does not know the user yet.
    pub fn is_unlinked(&self) -> bool {
        self.imported && self.linked.is_none()
    }

    /// The primary address, or the first address when none is primary.
    pub fn primary_email(&self) -> Option<&str> {
        let primary = self
            .emails()
            .find(|email| email.get("primary") == Some(&Value::Bool(true)))
            .and_then(email_value);
        primary.or_else(|| self.emails().find_map(email_value))
    }

    /// All addresses.
    pub fn email_addresses(&self) -> impl Iterator<Item = &str> {
        self.emails().filter_map(email_value)
    }

    /// A top-level text attribute.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attributes.text(name)
    }

    /// A part of the name, such as `familyName`.
    pub fn name_part(&self, part: &str) -> Option<&str> {
        self.attributes.get("name")?.get(part)?.as_str()
    }

    /// The name for people: `displayName`, else `name.formatted`, else the given and the family name.
    pub fn display_name(&self) -> Option<String> {
        if let Some(name) = self.text("displayName").or_else(|| self.name_part("formatted")) {
            return Some(name.to_owned());
        }
        let parts = ["givenName", "familyName"].map(|part| self.name_part(part));
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// The name for people, or the userName if there is none.
    pub fn name(&self) -> String {
        self.display_name().unwrap_or_else(|| self.user_name().to_owned())
    }

    /// The text that the identity provider sends for an attribute of the enterprise extension: `location`,
    /// `department`, `manager` or `employeeNumber`. Of a complex value, the text is its `value`, else its
    /// `displayName`.
    pub fn sent(&self, name: &str) -> Option<&str> {
        text_of(self.attributes.get(urn::ENTERPRISE_USER)?.get(name)?)
    }

    fn emails(&self) -> impl Iterator<Item = &Value> {
        self.attributes.get("emails").and_then(Value::as_array).into_iter().flatten()
    }
}

fn email_value(email: &Value) -> Option<&str> {
    email.get("value")?.as_str()
}
