//! The export of employees with the attributes that the tenant declared.

use crate::support::admin::{admin, problem};
use crate::support::urns::{ACME, ENTERPRISE};
use crate::support::{TestApp, TestTenant, acme, counting_id};
use serde_json::{Value, json};

const OTHER: &str = "urn:ietf:params:scim:schemas:extension:other:2.0:User";

async fn declare(tenant: &TestTenant, urn: &str, name: &str, body: Value) {
    let answer = admin(tenant, "PUT", &format!("/attributes/{urn}/{name}"), body).await;
    answer.expect(201);
}

async fn export(tenant: &TestTenant, query: &str) -> Vec<Vec<String>> {
    let answer = admin(tenant, "GET", &format!("/employees/export{query}"), Value::Null).await;
    assert_eq!(answer.status, 200);
    let text = String::from_utf8(answer.bytes).expect("text");
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes())
        .records()
        .map(|record| record.expect("a record").iter().map(ToOwned::to_owned).collect())
        .collect()
}

#[tokio::test]
async fn custom_attributes_have_columns_of_their_own() {
    let tenant = TestApp::new().await.tenant("acme").await;
    declare(&tenant, ACME, "badge", json!({"type": "integer"})).await;
    declare(&tenant, ACME, "skills", json!({"type": "string", "multiValued": true})).await;
    declare(&tenant, ACME, "note", json!({"type": "string"})).await;
    declare(&tenant, OTHER, "Note", json!({"type": "string"})).await;
    declare(&tenant, OTHER, "Title", json!({"type": "boolean"})).await;
    let values = json!({
        "badge": -7, "skills": ["=1+1", "tea, \"milk\""], "note": "@SUM(A1)",
    });
    let body = json!({"userName": "ada", ACME: values, OTHER: {"Note": "plain", "Title": true}});
    tenant.create(&body).await;
    tenant.create(&json!({"userName": "bob"})).await;
    let rows = export(&tenant, "").await;
    let custom: Vec<&[String]> = rows.iter().map(|row| &row[15..]).collect();
    let (acme_note, other_note) = (format!("{ACME}:note"), format!("{OTHER}:Note"));
    let title = format!("{OTHER}:Title");
    let expected = [
        ["badge", "skills", &acme_note, &other_note, &title],
        ["-7", "'=1+1; tea, \"milk\"", "'@SUM(A1)", "plain", "true"],
        ["", "", "", "", ""],
    ];
    assert_eq!(custom, expected);

    let lines = admin(&tenant, "GET", "/employees/export?format=jsonl", Value::Null).await;
    let text = String::from_utf8(lines.bytes).expect("text");
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let expected = json!({
        "badge": -7, "skills": ["=1+1", "tea, \"milk\""], acme_note: "@SUM(A1)",
        other_note: "plain", title: true,
    });
    assert_eq!((&lines[0]["userName"], &lines[0]["custom"]), (&json!("ada"), &expected));
    assert_eq!(lines[1].get("custom"), None);
}

/// Excel reads `;` as the separator in many countries. Pasted text separates cells by tabs.
#[tokio::test]
async fn no_cell_is_a_formula_whatever_separates_cells() {
    let tenant = TestApp::new().await.tenant("acme").await;
    declare(&tenant, ACME, "note", json!({"type": "string"})).await;
    let texts = [
        "x;=1+1",
        "x; =1+1",
        "x;\"=1+1\"",
        "x\t@SUM(A1)",
        "x\n=1+1",
        "x\r\n\t -1+1",
        "x|=1+1",
        "=1;+2",
        "\"=1+1",
        "x;\u{ff1d}1+1",
        "x\u{2028}=1+1",
    ];
    for (n, text) in texts.iter().enumerate() {
        let body = json!({"userName": format!("u{n:02}"), "title": text, ACME: {"note": text}});
        tenant.create(&body).await;
    }
    let answer = admin(&tenant, "GET", "/employees/export", Value::Null).await;
    let file = String::from_utf8(answer.bytes).expect("text");
    for separator in [b',', b';', b'\t', b'|'] {
        let mut reader = csv::ReaderBuilder::new();
        // A spreadsheet interprets quotes only at the start of a cell.
        for quoting in [true, false] {
            let reader = reader
                .has_headers(false)
                .flexible(true)
                .delimiter(separator)
                .quoting(quoting)
                .from_reader(file.as_bytes());
            for record in reader.into_records() {
                for cell in &record.expect("a record") {
                    let cell = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
                    assert!(
                        !cell.starts_with(['=', '+', '-', '@', '\u{ff1d}']),
                        "{cell:?} by {:?}",
                        char::from(separator)
                    );
                }
            }
        }
    }
    let rows = export(&tenant, "").await;
    assert!(rows.iter().any(|row| row[6] == "x;'=1+1"), "{rows:?}");
}

#[tokio::test]
async fn values_of_a_removed_attribute_are_not_exported() {
    let tenant = TestApp::new().await.tenant("acme").await;
    declare(&tenant, ACME, "badge", json!({"type": "integer"})).await;
    tenant.create(&json!({"userName": "ada", ACME: {"badge": 4711}})).await;
    let remove = format!("/attributes/{ACME}/badge");
    assert_eq!(admin(&tenant, "DELETE", &remove, Value::Null).await.status, 204);
    let rows = export(&tenant, "").await;
    assert!(rows.iter().all(|row| row.len() == 15 && !row.concat().contains("4711")), "{rows:?}");
}

#[tokio::test]
async fn later_parts_have_the_columns_of_the_first_one_or_are_refused() {
    let tenant = TestApp::new().await.tenant("acme").await;
    declare(&tenant, ACME, "skills", json!({"type": "string", "multiValued": true})).await;
    // Quotes expand most in the response of a Lambda function, so few employees fill a part.
    let long: Vec<String> = (0..90).map(|n| format!("{n}{}", "\"".repeat(600))).collect();
    for n in 0..25 {
        let body = json!({"userName": format!("user{n}"), ACME: {"skills": long}});
        tenant.create(&body).await;
    }
    let first = admin(&tenant, "GET", "/employees/export", Value::Null).await;
    let link = first.header("link").strip_prefix('<').expect("a second part");
    let next = link.split_once('>').expect("a link").0;
    let next = next.split_once("/api").expect("below the administration").1;
    let second = export(&tenant, next.strip_prefix("/employees/export").expect("a part")).await;
    assert!(!second.is_empty() && second.iter().all(|row| row.len() == 16));
    declare(&tenant, ACME, "badge", json!({"type": "integer"})).await;
    for path in [next, next.split_once("&columns").expect("which columns").0] {
        let refused = admin(&tenant, "GET", path, Value::Null).await;
        assert!(problem(&refused, 409).contains("Start the export again"), "{path}");
    }
    let lines = admin(&tenant, "GET", &next.replace("csv", "jsonl"), Value::Null).await;
    assert_eq!(lines.status, 200, "each line has its names in it");
}

#[tokio::test]
async fn employees_are_exported_with_what_counts() {
    let tenant = acme().await;
    let ada = json!({"userName": "ada@example.com", "displayName": "Ada \"The\" Lovelace",
        "title": "=HYPERLINK(\"http://evil.example\")",
        "emails": [{"value": "ada@example.com"}],
        ENTERPRISE: {"location": "Leeds, GB", "department": "R&D"}});
    tenant.create(&ada).await;
    let bob = tenant.create(&json!({"userName": "bob@example.com", "active": false})).await;
    admin(&tenant, "PATCH", "/settings", json!({"locationFromIdp": true})).await.expect(200);
    let export = async |query: &str| {
        admin(&tenant, "GET", &format!("/employees/export{query}"), Value::Null).await
    };
    let csv = export("").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").contains("employees.csv"));
    let text = String::from_utf8(csv.bytes).expect("text");
    let at = "2026-11-23T09:30:00.000Z";
    let rows: Vec<Vec<String>> = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes())
        .records()
        .map(|record| record.expect("a record").iter().map(ToOwned::to_owned).collect())
        .collect();
    let id = counting_id(1).to_string();
    let expected: [[&str; 15]; 3] = [
        [
            "id",
            "userName",
            "externalId",
            "employeeNumber",
            "displayName",
            "email",
            "title",
            "status",
            "deletedInIdp",
            "archivedAt",
            "location",
            "department",
            "manager",
            "created",
            "lastModified",
        ],
        [
            &id,
            "ada@example.com",
            "",
            "",
            "Ada \"The\" Lovelace",
            "ada@example.com",
            "'=HYPERLINK(\"http://evil.example\")",
            "active",
            "false",
            "",
            "Leeds, GB",
            "",
            "",
            at,
            at,
        ],
        [&bob, "bob@example.com", "", "", "", "", "", "archived", "false", at, "", "", "", at, at],
    ];
    assert_eq!(rows, expected);
    assert!(text.lines().all(|line| line.starts_with('"') && line.ends_with('"')), "all is quoted");
    let lines = export("?format=jsonl&status=archived").await;
    assert_eq!(lines.header("content-type"), "application/jsonl");
    let text = String::from_utf8(lines.bytes).expect("text");
    let [line] = text.lines().collect::<Vec<_>>()[..] else { panic!("one line: {text}") };
    let row: Value = serde_json::from_str(line).expect("JSON");
    assert_eq!(
        (&row["id"], &row["status"], &row["title"]),
        (&json!(bob), &json!("archived"), &Value::Null)
    );
    assert!(problem(&export("?format=xls").await, 400).contains("csv or jsonl"));
    assert!(problem(&export("?columns=x").await, 400).contains("columns"));
}

#[tokio::test]
async fn an_export_comes_in_parts_that_fit_an_answer() {
    let tenant = acme().await;
    // Quotes expand most in the response of a Lambda function.
    let long = "\"".repeat(4_000);
    let values = json!({"location": long, "department": long, "manager": long});
    for n in 0..260 {
        let id = tenant.create(&json!({"userName": format!("user{n}@example.com")})).await;
        admin(&tenant, "PATCH", &format!("/employees/{id}"), values.clone()).await.expect(200);
    }
    let (mut rows, mut parts, mut path) = (Vec::new(), 0, "/employees/export".to_owned());
    loop {
        let part = admin(&tenant, "GET", &path, Value::Null).await;
        assert_eq!(part.status.as_u16(), 200);
        let text = String::from_utf8(part.bytes.clone()).expect("text");
        let escaped = serde_json::to_string(&text).expect("JSON").len();
        assert!(escaped < 6_000_000, "{escaped}");
        rows.extend(text.lines().map(|line| line.split(',').take(1).collect::<String>()));
        parts += 1;
        let Some(link) = part.header("link").strip_prefix('<') else { break };
        let (address, rest) = link.split_once('>').expect("a link");
        assert_eq!(rest, "; rel=\"next\"");
        path = address.split_once("/api").expect("below the administration").1.to_owned();
    }
    assert_eq!((rows.remove(0), rows.len()), ("\"id\"".to_owned(), 260));
    rows.dedup();
    assert_eq!(rows.len(), 260);
    assert!(parts > 1, "{parts}");
}
