//! Back-channel logout through the front door: logout tokens of a good provider, and others.

use super::scene::{BARBARA, ROOT, Scene, Tab};
use crate::support::request::Answer;
use serde_json::{Value, json};
use time::Duration;

/// Posts a token as the provider does, without a cookie.
async fn log_out(scene: &Scene, token: &str) -> Answer {
    let form = format!("logout_token={token}");
    let answer = scene.tab().send("POST", &format!("{ROOT}sso/logout"), &form).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    answer
}

async fn is_open(tab: &mut Tab) -> bool {
    tab.clone().get(&format!("{ROOT}menu")).await.status == 200
}

/// Signs Barbara in, with this session at the provider.
async fn sign_in(scene: &Scene, sid: &str) -> Tab {
    let mut tab = scene.tab();
    let claims = json!({"sub": BARBARA, "sid": sid});
    let authorized = scene.authorize(&mut tab, "sso/start", claims).await;
    tab.call_back(&authorized).await.redirect();
    assert!(is_open(&mut tab).await);
    tab
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_token_ends_the_session_that_it_names() {
    let scene = Scene::proven().await;
    let (mut one, mut two) = (sign_in(&scene, "one").await, sign_in(&scene, "two").await);
    let token = scene.idp.logout_token(json!({"sub": BARBARA, "sid": "one"}));
    assert_eq!(log_out(&scene, &token).await.status, 200);
    assert_eq!((is_open(&mut one).await, is_open(&mut two).await), (false, true));
    // A token without a session ends all sessions of the person.
    scene.tenant.app.advance(Duration::seconds(2));
    let token = scene.idp.logout_token(json!({"sub": BARBARA}));
    assert_eq!(log_out(&scene, &token).await.status, 200);
    assert!(!is_open(&mut two).await);
    // A replay changes nothing.
    scene.tenant.app.advance(Duration::seconds(2));
    let mut three = sign_in(&scene, "three").await;
    assert_eq!(log_out(&scene, &token).await.status, 200);
    assert!(is_open(&mut three).await);
    // A token about an unknown person is valid.
    let token = scene.idp.logout_token(json!({"sub": "00u9stranger"}));
    assert_eq!(log_out(&scene, &token).await.status, 200);
    assert!(is_open(&mut three).await);
}

/// Mistake 25: logout tokens and ID tokens confused.
#[tokio::test(flavor = "multi_thread")]
async fn no_other_token_ends_a_session() {
    let scene = Scene::proven().await;
    let mut tab = sign_in(&scene, "one").await;
    let long_ago = (scene.tenant.app.sources().now() - Duration::minutes(11)).unix_timestamp();
    let changed = |mut claims: Value| {
        if claims.get("sub").is_none() {
            claims["sub"] = json!(BARBARA);
        }
        scene.idp.logout_token(claims)
    };
    let mut tokens = vec![
        changed(json!({"nonce": "n"})),
        changed(json!({"events": null})),
        changed(json!({"events": {}})),
        changed(json!({"aud": "another-client"})),
        changed(json!({"iss": "https://evil.example"})),
        changed(json!({"iat": long_ago, "exp": long_ago + 120})),
        changed(json!({"sub": null})),
        scene.idp.id_token("n", json!({"sub": BARBARA})),
        String::new(),
        "a.b.c".to_owned(),
    ];
    let good = scene.idp.logout_token(json!({"sub": BARBARA}));
    // The first character of the signature is another one: its last holds bits that a decoder may ignore.
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    tokens.push(format!("{signed}.{other}{}", &signature[1..]));
    for (number, token) in tokens.into_iter().enumerate() {
        let answer = log_out(&scene, &token).await;
        assert_eq!(answer.status, 400, "{number}: {token}");
        assert_eq!(answer.expect(400), json!({"error": "invalid_request"}), "{token}");
        assert!(is_open(&mut tab).await, "{token}");
    }
    // Without the field, as JSON, at another tenant, and by GET.
    let path = format!("{ROOT}sso/logout");
    assert_eq!(scene.tab().send("POST", &path, "token=x").await.status, 400);
    assert_eq!(scene.tab().send("GET", &path, "").await.status, 405);
    scene.tenant.app.tenant("other").await;
    let other = "/tenants/other/sso/logout";
    let form = format!("logout_token={good}");
    assert_eq!(scene.tab().send("POST", other, &form).await.status, 400);
    assert!(is_open(&mut tab).await);
}
