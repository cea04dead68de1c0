//! Entity tags (RFC 7644 §3.14, RFC 9110 §8.8.3): weak tags made of a resource's version number.

/// A resource's entity tag, as in `meta.version` and the `ETag` header: `W/"7"`.
pub fn entity_tag(version: u64) -> String {
    format!("W/\"{version}\"")
}

/// The value of an `If-Match` or `If-None-Match` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagCondition {
    /// `*`: any version of an existing resource.
    Any,
    /// A list of tags, without their `W/` marks.
    Tags(Vec<String>),
}

impl TagCondition {
    /// Reads a header value. Quotes are optional, because several clients send the bare version.
    pub fn parse(header: &str) -> Self {
        if header.trim() == "*" {
            return TagCondition::Any;
        }
        let tags = header.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        TagCondition::Tags(tags.map(|tag| opaque_part(tag).to_owned()).collect())
    }

    /// Whether the condition names `version`, by weak comparison (RFC 9110 §8.8.3.2).
    pub fn matches(&self, version: u64) -> bool {
        match self {
            TagCondition::Any => true,
            TagCondition::Tags(tags) => tags.iter().any(|tag| *tag == version.to_string()),
        }
    }
}

fn opaque_part(tag: &str) -> &str {
    let tag = tag.strip_prefix("W/").or_else(|| tag.strip_prefix("w/")).unwrap_or(tag);
    tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::TagCondition;

    #[test]
    fn conditions_compare_weakly() {
        let check = |header: &str, version| TagCondition::parse(header).matches(version);
        assert!(check("W/\"7\"", 7));
        assert!(check("\"7\"", 7));
        assert!(check("\"1\", W/\"7\"", 7));
        assert!(check("*", 7));
        assert!(!check("W/\"17\"", 7));
        assert!(!check("", 7));
    }
}
