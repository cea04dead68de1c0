//! RFC 7643 §8.7: the schemas. Each attribute is a line of its name, its type, and every characteristic that differs
//! from the default of §2.2.
//!
//! `schemas.diff` has the lines of the RFC. Where this service differs, `-` marks the RFC's line and `+` the service's
//! line. A line with `#` follows and gives the reason. Descriptions are for people, so the tests do not compare them.

use super::acme;
use serde_json::Value;

const DIFF: &str = include_str!("schemas.diff");

/// The lines of a schema. The first line has its id and its name.
fn render(schema: &Value) -> Vec<String> {
    let (id, name) = (schema["id"].as_str().unwrap(), schema["name"].as_str().unwrap());
    let mut lines = vec![format!("{id} {name}")];
    render_attributes("", &schema["attributes"], &mut lines);
    lines
}

fn render_attributes(above: &str, attributes: &Value, lines: &mut Vec<String>) {
    for attribute in attributes.as_array().unwrap() {
        let name = format!("{above}{}", attribute["name"].as_str().unwrap());
        let mut line = format!("{name} {}", attribute["type"].as_str().unwrap());
        for flag in ["multiValued", "required", "caseExact"] {
            if attribute[flag] == true {
                line += &format!(" {flag}");
            }
        }
        let defaults =
            [("mutability", "readWrite"), ("returned", "default"), ("uniqueness", "none")];
        for (word, default) in defaults {
            let value = attribute[word].as_str().unwrap();
            if value != default {
                line += &format!(" {word}={value}");
            }
        }
        for list in ["referenceTypes", "canonicalValues"] {
            if let Some(values) = attribute.get(list) {
                let values: Vec<&str> =
                    values.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
                line += &format!(" {list}={}", values.join(","));
            }
        }
        lines.push(line);
        if let Some(parts) = attribute.get("subAttributes") {
            render_attributes(&format!("{name}."), parts, lines);
        }
    }
}

/// Compares the service's schemas with the file's schemas, for these ids.
async fn check(urns: &[&str]) {
    let list = acme().await.get("/Schemas").await.expect(200);
    let rows = list["Resources"].as_array().unwrap().iter();
    let found: Vec<String> = rows
        .filter(|schema| urns.iter().any(|urn| schema["id"] == *urn))
        .flat_map(render)
        .collect();
    let expected: Vec<&str> = sections()
        .into_iter()
        .filter(|section| urns.iter().any(|urn| section[0].starts_with(&format!(" {urn} "))))
        .flatten()
        .filter(|line| line.starts_with([' ', '+']))
        .map(|line| &line[1..])
        .collect();
    assert_eq!(found, expected);
}

/// The lines of each schema in the file.
fn sections() -> Vec<Vec<&'static str>> {
    DIFF.split("\n\n").map(|section| section.lines().collect()).collect()
}

#[tokio::test]
async fn section_8_7_1_resource_schemas() {
    check(&[
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:core:2.0:Group",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    ])
    .await;
}

#[tokio::test]
async fn section_8_7_2_service_provider_schemas() {
    check(&[
        "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
        "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
        "urn:ietf:params:scim:schemas:core:2.0:Schema",
    ])
    .await;
}

#[test]
fn every_difference_from_the_rfc_has_its_reason() {
    let lines: Vec<&str> = DIFF.lines().collect();
    let is_marked = |line: &str| line.starts_with(['-', '+']);
    for (line, next) in lines.iter().zip(lines.iter().skip(1)) {
        assert!(!is_marked(line) || is_marked(next) || next.starts_with("# "), "{line}");
    }
    assert!(lines.last().is_some_and(|line| !is_marked(line)));
    assert!(lines.iter().all(|line| line.is_empty() || line.starts_with([' ', '-', '+', '#'])));
}
