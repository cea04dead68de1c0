//! The discovery document of a provider (OpenID Connect Discovery 1.0 §3 and §4, RFC 8414, RFC 9207).

use crate::algorithm::Algorithm;
use serde::Deserialize;

/// The most characters of another issuer that a problem shows.
const MAX_FOUND_CHARS: usize = 255;

/// The first part of the path of Entra ID's issuers for all directories, and the directory of all personal accounts.
const SHARED_DIRECTORIES: [&str; 4] =
    ["common", "organizations", "consumers", "9188040d-6c67-4c5b-b112-36a304b66dad"];

/// The content of a discovery document. Its URLs are not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// The URL to which a browser goes for a sign-in.
    pub authorization_endpoint: String,
    /// The URL that exchanges a code for tokens.
    pub token_endpoint: String,
    /// The URL of the public keys.
    pub jwks_uri: String,
    /// The URL of further claims.
    pub userinfo_endpoint: Option<String>,
    /// The URL to which a browser goes to sign out (OpenID Connect RP-Initiated Logout 1.0).
    pub end_session_endpoint: Option<String>,
    /// The accepted algorithms that the provider announces; at least one.
    pub id_token_signing_algs: Vec<Algorithm>,
    /// The methods by which a client may prove itself at the token endpoint.
    pub token_auth_methods: Vec<String>,
    /// Whether the provider announces PKCE by the method S256. Many providers support it unannounced.
    pub supports_pkce_s256: bool,
    /// Whether each authorization response names the issuer (RFC 9207). Then a response without `iss` is not valid.
    pub iss_parameter: bool,
    /// Whether the provider sends logout tokens.
    pub back_channel_logout: bool,
}

/// The reason that a document is no discovery document of an issuer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryProblem {
    /// The document names another issuer.
    #[error("the document names the issuer \"{found}\"")]
    Mismatch {
        /// The issuer in the document, with at most 255 characters.
        found: String,
    },
    /// The issuer serves every directory of Entra ID.
    #[error("the issuer serves every directory")]
    MultiTenant,
    /// The document is no JSON object, or this member is missing or malformed.
    #[error("the document is malformed: {0}")]
    Malformed(&'static str),
    /// The provider signs with none of RS256, PS256 and ES256.
    #[error("the provider signs with none of RS256, PS256 and ES256")]
    NoAlgorithm,
}

#[derive(Deserialize)]
struct DiscoveryDocument {
    issuer: Option<String>,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    jwks_uri: Option<String>,
    userinfo_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    authorization_response_iss_parameter_supported: Option<bool>,
    backchannel_logout_supported: Option<bool>,
}

impl Discovery {
    /// Reads the document of an issuer. Both names must be equal byte for byte: no final slash is added or removed.
    ///
    /// # Errors
    /// Fails with [`DiscoveryProblem`].
    pub fn parse(bytes: &[u8], issuer: &str) -> Result<Self, DiscoveryProblem> {
        let document: DiscoveryDocument =
            serde_json::from_slice(bytes).map_err(|_| DiscoveryProblem::Malformed("document"))?;
        let found = required(document.issuer, "issuer")?;
        if is_multi_tenant(issuer) || is_multi_tenant(&found) {
            return Err(DiscoveryProblem::MultiTenant);
        }
        if found != issuer {
            let found = found.chars().take(MAX_FOUND_CHARS).collect();
            return Err(DiscoveryProblem::Mismatch { found });
        }
        let algorithms = document.id_token_signing_alg_values_supported;
        // Every provider must support RS256 (Discovery §3), so it holds for a document without the list.
        let algorithms = algorithms.unwrap_or_else(|| vec!["RS256".to_owned()]);
        let algorithms: Vec<_> =
            algorithms.iter().filter_map(|name| Algorithm::parse(name)).collect();
        if algorithms.is_empty() {
            return Err(DiscoveryProblem::NoAlgorithm);
        }
        let challenges = document.code_challenge_methods_supported.unwrap_or_default();
        Ok(Self {
            authorization_endpoint: required(
                document.authorization_endpoint,
                "authorization_endpoint",
            )?,
            token_endpoint: required(document.token_endpoint, "token_endpoint")?,
            jwks_uri: required(document.jwks_uri, "jwks_uri")?,
            userinfo_endpoint: document.userinfo_endpoint,
            end_session_endpoint: document.end_session_endpoint,
            id_token_signing_algs: algorithms,
            token_auth_methods: document
                .token_endpoint_auth_methods_supported
                .unwrap_or_else(|| vec!["client_secret_basic".to_owned()]),
            supports_pkce_s256: challenges.iter().any(|method| method == "S256"),
            iss_parameter: document.authorization_response_iss_parameter_supported == Some(true),
            back_channel_logout: document.backchannel_logout_supported == Some(true),
        })
    }
}

fn required(value: Option<String>, name: &'static str) -> Result<String, DiscoveryProblem> {
    value.filter(|text| !text.is_empty()).ok_or(DiscoveryProblem::Malformed(name))
}

/// Whether an issuer serves every directory of Entra ID, or all personal accounts of Microsoft. Any stranger could sign
/// in there.
pub fn is_multi_tenant(issuer: &str) -> bool {
    let issuer = issuer.to_ascii_lowercase();
    let path = issuer.split_once("://").map_or(&*issuer, |(_, rest)| rest);
    let mut parts = path.split('/').skip(1).filter(|part| !part.is_empty());
    let is_shared = parts.next().is_some_and(|part| SHARED_DIRECTORIES.contains(&part));
    let rest: Vec<&str> = parts.collect();
    issuer.contains("{tenantid}") || (is_shared && matches!(&*rest, [] | ["v2.0"]))
}

#[cfg(test)]
mod tests;
