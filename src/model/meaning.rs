//! The meaning of a SCIM request, and the client that sent it. Both are for words only.

use super::kind::Kind;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// The meaning of a SCIM request.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    EnumString,
    EnumIter,
    Display,
)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum Meaning {
    /// *Test API Credentials* in Okta: a page of two users, without a filter.
    TestCredentials,
    /// Discovery documents.
    ReadConfiguration,
    /// A filtered list of users.
    FindUser,
    /// A list of users.
    ListUsers,
    /// A user by id.
    GetUser,
    /// A new user.
    CreateUser,
    /// All attributes of a user.
    ReplaceUser,
    /// Some attributes of a user.
    UpdateUser,
    /// A user becomes inactive.
    DeactivateUser,
    /// A user becomes active.
    ActivateUser,
    /// A user is deleted.
    DeleteUser,
    /// A filtered list of groups.
    FindGroup,
    /// A list of groups.
    ListGroups,
    /// A group by id.
    GetGroup,
    /// A new group.
    CreateGroup,
    /// All attributes of a group.
    ReplaceGroup,
    /// Some attributes of a group.
    UpdateGroup,
    /// Members join a group.
    AddMembers,
    /// Members leave a group.
    RemoveMembers,
    /// A group is deleted.
    DeleteGroup,
    /// A search in users and groups.
    Search,
    /// A bulk request.
    Bulk,
    /// A request of another form.
    Other,
}

impl Meaning {
    /// The name, in items and in the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The words for an administrator.
    pub fn words(self) -> &'static str {
        match self {
            Self::TestCredentials => "Test API Credentials",
            Self::ReadConfiguration => "Read configuration",
            Self::FindUser => "Find user",
            Self::ListUsers => "List users",
            Self::GetUser => "Get user",
            Self::CreateUser => "Create user",
            Self::ReplaceUser => "Replace user",
            Self::UpdateUser => "Update user",
            Self::DeactivateUser => "Deactivate user",
            Self::ActivateUser => "Activate user",
            Self::DeleteUser => "Delete user",
            Self::FindGroup => "Find group",
            Self::ListGroups => "List groups",
            Self::GetGroup => "Get group",
            Self::CreateGroup => "Create group",
            Self::ReplaceGroup => "Replace group",
            Self::UpdateGroup => "Update group",
            Self::AddMembers => "Add members",
            Self::RemoveMembers => "Remove members",
            Self::DeleteGroup => "Delete group",
            Self::Search => "Search",
            Self::Bulk => "Bulk request",
            Self::Other => "Other request",
        }
    }

    /// Whether the request only reads.
    pub fn is_read(self) -> bool {
        matches!(
            self,
            Self::TestCredentials
                | Self::ReadConfiguration
                | Self::FindUser
                | Self::ListUsers
                | Self::GetUser
                | Self::FindGroup
                | Self::ListGroups
                | Self::GetGroup
                | Self::Search
        )
    }

    /// The meaning of a request, by its method and route alone, such as `PATCH` and `/Users/{id}`.
    pub fn of_route(method: &str, route: &str) -> Self {
        let (endpoint, rest) = match route.trim_start_matches('/').split_once('/') {
            Some((endpoint, rest)) => (endpoint, Some(rest)),
            None => (route.trim_start_matches('/'), None),
        };
        let kind = match endpoint {
            "Users" => Kind::Employee,
            "Groups" => Kind::Group,
            "Bulk" => return Self::Bulk,
            "" | ".search" => return Self::Search,
            "ServiceProviderConfig" | "ResourceTypes" | "Schemas" => {
                return Self::ReadConfiguration;
            }
            _ => return Self::Other,
        };
        match (method, rest) {
            ("GET", None) | ("POST", Some(".search")) => Self::list(kind, false),
            ("GET", Some(_)) => Self::one(kind, Self::GetUser, Self::GetGroup),
            ("POST", None) => Self::one(kind, Self::CreateUser, Self::CreateGroup),
            ("PUT", Some(_)) => Self::one(kind, Self::ReplaceUser, Self::ReplaceGroup),
            ("PATCH", Some(_)) => Self::one(kind, Self::UpdateUser, Self::UpdateGroup),
            ("DELETE", Some(_)) => Self::one(kind, Self::DeleteUser, Self::DeleteGroup),
            _ => Self::Other,
        }
    }

    /// The meaning of a list, with or without a filter.
    pub fn list(kind: Kind, is_filtered: bool) -> Self {
        match is_filtered {
            true => Self::one(kind, Self::FindUser, Self::FindGroup),
            false => Self::one(kind, Self::ListUsers, Self::ListGroups),
        }
    }

    fn one(kind: Kind, of_user: Self, of_group: Self) -> Self {
        match kind {
            Kind::Employee => of_user,
            Kind::Group => of_group,
        }
    }
}

/// The client that sends the requests, by its `User-Agent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, EnumString)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Client {
    /// Okta.
    Okta,
    /// Microsoft Entra ID.
    Entra,
    /// Another client.
    Other,
}

impl Client {
    /// Reads a `User-Agent`.
    pub fn of_user_agent(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        match () {
            () if text.contains("okta") => Self::Okta,
            () if text.contains("azure") || text.contains("entra") || text.contains("aad") => {
                Self::Entra
            }
            () => Self::Other,
        }
    }

    /// The name, in items and in the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Client, Meaning};

    #[test]
    fn method_and_route_give_the_first_meaning() {
        for (method, route, expected) in [
            ("GET", "/Users", Meaning::ListUsers),
            ("POST", "/Users/.search", Meaning::ListUsers),
            ("GET", "/Users/{id}", Meaning::GetUser),
            ("POST", "/Groups", Meaning::CreateGroup),
            ("PUT", "/Users/{id}", Meaning::ReplaceUser),
            ("PATCH", "/Groups/{id}", Meaning::UpdateGroup),
            ("DELETE", "/Users/{id}", Meaning::DeleteUser),
            ("POST", "/Bulk", Meaning::Bulk),
            ("GET", "/", Meaning::Search),
            ("POST", "/.search", Meaning::Search),
            ("GET", "/ServiceProviderConfig", Meaning::ReadConfiguration),
            ("GET", "/Me", Meaning::Other),
            ("PUT", "/Users", Meaning::Other),
        ] {
            assert_eq!(Meaning::of_route(method, route), expected, "{method} {route}");
        }
    }

    #[test]
    fn the_user_agent_names_the_client() {
        for (text, expected) in [
            ("Okta SCIM Client 1.0.0", Client::Okta),
            ("Azure AD Provisioning", Client::Entra),
            ("AzureAD-SCIM", Client::Entra),
            ("curl/8.5.0", Client::Other),
            ("", Client::Other),
        ] {
            assert_eq!(Client::of_user_agent(text), expected, "{text}");
        }
    }
}
