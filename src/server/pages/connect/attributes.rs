//! The values of step 4: the attributes to add and to map on the screens of the identity provider.

use crate::directory::Provider;
use scim::urn::ENTERPRISE_USER;

/// An attribute to map.
pub(super) struct MappedAttribute {
    pub(super) title: &'static str,
    /// The values to enter, in the order of the screen.
    pub(super) fields: Vec<MappedField>,
    /// The clicks on the screens, as HTML.
    pub(super) clicks: &'static [&'static str],
}

/// A field on a screen of the identity provider, and the value to enter.
pub(super) struct MappedField {
    /// The id of the value on the page.
    pub(super) id: String,
    pub(super) label: &'static str,
    pub(super) value: String,
    /// The verb of a choice; empty for a text to enter.
    pub(super) verb: &'static str,
}

const OKTA_LOCATION: &[&str] = &[
    "Open <strong>Provisioning</strong> › <strong>To App</strong>. Scroll to the attribute mappings and select \
     <strong>Go to Profile Editor</strong>.",
    "Select <strong>Add Attribute</strong>, enter the values below and select <strong>Save</strong>.",
    "Go back to the app, <strong>Provisioning</strong> › <strong>To App</strong>, and select \
     <strong>Show Unmapped Attributes</strong>.",
    "Select the pencil at <strong>location</strong>. Select <strong>Map from Okta Profile</strong>, and \
     <strong>countryCode</strong> or another attribute with the place of work. Select <strong>Create and update</strong>, \
     then <strong>Save</strong>.",
];
const OKTA_MANAGER: &[&str] = &[
    "In the same list, select the pencil at <strong>Manager value</strong>. If it is missing, add it with the values below.",
    "Select the attribute of the Okta profile with the manager’s email. Select <strong>Create and update</strong>, then \
     <strong>Save</strong>.",
];
const OKTA_DEPARTMENT: &[&str] = &["The app has this attribute and maps it. Leave it as it is."];
const ENTRA_LOCATION: &[&str] = &[
    "Open <strong>Attribute mapping</strong> › <strong>Provision Microsoft Entra ID Users</strong>.",
    "Check <strong>Show advanced options</strong>. Select <strong>Edit attribute list</strong>.",
    "Add the name below in the last row with the type <strong>String</strong>, and save.",
    "Select <strong>Add New Mapping</strong>. Select <strong>Direct</strong>, your attribute with the place of work, and \
     the new attribute.",
];
const ENTRA_MANAGER: &[&str] = &[
    "The default mapping sends a reference. Leave it as it is.",
    "Managers must be in scope too.",
];
const ENTRA_DEPARTMENT: &[&str] = &["The default mapping sends it. Leave it as it is."];
const OTHER: &[&str] = &["Map your attribute to the name below in the enterprise extension."];

/// Returns the attributes to map.
pub(super) fn attributes_for(provider: Provider) -> [MappedAttribute; 3] {
    match provider {
        Provider::Okta => [
            okta("location", ("location", "location"), OKTA_LOCATION),
            okta("Manager value", ("managerValue", "manager.value"), OKTA_MANAGER),
            MappedAttribute { title: "Department", fields: Vec::new(), clicks: OKTA_DEPARTMENT },
        ],
        Provider::Entra => [
            named("Location", "location", ENTRA_LOCATION, true),
            named("Manager", "manager", ENTRA_MANAGER, false),
            named("Department", "department", ENTRA_DEPARTMENT, false),
        ],
        Provider::Other => [
            named("Location", "location", OTHER, false),
            named("Manager", "manager.value", OTHER, false),
            named("Department", "department", OTHER, false),
        ],
    }
}

/// An attribute as Okta’s *Add Attribute* has it.
fn okta(
    title: &'static str,
    (variable, external): (&'static str, &'static str),
    clicks: &'static [&'static str],
) -> MappedAttribute {
    let fields = [
        ("Data type", "string", "select"),
        ("Display name", title, ""),
        ("Variable name", variable, ""),
        ("External name", external, ""),
        ("External namespace", ENTERPRISE_USER, ""),
        ("Scope", "User personal", "check"),
    ];
    let fields = fields.map(|(label, value, verb)| field(variable, label, value.to_owned(), verb));
    MappedAttribute { title, fields: fields.into(), clicks }
}

/// An attribute by its full name.
fn named(
    title: &'static str,
    name: &'static str,
    clicks: &'static [&'static str],
    has_type: bool,
) -> MappedAttribute {
    let mut fields = vec![field(name, "Name", format!("{ENTERPRISE_USER}:{name}"), "")];
    if has_type {
        fields.push(field(name, "Type", "String".to_owned(), "select"));
    }
    MappedAttribute { title, fields, clicks }
}

fn field(attribute: &str, label: &'static str, value: String, verb: &'static str) -> MappedField {
    let id = format!("{attribute}-{label}").to_lowercase().replace([' ', '.'], "-");
    MappedField { id, label, value, verb }
}
