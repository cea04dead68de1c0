//! The attributes for which a tenant chooses a source: the identity provider, or the tenant's own administrator.

use super::employee::LocalValues;
use super::tenant::Settings;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The name of the change with the number of changed people, in the history of a setting.
pub const PEOPLE_CHANGED: &str = "peopleChanged";
/// The name of the change with the number of people who lost their value, in the history of a setting.
pub const PEOPLE_LOSING: &str = "peopleWithoutValue";

/// An attribute with a choice of its source.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "camelCase")]
pub enum GovernedAttribute {
    /// The department's name.
    Department,
    /// The place of work.
    Location,
    /// The manager.
    Manager,
}

impl GovernedAttribute {
    /// All attributes with a choice of their source.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Reads the name of an attribute; `None` when `text` is no such name.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// The name, as in URLs and in SCIM.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Finds the attribute of a setting; `None` for another setting.
    pub fn of_setting(setting: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|attribute| attribute.setting() == setting)
    }

    /// The name at the start of a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Department => "Department",
            Self::Location => "Location",
            Self::Manager => "Manager",
        }
    }

    /// The name of the setting, in the history and in the API.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Department => "departmentFromIdp",
            Self::Location => "locationFromIdp",
            Self::Manager => "managerFromIdp",
        }
    }

    /// The words of the setting on the pages.
    pub fn setting_label(self) -> &'static str {
        match self {
            Self::Department => "Set employee department info from Identity Provider",
            Self::Location => "Set employee location info from Identity Provider",
            Self::Manager => "Set employee manager info from Identity Provider",
        }
    }

    /// Whether the identity provider is the source under these settings.
    pub fn is_from_idp(self, settings: Settings) -> bool {
        match self {
            Self::Department => settings.department_from_idp,
            Self::Location => settings.location_from_idp,
            Self::Manager => settings.manager_from_idp,
        }
    }

    /// Lists the attributes whose values from the identity provider are not in use under these settings.
    pub fn not_in_use(settings: Settings) -> Vec<Self> {
        let all = Self::ALL.iter().copied();
        all.filter(|attribute| !attribute.is_from_idp(settings)).collect()
    }

    /// These settings with another source of the attribute.
    #[must_use]
    pub fn with_source(self, settings: Settings, from_idp: bool) -> Settings {
        match self {
            Self::Department => Settings { department_from_idp: from_idp, ..settings },
            Self::Location => Settings { location_from_idp: from_idp, ..settings },
            Self::Manager => Settings { manager_from_idp: from_idp, ..settings },
        }
    }

    /// The value that the tenant's administrator set.
    pub fn local_value(self, local: &LocalValues) -> Option<&str> {
        match self {
            Self::Department => local.department.as_deref(),
            Self::Location => local.location.as_deref(),
            Self::Manager => local.manager.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attribute_has_a_setting_of_its_own() {
        for attribute in GovernedAttribute::ALL {
            assert_eq!(GovernedAttribute::parse(attribute.name()), Some(*attribute));
            assert_eq!(GovernedAttribute::of_setting(attribute.setting()), Some(*attribute));
            let on = attribute.with_source(Settings::default(), true);
            let governed = GovernedAttribute::ALL.iter().filter(|other| other.is_from_idp(on));
            assert_eq!(governed.collect::<Vec<_>>(), [attribute]);
            assert_eq!(attribute.with_source(on, false), Settings::default());
            assert!(
                attribute.setting_label().contains(&format!("employee {} info", attribute.name()))
            );
            assert!(serde_json::to_value(on).unwrap()[attribute.setting()].as_bool().unwrap());
        }
        assert_eq!(GovernedAttribute::parse("title"), None);
        assert_eq!(GovernedAttribute::parse("Location"), None);
    }
}
