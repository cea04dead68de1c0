//! The exchange of a code for an ID token (RFC 6749 §4.1.3).

use super::form_encoding::{add_field, encoded};
use super::provider_problem::{OAuthError, ProviderProblem, Unreachable};
use crate::directory::sources::Sources;
use crate::model::sso::{MatchRule, Preset};
use crate::model::tenant::TenantId;
use crate::outbound::{Request, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method};
use oidc::{Assertion, Discovery, PrivateKey, client_assertion};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::fmt;

/// The kind of a signed client assertion (RFC 7523 §2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The greatest length of the form: an encoded code of 4 KB, an assertion, and the rest.
const MAX_FORM_BYTES: usize = 16 * 1_024;
/// The audience of the federated credentials of Entra ID.
const ENTRA_AUDIENCE: &str = "api://AzureADTokenExchange";

/// An authorization code, and all that proves that it belongs to this sign-in.
#[derive(Clone, Copy)]
pub struct CodeExchange<'a> {
    /// The tenant whose administrator signs in.
    pub tenant: &'a TenantId,
    /// The configured issuer.
    pub issuer: &'a str,
    /// The client id.
    pub client_id: &'a str,
    /// The kind of provider. It decides on the form of an assertion.
    pub preset: Preset,
    /// The proof of the client.
    pub credential: &'a ClientCredential,
    /// The redirect URI of the authorization request.
    pub redirect_uri: &'a str,
    /// The parameter `iss` of the callback (RFC 9207).
    pub iss: Option<&'a str>,
    /// The code from the callback.
    pub code: &'a str,
    /// The PKCE verifier of the attempt.
    pub verifier: &'a str,
    /// The nonce of the attempt.
    pub nonce: &'a str,
    /// The rule whose claim the caller may need. The UserInfo endpoint may have it if the ID token does not.
    pub wanted: MatchRule,
    /// The issuer of the tenant's keys, `{root}sso`. Entra ID reads it in an assertion.
    pub key_issuer: &'a str,
}

/// The proof of a client at the token endpoint.
pub enum ClientCredential {
    /// A client secret.
    Secret(SecretString),
    /// The key of signed assertions.
    Key(PrivateKey),
    /// No proof but PKCE.
    None,
}

/// The tokens of a successful exchange.
pub(super) struct Tokens {
    pub(super) id_token: SecretString,
    pub(super) access_token: Option<SecretString>,
}

impl CodeExchange<'_> {
    /// Builds the request to the token endpoint.
    pub(super) fn request(
        &self,
        discovery: &Discovery,
        sources: &Sources,
    ) -> Result<Request, ProviderProblem> {
        let mut headers = vec![
            (CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded")),
            (ACCEPT, HeaderValue::from_static("application/json")),
        ];
        let mut form = Form::new();
        form.add("grant_type", "authorization_code");
        form.add("code", self.code);
        form.add("redirect_uri", self.redirect_uri);
        form.add("code_verifier", self.verifier);
        match self.credential {
            ClientCredential::Secret(secret) if wants_secret_in_form(discovery) => {
                form.add("client_id", self.client_id);
                form.add("client_secret", secret.expose_secret());
            }
            ClientCredential::Secret(secret) => {
                headers.push(basic(self.client_id, secret)?);
            }
            ClientCredential::Key(key) => {
                form.add("client_id", self.client_id);
                form.add("client_assertion_type", ASSERTION_TYPE);
                form.add("client_assertion", &self.assertion(key, discovery, sources)?);
            }
            ClientCredential::None => form.add("client_id", self.client_id),
        }
        Ok(Request { method: Method::POST, headers, body: form.0.as_bytes().to_vec() })
    }

    fn assertion(
        &self,
        key: &PrivateKey,
        discovery: &Discovery,
        sources: &Sources,
    ) -> Result<Zeroizing<String>, ProviderProblem> {
        let federated = key_subject(self.tenant);
        let (issuer, subject, audience) = match self.preset {
            Preset::Entra => (self.key_issuer, &*federated, ENTRA_AUDIENCE),
            _ => (self.client_id, self.client_id, &*discovery.token_endpoint),
        };
        let id = sources.new_id().to_string();
        let claims = Assertion { issuer, subject, audience, now: sources.now(), id: &id };
        client_assertion(key, &claims)
            .map(Zeroizing::new)
            .map_err(|_| ProviderProblem::CredentialUnusable)
    }
}

/// Returns the subject of a tenant's keys, for the federated credentials of Entra ID.
pub fn key_subject(tenant: &TenantId) -> String {
    format!("rollcall:{tenant}")
}

/// Whether the provider takes a secret in the form only. `client_secret_basic` is the rule (RFC 6749 §2.3.1).
fn wants_secret_in_form(discovery: &Discovery) -> bool {
    let offers = |method| discovery.token_auth_methods.iter().any(|offered| offered == method);
    offers("client_secret_post") && !offers("client_secret_basic")
}

/// The header of `client_secret_basic`. Both parts are encoded as in a form, so that a colon separates them.
fn basic(
    client_id: &str,
    secret: &SecretString,
) -> Result<(HeaderName, HeaderValue), ProviderProblem> {
    let pair = format!("{}:{}", encoded(client_id), encoded(secret.expose_secret()));
    let header = Zeroizing::new(format!("Basic {}", STANDARD.encode(&*Zeroizing::new(pair))));
    let mut value =
        HeaderValue::from_str(&header).map_err(|_| ProviderProblem::CredentialUnusable)?;
    value.set_sensitive(true);
    Ok((AUTHORIZATION, value))
}

/// The body of a form post. It has secrets, so its memory is cleared.
struct Form(Zeroizing<String>);

impl Form {
    /// Reserves the memory at once. A text that grows leaves copies behind.
    fn new() -> Self {
        Self(Zeroizing::new(String::with_capacity(MAX_FORM_BYTES)))
    }

    fn add(&mut self, name: &str, value: &str) {
        add_field(&mut self.0, name, value);
    }
}

/// A successful response (RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.3).
#[derive(Deserialize)]
struct TokenResponse {
    id_token: Option<SecretString>,
    access_token: Option<SecretString>,
}

/// An error response (RFC 6749 §5.2). `error_description` has no field: nothing reads it.
#[derive(Deserialize)]
struct ErrorResponse {
    error: String,
}

/// Reads the response of the token endpoint at this host.
pub(super) fn read_tokens(host: &str, response: &Response) -> Result<Tokens, ProviderProblem> {
    if response.status != http::StatusCode::OK {
        return Err(match serde_json::from_slice::<ErrorResponse>(&response.body) {
            Ok(response_error) if response.status.is_client_error() => {
                ProviderProblem::CodeRefused(OAuthError::parse(&response_error.error))
            }
            _ => ProviderProblem::Unreachable {
                host: host.to_owned(),
                why: Unreachable::Status(response.status.as_u16()),
            },
        });
    }
    let malformed = ProviderProblem::Malformed { host: host.to_owned(), part: "token response" };
    match serde_json::from_slice(&response.body) {
        Ok(TokenResponse { id_token: Some(id_token), access_token }) => {
            Ok(Tokens { id_token, access_token })
        }
        _ => Err(malformed),
    }
}

impl fmt::Debug for CodeExchange<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CodeExchange").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientCredential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Secret(_) => "Secret",
            Self::Key(_) => "Key",
            Self::None => "None",
        })
    }
}
