//! The URLs of a tenant's pages, the scope of the cookie, and the check that a page sent a request.
//!
//! The pages use paths instead of URLs, so a browser stays on its host. The origin comes from the service's own URL,
//! never from a client's header.

use super::context::{PublicUrl, Services};
use super::sso::addresses::SsoAddresses;
use super::tenant_urls::{api_url, link_url, tenant_in, tenant_url};
use crate::directory::{LinkScope, TenantId};
use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use futures_util::future::BoxFuture;
use http::header::{ACCEPT, COOKIE};
use http::{Extensions, HeaderMap, Uri};
use std::sync::Arc;

/// The console of all tenants. Another module builds it, so this module contains no HTML.
pub(crate) struct PageRoutes {
    /// The routes below a tenant.
    pub(crate) routes: Router<Services>,
    /// The routes outside of tenants.
    pub(crate) public: Router<Services>,
    /// Writes the page of a failed response.
    pub(crate) write_failure: WriteFailure,
}

/// A request for a page.
#[derive(Debug, Clone)]
pub(crate) struct PageVisit {
    /// The URLs of the pages.
    pub(crate) site: Site,
    /// The path of the request.
    pub(crate) path: String,
    /// The cookies of the request.
    pub(crate) cookies: HeaderMap,
}

impl PageVisit {
    /// Keeps the parts of a request that the page of its failure needs.
    pub(super) fn of(services: &Services, request: &Request) -> Self {
        let path = request.uri().path();
        let values = request.headers().get_all(COOKIE).iter().cloned();
        Self {
            site: Site::of(services, request.extensions(), tenant_in(path)),
            path: path.to_owned(),
            cookies: values.map(|value| (COOKIE, value)).collect(),
        }
    }
}

/// A failure, as a page shows it.
#[derive(Debug)]
pub(crate) struct PageFailure {
    /// The text for the visitor.
    pub(crate) detail: String,
    /// The id of the request, if the service failed.
    pub(crate) request_id: Option<Arc<str>>,
}

/// Writes a failed response as a page.
pub(crate) type WriteFailure =
    for<'a> fn(&'a Services, &'a PageVisit, &'a PageFailure, Response) -> BoxFuture<'a, Response>;

/// The routes of the pages that belong to no tenant. The routes `/` and `/tenants` are pages for browsers only.
const PUBLIC_PAGES: [&str; 3] = ["/problems", "/problems/{cause}", "/assets/{name}"];

/// Whether a route belongs to a page without a tenant.
pub(super) fn is_public_page(route: &str) -> bool {
    PUBLIC_PAGES.contains(&route)
}

/// Whether the client is a browser that asks for a page.
pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// Returns the URL of the service, without a final slash. The request's carrier or the configuration gives it.
pub(super) fn service_url(services: &Services, extensions: &Extensions) -> Arc<str> {
    let url = extensions.get::<PublicUrl>().map_or(&services.public_url, |PublicUrl(url)| url);
    Arc::clone(url)
}

/// The URLs of a tenant's pages.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// The scheme and authority; empty if the service does not know its URL.
    origin: String,
    /// The part of the path before `/tenants`, such as a gateway's stage.
    base: String,
    tenant: Option<TenantId>,
}

impl Site {
    /// Builds the URLs of a tenant's pages. The request's carrier or the configuration gives the URL of the service.
    pub(super) fn of(
        services: &Services,
        extensions: &Extensions,
        tenant: Option<TenantId>,
    ) -> Self {
        let url = service_url(services, extensions);
        let (origin, base) = match url.split_once("://") {
            None => (String::new(), String::new()),
            Some((scheme, rest)) => {
                let (authority, base) = match rest.split_once('/') {
                    Some((authority, base)) => (authority, format!("/{base}")),
                    None => (rest, String::new()),
                };
                (format!("{scheme}://{authority}"), base)
            }
        };
        Self { origin, base, tenant }
    }

    /// Returns the tenant that the address names.
    pub(crate) fn tenant(&self) -> Option<&TenantId> {
        self.tenant.as_ref()
    }

    /// Returns the path of the tenant's pages, with its final slash.
    pub(crate) fn root(&self) -> String {
        match &self.tenant {
            Some(tenant) => format!("{}/tenants/{tenant}/", self.base),
            None => format!("{}/", self.base),
        }
    }

    /// Returns the path of a page below the root.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("{}{below}", self.root())
    }

    /// Returns the URL of the tenant's pages, with its final slash.
    pub(crate) fn root_url(&self) -> String {
        format!("{}{}", self.origin, self.root())
    }

    /// Returns the part of a URL below the root of the tenant's pages. The URL has our own origin, or none.
    pub(crate) fn below_root<'u>(&self, url: &'u str) -> Option<&'u str> {
        let path = match url.strip_prefix(&self.origin) {
            Some(path) => path,
            None => url,
        };
        let root = self.root();
        if path == root.trim_end_matches('/') { Some("") } else { path.strip_prefix(&root) }
    }

    /// Returns the addresses of single sign-on.
    pub(crate) fn sso_addresses(&self) -> SsoAddresses {
        SsoAddresses::of(self.root_url().trim_end_matches('/'))
    }

    /// Returns the Tenant URL that an administrator pastes into the identity provider.
    pub(crate) fn tenant_url(&self, tenant: &TenantId) -> String {
        tenant_url(&format!("{}{}", self.origin, self.base), tenant)
    }

    /// Returns the URL of a link.
    pub(crate) fn link_url(&self, tenant: &TenantId, scope: LinkScope, text: &str) -> String {
        link_url(&format!("{}{}", self.origin, self.base), tenant, scope, text)
    }

    /// Returns the host of a URL on this machine, which no other machine reaches.
    pub(crate) fn local_host(&self) -> Option<String> {
        let uri: Uri = self.origin.parse().ok().filter(|_| is_loopback(&self.origin))?;
        uri.host().map(ToOwned::to_owned)
    }

    /// Returns the URL of the JSON API, for the other product that gets a read token.
    pub(crate) fn api_url(&self, tenant: &TenantId) -> String {
        api_url(&format!("{}{}", self.origin, self.base), tenant)
    }

    /// Whether browsers must use https. On a developer's machine, http is allowed.
    pub(crate) fn is_secure(&self) -> bool {
        !is_loopback(&self.origin)
    }

    /// Whether one of these pages may have sent a request. Browsers send `Origin` or `Sec-Fetch-Site`. A request
    /// without these headers does not come from a browser, so no other site can cause it.
    pub(crate) fn may_have_sent(&self, headers: &HeaderMap) -> bool {
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let is_own = |origin: &str| {
            origin.eq_ignore_ascii_case(&self.origin) || self.is_same_loopback(origin)
        };
        header("origin").is_none_or(is_own)
            && header("sec-fetch-site").is_none_or(|site| ["same-origin", "none"].contains(&site))
    }

    /// Whether both origins are names of the loopback interface with the same port. The loopback interface has three
    /// names.
    fn is_same_loopback(&self, origin: &str) -> bool {
        let port = |origin: &str| origin.parse::<Uri>().ok().and_then(|uri| uri.port_u16());
        is_loopback(&self.origin) && is_loopback(origin) && port(&self.origin) == port(origin)
    }
}

fn is_loopback(origin: &str) -> bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .filter_map(|host| origin.strip_prefix(host))
        .any(|rest| rest.is_empty() || rest.starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::Site;
    use crate::directory::TenantId;

    #[test]
    fn only_urls_of_the_tenant_are_below_the_root() {
        let site = Site {
            origin: "https://rollcall.example".to_owned(),
            base: "/prod".to_owned(),
            tenant: TenantId::parse("acme"),
        };
        for (url, below) in [
            ("https://rollcall.example/prod/tenants/acme/", Some("")),
            ("https://rollcall.example/prod/tenants/acme", Some("")),
            ("https://rollcall.example/prod/tenants/acme/employees?q=a", Some("employees?q=a")),
            ("/prod/tenants/acme/activity", Some("activity")),
            ("https://rollcall.example.evil/prod/tenants/acme/", None),
            ("https://evil.example/prod/tenants/acme/", None),
            ("https://rollcall.example@evil.example/prod/tenants/acme/", None),
            ("http://rollcall.example/prod/tenants/acme/", None),
            ("https://rollcall.example/prod/tenants/other/", None),
            ("https://rollcall.example/tenants/acme/", None),
            ("//evil.example/prod/tenants/acme/", None),
            ("employees", None),
        ] {
            assert_eq!(site.below_root(url), below, "{url}");
        }
    }
}
