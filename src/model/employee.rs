//! The employee: the record that the identity provider keeps in step, and that outlives its account there.

use scim::document::Document;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

/// An employee as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Employee {
    /// Given once, never used again. Also the SCIM `id`.
    pub id: Uuid,
    /// Grows by one with each change of the record; every write names the one it expects.
    pub revision: u64,
    /// The revision at which what SCIM shows last changed. Makes the entity tag.
    pub version: u64,
    /// When the record was made.
    pub created: OffsetDateTime,
    /// When what SCIM shows last changed.
    pub last_modified: OffsetDateTime,
    /// When the person left, if so.
    pub archived_at: Option<OffsetDateTime>,
    /// Whether the identity provider deleted the user: SCIM does not know the employee any more.
    pub hidden: bool,
    /// The identity provider's attributes, canonical and whole, `active` included.
    pub attributes: Document,
    /// What the tenant's own administrator set.
    pub local: LocalValues,
}

/// Values the tenant's administrator set, effective where the identity provider does not govern.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LocalValues {
    /// Where the person works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The department's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// The manager's email address, userName or id, or any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
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

    /// The address marked as primary, else the first one.
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

    fn emails(&self) -> impl Iterator<Item = &Value> {
        self.attributes.get("emails").and_then(Value::as_array).into_iter().flatten()
    }
}

fn email_value(email: &Value) -> Option<&str> {
    email.get("value")?.as_str()
}
