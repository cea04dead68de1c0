//! `rollcall open`: makes a sign-in link and opens it in the browser.

use super::arguments::Deployment;
use super::arguments::sign_in_link::OpenArguments;
use super::open::Purpose;
use super::{browser, open, output};
use rollcall::directory::{ActorRecord, LinkScope, OPEN_COMMAND};
use rollcall::server::tenant_urls::link_url;
use secrecy::ExposeSecret;
use serde_json::json;

pub async fn run(
    deployment: &Deployment,
    arguments: OpenArguments,
    json: bool,
) -> anyhow::Result<()> {
    let OpenArguments { tenant, print, url, revoke } = arguments;
    let actor = ActorRecord::operator(OPEN_COMMAND);
    if revoke {
        let app = open::open(deployment, Purpose::Use).await?;
        let revoked = app.access.revoke_links(&tenant, LinkScope::Admin, &actor).await?.len();
        return match json {
            true => output::print_json(&json!({"revoked": revoked})),
            false => output::print(&format!("Ended sign-in links and sessions: {revoked}.")),
        };
    }
    if url.is_none() {
        open::check_public_url(deployment)?;
    }
    let app = open::open(deployment, Purpose::MakeToken).await?;
    let link = app.access.create_link(&tenant, LinkScope::Admin, &actor).await?;
    let origin = url.unwrap_or_else(|| app.public_url.to_string());
    let url = link_url(&origin, &tenant, LinkScope::Admin, link.text.expose_secret());
    if json {
        let expires = output::instant(link.expires);
        return output::print_json(&json!({"url": url, "expires": expires}));
    }
    if !print && browser::open_url(&url) {
        return output::print(
            "The browser opens the sign-in link. It works once, for 10 minutes. If no page opens, use --print.",
        );
    }
    output::print(&format!("{url}\n\nThe link works once, for 10 minutes."))
}
