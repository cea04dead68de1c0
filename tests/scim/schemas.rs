//! The schemas in discovery: the characteristics of every attribute, and documents that follow their own schemas.

use super::discovery::{CONFIG, RESOURCE_TYPE, base};
use crate::support::acme;
use crate::support::urns::{CORE, ENTERPRISE, GROUP};
use serde_json::{Map, Value, json};

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

#[tokio::test]
async fn schemas_are_listed_and_found_by_their_urn() {
    let tenant = acme().await;
    let list = tenant.get("/Schemas").await.expect(200);
    assert_eq!(list["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
    assert_eq!((&list["totalResults"], &list["itemsPerPage"]), (&json!(6), &json!(6)));
    let schemas = [
        (CORE, "User"),
        (ENTERPRISE, "EnterpriseUser"),
        (GROUP, "Group"),
        (CONFIG, "Service Provider Configuration"),
        (RESOURCE_TYPE, "ResourceType"),
        (SCHEMA, "Schema"),
    ];
    for (row, (urn, name)) in schemas.iter().enumerate() {
        let schema = tenant.get(&format!("/Schemas/{urn}")).await.expect(200);
        assert_eq!(schema, list["Resources"][row]);
        assert_eq!(schema["schemas"], json!([SCHEMA]));
        assert_eq!((&schema["id"], &schema["name"]), (&json!(urn), &json!(name)));
        let meta =
            json!({"resourceType": "Schema", "location": format!("{}/Schemas/{urn}", base())});
        assert_eq!(schema["meta"], meta);
        let encoded = urn.replace(':', "%3A");
        assert_eq!(tenant.get(&format!("/Schemas/{encoded}")).await.expect(200), schema);
        assert_eq!(
            tenant.get(&format!("/Schemas/{}", urn.to_uppercase())).await.expect(200),
            schema
        );
    }
}

#[tokio::test]
async fn every_attribute_has_all_its_characteristics() {
    let tenant = acme().await;
    let list = tenant.get("/Schemas").await.expect(200);
    let mut seen = 0;
    for schema in list["Resources"].as_array().unwrap() {
        assert!(schema["description"].as_str().is_some_and(|text| !text.is_empty()), "{schema}");
        check_attributes(schema["attributes"].as_array().unwrap(), &mut seen);
    }
    assert!(seen > 70, "{seen}");
}

/// Checks the characteristics of attributes (RFC 7643 §7).
fn check_attributes(attributes: &[Value], seen: &mut usize) {
    for attribute in attributes {
        *seen += 1;
        let one_of = |name: &str, words: &[&str]| {
            let word = attribute[name].as_str().unwrap_or_else(|| panic!("{name}: {attribute}"));
            assert!(words.contains(&word), "{attribute}");
        };
        for name in ["name", "description"] {
            assert!(attribute[name].as_str().is_some_and(|text| !text.is_empty()), "{attribute}");
        }
        // RFC 7643 §2.1 defines the form of names. §2.4 makes an exception for `$ref`.
        let name = attribute["name"].as_str().unwrap();
        let is_in_names = |byte: u8| byte.is_ascii_alphanumeric() || b"$-_".contains(&byte);
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(is_in_names);
        assert!(is_name || name == "$ref", "{attribute}");
        for name in ["multiValued", "required", "caseExact"] {
            assert!(attribute[name].is_boolean(), "{name}: {attribute}");
        }
        let types = [
            "string",
            "boolean",
            "decimal",
            "integer",
            "dateTime",
            "binary",
            "reference",
            "complex",
        ];
        one_of("type", &types);
        one_of("mutability", &["readOnly", "readWrite", "immutable", "writeOnly"]);
        one_of("returned", &["always", "never", "default", "request"]);
        one_of("uniqueness", &["none", "server", "global"]);
        assert_eq!(
            attribute["type"] == "reference",
            attribute.get("referenceTypes").is_some(),
            "{attribute}"
        );
        assert_eq!(
            attribute["type"] == "complex",
            attribute.get("subAttributes").is_some(),
            "{attribute}"
        );
        if let Some(sub_attributes) = attribute.get("subAttributes") {
            // RFC 7643 §2.3.8 allows only simple sub-attributes. §8.7.2 makes one exception.
            let mut parts = sub_attributes.as_array().unwrap().iter();
            let is_simple = |part: &Value| part["type"] != "complex";
            assert!(
                parts.all(|part| is_simple(part) || part["name"] == "subAttributes"),
                "{attribute}"
            );
            check_attributes(sub_attributes.as_array().unwrap(), seen);
        }
    }
}

#[tokio::test]
async fn the_characteristics_that_clients_rely_on_are_those_of_rfc_7643() {
    let tenant = acme().await;
    let core = tenant.get(&format!("/Schemas/{CORE}")).await.expect(200);
    let attribute = |name: &str| {
        let attributes = core["attributes"].as_array().unwrap();
        attributes.iter().find(|attribute| attribute["name"] == name).expect(name).clone()
    };
    let user_name = attribute("userName");
    assert_eq!(
        (&user_name["required"], &user_name["caseExact"], &user_name["uniqueness"]),
        (&json!(true), &json!(false), &json!("server"))
    );
    let password = attribute("password");
    assert_eq!(
        (&password["mutability"], &password["returned"]),
        (&json!("writeOnly"), &json!("never"))
    );
    assert_eq!(attribute("groups")["mutability"], "readOnly");
    assert_eq!(attribute("emails")["multiValued"], true);
    assert_eq!(attribute("active")["type"], "boolean");
    for urn in [CORE, ENTERPRISE, GROUP] {
        let schema = tenant.get(&format!("/Schemas/{urn}")).await.expect(200);
        let attributes = schema["attributes"].as_array().unwrap().iter();
        let names: Vec<&str> = attributes.map(|one| one["name"].as_str().unwrap()).collect();
        for common in ["id", "externalId", "meta", "schemas"] {
            assert!(!names.contains(&common), "{common} is part of no schema document");
        }
    }
}

#[tokio::test]
async fn the_enterprise_schema_has_the_location_attribute_of_the_set_up_guide() {
    let schema = acme().await.get(&format!("/Schemas/{ENTERPRISE}")).await.expect(200);
    let attributes = schema["attributes"].as_array().unwrap();
    let names: Vec<&str> = attributes.iter().map(|a| a["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "employeeNumber",
            "costCenter",
            "organization",
            "division",
            "department",
            "location",
            "manager"
        ]
    );
    let location = json!({
        "name": "location",
        "type": "string",
        "multiValued": false,
        "description": "Where the person works",
        "required": false,
        "caseExact": false,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
    });
    assert_eq!(attributes[5], location);
    let parts = attributes[6]["subAttributes"].as_array().unwrap();
    let parts: Vec<&str> = parts.iter().map(|part| part["name"].as_str().unwrap()).collect();
    assert_eq!(parts, ["value", "$ref", "displayName"]);
}

/// Every discovery document follows its schema (RFC 7643 §8.7.2). It has all required attributes, and only
/// attributes that the schema declares.
#[tokio::test]
async fn the_documents_of_discovery_follow_their_own_schemas() {
    let tenant = acme().await;
    let mut documents = vec![tenant.get("/ServiceProviderConfig").await.expect(200)];
    for list in ["/ResourceTypes", "/Schemas"] {
        let list = tenant.get(list).await.expect(200);
        documents.extend(list["Resources"].as_array().unwrap().iter().cloned());
    }
    for document in &documents {
        let urn = document["schemas"][0].as_str().unwrap();
        let schema = tenant.get(&format!("/Schemas/{urn}")).await.expect(200);
        let mut members = document.as_object().unwrap().clone();
        for common in ["schemas", "meta"] {
            assert!(members.remove(common).is_some(), "{document}");
        }
        check_members(&schema["attributes"], &members);
    }
}

fn check_members(attributes: &Value, members: &Map<String, Value>) {
    let attributes = attributes.as_array().unwrap();
    for attribute in attributes.iter().filter(|attribute| attribute["required"] == true) {
        assert!(members.contains_key(attribute["name"].as_str().unwrap()), "{attribute}");
    }
    for (name, value) in members {
        let mut attribute = attributes.iter().find(|attribute| attribute["name"] == **name);
        // The schema of schemas declares two levels, as in the RFC. Its own document has a third level, with the
        // attributes of the second.
        let third_level = json!({
            "type": "complex",
            "multiValued": true,
            "subAttributes": attributes,
        });
        if name == "subAttributes" {
            attribute = attribute.or(Some(&third_level));
        }
        let attribute = attribute.unwrap_or_else(|| panic!("{name} is declared nowhere"));
        let values = match attribute["multiValued"] == true {
            true => value.as_array().expect("a list").clone(),
            false => vec![value.clone()],
        };
        for value in &values {
            match attribute["type"].as_str().unwrap() {
                "string" | "reference" => assert!(value.is_string(), "{name}: {value}"),
                "boolean" => assert!(value.is_boolean(), "{name}: {value}"),
                "integer" => assert!(value.is_u64(), "{name}: {value}"),
                "complex" => {
                    check_members(&attribute["subAttributes"], value.as_object().expect(name));
                }
                other => panic!("{name} has the type {other}"),
            }
            let words = attribute["canonicalValues"].as_array();
            assert!(words.is_none_or(|words| words.contains(value)), "{name}: {value}");
        }
    }
}
