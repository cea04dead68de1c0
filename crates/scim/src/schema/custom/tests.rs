use super::{CustomAttribute, CustomType};
use crate::attr_path::AttrPath;
use crate::error::ScimType;
use crate::schema::{ResourceTypes, Target};
use crate::urn::{ENTERPRISE_USER, ENTERPRISE_USER_ALIASES, GROUP, USER, USER_ALIASES};

const ACME: &str = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";

fn custom(urn: &str, name: &str) -> CustomAttribute {
    CustomAttribute {
        urn: urn.to_owned(),
        name: name.to_owned(),
        kind: CustomType::String,
        multi_valued: false,
        case_exact: false,
        description: String::new(),
    }
}

/// Checks that a declaration is refused with `invalidValue` and a detail that has this text.
#[track_caller]
fn check_refused(custom: &CustomAttribute, detail: &str) {
    let error = custom.check().unwrap_err();
    assert_eq!(error.scim_type, ScimType::InvalidValue, "{custom:?}");
    assert!(error.detail.contains(detail), "{custom:?}: {error}");
}

#[test]
fn a_declaration_has_a_urn_and_a_name_that_paths_can_hold() {
    for urn in [ACME, "urn:acme:x", "urn:a1:2.0:User_x-y", ENTERPRISE_USER] {
        assert_eq!(custom(urn, "costCode").check(), Ok(()), "{urn}");
    }
    let long = format!("urn:acme:{}", "x".repeat(192));
    let urns = [
        "",
        "urn",
        "urn:",
        "urn:a:x",
        "urn:acme",
        "urn:acme:",
        "urn:acme:x:",
        "urn:acme:a b",
        "urn:-acme:x",
        "URN:acme:x",
        "acme:x",
        "http://acme.example/x",
        "urn:acme:a,b",
        "urn:acme:a(b",
        "urn:acme:é",
        &long,
    ];
    for urn in urns {
        check_refused(&custom(urn, "costCode"), " is not a valid URN for attributes");
    }
    for name in ["a", "costCode", "cost-code_2", &"x".repeat(64)] {
        assert_eq!(custom(ACME, name).check(), Ok(()), "{name}");
    }
    for name in ["", "2a", "a b", "a.b", "$ref", "a$", "é", "a:b", &"x".repeat(65)] {
        check_refused(&custom(ACME, name), " is not a valid attribute name");
    }
    for description in ["x".repeat(201), "a\nb".to_owned()] {
        let custom = CustomAttribute { description, ..custom(ACME, "a") };
        check_refused(&custom, "at most 200 characters are accepted");
    }
}

#[test]
fn what_scim_has_cannot_be_declared() {
    let standard = ResourceTypes::standard();
    let others = [custom("urn:acme:x", "User"), custom("urn:acme:x:y", "a")];
    let clash = |urn: &str, name: &str| custom(urn, name).clash(&standard, &others);
    for (urn, name) in [
        (USER, "costCode"),
        (GROUP, "costCode"),
        (USER_ALIASES[0], "costCode"),
        (ENTERPRISE_USER_ALIASES[1], "Department"),
        ("urn:ietf:params:scim:schemas:core:2.0", "User"),
        ("urn:IETF:params:scim:api:messages:2.0:PatchOp", "a"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0", "user"),
        (&format!("{ENTERPRISE_USER}:department"), "x"),
        (&format!("{}:MANAGER", ENTERPRISE_USER.to_uppercase()), "x"),
        (&format!("{ENTERPRISE_USER}:acme:2.0"), "costCode"),
        (&format!("{}:department", ENTERPRISE_USER_ALIASES[0]), "x"),
        (ENTERPRISE_USER, "LOCATION"),
        (ENTERPRISE_USER, "manager"),
        (ACME, "externalID"),
        (ACME, "schemas"),
        ("urn:acme:x", "Y"),
        ("urn:acme:X:user", "a"),
    ] {
        assert!(clash(urn, name).is_some(), "{urn} {name}");
    }
    assert_eq!(clash(ENTERPRISE_USER, "costCode"), None);
    assert_eq!(clash(ACME, "title"), None, "under its own URN");
}

#[test]
fn extensions_come_in_the_order_of_their_first_attribute() {
    let standard = ResourceTypes::standard();
    let declared = [
        custom("urn:acme:b", "one"),
        custom("urn:acme:a", "two"),
        custom(&ENTERPRISE_USER.to_uppercase(), "three"),
        custom("URN:ACME:B", "four"),
        custom("urn:acme:b", "ONE"),
    ];
    let types = standard.with_custom(&declared);
    let ids: Vec<&str> = types.users.extensions.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, [ENTERPRISE_USER, "urn:acme:b", "urn:acme:a"]);
    let names = |urn: &str| -> Vec<String> {
        let extension = types.users.extension(urn).unwrap();
        extension.attributes.iter().map(|one| one.name.clone()).collect()
    };
    assert_eq!(names("urn:acme:b"), ["one", "four"]);
    assert_eq!(names(ENTERPRISE_USER).last().map(String::as_str), Some("three"));
    assert_eq!(types.groups, standard.groups);
    assert_eq!(standard.with_custom(&[]), standard);
}

#[test]
fn a_custom_attribute_shadows_no_core_one() {
    let types = ResourceTypes::standard().with_custom(&[
        custom(ACME, "title"),
        custom(ACME, "costCode"),
        custom(ACME, "division"),
    ]);
    let owner = |path: &str| match types.users.resolve(&AttrPath::parse(path).unwrap()) {
        Some(Target::Attribute { extension, .. }) => extension.map(|one| one.id.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(owner("title"), None);
    assert_eq!(owner("division").as_deref(), Some(ENTERPRISE_USER));
    assert_eq!(owner("costcode").as_deref(), Some(ACME));
    assert_eq!(owner(&format!("{ACME}:title")).as_deref(), Some(ACME));
}

#[test]
fn a_known_spelling_stays() {
    let others = [custom(ACME, "costCode")];
    let spelled = |urn: &str, name: &str| {
        let spelled = custom(urn, name).spelled_as(&ResourceTypes::standard(), &others);
        (spelled.urn, spelled.name)
    };
    let text = |urn: &str, name: &str| (urn.to_owned(), name.to_owned());
    assert_eq!(spelled(&ACME.to_lowercase(), "COSTCODE"), text(ACME, "costCode"));
    assert_eq!(spelled(&ACME.to_lowercase(), "other"), text(ACME, "other"));
    assert_eq!(spelled(&ENTERPRISE_USER.to_lowercase(), "x"), text(ENTERPRISE_USER, "x"));
    assert_eq!(spelled(ENTERPRISE_USER_ALIASES[0], "x"), text(ENTERPRISE_USER, "x"));
    assert_eq!(spelled("urn:acme:y", "x"), text("urn:acme:y", "x"));
}
