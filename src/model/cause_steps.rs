//! The steps of an administrator after a failed request, with the names of the identity provider's screens.

use super::cause::Cause;
use super::provider::Provider;

impl Cause {
    /// Returns the steps in the words of an identity provider. `attribute` is the attribute with the problem.
    pub fn what_to_do(self, attribute: Option<&str>, provider: Provider) -> String {
        if let (Self::WrongType { .. }, Some("active")) = (self, attribute) {
            return of_active(provider).to_owned();
        }
        let general = self.text().what_to_do;
        let own = match provider {
            Provider::Okta => self.in_okta(),
            Provider::Entra => self.in_entra(),
            Provider::Other => return general.to_owned(),
        };
        let (text, name) = (own.unwrap_or(general), provider.label());
        text.replace("The identity provider", name).replace("the identity provider", name)
    }

    /// The steps on Okta's screens; `None` when the general text has no screen.
    fn in_okta(self) -> Option<&'static str> {
        Some(match self {
            Self::UserNameTaken => {
                "Open that employee, who may be archived. If it is the same person, select Dashboard › Tasks › Retry \
                 Selected: Okta then finds the user by userName. Otherwise change the username of one of the two \
                 people under Assignments."
            }
            Self::GroupNameTaken => {
                "Under Push Groups, select Link Group and the existing group. Or rename one of the two groups."
            }
            Self::ValueRequired => {
                "Dashboard › Tasks names the person. Map the attribute under Provisioning › To App, and fill it in the person's Okta profile. For \
                 userName, check Sign On › Application username format. Then select Dashboard › Tasks › Retry Selected."
            }
            Self::WrongType { .. }
            | Self::TextTooLong { .. }
            | Self::TooManyValues { .. }
            | Self::InvalidValue => {
                "Correct the value in the person's Okta profile, or its mapping under Provisioning › To App. Then \
                 select Dashboard › Tasks › Retry Selected."
            }
            Self::ForbiddenCharacter => {
                "Remove the invisible character from the value in the person's Okta profile. Then select Dashboard › \
                 Tasks › Retry Selected."
            }
            Self::RequiredValueRemoved => {
                "Fill the attribute in the person's Okta profile. Then select Dashboard › Tasks › Retry Selected."
            }
            Self::UserNotFound => {
                "The employee was erased, or another app deleted the user. Remove the person under Assignments, \
                 and assign the person again."
            }
            Self::GroupNotFound => {
                "Another app deleted the group. Under Push Groups, unlink the group and push it again."
            }
            Self::ReadOnlyAttribute => {
                "Remove the mapping of this attribute under Provisioning › To App."
            }
            Self::NothingSelected | Self::ElementWithoutValue => {
                "In the Profile Editor, correct the external name of the attribute, such as \
                 emails.^[type=='work'].value."
            }
            Self::InvalidPath => {
                "In the Profile Editor, correct the external name and the external namespace of the attribute. \
                 Compare both, letter by letter, with the User schema in /Schemas."
            }
            Self::InvalidFilter | Self::UnknownFilterAttribute => {
                "Set Unique identifier field for users to userName, under Provisioning › Integration."
            }
            Self::UnknownEndpoint => {
                "Check SCIM 2.0 Base Url under Provisioning › Integration. It is the whole Tenant URL, which ends with \
                 /scim/v2."
            }
            Self::DatabaseUnavailable
            | Self::CredentialsUnavailable
            | Self::TooSlow
            | Self::ServiceFailed => {
                "Select Dashboard › Tasks › Retry Selected. If the failure stays, give the request id to the operator \
                 of this service."
            }
            _ => return None,
        })
    }

    /// The steps on the screens of Entra ID; `None` when the general text has no screen.
    fn in_entra(self) -> Option<&'static str> {
        Some(match self {
            Self::UserNameTaken => {
                "Open that employee, who may be archived. If it is the same person, use Provision on demand: Entra ID \
                 then finds the user by userName. Otherwise change the user principal name of one of the two people."
            }
            Self::GroupNameTaken => "Rename one of the two groups in Entra ID.",
            Self::ValueRequired => {
                "The provisioning logs name the person. Map the attribute under Attribute mapping, and fill it in the user's properties. Entra ID sends the \
                 user again in a later cycle."
            }
            Self::WrongType { .. }
            | Self::TextTooLong { .. }
            | Self::TooManyValues { .. }
            | Self::InvalidValue => {
                "Correct the value in the user's properties, or its mapping under Attribute mapping. Entra ID sends \
                 it again in a later cycle."
            }
            Self::ForbiddenCharacter => {
                "Remove the invisible character from the value in the user's properties. Entra ID sends it again in a \
                 later cycle."
            }
            Self::RequiredValueRemoved => "Fill the attribute in the user's properties.",
            Self::UserNotFound => {
                "The employee was erased, or another app deleted the user. Restart the provisioning job through \
                 Microsoft Graph with resetScope Full: Entra ID then looks for the user by userName again."
            }
            Self::GroupNotFound => {
                "Another app deleted the group. Restart the provisioning job through Microsoft Graph with \
                 resetScope Full: Entra ID then looks for the group by name again."
            }
            Self::ReadOnlyAttribute => {
                "Remove the mapping of this attribute under Attribute mapping."
            }
            Self::NothingSelected | Self::ElementWithoutValue => {
                "Correct the target attribute under Attribute mapping, such as emails[type eq \"work\"].value."
            }
            Self::InvalidPath => {
                "Correct the name of the attribute under Attribute mapping › Show advanced options › Edit attribute \
                 list. Compare it, letter by letter, with the User schema in /Schemas."
            }
            Self::InvalidFilter => "Match users by userName under Attribute mapping.",
            Self::UnknownFilterAttribute => {
                "Match users by userName, and groups by displayName, under Attribute mapping."
            }
            Self::UnknownEndpoint => {
                "Check Tenant URL under Provisioning. It ends with /scim/v2, and no other path follows."
            }
            Self::DatabaseUnavailable
            | Self::CredentialsUnavailable
            | Self::TooSlow
            | Self::ServiceFailed => {
                "Entra ID repeats the request in a later cycle. If the failure stays, give the request id to the \
                 operator of this service."
            }
            _ => return None,
        })
    }
}

/// The steps when `active` is neither true nor false. Identity providers send it right without a mapping.
fn of_active(provider: Provider) -> &'static str {
    match provider {
        Provider::Okta => {
            "Okta itself sends active as true or false. If a mapping under Provisioning › To App sets active, remove \
             it. Otherwise another app sends the value: correct active there."
        }
        Provider::Entra => {
            "Correct the mapping of active under Attribute mapping: it gives true or false. If another app sends the \
             value, correct active there. Entra ID sends it again in a later cycle."
        }
        Provider::Other => {
            "Correct the mapping of active in the identity provider: it gives true or false. If another app sends the \
             value, correct active there."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;

    #[test]
    fn the_steps_name_the_identity_provider_of_the_tenant() {
        for cause in Cause::iter() {
            assert_eq!(cause.what_to_do(None, Provider::Other), cause.text().what_to_do);
            for (provider, other) in [(Provider::Okta, "Entra"), (Provider::Entra, "Okta")] {
                let text = cause.what_to_do(None, provider);
                assert!(
                    text.ends_with('.') && !text.to_lowercase().contains("the identity provider"),
                    "{cause:?}: {text}"
                );
                assert!(!text.contains(other), "{cause:?}: {text}");
            }
        }
    }
}
