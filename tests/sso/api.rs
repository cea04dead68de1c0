//! The JSON API of single sign-on, with a provider that answers.

use super::pages::browser_of;
use super::scene::{BARBARA, ROOT, Scene};
use crate::support::admin::{admin, get};
use crate::support::browser::after;
use rollcall::directory::precondition::Precondition;
use serde_json::{Value, json};
use uuid::Uuid;

const NAME: &str = "Barbara Jensen (bjensen@example.com)";

#[tokio::test(flavor = "multi_thread")]
async fn a_check_reports_the_provider() {
    let scene = Scene::saved().await;
    let report = admin(&scene.tenant, "POST", "/sso/check", Value::Null).await.expect(200);
    assert_eq!((&report["ok"], &report["problem"]), (&json!(true), &Value::Null), "{report}");
    assert_eq!(report["issuer"], scene.idp.issuer());
    for part in ["authorizationEndpoint", "tokenEndpoint"] {
        assert!(report[part].as_str().is_some_and(|url| url.starts_with(&scene.idp.issuer())));
    }
    assert!(report["algorithms"].as_array().is_some_and(|all| all.contains(&json!("RS256"))));
    assert!(report["clientAuth"].as_array().is_some_and(|all| all.contains(&json!("secret"))));
}

/// A changed final slash is a problem of the report, and the request succeeds.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_reports_another_issuer() {
    let scene = Scene::saved().await;
    let mut body = get(&scene.tenant, "/sso").await;
    let body = body.as_object_mut().expect("an object");
    body.retain(|name, _| ["clientId", "clientAuth", "match", "hours"].contains(&name.as_str()));
    body.insert("issuer".to_owned(), json!(format!("{}/", scene.idp.issuer())));
    body.insert("admins".to_owned(), json!([scene.barbara]));
    body.insert("clientSecret".to_owned(), json!("another-secret"));
    admin(&scene.tenant, "PUT", "/sso", json!(body)).await.expect(200);
    let report = admin(&scene.tenant, "POST", "/sso/check", Value::Null).await.expect(200);
    assert_eq!(
        (&report["ok"], &report["problem"]["code"]),
        (&json!(false), &json!("issuerMismatch"))
    );
    let detail = report["problem"]["detail"].as_str().expect("a detail");
    assert!(detail.contains("check the final slash"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_the_employees_and_their_refusals() {
    let scene = Scene::saved().await;
    scene.wait_a_minute();
    scene.prove().await;
    scene.wait_a_minute();
    scene.sign_in().await;
    scene.wait_a_minute();
    let operations = json!([{"op": "replace", "value": {"active": false}}]);
    scene.tenant.patch(&format!("/Users/{}", scene.barbara), &operations).await.expect(200);
    let mut tab = scene.tab();
    let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
    let refused = tab.call_back(&authorized).await.redirect();
    let log = get(&scene.tenant, "/sso/sign-ins").await;
    let entries = log["entries"].as_array().expect("entries");
    let of = |index: usize| {
        let entry = &entries[index];
        (entry["how"].as_str().unwrap(), entry["outcome"].as_str().unwrap(), &entry["name"])
    };
    let name = json!(NAME);
    assert_eq!(of(0), ("sso", "archived", &name), "{log}");
    let reference = entries[0]["reference"].as_str().expect("a reference");
    assert!(refused.ends_with(&format!("ref={reference}")), "{refused}");
    assert_eq!(of(1), ("sso", "signedIn", &name));
    assert_eq!(of(2), ("try", "signedIn", &name));
    assert_eq!((of(3).0, &entries[3]["employeeId"]), ("token", &Value::Null));
    assert!(entries[3]["label"].is_string());
}

/// The history, its answers and the sign-ins name an administrator until the erasure.
#[tokio::test(flavor = "multi_thread")]
async fn the_history_names_the_administrator_until_the_erasure() {
    let scene = Scene::proven().await;
    let tenant = &scene.tenant;
    let ada = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let barbara = browser_of(&scene, &mut scene.sign_in().await).await;
    let form = format!("employees/{ada}/values/location");
    barbara.submit(&form, &[("value", "London")]).await.redirect();
    let newest = async || {
        let history = get(tenant, &format!("/employees/{ada}/history")).await;
        history["entries"][0]["actor"].clone()
    };
    let actor = |name: &str| {
        json!({
            "kind": "administrator", "employeeId": scene.barbara, "label": "Administrator", "name": name,
        })
    };
    assert_eq!(newest().await, actor(NAME));
    // Another kind of actor has no name.
    let history = get(tenant, &format!("/employees/{ada}/history")).await;
    assert_eq!(history["entries"][1]["actor"].get("name"), None);

    admin(tenant, "POST", &format!("/employees/{}/archive", scene.barbara), json!({}))
        .await
        .expect(200);
    let confirm = json!({"confirm": scene.barbara});
    admin(tenant, "POST", &format!("/employees/{}/erase", scene.barbara), confirm)
        .await
        .expect(204);
    assert_eq!(newest().await, actor("an erased employee"));
    let log = get(tenant, "/sso/sign-ins").await.to_string();
    assert!(!log.contains("Barbara") && !log.contains("bjensen"), "{log}");
}

/// Rows 26 and 11: unlink and *Sign out* by the API end the session at the next request.
#[tokio::test(flavor = "multi_thread")]
async fn the_api_ends_sessions_and_links() {
    let scene = Scene::proven().await;
    let tenant = &scene.tenant;
    for (method, rest, body) in [
        ("POST", "/sso/sign-out".to_owned(), json!({})),
        ("POST", "/sso/sign-out".to_owned(), json!({"employeeId": scene.barbara})),
        ("DELETE", format!("/employees/{}/account", scene.barbara), Value::Null),
    ] {
        let mut tab = scene.sign_in().await;
        assert_eq!(tab.get(&format!("{ROOT}menu")).await.status, 200);
        admin(tenant, method, &rest, body).await.expect(204);
        assert_ne!(tab.get(&format!("{ROOT}menu")).await.status, 200, "{method} {rest}");
        // A sign-in in the second of the end would be void too.
        scene.wait_a_minute();
    }
    admin(tenant, "DELETE", &format!("/employees/{}/account", scene.barbara), Value::Null)
        .await
        .expect(404);
}

/// Row 27: single sign-on turns token sign-in off, and the operator turns it on again.
#[tokio::test(flavor = "multi_thread")]
async fn the_operator_brings_the_token_form_back() {
    let scene = Scene::proven().await;
    let tenant = &scene.tenant;
    let barbara = browser_of(&scene, &mut scene.sign_in().await).await;
    let page = barbara.get("access/sso").await.page(200);
    let revision = after(&page, "name=\"revision\" value=\"", "\"").to_owned();
    let fields = [("tokenSignIn", "off"), ("revision", &*revision)];
    barbara.submit("access/sso/token-form", &fields).await.redirect();
    assert_eq!(get(tenant, "/sso").await["tokenSignIn"], false);
    let form = "name=\"token\"";
    assert!(!scene.tab().get(&format!("{ROOT}sign-in")).await.text().contains(form));

    let (sso, id) = (&tenant.app.app.sso, &tenant.id);
    let view = sso.get(id).await.expect("a read").expect("a configuration");
    let mut new = rollcall::directory::sso::configuration::NewSso::keeping(&view);
    new.token_sign_in = true;
    let operator = rollcall::directory::ActorRecord::operator("rollcall command");
    sso.put(id, new, &Precondition::default(), &operator).await.expect("a change");
    assert!(scene.tab().get(&format!("{ROOT}sign-in")).await.text().contains(form));
    let named: Uuid = scene.barbara.parse().expect("an id");
    assert_eq!(view.settings.admins[0].id, named, "the rest stays");
}
