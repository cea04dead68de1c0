//! Tenants are isolated. The tests call every route with wrong credentials, and use another tenant's ids, names and
//! lists.

use crate::support::actors::OPERATOR;
use crate::support::admin::make_read_token;
use crate::support::request::Answer;
use crate::support::{Ids, TestApp, TestTenant};
use axum::body::Body;
use http::Request;
use rollcall::directory::groups::view::GroupSearch;
use rollcall::directory::{Error, Kind};
use serde_json::{Value, json};
use uuid::Uuid;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const DETAIL: &str = "The Secret Token is missing or not valid for this tenant. Check that the Tenant URL \
    and the Secret Token belong together, and that the Authorization header is \"Bearer\" and the \
    token. Otherwise replace the Secret Token and paste the new one";

async fn send(app: &TestApp, method: &str, path: &str, authorization: Option<&str>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    app.send(request.body(Body::from("{")).unwrap()).await
}

#[track_caller]
fn expect_unauthorized(answer: &Answer, method: &str, what: &str) {
    assert_eq!(answer.status.as_u16(), 401, "{what}");
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"rollcall\"", "{what}");
    assert_eq!(answer.header("allow"), "", "{what}");
    if method != "HEAD" {
        assert_eq!(answer.expect_error(401, None), DETAIL, "{what}");
    }
    let names: Vec<&str> = answer
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| !["content-length", "x-request-id"].contains(name))
        .collect();
    let expected = ["cache-control", "content-type", "www-authenticate", "x-content-type-options"];
    let mut names = names;
    names.sort_unstable();
    assert_eq!(names, expected, "{what}");
}

/// Creates two tenants, with random ids as in production.
async fn two_tenants() -> (TestTenant, TestTenant) {
    let app = TestApp::with_ids(Ids::Random).await;
    (app.tenant("acme").await, app.tenant("globex").await)
}

fn ada(title: &str) -> Value {
    json!({
        "userName": "ada@example.com",
        "externalId": "00u1",
        "title": title,
        "emails": [{"value": "ada@example.com"}],
    })
}

#[tokio::test]
async fn every_route_refuses_every_wrong_credential_in_the_same_words() {
    let (acme, globex) = two_tenants().await;
    let id = acme.create(&ada("Countess")).await;
    let before = acme.get("/Users").await.expect(200);
    let bearer = |token: &str| Some(format!("Bearer {token}"));
    let token = acme.scim_token.as_str();
    let read_tokens = [make_read_token(&acme).await, make_read_token(&globex).await];
    let credentials = [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Basic YWRtaW46YWRtaW4=".to_owned()),
        Some(format!("Basic {token}")),
        Some(format!("Token {token}")),
        Some(token.to_owned()),
        bearer("garbage"),
        bearer(&"x".repeat(5_000)),
        bearer(&format!("{token}x")),
        bearer(&token[..token.len() - 1]),
        bearer(&token.to_uppercase()),
        bearer(&token.replace("rc_acme_", "rc_globex_")),
        bearer(&format!("rc_acme_{}", "A".repeat(43))),
        bearer(&format!("{token}, Bearer {token}")),
        bearer(&globex.scim_token),
        bearer(&globex.scim_token.replace("rc_globex_", "rc_acme_")),
        bearer(&globex.admin_token),
        bearer(&acme.admin_token),
        bearer(&read_tokens[0]),
        bearer(&read_tokens[1]),
    ];
    let one = format!("/Users/{id}");
    let routes = [
        "/Users",
        "/Users?filter=userName+pr",
        "/Users/",
        one.as_str(),
        "/Users/x",
        "/Users/%FF",
        "/nonsense",
        "/Users/a/b",
        "/Me",
        "/Bulk",
        "/Groups",
        "/Groups/x",
        "/Users/.search",
        "/.search",
        "/?cursor",
        "",
        "/",
        "/users",
        "/Schema",
        "/../../globex/scim/v2/Users",
    ];
    for route in routes {
        let path = acme.path(route);
        for method in METHODS {
            for credential in &credentials {
                let what = format!("{method} {path} {credential:?}");
                let answer = send(&acme.app, method, &path, credential.as_deref()).await;
                expect_unauthorized(&answer, method, &what);
            }
        }
    }
    assert_eq!(acme.get("/Users").await.expect(200), before);
}

#[tokio::test]
async fn discovery_takes_no_writes_without_a_token() {
    let (acme, _) = two_tenants().await;
    for route in ["/Schemas", "/ServiceProviderConfig", "/ResourceTypes/User"] {
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let answer = send(&acme.app, method, &acme.path(route), None).await;
            expect_unauthorized(&answer, method, &format!("{method} {route}"));
        }
    }
}

#[tokio::test]
async fn a_tenant_that_does_not_exist_looks_like_one_whose_token_is_wrong() {
    let (acme, _) = two_tenants().await;
    let token = format!("Bearer {}", acme.scim_token);
    let forged = format!("Bearer rc_nobody_{}", "A".repeat(43));
    for tenant in
        ["nobody", "globex", "ACME", "acme_2", "a", "-", "acme%20", "%2E%2E", "*", "acme%00"]
    {
        for route in ["/Users", "/Users/x", "/nonsense"] {
            let path = format!("/tenants/{tenant}/scim/v2{route}");
            for credential in [None, Some(token.as_str()), Some(forged.as_str())] {
                let answer = send(&acme.app, "GET", &path, credential).await;
                expect_unauthorized(&answer, "GET", &path);
            }
        }
    }
}

#[tokio::test]
async fn the_scheme_may_be_in_any_case() {
    let (acme, _) = two_tenants().await;
    for scheme in ["bearer", "BEARER", "Bearer "] {
        let credential = format!("{scheme} {}", acme.scim_token);
        let answer = send(&acme.app, "GET", &acme.path("/Users"), Some(&credential)).await;
        answer.expect(200);
    }
}

#[tokio::test]
async fn another_tenants_ids_do_not_exist() {
    let (acme, globex) = two_tenants().await;
    let id = acme.create(&ada("Countess")).await;
    let before = acme.get(&format!("/Users/{id}")).await.expect(200);
    let path = format!("/Users/{id}");
    let unknown = globex.get(&format!("/Users/{}", Uuid::new_v4())).await.expect(404);
    let off = json!([{"op": "replace", "value": {"active": false}}]);
    let tag = [("if-match", "*")];
    let answers = [
        globex.get(&path).await,
        globex.put(&path, &ada("Stolen")).await,
        globex.patch(&path, &off).await,
        globex.delete(&path).await,
        globex.request("DELETE", &path, &tag, Body::empty()).await,
        globex.request("GET", &path, &[("if-none-match", "*")], Body::empty()).await,
    ];
    for answer in answers {
        answer.expect_error(404, None);
        assert_eq!(answer.json(), unknown);
    }
    assert_eq!(acme.get(&path).await.expect(200), before);
    assert_eq!(globex.get("/Users").await.expect(200)["totalResults"], 0);
    let directory = globex.directory();
    let id: Uuid = id.parse().unwrap();
    assert!(matches!(directory.users().get_any(id).await, Err(Error::NoEmployee(of)) if of == id));
    assert!(
        matches!(directory.history().of_user(id).await, Err(Error::NoEmployee(of)) if of == id)
    );
    assert!(
        matches!(directory.users().erase(id, &OPERATOR).await, Err(Error::NoEmployee(of)) if of == id)
    );
}

#[tokio::test]
async fn another_tenants_groups_lead_nowhere() {
    let (acme, globex) = two_tenants().await;
    let ada = acme.create(&ada("Countess")).await;
    let crew = crate::support::groups::group(&acme, "Crew", &[&ada]).await;
    let crew: Uuid = crew.parse().unwrap();
    let ours = acme.directory();
    let group = ours.groups().get(crew).await.unwrap();
    let theirs = globex.directory();
    assert!(matches!(theirs.groups().get(crew).await, Err(Error::NoGroup(of)) if of == crew));
    assert!(matches!(theirs.history().of_group(crew).await, Err(Error::NoGroup(of)) if of == crew));
    let page = theirs.history().page((Kind::Group, crew), None, 10).await;
    assert!(matches!(page, Err(Error::NoGroup(of)) if of == crew));
    assert_eq!(theirs.groups().find("Crew").await.unwrap(), None);
    assert_eq!(theirs.groups().find_by_any_name(&crew.to_string()).await.unwrap(), None);
    let all = GroupSearch { name: "", text: "", cursor: None, limit: 100 };
    assert_eq!(theirs.groups().search(all).await.unwrap().rows, []);
    assert_eq!(theirs.groups().groups_of(ada.parse().unwrap()).await.unwrap(), []);
    // The other tenant gets no members, even with the record of the group.
    assert_eq!(theirs.groups().members_page(&group, None, 10).await.unwrap().rows, []);
    assert_eq!(ours.groups().members_page(&group, None, 10).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn tenants_with_equal_people_do_not_collide_and_never_see_each_other() {
    let (acme, globex) = two_tenants().await;
    let ours = acme.create(&ada("Countess")).await;
    let theirs = globex.create(&ada("Duchess")).await;
    assert_ne!(ours, theirs);
    let filters = [
        "userName eq \"ada@example.com\"",
        "externalId eq \"00u1\"",
        "emails eq \"ada@example.com\"",
        "title pr",
        "active eq true and not (title eq \"x\")",
    ];
    for (tenant, id, other) in [(&acme, &ours, &theirs), (&globex, &theirs, &ours)] {
        for filter in filters {
            let body = tenant.filter(filter).await.expect(200);
            assert_eq!(
                (&body["totalResults"], &body["Resources"][0]["id"]),
                (&json!(1), &json!(id)),
                "{filter}"
            );
        }
        let list = tenant.get("/Users").await.expect(200);
        assert_eq!((&list["totalResults"], &list["Resources"][0]["id"]), (&json!(1), &json!(id)));
        assert!(tenant.found(&format!("id eq \"{other}\"")).await.is_empty());
        assert!(tenant.found(&format!("not (id eq \"{id}\")")).await.is_empty());
    }
    acme.delete(&format!("/Users/{ours}")).await.expect(204);
    globex.get(&format!("/Users/{theirs}")).await.expect(200);
    globex.post("/Users", &ada("x")).await.expect_error(409, Some("uniqueness"));
    assert_eq!(acme.create(&ada("Countess")).await, ours);
}

#[tokio::test]
async fn a_person_deleted_at_one_tenant_does_not_come_back_at_another() {
    let (acme, globex) = two_tenants().await;
    let ours = acme.create(&ada("Countess")).await;
    acme.delete(&format!("/Users/{ours}")).await.expect(204);
    let theirs = globex.create(&ada("Duchess")).await;
    assert_ne!(ours, theirs);
}

#[tokio::test]
async fn tenants_whose_ids_begin_alike_are_apart() {
    let app = TestApp::with_ids(Ids::Random).await;
    let (short, long) = (app.tenant("acme").await, app.tenant("acme-2").await);
    let id = long.create(&ada("Countess")).await;
    assert_eq!(short.get("/Users").await.expect(200)["totalResults"], 0);
    short.get(&format!("/Users/{id}")).await.expect_error(404, None);
    short.app.app.tenants.delete(&short.id).await.unwrap();
    long.get(&format!("/Users/{id}")).await.expect(200);
    assert_eq!(long.found("userName pr").await, ["ada@example.com"]);
}

#[tokio::test]
async fn a_manager_at_another_tenant_is_no_colleague() {
    let (acme, globex) = two_tenants().await;
    let boss = acme.create(&ada("Countess")).await;
    for text in [boss.as_str(), "ada@example.com"] {
        let directory = globex.directory();
        assert_eq!(directory.users().find_colleague(text).await.unwrap(), None, "{text}");
    }
}

#[tokio::test]
async fn paths_outside_a_tenant_say_nothing() {
    let (acme, _) = two_tenants().await;
    let token = format!("Bearer {}", acme.scim_token);
    for path in [
        "/",
        "/tenants",
        "/tenants/acme/scim",
        "/tenants/acme/scim/v3/Users",
        "/scim/v2/Users",
        "/Users",
    ] {
        let with = send(&acme.app, "GET", path, Some(&token)).await;
        let without = send(&acme.app, "GET", path, None).await;
        assert_eq!(with.expect_error(404, None), without.expect_error(404, None), "{path}");
        let nobody = send(&acme.app, "GET", &path.replace("acme", "nobody"), None).await;
        assert_eq!(nobody.json(), with.json(), "{path}");
    }
    let health = send(&acme.app, "GET", "/health", None).await;
    assert_eq!((health.status.as_u16(), &*health.bytes), (200, &b"ok\n"[..]));
}
