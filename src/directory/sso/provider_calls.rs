//! The calls of a provider, and the form of its answers.

use super::code_exchange::{CodeExchange, Tokens, read_tokens};
use super::provider_cache::{Fetched, IssuerDocuments};
use super::provider_problem::{ProviderProblem, Unreachable};
use crate::directory::sources::Sources;
use crate::outbound::{Client, Limits, Request, Response, Target, UrlProblem};
use http::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use oidc::{Discovery, KeySet, UserInfo};
use secrecy::zeroize::Zeroizing;
use std::sync::Arc;
use time::Duration;

/// How long a discovery document is fresh.
const DISCOVERY_LIFETIME: Duration = Duration::hours(1);
/// How long keys are fresh: what the provider states, within these limits.
const SHORTEST_KEY_LIFETIME: Duration = Duration::minutes(5);
const LONGEST_KEY_LIFETIME: Duration = Duration::hours(24);

/// Calls one provider.
pub(super) struct Caller {
    pub(super) client: Client,
    pub(super) documents: Arc<IssuerDocuments>,
}

/// Fetches the discovery document of an issuer, and checks all its URLs (OpenID Connect Discovery 1.0 §4).
pub(super) async fn fetch_discovery(caller: &Caller, issuer: &str) -> Fetched<Discovery> {
    let forbidden = |problem| ProviderProblem::ForbiddenUrl { member: "issuer", problem };
    if issuer.contains('?') {
        return Err(forbidden(UrlProblem::NotAUrl));
    }
    let base = issuer.strip_suffix('/').unwrap_or(issuer);
    let url = format!("{base}/.well-known/openid-configuration");
    let target = Target::parse(&url, caller.client.policy()).map_err(forbidden)?;
    let response = get(caller, &target, None, Limits::OIDC).await?;
    let discovery = Discovery::parse(&response.body, issuer)
        .map_err(|problem| ProviderProblem::of_discovery(problem, target.host(), issuer))?;
    let urls = [
        ("authorization_endpoint", Some(&discovery.authorization_endpoint)),
        ("token_endpoint", Some(&discovery.token_endpoint)),
        ("jwks_uri", Some(&discovery.jwks_uri)),
        ("userinfo_endpoint", discovery.userinfo_endpoint.as_ref()),
        ("end_session_endpoint", discovery.end_session_endpoint.as_ref()),
    ];
    for (member, url) in urls {
        url.map_or(Ok(()), |url| target_of(caller, member, url).map(|_| ()))?;
    }
    Ok((discovery, DISCOVERY_LIFETIME))
}

/// Fetches the keys of a provider.
pub(super) async fn fetch_keys(caller: &Caller, discovery: &Discovery) -> Fetched<KeySet> {
    let target = target_of(caller, "jwks_uri", &discovery.jwks_uri)?;
    let response = get(caller, &target, None, Limits::OIDC_KEYS).await?;
    let keys = KeySet::parse(&response.body)
        .map_err(|_| ProviderProblem::Malformed { host: target.host().to_owned(), part: "keys" })?;
    Ok((keys, key_lifetime(&response.headers)))
}

/// Exchanges a code for tokens.
pub(super) async fn fetch_tokens(
    caller: &Caller,
    discovery: &Discovery,
    exchange: &CodeExchange<'_>,
    sources: &Sources,
) -> Result<Tokens, ProviderProblem> {
    let target = target_of(caller, "token_endpoint", &discovery.token_endpoint)?;
    let request = exchange.request(discovery, sources)?;
    let response = send(caller, &target, request, Limits::OIDC).await?;
    read_tokens(target.host(), &response)
}

/// Fetches the claims of the UserInfo endpoint (OpenID Connect Core 1.0 §5.3).
pub(super) async fn fetch_user_info(
    caller: &Caller,
    url: &str,
    access_token: &str,
) -> Result<UserInfo, ProviderProblem> {
    let target = target_of(caller, "userinfo_endpoint", url)?;
    let malformed = |part| ProviderProblem::Malformed { host: target.host().to_owned(), part };
    let bearer = Zeroizing::new(format!("Bearer {access_token}"));
    let mut bearer = HeaderValue::from_str(&bearer).map_err(|_| malformed("access_token"))?;
    bearer.set_sensitive(true);
    let response = get(caller, &target, Some(bearer), Limits::OIDC).await?;
    UserInfo::parse(&response.body).ok_or_else(|| malformed("user information"))
}

/// Checks a URL of the discovery document.
fn target_of(caller: &Caller, member: &'static str, url: &str) -> Result<Target, ProviderProblem> {
    Target::parse(url, caller.client.policy())
        .map_err(|problem| ProviderProblem::ForbiddenUrl { member, problem })
}

/// Gets a JSON document.
async fn get(
    caller: &Caller,
    target: &Target,
    authorization: Option<HeaderValue>,
    limits: Limits,
) -> Result<Response, ProviderProblem> {
    let mut headers = vec![(ACCEPT, HeaderValue::from_static("application/json"))];
    headers.extend(authorization.map(|value| (AUTHORIZATION, value)));
    let request = Request { method: Method::GET, headers, body: Vec::new() };
    let response = send(caller, target, request, limits).await?;
    if response.status != StatusCode::OK {
        let why = Unreachable::Status(response.status.as_u16());
        return Err(ProviderProblem::Unreachable { host: target.host().to_owned(), why });
    }
    Ok(response)
}

async fn send(
    caller: &Caller,
    target: &Target,
    request: Request,
    limits: Limits,
) -> Result<Response, ProviderProblem> {
    let _turn = caller.documents.calls.acquire().await;
    let response = caller.client.send(target, request, limits).await;
    response.map_err(|failure| ProviderProblem::unreachable(target.host(), failure))
}

/// Returns how long keys are fresh, by `Cache-Control: max-age` (RFC 9111 §5.2.2.1).
fn key_lifetime(headers: &HeaderMap) -> Duration {
    let values = headers.get_all(CACHE_CONTROL).into_iter().filter_map(|value| value.to_str().ok());
    let mut directives = values.flat_map(|value| value.split(','));
    let stated = directives.find_map(|directive| {
        let (name, seconds) = directive.trim().split_once('=')?;
        let is_age = name.eq_ignore_ascii_case("max-age");
        seconds.trim_matches('"').parse::<u32>().ok().filter(|_| is_age)
    });
    let stated = Duration::seconds(i64::from(stated.unwrap_or_default()));
    stated.clamp(SHORTEST_KEY_LIFETIME, LONGEST_KEY_LIFETIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_fresh_for_their_max_age_within_limits() {
        let lifetime = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CACHE_CONTROL, HeaderValue::from_static(value));
            key_lifetime(&headers)
        };
        assert_eq!(lifetime("public, max-age=3600, must-revalidate"), Duration::hours(1));
        assert_eq!(lifetime("MAX-AGE=7200"), Duration::hours(2));
        assert_eq!(lifetime("max-age=1"), Duration::minutes(5));
        assert_eq!(lifetime("max-age=999999999"), Duration::hours(24));
        for none in ["no-store", "max-age=-1", "max-age=x", "s-maxage=86400"] {
            assert_eq!(lifetime(none), Duration::minutes(5), "{none}");
        }
        assert_eq!(key_lifetime(&HeaderMap::new()), Duration::minutes(5));
    }
}
