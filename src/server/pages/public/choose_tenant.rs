//! The page of the bare host: a field that leads to a tenant's page.

use crate::directory::TenantId;
use crate::server::error::Answer;
use crate::server::error::fallback::no_such_path;
use crate::server::page_urls::Site;
use crate::server::pages::form::Problems;
use crate::server::pages::frame::{Frame, show_as};
use crate::server::pages::headers;
use crate::server::query::Pairs;
use crate::server::response::redirect;
use askama::Template;
use axum::Extension;

/// The name of the field.
const TENANT: &str = "tenant";

#[derive(Template)]
#[template(path = "choose_tenant.html")]
struct ChooseTenantPage {
    frame: Frame,
    tenant: String,
    problems: Problems,
}

/// Shows the field to browsers. Other clients get an error, because a Tenant URL has a path.
pub(super) async fn show_form(site: Option<Extension<Site>>) -> Answer {
    match site {
        Some(Extension(site)) => page(&site, "", Problems::default()),
        None => Err(no_such_path(None).await),
    }
}

/// Leads a browser to the page of a tenant. The answer is the same whether the tenant exists or not.
pub(super) async fn open(site: Option<Extension<Site>>, query: Pairs) -> Answer {
    let Some(Extension(site)) = site else { return Err(no_such_path(None).await) };
    let entered = query.get(TENANT).unwrap_or_default().trim();
    match TenantId::parse(&entered.to_lowercase()) {
        Some(tenant) => {
            let mut answer = redirect(&site.path(&format!("tenants/{tenant}/")));
            headers::add(&mut answer, &site);
            Ok(answer)
        }
        None => {
            let text = "Enter the name of the tenant, such as acme: letters, digits and hyphens.";
            page(&site, entered, Problems::one(TENANT, text))
        }
    }
}

fn page(site: &Site, tenant: &str, problems: Problems) -> Answer {
    let status = problems.status();
    // The page shows what was entered, and no more than a name can have.
    let tenant = tenant.chars().take(100).collect();
    let page = ChooseTenantPage { frame: Frame::signed_out(site), tenant, problems };
    let mut answer = show_as(status, &page)?;
    headers::add(&mut answer, site);
    Ok(answer)
}
