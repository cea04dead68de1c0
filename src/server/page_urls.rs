//! Where a tenant's pages are: their paths, the cookie's scope, and which requests come from one of them.
//!
//! Paths, not URLs: a browser stays on the host it knows. The origin is the service's own, never from a client's
//! header.

use super::context::{Origin, Services, tenant_url};
use crate::directory::TenantId;
use axum::Router;
use axum::response::Response;
use http::{Extensions, HeaderMap, Uri};

/// The account settings page of all tenants, made elsewhere: nothing here knows HTML.
pub(crate) struct Pages {
    /// Every route below a tenant.
    pub(crate) routes: Router<Services>,
    /// Gives a failed answer its page.
    pub(crate) write_failure: WriteFailure,
}

/// Gives a failed answer a page with this text.
pub(crate) type WriteFailure = fn(&mut Response, &Site, &str);

/// A tenant's pages.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// Scheme and authority; empty when nobody said.
    origin: String,
    /// What stands before `/tenants`, such as a gateway's stage.
    base: String,
    tenant: Option<TenantId>,
}

impl Site {
    /// The pages of a tenant, as the request's carrier or the configuration says where this service is.
    pub(super) fn of(
        services: &Services,
        extensions: &Extensions,
        tenant: Option<TenantId>,
    ) -> Self {
        let url = extensions.get::<Origin>().map_or(&services.public_url, |Origin(url)| url);
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

    /// The path of the tenant's pages, with its final slash.
    pub(crate) fn root(&self) -> String {
        match &self.tenant {
            Some(tenant) => format!("{}/tenants/{tenant}/", self.base),
            None => format!("{}/", self.base),
        }
    }

    /// The path of a page below the root.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("{}{below}", self.root())
    }

    /// What an administrator pastes into the identity provider.
    pub(crate) fn tenant_url(&self, tenant: &TenantId) -> String {
        tenant_url(&format!("{}{}", self.origin, self.base), tenant)
    }

    /// Whether browsers must keep to https. Not on a developer's machine.
    pub(crate) fn is_secure(&self) -> bool {
        !is_loopback(&self.origin)
    }

    /// Whether a request may have been made by one of these pages: browsers tell, and what says nothing is no browser
    /// that could be led here.
    pub(crate) fn may_have_sent(&self, headers: &HeaderMap) -> bool {
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let is_own = |origin: &str| {
            origin.eq_ignore_ascii_case(&self.origin) || self.is_same_loopback(origin)
        };
        header("origin").is_none_or(is_own)
            && header("sec-fetch-site").is_none_or(|site| ["same-origin", "none"].contains(&site))
    }

    /// The machine itself has three names.
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
