//! A sign-in through API Gateway, with payloads 1.0 and 2.0. Both give a browser two cookies in one answer.

use super::scene::{BARBARA, Scene};
use crate::deploy::gateway::{event, invoke};
use crate::support::browser::after;
use serde_json::{Value, json};

/// Makes a GET of an event in the repository.
fn get(sample: &str, path: &str, query: &str, cookie: &str) -> Value {
    let mut get: Value = serde_json::from_str(&event(sample)).expect("JSON");
    if get["version"] == "2.0" {
        get["rawPath"] = json!(path);
        get["requestContext"]["http"]["path"] = json!(path);
        get["requestContext"]["http"]["method"] = json!("GET");
        get["rawQueryString"] = json!(query);
        get["cookies"] = json!([cookie]);
        get["headers"]["accept"] = json!("text/html");
    } else {
        let stage = get["requestContext"]["stage"].as_str().unwrap_or_default().to_owned();
        get["path"] = json!(path);
        get["requestContext"]["path"] = json!(format!("/{stage}{path}"));
        get["httpMethod"] = json!("GET");
        get["requestContext"]["httpMethod"] = json!("GET");
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let decode = |text: &str| {
            percent_encoding::percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned()
        };
        let lists: serde_json::Map<String, Value> =
            pairs.map(|(name, value)| (name.to_owned(), json!([decode(value)]))).collect();
        get["multiValueQueryStringParameters"] = json!(lists);
        get["queryStringParameters"] = Value::Null;
        get["multiValueHeaders"] = json!({"cookie": [cookie], "accept": ["text/html"]});
        get["headers"] = json!({"cookie": cookie, "accept": "text/html"});
    }
    get
}

/// The cookies of an answer, and its location.
fn read(answer: &Value) -> (Vec<String>, String) {
    assert_eq!(answer["statusCode"], 303, "{answer}");
    let texts = |value: &Value| -> Vec<String> {
        let list = value.as_array().cloned().unwrap_or_default();
        list.iter().map(|one| one.as_str().expect("text").to_owned()).collect()
    };
    let many = &answer["multiValueHeaders"];
    let cookies = match answer["cookies"].is_array() {
        true => texts(&answer["cookies"]),
        false => texts(&many["set-cookie"]),
    };
    let location = answer["headers"]["location"].as_str().or(many["location"][0].as_str());
    (cookies, location.expect("a location").to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_works_through_the_gateway_in_both_payloads() {
    let scene = Scene::proven().await;
    for sample in ["06-get-user", "21-find-through-a-rest-api"] {
        let start = get(sample, "/tenants/acme/sso/start", "next=employees", "other=1");
        let (cookies, location) = read(&invoke(&scene.tenant.app, &start).await);
        let [attempt] = &cookies[..] else { panic!("{sample}: {cookies:?}") };
        let path = after(attempt, "Path=", ";");
        let root = path.strip_suffix("sso/").expect("the path of single sign-on");
        let authorized = scene.idp.authorize(&location, json!({"sub": BARBARA}));
        assert!(
            authorized.redirect_uri.starts_with("https://")
                && authorized.redirect_uri.ends_with(&format!("{root}sso/callback")),
            "{sample}: {authorized:?}"
        );
        let cookie = attempt.split(';').next().expect("a cookie");
        let callback = get(sample, "/tenants/acme/sso/callback", &authorized.query, cookie);
        let answer = invoke(&scene.tenant.app, &callback).await;
        let (cookies, location) = read(&answer);
        assert_eq!(location, format!("{root}employees"), "{sample}");
        assert_eq!(cookies.len(), 2, "{sample}: {answer}");
        let starts = |name: &str| cookies.iter().filter(|one| one.starts_with(name)).count();
        assert_eq!((starts("rollcall_session="), starts("rollcall_attempt_")), (1, 1), "{answer}");
        assert!(answer["body"].as_str().is_none_or(str::is_empty), "{answer}");
        let session = cookies.iter().find(|one| one.starts_with("rollcall_session="));
        let session = session.and_then(|one| one.split(';').next()).expect("a session");
        let card = get(sample, "/tenants/acme/access/sso", "", session);
        let card = invoke(&scene.tenant.app, &card).await;
        assert_eq!(card["statusCode"], 200, "{card}");
        // The gateway gives the host, so the addresses may change with it.
        let page = card["body"].as_str().expect("a page");
        assert!(page.contains("Set <code>PublicUrl</code> first."), "{page}");
    }
}
