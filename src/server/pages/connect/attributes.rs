//! The values of step 4: the attributes to add and to map on the screens of the identity provider.

use crate::directory::Provider;
use scim::urn::ENTERPRISE_USER;

/// An attribute to map.
pub(super) struct MappedAttribute {
    pub(super) title: &'static str,
    /// The values to enter, in the order of the screen.
    pub(super) fields: Vec<MappedField>,
    /// The clicks on the screens.
    pub(super) clicks: &'static [&'static str],
}

/// A field on a screen of the identity provider, and the value to enter.
pub(super) struct MappedField {
    /// The id of the value on the page.
    pub(super) id: String,
    pub(super) label: &'static str,
    pub(super) value: String,
}

const OKTA_LOCATION: &[&str] = &[
    "Open Provisioning › To App. Scroll to the attribute mappings and click Go to Profile Editor.",
    "Click Add Attribute, enter the values below and click Save.",
    "Go back to the app, Provisioning › To App, and click Show Unmapped Attributes.",
    "Click the pencil at location. Choose Map from Okta Profile, countryCode, and Create and update. Click Save.",
];
const OKTA_MANAGER: &[&str] = &[
    "In the same list, click the pencil at Manager value. If it is missing, add it with the values below.",
    "Choose the attribute of the Okta profile with the manager’s email, and Create and update. Click Save.",
];
const OKTA_DEPARTMENT: &[&str] = &["The app has this attribute and maps it. Leave it as it is."];
const ENTRA_LOCATION: &[&str] = &[
    "Open Attribute mapping › Provision Microsoft Entra ID Users.",
    "Tick Show advanced options. Click Edit attribute list.",
    "Add the name below in the last row with the type String, and save.",
    "Click Add New Mapping. Choose Direct, your attribute with the place of work, and the new attribute.",
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
        ("Data type", "string"),
        ("Display name", title),
        ("Variable name", variable),
        ("External name", external),
        ("External namespace", ENTERPRISE_USER),
        ("Scope", "User personal"),
    ];
    let fields = fields.map(|(label, value)| field(variable, label, value.to_owned()));
    MappedAttribute { title, fields: fields.into(), clicks }
}

/// An attribute by its full name.
fn named(
    title: &'static str,
    name: &'static str,
    clicks: &'static [&'static str],
    has_type: bool,
) -> MappedAttribute {
    let mut fields = vec![field(name, "Name", format!("{ENTERPRISE_USER}:{name}"))];
    if has_type {
        fields.push(field(name, "Type", "String".to_owned()));
    }
    MappedAttribute { title, fields, clicks }
}

fn field(attribute: &str, label: &'static str, value: String) -> MappedField {
    let id = format!("{attribute}-{label}").to_lowercase().replace([' ', '.'], "-");
    MappedField { id, label, value }
}
