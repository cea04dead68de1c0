//! The pages behind API Gateway, with and without a stage in the path.

use crate::support::acme;
use crate::support::browser::after;
use serde_json::json;

/// Returns a request as API Gateway sends it on a stage. Payload 2.0 has separate fields for the cookies and the body.
fn event(stage: &str, method: &str, below: &str, cookie: &str, body: &str) -> String {
    let at = if stage == "$default" { String::new() } else { format!("/{stage}") };
    let path = format!("{at}/tenants/acme/{below}");
    let domain = "abc.execute-api.eu-central-1.amazonaws.com";
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "cookies": [cookie],
        "headers": {
            "host": domain,
            "origin": format!("https://{domain}"),
            "content-type": "application/x-www-form-urlencoded",
        },
        "requestContext": {
            "accountId": "1", "apiId": "abc", "domainName": domain, "domainPrefix": "abc",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "x"},
            "requestId": "r", "routeKey": "$default", "stage": stage,
            "time": "23/Nov/2026:09:30:00 +0000", "timeEpoch": 1_795_426_200_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    });
    event.to_string()
}

#[tokio::test]
async fn through_api_gateway_it_works_as_anywhere() {
    let tenant = acme().await;
    for (stage, root) in [("$default", "/tenants/acme/"), ("prod", "/prod/tenants/acme/")] {
        let send = async |method: &str, below: &str, cookie: &str, body: &str| {
            let event = event(stage, method, below, cookie, body);
            let event = serde_json::from_str(&event).expect("an event");
            tenant.app.send(rollcall::lambda::gateway::plain_request(event, false)).await
        };
        let body = format!("token={}", tenant.admin_token);
        let answer = send("POST", "sign-in", "other=1", &body).await;
        assert_eq!(answer.redirect(), root);
        let cookie = answer.header("set-cookie");
        assert!(cookie.contains(&format!("; Path={root}; ")), "{cookie}");
        let cookie = cookie.split(';').next().expect("a cookie");
        let page = send("GET", "sources", cookie, "").await.page(200);
        assert!(page.contains(&format!("action=\"{root}sources/manager\"")));
        let csrf = after(&page, "name=\"csrf\" value=\"", "\"");
        let source = if stage == "prod" { "own" } else { "idp" };
        let body = format!("source={source}&csrf={csrf}");
        let saved = send("POST", "sources/manager", cookie, &body).await.redirect();
        assert!(saved.starts_with(&format!("{root}sources?done=")), "{saved}");
    }
}
