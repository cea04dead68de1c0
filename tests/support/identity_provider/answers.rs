//! The answers of the provider's endpoints.

use super::{
    ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, Endpoint, Grant, Reply, State, TokenRequest, form,
    merged, percent_decode,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Extracted;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode, Uri, header};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

pub(super) fn router(state: Arc<Mutex<State>>) -> Router {
    Router::new().fallback(answer).with_state(state)
}

async fn answer(
    Extracted(state): Extracted<Arc<Mutex<State>>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let reply = state.lock().unwrap().answer(uri.path(), &headers, &body);
    match reply {
        Some((Reply::Json(status, value), cache_control)) => {
            let mut response =
                (StatusCode::from_u16(status).unwrap(), value.to_string()).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
            if let Some(value) = cache_control {
                headers.insert(header::CACHE_CONTROL, value.parse().unwrap());
            }
            response
        }
        Some((Reply::Bytes { content_type, encoding, bytes }, _)) => {
            let mut response = ([(header::CONTENT_TYPE, content_type)], bytes).into_response();
            if let Some(encoding) = encoding {
                let headers = response.headers_mut();
                headers.insert(header::CONTENT_ENCODING, encoding.parse().unwrap());
            }
            response
        }
        Some((Reply::Redirect(url), _)) => {
            (StatusCode::FOUND, [(header::LOCATION, url)]).into_response()
        }
        Some((Reply::Hang, _)) => std::future::pending().await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl State {
    pub(super) fn issuer(&self) -> String {
        format!("{}{}", self.base, self.behaviour.path)
    }

    pub(super) fn discovery(&self) -> Value {
        let url = |path: &str| format!("{}{path}", self.base);
        let usual = json!({
            "issuer": self.issuer(),
            "authorization_endpoint": url("/authorize"),
            "token_endpoint": url("/token"),
            "jwks_uri": url("/keys"),
            "userinfo_endpoint": url("/userinfo"),
            "end_session_endpoint": url("/end-session"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
            "token_endpoint_auth_methods_supported":
                ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        });
        merged(usual, self.behaviour.discovery.clone())
    }

    /// The usual claims of an ID token.
    pub(super) fn id_claims(&self, nonce: Option<&str>) -> Value {
        let now = self.sources.now().unix_timestamp();
        json!({
            "iss": self.issuer(), "aud": CLIENT_ID, "sub": "00u1", "nonce": nonce, "iat": now, "exp": now + 300,
        })
    }

    fn answer(
        &mut self,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Option<(Reply, Option<&'static str>)> {
        // The discovery document of an issuer that this provider is not right now may be missing.
        let discovery = format!(
            "{}/.well-known/openid-configuration",
            self.behaviour.path.trim_end_matches('/')
        );
        let (endpoint, count) = match path {
            path if path == discovery => (Endpoint::Discovery, &mut self.counts.discovery),
            "/keys" => (Endpoint::Keys, &mut self.counts.keys),
            "/token" => (Endpoint::Token, &mut self.counts.token),
            "/userinfo" => (Endpoint::UserInfo, &mut self.counts.user_info),
            _ => return None,
        };
        *count += 1;
        let authorization = headers.get(header::AUTHORIZATION);
        let authorization = authorization.map(|value| value.to_str().unwrap().to_owned());
        let fields = form(std::str::from_utf8(body).unwrap());
        if endpoint == Endpoint::Token {
            let request =
                TokenRequest { authorization: authorization.clone(), form: fields.clone() };
            self.token_requests.push(request);
        }
        if let Some(reply) = self.behaviour.replies.get(&endpoint) {
            return Some((reply.clone(), None));
        }
        let cache_control = self.behaviour.keys_cache_control;
        Some(match endpoint {
            Endpoint::Discovery => (Reply::Json(200, self.discovery()), None),
            Endpoint::Keys => {
                let keys = self.behaviour.keys.clone();
                (Reply::Json(200, keys.unwrap_or_else(|| self.keys.published())), cache_control)
            }
            Endpoint::Token => (self.exchange(authorization.as_deref(), &fields), None),
            Endpoint::UserInfo => (self.user_info(authorization.as_deref()), None),
        })
    }

    fn user_info(&self, authorization: Option<&str>) -> Reply {
        if authorization != Some(&*format!("Bearer {ACCESS_TOKEN}")) {
            return Reply::Json(401, json!({"error": "invalid_token"}));
        }
        let usual = json!({ "sub": self.subject });
        Reply::Json(200, merged(usual, self.behaviour.user_info.clone()))
    }

    /// Exchanges a code.
    fn exchange(&mut self, authorization: Option<&str>, fields: &HashMap<String, String>) -> Reply {
        let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        if !self.is_client_proven(authorization, fields) {
            return Reply::Json(401, json!({"error": "invalid_client"}));
        }
        let refused = Reply::Json(400, json!({"error": "invalid_grant"}));
        let Some(grant) = self.grants.remove(field("code")) else { return refused };
        let Grant { redirect_uri, nonce, challenge, claims } = grant;
        let verifier = oidc::code_challenge(field("code_verifier"));
        let is_verified = self.behaviour.ignores_verifier || challenge == Some(verifier);
        let is_same =
            field("grant_type") == "authorization_code" && field("redirect_uri") == redirect_uri;
        if !is_verified || !is_same {
            return refused;
        }
        let claims = merged(self.id_claims(nonce.as_deref()), claims);
        let claims = merged(claims, self.behaviour.claims.clone());
        self.subject = claims["sub"].as_str().unwrap_or_default().to_owned();
        let usual = json!({
            "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 300,
            "id_token": self.keys.sign(&claims, self.behaviour.header.clone()),
        });
        Reply::Json(200, merged(usual, self.behaviour.token_response.clone()))
    }

    fn is_client_proven(
        &self,
        authorization: Option<&str>,
        fields: &HashMap<String, String>,
    ) -> bool {
        let field = |name: &str| fields.get(name).map(String::as_str);
        if let Some(pair) = authorization.and_then(|value| value.strip_prefix("Basic ")) {
            let pair = String::from_utf8(STANDARD.decode(pair).unwrap()).unwrap();
            let (id, secret) = pair.split_once(':').unwrap();
            return (&*percent_decode(id), &*percent_decode(secret)) == (CLIENT_ID, CLIENT_SECRET);
        }
        if field("client_id") != Some(CLIENT_ID) {
            return false;
        }
        match (field("client_secret"), field("client_assertion")) {
            (Some(secret), _) => secret == CLIENT_SECRET,
            (_, Some(assertion)) => {
                let keys = json!({ "keys": self.behaviour.client_keys });
                super::keys::is_signed_by(assertion, &keys)
            }
            (None, None) => self.behaviour.is_client_public,
        }
    }
}
