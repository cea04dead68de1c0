//! The names of attributes in plain words.

/// Returns an attribute in plain words for the middle of a sentence: `name.givenName` is *given name*.
///
/// `path` is in attribute notation. A name without words of its own keeps the spelling that the client sent.
pub(in crate::server::pages) fn label(path: &str) -> String {
    if let Some(name) = path.strip_prefix("local.") {
        return format!("your {name} value");
    }
    let name = path.rsplit_once(':').map_or(path, |(_, name)| name);
    let words = match name {
        "active" => "status",
        "name.givenName" => "given name",
        "name.familyName" => "family name",
        "name.middleName" => "middle name",
        "name.formatted" => "full name",
        "name.honorificPrefix" => "name prefix",
        "name.honorificSuffix" => "name suffix",
        "displayName" => "display name",
        "nickName" => "nickname",
        "profileUrl" => "profile URL",
        "userType" => "user type",
        "preferredLanguage" => "preferred language",
        "timezone" => "time zone",
        "emails" => "email",
        "phoneNumbers" => "phone",
        "ims" => "instant messaging",
        "addresses" => "address",
        "x509Certificates" => "certificates",
        "externalId" => "external id",
        "employeeNumber" => "employee number",
        "costCenter" => "cost center",
        "silentAfterHours" => "hours until silence is reported",
        other => other,
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn attributes_have_plain_words() {
        for (path, words) in [
            ("title", "title"),
            ("name.familyName", "family name"),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "department"),
            ("urn:x:User:badgeNumber", "badgeNumber"),
            ("local.department", "your department value"),
        ] {
            assert_eq!(label(path), words, "{path}");
        }
    }
}
