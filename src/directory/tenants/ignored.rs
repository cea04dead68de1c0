//! Advice about ignored attributes: declare the attribute, or correct the mapping in the identity provider.

use crate::directory::Directory;
use crate::model::kind::Kind;
use crate::model::sync::UnknownAttribute;
use crate::model::tenant::Tenant;
use scim::attr_path::AttrPath;
use scim::json_shape::{JsonShape, JsonType};
use scim::schema::ResourceType;
use scim::schema::custom::{CustomAttribute, CustomType};
use scim::urn::{ENTERPRISE_USER, USER};

/// The shortest name in which one wrong letter makes a near miss. Short names differ by one letter too often.
const SHORTEST_MISSPELT: usize = 5;

/// The advice about an ignored attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// The name is that of a known attribute, or nearly so.
    NearMiss {
        /// The known attribute.
        name: String,
        /// The URN of the known attribute.
        urn: String,
        /// Whether the name itself is right, so that only the URN is wrong.
        is_name_right: bool,
    },
    /// The tenant can declare the attribute.
    Declare(CustomAttribute),
    /// The attribute arrives without a URN. Under this URN, the tenant can declare it.
    NeedsUrn(String),
    /// The value is an object. No attribute can hold it.
    IsObject,
    /// Only the mapping in the identity provider can change this: a sub-attribute, a value that is too long, a filtered
    /// value, or an attribute of a group.
    CorrectMapping,
}

impl Directory {
    /// Gives advice about an ignored attribute of a tenant.
    pub fn advice(&self, tenant: &Tenant, ignored: &UnknownAttribute) -> Advice {
        if ignored.resource_type != Kind::Employee.as_str() {
            return Advice::CorrectMapping;
        }
        let users = &self.types().users;
        let Some(path) = AttrPath::parse(&ignored.name) else { return Advice::CorrectMapping };
        if let Some(near_miss) = near_miss(users, &path) {
            return near_miss;
        }
        if path.sub_attribute.is_some() {
            return Advice::CorrectMapping;
        }
        let Some(kind) = custom_type(ignored.shape) else { return Advice::IsObject };
        let own_urn = own_urn(tenant);
        let Some(urn) = path.urn else { return Advice::NeedsUrn(own_urn) };
        let attribute = CustomAttribute {
            urn,
            name: path.name,
            kind,
            multi_valued: ignored.shape.multi_valued,
            case_exact: false,
            description: String::new(),
        };
        let clash = attribute.clash(self.types(), &tenant.attributes);
        if attribute.check().is_err() || clash.is_some() {
            return Advice::NeedsUrn(own_urn);
        }
        Advice::Declare(attribute)
    }
}

/// The URN for a tenant's next attribute: the tenant's last own URN, so that an administrator need not type it twice, or
/// a default.
pub fn own_urn(tenant: &Tenant) -> String {
    let own = |attribute: &&CustomAttribute| attribute.urn != ENTERPRISE_USER;
    let last = tenant.attributes.iter().rev().find(own).map(|last| last.urn.clone());
    let default = || format!("urn:ietf:params:scim:schemas:extension:{}:2.0:User", tenant.id);
    last.unwrap_or_else(default)
}

/// The type of an attribute for values of a JSON type; `None` when no type fits.
fn custom_type(shape: JsonShape) -> Option<CustomType> {
    match shape.kind {
        JsonType::Null | JsonType::String => Some(CustomType::String),
        JsonType::Boolean => Some(CustomType::Boolean),
        JsonType::Integer => Some(CustomType::Integer),
        JsonType::Decimal => Some(CustomType::Decimal),
        JsonType::Object | JsonType::Mixed => None,
    }
}

/// Finds the known attribute that a path nearly names.
fn near_miss(users: &ResourceType, path: &AttrPath) -> Option<Advice> {
    let known = AttrPath { sub_attribute: None, ..path.clone() };
    if users.resolve(&known).is_some() {
        // The attribute is known, and only the sub-attribute is not.
        return None;
    }
    let enterprise = users.extension(ENTERPRISE_USER);
    let enterprise = enterprise.into_iter().flat_map(|schema| &schema.attributes);
    let candidates = enterprise
        .map(|attribute| (ENTERPRISE_USER, &attribute.name))
        .chain(users.schema.attributes.iter().map(|attribute| (USER, &attribute.name)));
    let advice = |(urn, name): (&str, &String), is_name_right| Advice::NearMiss {
        name: name.clone(),
        urn: urn.to_owned(),
        is_name_right,
    };
    let mut same = candidates.clone().filter(|(_, name)| name.eq_ignore_ascii_case(&path.name));
    if let Some(found) = same.next() {
        return Some(advice(found, true));
    }
    let mut alike = candidates.filter(|(_, name)| is_misspelt(&path.name, name));
    alike.next().map(|found| advice(found, false))
}

/// Whether two names differ by one letter: one more, one less, another one, or two neighbours in the wrong order.
fn is_misspelt(text: &str, name: &str) -> bool {
    let [text, name] = [text, name].map(|text| text.to_ascii_lowercase().into_bytes());
    if name.len() < SHORTEST_MISSPELT || text.len().abs_diff(name.len()) > 1 || text == name {
        return false;
    }
    let start = text.iter().zip(&name).take_while(|(one, other)| one == other).count();
    let rest =
        |bytes: &[u8], skipped: usize| bytes.get(start + skipped..).unwrap_or_default().to_vec();
    let swapped = || {
        let pair = |bytes: &[u8]| Some((*bytes.get(start)?, *bytes.get(start + 1)?));
        let is_swapped =
            pair(&text).zip(pair(&name)).is_some_and(|((a, b), (c, d))| (a, b) == (d, c));
        is_swapped && rest(&text, 2) == rest(&name, 2)
    };
    rest(&text, 1) == rest(&name, 1)
        || rest(&text, 1) == rest(&name, 0)
        || rest(&text, 0) == rest(&name, 1)
        || swapped()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim::schema::ResourceTypes;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str, bool)>) {
        let users = ResourceTypes::standard().users;
        let found = near_miss(&users, &AttrPath::parse(text).unwrap());
        let expected = expected.map(|(urn, name, is_name_right)| Advice::NearMiss {
            name: name.to_owned(),
            urn: urn.to_owned(),
            is_name_right,
        });
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_known_name_under_another_urn_is_a_near_miss() {
        check("urn:x:y:User:location", Some((ENTERPRISE_USER, "location", true)));
        check("urn:x:y:User:Department", Some((ENTERPRISE_USER, "department", true)));
        check("urn:x:y:User:manager.value", Some((ENTERPRISE_USER, "manager", true)));
        check("urn:x:y:User:title", Some((USER, "title", true)));
        check(&format!("{ENTERPRISE_USER}:title"), Some((USER, "title", true)));
    }

    #[test]
    fn one_wrong_letter_is_a_near_miss() {
        for text in ["locaton", "locattion", "locatiom", "loaction", "location1", "xlocation"] {
            let name = format!("{ENTERPRISE_USER}:{text}");
            check(&name, Some((ENTERPRISE_USER, "location", false)));
        }
        for text in ["loction1", "city", "manag", "badge", "l"] {
            check(&format!("{ENTERPRISE_USER}:{text}"), None);
        }
    }

    #[test]
    fn a_known_attribute_with_an_unknown_part_is_no_near_miss() {
        check(&format!("{ENTERPRISE_USER}:manager.phone"), None);
        check("name.nick", None);
    }
}
