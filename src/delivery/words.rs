//! The words of messages for each type of event.

use crate::directory::events::types::EventType;

/// The words for one kind: the heading, and the words after a count of one and of several.
struct Words(&'static str, &'static str, &'static str);

/// The heading of a type in a message.
pub fn heading(kind: EventType) -> &'static str {
    words(kind).0
}

/// The words for a count of a type: "1 new employee", "2 archived".
pub fn counted(kind: EventType, count: u64) -> String {
    let Words(_, one, several) = words(kind);
    format!("{count} {}", if count == 1 { one } else { several })
}

fn words(kind: EventType) -> Words {
    match kind {
        EventType::EmployeeCreated => Words("New employees", "new employee", "new employees"),
        EventType::EmployeeImported => Words("Imported", "imported", "imported"),
        EventType::EmployeeLinked => Words(
            "Linked to the identity provider",
            "linked to the identity provider",
            "linked to the identity provider",
        ),
        EventType::EmployeeArchived => Words("Archived", "archived", "archived"),
        EventType::EmployeeRestored => Words("Restored", "restored", "restored"),
        EventType::EmployeeRecreated => Words("Created again", "created again", "created again"),
        EventType::EmployeeUpdated => Words("Changed", "changed", "changed"),
        EventType::EmployeeDeleted => Words("Deleted", "deleted", "deleted"),
        EventType::EmployeeErased => Words("Erased", "erased", "erased"),
        EventType::GroupCreated => Words("New groups", "new group", "new groups"),
        EventType::GroupUpdated => Words("Groups changed", "group changed", "groups changed"),
        EventType::GroupDeleted => Words("Groups deleted", "group deleted", "groups deleted"),
        EventType::TenantCreated => Words("Tenant created", "new tenant", "new tenants"),
        EventType::SettingsChanged => {
            Words("Settings changed", "change of settings", "changes of settings")
        }
        EventType::AttributesChanged => Words(
            "Custom attributes changed",
            "change of custom attributes",
            "changes of custom attributes",
        ),
        EventType::TokenReplaced => Words("New tokens", "new token", "new tokens"),
        EventType::TokenRevoked => Words("Tokens revoked", "token revoked", "tokens revoked"),
        EventType::LinkChanged => Words("Links changed", "link changed", "links changed"),
        EventType::SsoChanged => {
            Words("Single sign-on changed", "change of single sign-on", "changes of single sign-on")
        }
        EventType::AccountReplaced => {
            Words("Linked accounts replaced", "linked account replaced", "linked accounts replaced")
        }
        EventType::AccountUnlinked => {
            Words("Accounts unlinked", "account unlinked", "accounts unlinked")
        }
        EventType::SyncRefused => Words("Sync refused", "refused sync", "refused syncs"),
        EventType::SyncSilent => Words("Sync silent", "silent sync", "silent syncs"),
        EventType::SyncResumed => Words("Sync resumed", "resumed sync", "resumed syncs"),
        EventType::DestinationChanged => {
            Words("Destinations changed", "destination changed", "destinations changed")
        }
        EventType::DestinationFailing => {
            Words("Destinations failing", "destination failing", "destinations failing")
        }
        EventType::DestinationDisabled => {
            Words("Destinations disabled", "destination disabled", "destinations disabled")
        }
    }
}
