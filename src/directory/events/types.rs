//! The types of events, and the names that RFC 9967 has for them.

use crate::model::event::{EventRef, Subject, SyncFinding};
use crate::model::history::EventKind;
use serde::{Serialize, Serializer};
use std::fmt;
use strum::{EnumIter, IntoEnumIterator, IntoStaticStr};

/// The type of an event. Messages show the types in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, IntoStaticStr)]
pub enum EventType {
    /// The identity provider created a user.
    #[strum(serialize = "employee.created")]
    EmployeeCreated,
    /// An import made an employee, before the identity provider knew the user.
    #[strum(serialize = "employee.imported")]
    EmployeeImported,
    /// The identity provider created or changed an imported user for the first time.
    #[strum(serialize = "employee.linked")]
    EmployeeLinked,
    /// An employee left.
    #[strum(serialize = "employee.archived")]
    EmployeeArchived,
    /// An employee came back.
    #[strum(serialize = "employee.restored")]
    EmployeeRestored,
    /// The identity provider created a deleted user again, as inactive.
    #[strum(serialize = "employee.recreated")]
    EmployeeRecreated,
    /// Attributes of an employee changed.
    #[strum(serialize = "employee.updated")]
    EmployeeUpdated,
    /// The identity provider deleted a user: the employee is archived.
    #[strum(serialize = "employee.deleted")]
    EmployeeDeleted,
    /// An employee and the history were erased.
    #[strum(serialize = "employee.erased")]
    EmployeeErased,
    /// The identity provider created a group.
    #[strum(serialize = "group.created")]
    GroupCreated,
    /// A group or its members changed.
    #[strum(serialize = "group.updated")]
    GroupUpdated,
    /// The identity provider deleted a group.
    #[strum(serialize = "group.deleted")]
    GroupDeleted,
    /// The tenant was made.
    #[strum(serialize = "tenant.created")]
    TenantCreated,
    /// The tenant's settings changed.
    #[strum(serialize = "settings.changed")]
    SettingsChanged,
    /// The custom attributes of the tenant changed.
    #[strum(serialize = "attributes.changed")]
    AttributesChanged,
    /// A token was created, or replaced the current one.
    #[strum(serialize = "token.replaced")]
    TokenReplaced,
    /// A token was revoked.
    #[strum(serialize = "token.revoked")]
    TokenRevoked,
    /// A link was made, opened or revoked.
    #[strum(serialize = "link.changed")]
    LinkChanged,
    /// Single sign-on changed.
    #[strum(serialize = "sso.changed")]
    SsoChanged,
    /// Another account of the identity provider replaced the linked account of an employee.
    #[strum(serialize = "account.replaced")]
    AccountReplaced,
    /// The account of the identity provider was unlinked from an employee.
    #[strum(serialize = "account.unlinked")]
    AccountUnlinked,
    /// Requests of the identity provider fail.
    #[strum(serialize = "sync.refused")]
    SyncRefused,
    /// The identity provider has sent no request for longer than usual.
    #[strum(serialize = "sync.silent")]
    SyncSilent,
    /// The identity provider sends requests again.
    #[strum(serialize = "sync.resumed")]
    SyncResumed,
    /// A destination changed: it was created, changed, paused, resumed or removed, or its secret was replaced.
    #[strum(serialize = "destination.changed")]
    DestinationChanged,
    /// The deliveries to a destination have failed for a day.
    #[strum(serialize = "destination.failing")]
    DestinationFailing,
    /// The service disabled a destination.
    #[strum(serialize = "destination.disabled")]
    DestinationDisabled,
}

impl EventType {
    /// All types, in the order of this list.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// The names of all types, as a list for a sentence.
    pub fn list() -> String {
        Self::iter().map(Self::as_str).collect::<Vec<_>>().join(", ")
    }

    /// The type's name, such as `employee.created`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Reads a type's name; `None` for another text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::iter().find(|kind| kind.as_str() == text)
    }

    /// The part before the dot, such as `employee`.
    pub fn kind(self) -> &'static str {
        self.as_str().split('.').next().unwrap_or_default()
    }

    /// The type of the event that a reference names.
    pub fn of(event: &EventRef) -> Self {
        match event {
            EventRef::Change(change) => Self::of_change(change.subject, change.kind),
            EventRef::Sync(sync) => match sync.finding {
                SyncFinding::Refused { .. } => Self::SyncRefused,
                SyncFinding::Silent => Self::SyncSilent,
                SyncFinding::Resumed => Self::SyncResumed,
            },
        }
    }

    /// The type of a change of this kind.
    pub fn of_change(subject: Subject, kind: EventKind) -> Self {
        match (kind, subject) {
            (EventKind::Created, Subject::Employee(_)) => Self::EmployeeCreated,
            (EventKind::Created, Subject::Group(_)) => Self::GroupCreated,
            (EventKind::Created, Subject::Tenant) => Self::TenantCreated,
            (EventKind::Imported, _) => Self::EmployeeImported,
            (EventKind::Linked, _) => Self::EmployeeLinked,
            (EventKind::Deleted, Subject::Group(_)) => Self::GroupDeleted,
            (EventKind::Updated, Subject::Group(_)) => Self::GroupUpdated,
            (EventKind::Updated, _) => Self::EmployeeUpdated,
            (EventKind::Deleted, _) => Self::EmployeeDeleted,
            (EventKind::Archived, _) => Self::EmployeeArchived,
            (EventKind::Restored, _) => Self::EmployeeRestored,
            (EventKind::Recreated, _) => Self::EmployeeRecreated,
            (EventKind::Erased, _) => Self::EmployeeErased,
            (EventKind::SettingsChanged, _) => Self::SettingsChanged,
            (EventKind::AttributesChanged, _) => Self::AttributesChanged,
            (EventKind::TokenReplaced, _) => Self::TokenReplaced,
            (EventKind::TokenRevoked, _) => Self::TokenRevoked,
            (EventKind::LinkChanged, _) => Self::LinkChanged,
            (EventKind::SsoChanged, _) => Self::SsoChanged,
            (EventKind::AccountReplaced, _) => Self::AccountReplaced,
            (EventKind::AccountUnlinked, _) => Self::AccountUnlinked,
            (EventKind::DestinationChanged, _) => Self::DestinationChanged,
            (EventKind::DestinationFailing, _) => Self::DestinationFailing,
            (EventKind::DestinationDisabled, _) => Self::DestinationDisabled,
        }
    }

    /// The event URI of RFC 9967 for information, if there is one. `after_deletion` says whether the record was deleted
    /// before the change.
    pub fn scim_uri(self, after_deletion: bool) -> Option<&'static str> {
        match self {
            Self::EmployeeRestored if after_deletion => {
                Some("urn:ietf:params:scim:event:prov:create:notice")
            }
            Self::EmployeeCreated
            | Self::EmployeeImported
            | Self::EmployeeRecreated
            | Self::GroupCreated => Some("urn:ietf:params:scim:event:prov:create:notice"),
            Self::EmployeeUpdated | Self::EmployeeLinked | Self::GroupUpdated => {
                Some("urn:ietf:params:scim:event:prov:patch:notice")
            }
            Self::EmployeeArchived => Some("urn:ietf:params:scim:event:prov:deactivate"),
            Self::EmployeeRestored => Some("urn:ietf:params:scim:event:prov:activate"),
            Self::EmployeeDeleted | Self::EmployeeErased | Self::GroupDeleted => {
                Some("urn:ietf:params:scim:event:prov:delete")
            }
            _ => None,
        }
    }
}

impl Serialize for EventType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A pattern for types: one type, or all types of a kind, such as `employee.*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypePattern {
    /// One type.
    One(EventType),
    /// All types with this start, up to the dot.
    Kind(&'static str),
}

impl TypePattern {
    /// Reads a pattern; `None` for a text that no type has.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(kind) = text.strip_suffix(".*") {
            let known = EventType::iter().map(EventType::kind);
            return known.into_iter().find(|known| *known == kind).map(Self::Kind);
        }
        EventType::parse(text).map(Self::One)
    }

    /// Whether a type matches.
    pub fn matches(self, kind: EventType) -> bool {
        match self {
            Self::One(one) => one == kind,
            Self::Kind(start) => kind.kind() == start,
        }
    }
}

impl fmt::Display for TypePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(one) => formatter.write_str(one.as_str()),
            Self::Kind(start) => write!(formatter, "{start}.*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_reads_back_as_it_was_written() {
        for kind in EventType::all() {
            assert_eq!(EventType::parse(kind.as_str()), Some(kind));
            assert!(TypePattern::parse(kind.as_str()).is_some_and(|one| one.matches(kind)));
        }
        assert_eq!(EventType::parse("employee.lost"), None);
    }

    #[test]
    fn a_star_matches_all_types_of_a_kind() {
        let employees = TypePattern::parse("employee.*").unwrap();
        assert!(employees.matches(EventType::EmployeeErased));
        assert!(!employees.matches(EventType::GroupUpdated));
        for text in ["*", "employee", "employee.", "emp.*", ".*", "Employee.*"] {
            assert_eq!(TypePattern::parse(text), None, "{text}");
        }
        assert_eq!(employees.to_string(), "employee.*");
    }
}
