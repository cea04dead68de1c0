//! Different forms of a value with the same meaning: booleans as text, managers, and lists.

use super::users::with_ada;
use crate::support::acme;
use crate::support::urns::{CORE, ENTERPRISE};
use serde_json::json;

#[tokio::test]
async fn booleans_may_be_text() {
    let tenant = acme().await;
    let words = [("True", true), ("False", false), ("true", true), ("FALSE", false)];
    for (n, (word, expected)) in words.into_iter().enumerate() {
        let body = json!({
            "userName": format!("user-{n}"),
            "active": word,
            "emails": [{"value": "a@example.com", "primary": word}],
        });
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(
            (&created["active"], &created["emails"][0]["primary"]),
            (&json!(expected), &json!(expected))
        );
    }
    for word in ["yes", "1", " true"] {
        let body = json!({"userName": "x", "active": word});
        let detail = tenant.post("/Users", &body).await.expect_error(400, Some("invalidValue"));
        assert_eq!(detail, format!("active must be true or false, found {word:?}"));
    }
}

#[tokio::test]
async fn a_manager_has_four_shapes_in_and_one_out() {
    let tenant = acme().await;
    let shapes = [
        json!("boss"),
        json!({"value": "boss"}),
        json!([{"value": "boss"}]),
        json!(["boss"]),
        json!({"value": "boss", "displayName": "", "$ref": null}),
    ];
    for (n, shape) in shapes.iter().enumerate() {
        let body = json!({"userName": format!("u{n}"), ENTERPRISE: {"manager": shape}});
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(created[ENTERPRISE]["manager"], json!({"value": "boss"}), "{shape}");
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        assert_eq!(tenant.put(&path, &body).await.expect(200), created, "{shape}");
        let operation =
            json!([{"op": "Replace", "path": format!("{ENTERPRISE}:manager"), "value": shape}]);
        assert_eq!(tenant.patch(&path, &operation).await.expect(200), created, "{shape}");
    }
    for nobody in [json!(""), json!(null), json!([]), json!({}), json!({"value": ""})] {
        let body = json!({"userName": format!("n{nobody}"), ENTERPRISE: {"manager": nobody}});
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(created.get(ENTERPRISE), None, "{nobody}");
        assert_eq!(created["schemas"], json!([CORE]));
    }
}

#[tokio::test]
async fn a_single_object_may_stand_for_a_list() {
    let tenant = acme().await;
    let body =
        json!({"userName": "ada", "emails": {"value": "a@example.com"}, "roles": {"value": "r"}});
    let created = tenant.post("/Users", &body).await.expect(201);
    assert_eq!(created["emails"], json!([{"value": "a@example.com"}]));
    assert_eq!(created["roles"], json!([{"value": "r"}]));
}

#[tokio::test]
async fn a_list_is_kept_without_repeats_and_without_what_says_nothing() {
    let tenant = acme().await;
    let body = json!({
        "userName": "ada",
        "emails": [
            {"type": "home", "primary": true},
            {"value": "a@example.com", "type": "work"},
            {"value": "A@Example.com", "type": "Work", "primary": true},
        ],
        "roles": ["Admin", {"value": "admin"}],
        "entitlements": "Keys",
    });
    let created = tenant.post("/Users", &body).await.expect(201);
    let email = json!({"value": "a@example.com", "type": "work", "primary": true});
    assert_eq!(created["emails"], json!([email]));
    assert_eq!(created["roles"], json!([{"value": "Admin"}]));
    assert_eq!(created["entitlements"], json!([{"value": "Keys"}]));
    let path = format!("/Users/{}", created["id"].as_str().unwrap());
    assert_eq!(tenant.put(&path, &body).await.expect(200), created);
}

#[tokio::test]
async fn a_list_is_not_emptied_by_values_under_another_name() {
    let (tenant, path) = with_ada().await;
    let before = tenant.get(&path).await.expect(200);
    for (list, unreadable) in [
        ("emails", json!([{"address": "a@example.com"}])),
        (
            "emails",
            json!([{"value": "a@example.com"}, {"address": "b@example.com", "type": "home"}]),
        ),
        ("emails", json!({"address": "a@example.com"})),
    ] {
        let body = json!({"userName": "ada@example.com", list: unreadable});
        let operations =
            ["add", "replace"].map(|op| json!([{"op": op, "path": list, "value": unreadable}]));
        let mut answers = vec![tenant.put(&path, &body).await];
        for operation in operations {
            answers.push(tenant.patch(&path, &operation).await);
        }
        for answer in answers {
            let detail = answer.expect_error(400, Some("invalidValue"));
            assert!(detail.contains(list) && detail.contains(" has no"), "{detail}");
            assert_eq!(tenant.get(&path).await.expect(200), before, "{unreadable}");
        }
    }
    // The service ignores an email with an empty value, whatever its other sub-attributes.
    let empty = json!([{"value": "", "type": "other", "verified": false}]);
    tenant
        .patch(&path, &json!([{"op": "add", "path": "emails", "value": empty}]))
        .await
        .expect(200);
    // No other list identifies a person, so the service ignores its unreadable values. It applies the rest of the
    // request, because the request may deactivate a user.
    let kept = json!({
        "phoneNumbers": [{"value": "1"}], "addresses": [{"locality": "London"}], "roles": [{"value": "Auditor"}],
        "photos": [{"value": "https://x.example/p.png", "type": "photo"}],
    });
    tenant.patch(&path, &json!([{"op": "add", "value": kept}])).await.expect(200);
    for (list, unreadable) in [
        ("phoneNumbers", json!([{"number": "2", "type": "work"}])),
        ("addresses", json!([{"street": "1 Road"}])),
        ("addresses", json!([{"street": "1 Road", "type": "work", "primary": true}])),
        ("roles", json!([{"name": "Keeper"}])),
        ("roles", json!([{"name": "Keeper", "type": "x"}])),
        ("photos[type eq \"photo\"]", json!({"url": "https://x.example/q.png", "type": "photo"})),
        ("photos", json!({"url": "https://x.example/q.png", "type": "photo"})),
    ] {
        for op in ["add", "replace", "remove"] {
            let operations = json!([
                {"op": op, "path": list, "value": unreadable},
                {"op": "replace", "path": "active", "value": op == "remove"},
            ]);
            // When the path has a filter, a removal uses only the filter and ignores the value.
            if op == "remove" && list.contains('[') {
                continue;
            }
            let user = tenant.patch(&path, &operations).await.expect(200);
            assert_eq!(user["active"], op == "remove");
            for (name, value) in kept.as_object().unwrap() {
                assert_eq!(user[name], *value, "{op} {list}");
            }
        }
    }
    let deep = json!([{"op": "replace", "path": "emails", "value": {"emails": [{"value": "a@example.com"}]}}]);
    let emails = tenant.patch(&path, &deep).await.expect(200)["emails"].clone();
    assert_eq!(emails, json!([{"value": "a@example.com"}]));
}

/// RFC 7643 §8.7.1 requires no sub-attribute of a role or an entitlement.
#[tokio::test]
async fn roles_and_entitlements_need_no_value() {
    for list in ["roles", "entitlements"] {
        let tenant = acme().await;
        let auditor = json!({"display": "Auditor", "type": "X", "primary": true});
        let typed = json!({"type": "Y"});
        let body = json!({"userName": "ada", list: [auditor, typed, {"primary": true}, {}]});
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(created[list], json!([auditor, typed]));
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        assert_eq!(tenant.put(&path, &created).await.expect(200), created, "sent back as it is");

        let clerk = json!({"value": "clerk"});
        let replace = json!([{"op": "replace", "path": list, "value": [clerk, auditor]}]);
        assert_eq!(tenant.patch(&path, &replace).await.expect(200)[list], json!([clerk, auditor]));
        let again = json!([{"op": "add", "path": list, "value": [auditor]}]);
        assert_eq!(tenant.patch(&path, &again).await.expect(200)[list], json!([clerk, auditor]));
        assert_eq!(tenant.found(&format!("{list}.display eq \"auditor\"")).await, ["ada"]);
        let remove = json!([{"op": "remove", "path": list, "value": [{"display": "auditor"}]}]);
        assert_eq!(tenant.patch(&path, &remove).await.expect(200)[list], json!([clerk]));

        let parts = json!([
            {"op": "Add", "path": format!("{list}[primary eq \"True\"].display"), "value": "Boss"},
            {"op": "Add", "path": format!("{list}[primary eq \"True\"].type"), "value": "Z"},
        ]);
        let boss = json!({"primary": true, "display": "Boss", "type": "Z"});
        assert_eq!(tenant.patch(&path, &parts).await.expect(200)[list], json!([clerk, boss]));
        let rest = json!([
            {"op": "Remove", "path": format!("{list}[primary eq \"True\"].display")},
            {"op": "Replace", "path": format!("{list}[primary eq \"True\"].type"), "value": ""},
        ]);
        assert_eq!(tenant.patch(&path, &rest).await.expect(200)[list], json!([clerk]));
    }
}
