//! An OpenID Connect provider on a free port of 127.0.0.1, which misbehaves as a test says.
//!
//! It signs with its own keys and checks the client, the code, the redirect URI and the PKCE verifier, unless its
//! [`Behaviour`] says otherwise. It shares the clock of the test. A test with it needs a runtime with several threads, or
//! a clock that is not paused, because calls go through a socket.

mod answers;
pub mod keys;

use http::Uri;
use keys::ProviderKeys;
use rollcall::directory::sources::Sources;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// The client id at the provider.
pub const CLIENT_ID: &str = "rollcall-client";
/// The client secret at the provider. It has characters that a form encodes.
pub const CLIENT_SECRET: &str = "kestrel:+/%&=s3cret";
/// The access token that the provider gives.
pub const ACCESS_TOKEN: &str = "osprey-access-token";

/// How the provider differs from a good one. Members of the objects replace the usual ones, and `null` removes them.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// The path of the issuer after the port, such as `/{directory id}/v2.0`.
    pub path: String,
    /// Members of the discovery document.
    pub discovery: Value,
    /// Claims of each ID token.
    pub claims: Value,
    /// Members of the header of each ID token.
    pub header: Value,
    /// Members of the token response.
    pub token_response: Value,
    /// Members of the UserInfo answer, which usually has `sub` only.
    pub user_info: Value,
    /// The published keys, in place of the provider's own.
    pub keys: Option<Value>,
    /// The `Cache-Control` of the keys.
    pub keys_cache_control: Option<&'static str>,
    /// Whether any PKCE verifier is good.
    pub ignores_verifier: bool,
    /// Whether a client needs no secret and no assertion.
    pub is_client_public: bool,
    /// The public keys that check client assertions.
    pub client_keys: Vec<Value>,
    /// Answers in place of the usual ones.
    pub replies: HashMap<Endpoint, Reply>,
}

/// An endpoint of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    Discovery,
    Keys,
    Token,
    UserInfo,
}

/// An answer of an endpoint.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A status with a JSON document.
    Json(u16, Value),
    /// 200 with these bytes, a content type and a content encoding.
    Bytes { content_type: &'static str, encoding: Option<&'static str>, bytes: Vec<u8> },
    /// A redirect to a URL.
    Redirect(String),
    /// No answer.
    Hang,
}

/// A request that came to the token endpoint.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// The header `Authorization`.
    pub authorization: Option<String>,
    /// The fields of the form.
    pub form: HashMap<String, String>,
}

/// The calls of each endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub discovery: usize,
    pub keys: usize,
    pub token: usize,
    pub user_info: usize,
}

/// The parameters that the provider sends to the redirect URI after a login.
#[derive(Debug, Clone)]
pub struct Authorized {
    pub code: String,
    pub state: String,
    pub redirect_uri: String,
    /// The query of the callback: `code`, `state`, and `iss` if the discovery document announces it.
    pub query: String,
    /// All parameters of the authorization request.
    pub parameters: HashMap<String, String>,
}

/// A code that is not spent.
#[derive(Debug, Clone)]
struct Grant {
    redirect_uri: String,
    nonce: Option<String>,
    challenge: Option<String>,
    claims: Value,
}

struct State {
    base: String,
    behaviour: Behaviour,
    keys: ProviderKeys,
    grants: HashMap<String, Grant>,
    /// The subject of the last ID token, for UserInfo.
    subject: String,
    codes: usize,
    counts: Counts,
    token_requests: Vec<TokenRequest>,
    sources: Sources,
}

/// The provider. It stops when it is dropped.
pub struct IdentityProvider {
    state: Arc<Mutex<State>>,
    task: AbortHandle,
}

impl IdentityProvider {
    /// Starts a good provider on this clock, usually [`TestApp::sources`](super::TestApp::sources).
    pub async fn start(sources: Sources) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let state = Arc::new(Mutex::new(State {
            base: format!("http://{}", listener.local_addr().expect("an address")),
            behaviour: Behaviour::good(),
            keys: ProviderKeys::first(),
            grants: HashMap::new(),
            subject: String::new(),
            codes: 0,
            counts: Counts::default(),
            token_requests: Vec::new(),
            sources,
        }));
        let router = answers::router(Arc::clone(&state));
        let task = tokio::spawn(async move { axum::serve(listener, router).await });
        Self { state, task: task.abort_handle() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The issuer: the origin, and the path of the behaviour.
    pub fn issuer(&self) -> String {
        self.state().issuer()
    }

    /// Changes the behaviour.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.state().behaviour);
    }

    /// Answers an endpoint in this way from now on.
    pub fn reply(&self, endpoint: Endpoint, reply: Reply) {
        self.behave(|behaviour| drop(behaviour.replies.insert(endpoint, reply)));
    }

    /// Becomes a good provider again.
    pub fn behave_well(&self) {
        self.behave(|behaviour| *behaviour = Behaviour::good());
    }

    /// Signs and publishes with new keys only.
    pub fn rotate_keys(&self) {
        let mut state = self.state();
        state.keys = state.keys.next();
    }

    /// The calls so far.
    pub fn counts(&self) -> Counts {
        self.state().counts
    }

    /// Takes the requests that came to the token endpoint.
    pub fn take_token_requests(&self) -> Vec<TokenRequest> {
        std::mem::take(&mut self.state().token_requests)
    }

    /// Signs claims. Members of `header` replace the usual ones. The algorithm of the header decides on the signature:
    /// `none` has none, and `HS256` takes the client secret as key.
    pub fn sign(&self, claims: &Value, header: Value) -> String {
        self.state().keys.sign(claims, header)
    }

    /// An ID token of this subject and nonce, with these claims in place of the usual ones.
    pub fn id_token(&self, nonce: &str, claims: Value) -> String {
        let state = self.state();
        let claims = merged(state.id_claims(Some(nonce)), claims);
        state.keys.sign(&claims, state.behaviour.header.clone())
    }

    /// A logout token, with these claims in place of the usual ones. Usually it has neither `sub` nor `sid`.
    pub fn logout_token(&self, claims: Value) -> String {
        let state = self.state();
        let now = state.sources.now().unix_timestamp();
        let usual = json!({
            "iss": state.issuer(), "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": "logout-1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        state.keys.sign(&merged(usual, claims), json!({"typ": "logout+jwt"}))
    }

    /// Logs a person in, for the authorization request of this URL. The claims go into the ID token.
    pub fn authorize(&self, url: &str, claims: Value) -> Authorized {
        let url: Uri = url.parse().expect("a URL");
        let parameters = form(url.query().unwrap_or_default());
        let parameter = |name: &str| parameters.get(name).cloned();
        let mut state = self.state();
        assert_eq!(url.path(), "/authorize", "the authorization endpoint");
        assert_eq!(parameter("client_id").as_deref(), Some(CLIENT_ID));
        assert_eq!(parameter("response_type").as_deref(), Some("code"));
        state.codes += 1;
        let code = format!("code-{}", state.codes);
        let redirect_uri = parameter("redirect_uri").expect("a redirect URI");
        let grant = Grant {
            redirect_uri: redirect_uri.clone(),
            nonce: parameter("nonce"),
            challenge: parameter("code_challenge"),
            claims,
        };
        state.grants.insert(code.clone(), grant);
        let given = parameter("state").unwrap_or_default();
        let mut query = format!("code={code}&state={given}");
        if state.discovery()["authorization_response_iss_parameter_supported"] == true {
            let issuer = state.issuer();
            query.push_str(&format!("&iss={}", percent_encode(&issuer)));
        }
        Authorized { code, state: given, redirect_uri, query, parameters }
    }
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Behaviour {
    fn good() -> Self {
        let none = || json!({});
        Self {
            path: String::new(),
            discovery: none(),
            claims: none(),
            header: none(),
            token_response: none(),
            user_info: none(),
            keys: None,
            keys_cache_control: None,
            ignores_verifier: false,
            is_client_public: false,
            client_keys: Vec::new(),
            replies: HashMap::new(),
        }
    }
}

/// An object with the members of another one. `null` removes a member.
pub fn merged(mut value: Value, other: Value) -> Value {
    let object = value.as_object_mut().expect("an object");
    for (name, member) in other.as_object().expect("an object") {
        match member {
            Value::Null => drop(object.shift_remove(name)),
            member => drop(object.insert(name.clone(), member.clone())),
        }
    }
    value
}

/// The fields of a form or of a query.
pub fn form(text: &str) -> HashMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (percent_decode(name), percent_decode(value))).collect()
}

fn percent_decode(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text).decode_utf8().expect("UTF-8").into_owned()
}

fn percent_encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
