//! Two names that look the same count as one name, for uniqueness and for filters.

use crate::support::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn uniqueness_and_filters_fold_names_alike() {
    // Each case has a name, another spelling of the same name, and the name of another user.
    let cases = [
        ("İlker", "i\u{307}LKER", "ilker"),
        ("Straße", "STRASSE", "Strase"),
        ("Zoë", "ZOE\u{308}", "Zoe"),
        ("Ångström", "\u{212b}NGSTRO\u{308}M", "Angstrom"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος", "σισυφος"),
        ("ﬁona", "FIONA", "fi ona"),
        ("李雷", "李雷", "李蕾"),
    ];
    for (name, same, other) in cases {
        let tenant = TestApp::new().await.tenant("acme").await;
        tenant.create(&json!({"userName": name, "displayName": name})).await;
        let taken = tenant.post("/Users", &json!({"userName": same})).await;
        taken.expect_error(409, Some("uniqueness"));
        assert_eq!(tenant.found(&format!("userName eq \"{same}\"")).await, [name], "{same}");
        assert_eq!(tenant.found(&format!("displayName eq \"{same}\"")).await, [name], "{same}");
        let unkeyed = format!("userName eq \"{same}\" or title pr");
        assert_eq!(tenant.found(&unkeyed).await, [name], "{same}");
        assert!(tenant.found(&format!("userName eq \"{other}\"")).await.is_empty(), "{other}");
        tenant.create(&json!({"userName": other})).await;
        assert_eq!(tenant.found(&format!("userName eq \"{other}\"")).await, [other]);
    }
}

#[tokio::test]
async fn names_that_look_the_same_are_one_name() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let name = "ada lovelace";
    let ada = json!({"userName": name, "displayName": name, "title": "b"});
    let ada = format!("/Users/{}", tenant.create(&ada).await);
    tenant.create(&json!({"userName": "ada m", "title": "a"})).await;
    tenant.post("/Groups", &json!({"displayName": name})).await.expect(201);
    let lookalikes = [
        "ada\u{200b} lovelace",
        "ada\u{200c} lovelace",
        "ada\u{200d} lovelace",
        "\u{feff}ada lovelace",
        "ada\u{2060} lovelace",
        "ada love\u{ad}lace",
        "ada\u{e0061} lovelace",
        "ＡＤＡ lovelace",
        " ada lovelace ",
        "ada  lovelace",
        "ada\u{a0}lovelace",
        "ada\u{3000}lovelace",
    ];
    for lookalike in lookalikes {
        for (endpoint, attribute) in [("/Users", "userName"), ("/Groups", "displayName")] {
            let body = json!({attribute: lookalike});
            tenant.post(endpoint, &body).await.expect_error(409, Some("uniqueness"));
        }
        for filter in [
            format!("userName eq \"{lookalike}\""),
            format!("displayName eq \"{lookalike}\""),
            format!("userName eq \"{lookalike}\" or title eq \"none\""),
        ] {
            assert_eq!(tenant.found(&filter).await, [name], "{lookalike:?}");
        }
        let renamed = json!({"userName": lookalike, "title": "b"});
        assert_eq!(tenant.put(&ada, &renamed).await.expect(200)["userName"], lookalike);
        let sorted = tenant.get("/Users?sortBy=userName").await.expect(200);
        assert_eq!(sorted["Resources"][0]["userName"], lookalike, "kept as sent, sorted as folded");
        let named = json!({"userName": name, "displayName": name, "title": "b"});
        tenant.put(&ada, &named).await.expect(200);
    }
    assert_eq!(tenant.found("userName sw \"ada l\"").await, [name]);
    assert!(tenant.found("userName sw \"ada lovelace \"").await.is_empty(), "a space is one");
    assert_eq!(tenant.found("userName co \"\u{a0}\" and title eq \"b\"").await, [name]);
    assert_eq!(tenant.found("userName eq \"\u{202e}ada lovelace\"").await, [name]);
}

#[tokio::test]
async fn a_name_without_visible_characters_is_refused() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let ada = format!("/Users/{}", tenant.create(&json!({"userName": "ada"})).await);
    for (endpoint, attribute) in [("/Users", "userName"), ("/Groups", "displayName")] {
        for bad in [
            "a\u{202e}da",
            "a\u{200f}da",
            "a\u{2066}da",
            "a\nda",
            "a\tda",
            "a\u{7f}da",
            "a\u{85}da",
        ] {
            let body = json!({attribute: bad});
            let detail = tenant.post(endpoint, &body).await.expect_error(400, Some("invalidValue"));
            assert!(
                detail.starts_with(&format!("{attribute} contains the control character U+")),
                "{detail}"
            );
        }
        for nothing in ["\u{200b}", " \u{a0}\u{2060}", "\u{3164}"] {
            let body = json!({attribute: nothing});
            let detail = tenant.post(endpoint, &body).await.expect_error(400, Some("invalidValue"));
            assert_eq!(detail, format!("{attribute} is required and must not be empty"));
        }
    }
    let rename = json!([{"op": "replace", "path": "userName", "value": "a\u{202e}da"}]);
    tenant.patch(&ada, &rename).await.expect_error(400, Some("invalidValue"));
    let other = json!([{"op": "replace", "path": "displayName", "value": "a\u{202e}\nda"}]);
    tenant.patch(&ada, &other).await.expect(200);
}

#[tokio::test]
async fn what_makes_a_create_answer_409_is_found_by_the_filter() {
    let tenant = TestApp::new().await.tenant("acme").await;
    for name in [" ada", "a#da", "a\\da", "a\"da", "a+da", "a%20da", "a/da", "TENANT#x", "\u{a0}x"]
    {
        tenant.create(&json!({"userName": name})).await;
        tenant
            .post("/Users", &json!({"userName": name}))
            .await
            .expect_error(409, Some("uniqueness"));
        let filter = format!("userName eq {}", Value::from(name));
        assert_eq!(tenant.found(&filter).await, [name], "{filter}");
    }
}
