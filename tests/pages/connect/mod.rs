//! Connect, as an administrator sees it.

mod steps;
mod live;
mod attributes;
mod set_up_link;

use crate::support::TestTenant;
use crate::support::browser::{Browser, after};

/// Chooses the provider and creates a token. Returns the tenant with this token.
async fn with_new_token(browser: &Browser, provider: &str) -> TestTenant {
    browser.submit("connect/1", &[("provider", provider)]).await.redirect();
    let page = browser.submit("connect/3", &[("label", "")]).await.page(200);
    let token = after(&page, "<code id=\"token\">", "<").to_owned();
    TestTenant { scim_token: token, ..browser.tenant.clone() }
}
