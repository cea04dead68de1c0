//! *Import employees*: the form, the preview and the result.

use super::at_acme;
use crate::support::admin::{admin, get};
use crate::support::browser::after;
use serde_json::json;

const PEOPLE: &str = "userName,displayName,department\r\nada@example.com,Ada Lovelace,Engines\r\n\
    grace@example.com,\"Hopper, Grace\",\r\n,Nobody,\r\n";

#[tokio::test]
async fn a_list_is_previewed_and_then_imported() {
    let browser = at_acme().await;
    let grace = browser.tenant.create(&json!({"userName": "grace@example.com"})).await;
    let page = browser.get("employees/import").await.page(200);
    assert!(
        page.contains("<button class=\"btn btn-primary\" name=\"do\" value=\"preview\">Preview<")
    );
    let preview = [("people", PEOPLE), ("do", "preview")];
    let page = browser.submit("employees/import", &preview).await.page(422);
    assert!(page.contains("1 employee to import · 1 already here · 1 not valid"), "{page}");
    assert!(page.contains("value=\"import\">Import 1 employee<"));
    assert!(page.contains("<strong>Line 4</strong> · userName: userName is missing."), "{page}");
    assert!(page.contains(&format!("employees/{grace}\"><bdi>Hopper, Grace</bdi>")));
    let kept = after(&page, "<textarea", "</textarea>");
    assert!(kept.contains("grace@example.com,&#34;Hopper, Grace&#34;,"), "{kept}");
    assert_eq!(get(&browser.tenant, "/employees").await["employees"].as_array().unwrap().len(), 1);
    let import = [("people", PEOPLE), ("do", "import")];
    let page = browser.submit("employees/import", &import).await.page(200);
    assert!(page.contains("1 employee imported · 1 already here · 1 not valid"), "{page}");
    assert!(page.contains("1 employee imported."));
    assert!(!page.contains("value=\"import\""), "the result offers no second import");
    let rows = get(&browser.tenant, "/employees").await;
    let names: Vec<&str> = rows["employees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["userName"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["ada@example.com", "grace@example.com"]);
    let page = browser.submit("employees/import", &import).await.page(200);
    assert!(page.contains("0 employees imported · 2 already here · 1 not valid"), "{page}");
    let import = [("people", "userName\nalan@example.com"), ("do", "import")];
    let page = browser.submit("employees/import", &import).await.page(200);
    assert!(page.contains("1 employee imported<") && page.contains(">Open employees<"), "{page}");
    assert!(!page.contains("<textarea"), "nothing is left to correct");
}

#[tokio::test]
async fn values_whose_source_is_the_identity_provider_are_named_as_not_in_use() {
    let browser = at_acme().await;
    let page = browser.get("employees/import").await.page(200);
    assert!(!page.contains("is the source of"), "{page}");
    let sources = json!({"provider": "okta", "departmentFromIdp": true, "managerFromIdp": true});
    admin(&browser.tenant, "PATCH", "/settings", sources).await.expect(200);
    let note = |names: &str| {
        format!(
            "Okta is the source of {names}. Your values of {names} are not in use while Okta is the source."
        )
    };
    let page = browser.get("employees/import").await.page(200);
    assert!(page.contains(&note("department and manager")), "{page}");
    let preview = async |people: &str| {
        let fields = [("people", people), ("do", "preview")];
        let page = browser.submit("employees/import", &fields).await.page(200);
        after(&page, "<h2 id=\"people-title\">", "</table>").to_owned()
    };
    let table = preview("userName,manager\nada,grace@example.com\nbob,").await;
    assert!(table.contains(&note("manager")), "{table}");
    assert!(table.contains("<th scope=\"col\">Manager</th>"), "{table}");
    assert!(table.contains("<td title=\"grace@example.com\"><bdi>grace@example.com"), "{table}");
    let table = preview("userName,location\nada,Leeds").await;
    assert!(!table.contains("is the source of") && !table.contains("Manager"), "{table}");
}

#[tokio::test]
async fn a_text_that_is_no_list_keeps_the_text_and_says_why() {
    let browser = at_acme().await;
    for (people, error) in [
        ("name\nAda", "There is no column &#34;name&#34;."),
        ("", "There are no people."),
        ("userName", "There are no people below the first line"),
    ] {
        let page = browser.submit("employees/import", &[("people", people)]).await.page(422);
        let shown = after(&page, "id=\"people-error\">", "</p>");
        assert!(shown.starts_with(error), "{shown}");
        assert!(page.contains("aria-invalid=\"true\""));
        assert_eq!(after(&page, "<textarea", "</textarea>").rsplit_once(">\n").unwrap().1, people);
    }
    let many: String = (0..501).map(|n| format!("user{n}\n")).collect();
    let fields = [("people", &*format!("userName\n{many}")), ("do", "import")];
    let page = browser.submit("employees/import", &fields).await.page(422);
    assert!(page.contains("There are more than 500 people. Split the file"));
    assert_eq!(get(&browser.tenant, "/employees").await["employees"], json!([]));
}

#[tokio::test]
async fn names_are_never_markup_and_a_long_list_is_cut() {
    let browser = at_acme().await;
    let attack = "</textarea><script>alert(1)</script>";
    let lines: String = (0..150).map(|n| format!("user{n},{attack},{attack},{attack}\n")).collect();
    let people =
        format!("userName,displayName,title,email\nx,{attack},{attack},{attack}@x\n{lines}");
    for step in ["preview", "import"] {
        let fields = [("people", &*people), ("do", step)];
        let text = browser.submit("employees/import", &fields).await.text();
        assert!(!text.contains("<script>"), "{step}");
        assert!(text.contains("And 50 more lines."), "{step}");
    }
}
