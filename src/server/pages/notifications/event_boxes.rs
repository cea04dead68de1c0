//! The boxes of a form for the types of events, by the kind of record.

use crate::directory::events::types::EventType;

/// The boxes for the events of one kind.
pub(super) struct EventGroup {
    pub(super) title: &'static str,
    /// The box for all types of the kind; `None` for a kind with one type.
    pub(super) all: Option<EventBox>,
    pub(super) boxes: Vec<EventBox>,
}

/// A box for one type, or for all types of a kind.
pub(super) struct EventBox {
    /// The type as the destination keeps it, such as `employee.created` or `employee.*`.
    pub(super) value: String,
    pub(super) label: &'static str,
    pub(super) is_ticked: bool,
}

impl EventBox {
    /// Returns the id of the box on the page.
    pub(super) fn id(&self) -> String {
        format!("type-{}", self.value.replace(['.', '*'], "-"))
    }
}

/// Returns the boxes, with those of `types` ticked.
///
/// A destination is younger than its tenant, so the creation of the tenant has a box only where it is ticked.
pub(super) fn groups(types: &[String]) -> Vec<EventGroup> {
    let mut kinds: Vec<&'static str> = EventType::all().map(EventType::kind).collect();
    kinds.dedup();
    kinds.retain(|kind| *kind != "tenant" || types.iter().any(|one| one.starts_with("tenant.")));
    kinds.into_iter().map(|kind| group(kind, types)).collect()
}

fn group(kind: &'static str, types: &[String]) -> EventGroup {
    let pattern = format!("{kind}.*");
    let has_all = types.contains(&pattern);
    let of_kind: Vec<EventType> = EventType::all().filter(|one| one.kind() == kind).collect();
    let is_single = of_kind.len() == 1;
    let one = |event: EventType| EventBox {
        value: event.as_str().to_owned(),
        label: label(event),
        is_ticked: types.iter().any(|text| text == event.as_str()) || (is_single && has_all),
    };
    let all = EventBox { value: pattern, label: "All of these", is_ticked: has_all };
    EventGroup {
        title: title(kind),
        boxes: of_kind.into_iter().map(one).collect(),
        all: (!is_single).then_some(all),
    }
}

/// Returns the ticked types. A box for all types of a kind replaces the boxes of that kind.
pub(super) fn ticked<'f>(values: impl Iterator<Item = &'f str>) -> Vec<String> {
    let values: Vec<&str> = values.collect();
    let is_covered = |value: &str| {
        let kind = value.split_once('.').map(|(kind, _)| format!("{kind}.*"));
        kind.is_some_and(|kind| kind != value && values.contains(&&*kind))
    };
    values.iter().filter(|value| !is_covered(value)).map(|value| (*value).to_owned()).collect()
}

/// Describes the types of a destination, for the list.
pub(super) fn described(types: &[String]) -> String {
    let one = |text: &String| match EventType::parse(text) {
        Some(event) => format!("{}: {}", title(event.kind()), lowercase_start(label(event))),
        None => text.strip_suffix(".*").map_or_else(|| text.clone(), |kind| title(kind).to_owned()),
    };
    types.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn lowercase_start(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn title(kind: &str) -> &'static str {
    match kind {
        "employee" => "Employees",
        "group" => "Groups",
        "tenant" => "Tenant",
        "settings" => "Settings",
        "attributes" => "Custom attributes",
        "token" => "Tokens",
        "link" => "Set-up and sign-in links",
        "sso" => "Single sign-on",
        "account" => "Accounts of administrators",
        "sync" => "Identity provider",
        "destination" => "Other destinations",
        _ => "Others",
    }
}

fn label(event: EventType) -> &'static str {
    match event {
        EventType::EmployeeCreated => "New",
        EventType::EmployeeImported => "Imported",
        EventType::EmployeeLinked => "Imported before, now linked to the identity provider",
        EventType::EmployeeArchived => "Archived: has left",
        EventType::EmployeeRestored => "Restored: is back",
        EventType::EmployeeRecreated => "Created again in the identity provider, not active",
        EventType::EmployeeUpdated => "Changed",
        EventType::EmployeeDeleted => "Deleted in the identity provider, and archived here",
        EventType::EmployeeErased => "Erased for good",
        EventType::GroupCreated => "New",
        EventType::GroupUpdated => "Changed, also the members",
        EventType::GroupDeleted => "Deleted",
        EventType::TenantCreated => "Created",
        EventType::SettingsChanged | EventType::AttributesChanged => "Changed",
        EventType::TokenReplaced => "Created or replaced",
        EventType::TokenRevoked => "Revoked",
        EventType::LinkChanged => "Made, opened or revoked",
        EventType::SsoChanged => "Changed, or all administrators signed out",
        EventType::AccountReplaced => "Another account linked to an employee",
        EventType::AccountUnlinked => "Unlinked from an employee",
        EventType::SyncRefused => "Requests fail",
        EventType::SyncSilent => "Sends no requests for longer than usual",
        EventType::SyncResumed => "Sends requests again",
        EventType::DestinationChanged => "Added, changed, paused, resumed or removed",
        EventType::DestinationFailing => "Fails for a day",
        EventType::DestinationDisabled => "Disabled by Rollcall",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_one_box_and_each_kind_its_own_title() {
        let types = ["employee.*", "settings.*", "tenant.created"].map(str::to_owned);
        let groups = groups(&types);
        let boxes: Vec<&str> =
            groups.iter().flat_map(|group| &group.boxes).map(|one| &*one.value).collect();
        let all: Vec<&str> = EventType::all().map(EventType::as_str).collect();
        assert_eq!(boxes, all);
        assert!(groups.iter().all(|group| group.title != "Others"));
        let ticked = |title: &str| {
            let group = groups.iter().find(|group| group.title == title).unwrap();
            let all = group.all.as_ref().map(|all| all.is_ticked);
            (all, group.boxes.iter().filter(|one| one.is_ticked).count())
        };
        assert_eq!(ticked("Employees"), (Some(true), 0));
        assert_eq!(ticked("Settings"), (None, 1), "the one type stands for the kind");
        assert_eq!(ticked("Groups"), (Some(false), 0));
        assert_eq!(ticked("Tenant"), (None, 1));
        assert!(super::groups(&[]).iter().all(|group| group.title != "Tenant"));
    }

    #[test]
    fn a_box_for_all_replaces_the_boxes_of_its_kind_only() {
        let sent = ["employee.created", "employee.*", "group.created"];
        assert_eq!(ticked(sent.into_iter()), ["employee.*", "group.created"]);
        assert_eq!(
            described(&["employee.*".to_owned(), "group.created".to_owned()]),
            "Employees; Groups: new"
        );
    }
}
