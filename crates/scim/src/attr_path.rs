//! Attribute notation (RFC 7644 §3.10): `[urn ":"] name ["." sub-attribute]`.

use std::fmt;

/// A parsed attribute path. [`ResourceType::resolve`] checks whether the attribute exists.
///
/// [`ResourceType::resolve`]: crate::schema::ResourceType::resolve
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttrPath {
    /// The schema URI before the last colon.
    pub urn: Option<String>,
    /// The attribute name, as written.
    pub name: String,
    /// The sub-attribute name, as written.
    pub sub_attribute: Option<String>,
}

impl AttrPath {
    /// Parses a path. Returns `None` when the text is not an attribute path.
    pub fn parse(text: &str) -> Option<Self> {
        // A URN may hold dots ("2.0"), and an attribute name has no colons. So the last colon ends the URN.
        let (urn, rest) = match text.rsplit_once(':') {
            Some((urn, rest)) if is_urn(urn) => (Some(urn.to_owned()), rest),
            Some(_) => return None,
            None => (None, text),
        };
        let (name, sub_attribute) = match rest.split_once('.') {
            Some((name, sub)) if is_name(sub) => (name, Some(sub.to_owned())),
            Some(_) => return None,
            None => (rest, None),
        };
        is_name(name).then(|| Self { urn, name: name.to_owned(), sub_attribute })
    }
}

impl fmt::Display for AttrPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(urn) = &self.urn {
            write!(formatter, "{urn}:")?;
        }
        formatter.write_str(&self.name)?;
        if let Some(sub) = &self.sub_attribute {
            write!(formatter, ".{sub}")?;
        }
        Ok(())
    }
}

/// Whether a text is an attribute name: `ATTRNAME = ALPHA *(nameChar)` (RFC 7644 §3.10). The text may have the leading
/// `$` of `$ref` (erratum on `$ref`).
fn is_name(text: &str) -> bool {
    let rest = text.strip_prefix('$').unwrap_or(text);
    rest.starts_with(|first: char| first.is_ascii_alphabetic())
        && rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// Whether a text is any URN. The tables decide later whether the URN is known.
fn is_urn(text: &str) -> bool {
    text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn:")) && text.len() > 4
}

#[cfg(test)]
mod tests {
    use super::AttrPath;

    fn check(text: &str, expected: Option<(Option<&str>, &str, Option<&str>)>) {
        let parsed = AttrPath::parse(text);
        let parts = parsed
            .as_ref()
            .map(|path| (path.urn.as_deref(), path.name.as_str(), path.sub_attribute.as_deref()));
        assert_eq!(parts, expected, "{text}");
        if let Some(path) = parsed {
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn paths_have_up_to_three_parts() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        check("userName", Some((None, "userName", None)));
        check("name.familyName", Some((None, "name", Some("familyName"))));
        check("manager.$ref", Some((None, "manager", Some("$ref"))));
        check(&format!("{enterprise}:department"), Some((Some(enterprise), "department", None)));
        check(
            &format!("{enterprise}:manager.value"),
            Some((Some(enterprise), "manager", Some("value"))),
        );
        check(
            enterprise,
            Some((Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0"), "User", None)),
        );
    }

    #[test]
    fn malformed_paths_are_refused() {
        for text in ["", ".", "a.", ".a", "a.b.c", "a b", "1a", "a[b]", "http:x", ":a", "urn:", "é"]
        {
            check(text, None);
        }
    }
}
