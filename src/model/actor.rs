//! The actor of a change, as histories have it.

use super::tenant::{Scope, TokenRecord};
use serde::{Deserialize, Serialize};
use std::fmt;
use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};
use uuid::Uuid;

/// The kind of an actor.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum ActorKind {
    /// The identity provider, with a SCIM token.
    IdentityProvider,
    /// An administrator of the tenant, with an admin token or a session.
    Administrator,
    /// The operator of the deployment, with the `rollcall` command.
    Operator,
    /// The holder of a set-up link.
    SetupLink,
    /// Rollcall itself, without a request for this change.
    System,
}

impl ActorKind {
    /// All kinds.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// Reads a kind's name; `None` for another text.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// The kind's name in items and in URLs.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The name of an actor without a label.
    pub fn name(self) -> &'static str {
        match self {
            Self::IdentityProvider => "Identity provider",
            Self::Administrator => "Administrator",
            Self::Operator => "Operator",
            Self::SetupLink => "Set-up link",
            Self::System => "Rollcall",
        }
    }
}

/// The actor of a change. It names a token or a program, or the id of an employee, and no person. An erasure therefore
/// leaves it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActorRecord {
    /// The kind of the actor.
    pub kind: ActorKind,
    /// The short name of the actor's token; `None` for an actor without a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_id: Option<String>,
    /// The employee who signed in with single sign-on; `None` for every other actor. Readers look the name up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<Uuid>,
    /// The epoch of the session of single sign-on that makes the change; `None` for every other actor. No item has it.
    #[serde(skip)]
    pub epoch: Option<u64>,
    /// The label of the token at the time of the change, the name of the program, or *Administrator* for an employee;
    /// `None` for the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl ActorRecord {
    /// Builds the actor of changes with this token.
    pub fn of_token(token: &TokenRecord) -> Self {
        let kind = match token.scope {
            Scope::Scim => ActorKind::IdentityProvider,
            // A read token changes nothing.
            Scope::Admin | Scope::Read => ActorKind::Administrator,
        };
        let token_id = Some(token.short_name().to_owned());
        Self { kind, token_id, employee_id: None, epoch: None, label: Some(token.label.clone()) }
    }

    /// Builds the operator. `label` is the name of the program that the operator uses.
    pub fn operator(label: &str) -> Self {
        let label = Some(label.to_owned());
        Self { kind: ActorKind::Operator, token_id: None, employee_id: None, epoch: None, label }
    }

    /// Builds the administrator who signed in with single sign-on, at an epoch of the configuration. The label is the
    /// same for every employee, so an erasure rewrites no history.
    pub fn of_employee(id: Uuid, epoch: u64) -> Self {
        let kind = ActorKind::Administrator;
        let label = Some(kind.name().to_owned());
        Self { kind, token_id: None, employee_id: Some(id), epoch: Some(epoch), label }
    }

    /// Builds the actor of changes that Rollcall makes by itself.
    pub fn system() -> Self {
        Self {
            kind: ActorKind::System,
            token_id: None,
            employee_id: None,
            epoch: None,
            label: None,
        }
    }
}

impl fmt::Display for ActorRecord {
    /// Writes the label with the kind, such as `Okta (identity provider)`. A label that is the kind stands alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.kind.name();
        match &self.label {
            None => f.write_str(name),
            Some(label) if label.eq_ignore_ascii_case(name) => f.write_str(label),
            Some(label) => write!(f, "{label} ({})", name.to_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ActorKind, ActorRecord};
    use serde_json::json;
    use uuid::Uuid;

    fn actor(kind: ActorKind, label: Option<&str>) -> ActorRecord {
        ActorRecord {
            kind,
            token_id: None,
            employee_id: None,
            epoch: None,
            label: label.map(Into::into),
        }
    }

    #[test]
    fn people_see_the_label_and_the_kind() {
        use ActorKind::{Administrator, IdentityProvider, Operator, SetupLink, System};
        for (kind, label, text) in [
            (IdentityProvider, Some("Okta"), "Okta (identity provider)"),
            (IdentityProvider, Some("Identity Provider"), "Identity Provider"),
            (IdentityProvider, None, "Identity provider"),
            (Administrator, Some("Administrator"), "Administrator"),
            (Administrator, Some("Operator"), "Operator (administrator)"),
            (Operator, Some("rollcall command"), "rollcall command (operator)"),
            (SetupLink, None, "Set-up link"),
            (System, None, "Rollcall"),
        ] {
            assert_eq!(actor(kind, label).to_string(), text);
        }
    }

    #[test]
    fn the_json_has_only_the_parts_that_an_actor_has() {
        let okta = ActorRecord {
            token_id: Some("9f2c".to_owned()),
            ..actor(ActorKind::IdentityProvider, Some("Okta"))
        };
        for (actor, text) in [
            (okta, json!({"kind": "identityProvider", "tokenId": "9f2c", "label": "Okta"})),
            (ActorRecord::operator("tool"), json!({"kind": "operator", "label": "tool"})),
            (
                ActorRecord { epoch: None, ..ActorRecord::of_employee(Uuid::nil(), 1) },
                json!({
                    "kind": "administrator",
                    "employeeId": "00000000-0000-0000-0000-000000000000",
                    "label": "Administrator",
                }),
            ),
            (ActorRecord::system(), json!({"kind": "system"})),
        ] {
            assert_eq!(serde_json::to_value(&actor).unwrap(), text);
            assert_eq!(serde_json::from_value::<ActorRecord>(text).unwrap(), actor);
        }
    }
}
