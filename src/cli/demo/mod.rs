//! `rollcall demo`: a tenant with people, a month of history, and an identity provider that goes on.

mod client;
mod clock;
mod company;
mod folder;
mod groups;
mod live;
mod people;
mod story;

use super::arguments::demo::DemoArguments;
use super::data_folder::open_engine;
use super::http_server::{self, SERVER_LIMITS};
use super::{output, stop_signal};
use crate::cli::actor::ACTOR;
use anyhow::{Context, anyhow};
use client::DemoClient;
use clock::{DemoClock, STOPPED_TIME};
use company::Company;
use folder::DemoFolder;
use http::Method;
use rollcall::app::App;
use rollcall::delivery::worker;
use rollcall::directory::sources::Sources;
use rollcall::directory::{ActorRecord, LinkScope, OPEN_COMMAND, TenantId};
use rollcall::outbound::{AddressPolicy, Client};
use rollcall::secrets;
use rollcall::server::tenant_urls::{link_url, tenant_url};
use rollcall::store::Store;
use rollcall::store::dynamodb::embedded::{EmbeddedTable, Engine};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;

/// The id of the tenant.
const TENANT: &str = "northwind";
/// The name of the tenant.
const TENANT_NAME: &str = "Northwind Logistics";
/// The name of the table in the folder.
const TABLE: &str = "rollcall";

/// Makes the demo, serves it until a signal, and removes it.
pub async fn run(arguments: &DemoArguments, json: bool) -> anyhow::Result<()> {
    rollcall::log_panics_without_text();
    let mut stop = pin!(stop_signal::listen().context("cannot listen for signals")?);
    let address = ("127.0.0.1", arguments.port);
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on port {} (--port)", arguments.port))?;
    let origin = format!("http://{}", listener.local_addr()?);
    let folder = DemoFolder::make(arguments.keep.as_deref())?;
    let now = if arguments.stopped_clock { STOPPED_TIME } else { Sources::system().now() };
    let clock = DemoClock::at(now - Duration::days(story::DAYS));
    let place = Place { folder: folder.path(), origin: &origin, sources: clock.sources() };
    let (app, company) = tokio::select! {
        made = make(&place, &clock, now) => made?,
        () = &mut stop => return Ok(()),
    };
    if !arguments.stopped_clock {
        clock.follow_system();
    }
    announce(&app, &company, &folder, json).await?;
    let service = company.okta.service.clone();
    let background = (!arguments.still).then(|| {
        let deliveries =
            worker::run(app.runner(), app.tenants.announcements(), std::future::pending());
        [tokio::spawn(deliveries), tokio::spawn(live::run(company))]
    });
    http_server::serve(listener, service, SERVER_LIMITS, stop).await;
    for task in background.into_iter().flatten() {
        task.abort();
        // The folder can go when nothing writes any more.
        drop(task.await);
    }
    Ok(())
}

/// The place of a demo, with its clock and its ids.
struct Place<'a> {
    folder: &'a Path,
    origin: &'a str,
    sources: Sources,
}

impl Place<'_> {
    /// Returns the app on an engine.
    async fn app(&self, engine: Engine) -> anyhow::Result<App> {
        let store = Store::new(Arc::new(EmbeddedTable::new(engine, TABLE)));
        store.table().create_unless_exists().await?;
        let file = secrets::file_in(self.folder);
        secrets::create_file_unless_exists(&file)
            .with_context(|| format!("cannot create the secret document {}", file.display()))?;
        let policy = AddressPolicy::public_only(Some(self.origin));
        let peppers = secrets::from_file(&file);
        let app = App::new(store, peppers, self.sources.clone(), self.origin);
        Ok(app.with_outbound(Client::new(policy)))
    }
}

/// Makes the tenant, runs the story of the past month, and opens the app on the data.
///
/// The story runs in memory, because hundreds of commits to a disk take seconds.
async fn make(
    place: &Place<'_>,
    clock: &DemoClock,
    now: OffsetDateTime,
) -> anyhow::Result<(App, Company)> {
    let memory = Engine::in_memory().map_err(|error| anyhow!(error))?;
    let app = place.app(memory.clone()).await?;
    let id = TenantId::parse(TENANT).context("the id of the demo tenant is not valid")?;
    let new = app.tenants.create(&id, TENANT_NAME, &ACTOR).await?;
    let okta = DemoClient {
        service: app.service(),
        tenant: id,
        scim_token: new.scim_token,
        admin_token: new.admin_token,
        clock: clock.clone(),
    };
    let mut company = Company::new(okta, people::read()?);
    for (at, step) in story::steps() {
        clock.forward_to(now - Duration::days(story::DAYS) + at);
        company.run(step).await?;
    }
    // The first reader of the feed numbers all events. It must not be the first page.
    let end = company.okta.admin(Method::GET, "/events?from=end", Value::Null).await?;
    end.expect(200)?;
    memory.save_in(place.folder).map_err(|error| anyhow!(error))?;
    let app = place.app(open_engine(place.folder)?).await?;
    company.okta.service = app.clone().service();
    company.test_connection().await?;
    clock.forward_to(now);
    Ok((app, company))
}

/// Prints the sign-in link and the values for an identity provider.
async fn announce(
    app: &App,
    company: &Company,
    folder: &DemoFolder,
    json: bool,
) -> anyhow::Result<()> {
    let tenant = &company.okta.tenant;
    let actor = ActorRecord::operator(OPEN_COMMAND);
    let link = app.access.create_link(tenant, LinkScope::Admin, &actor).await?;
    let link = link_url(&app.public_url, tenant, LinkScope::Admin, link.text.expose_secret());
    let url = tenant_url(&app.public_url, tenant);
    let token = company.okta.scim_token.expose_secret();
    if json {
        // A script waits for this line, so the JSON stands on one line on a terminal too.
        let ready = json!({
            "signIn": link,
            "tenantUrl": url,
            "scimToken": token,
            "adminToken": company.okta.admin_token.expose_secret(),
            "data": folder.path(),
        });
        return output::print(&ready.to_string());
    }
    output::print(&format!("Sign in: {link}\n\nThe link works once, for 10 minutes.\n\n"))?;
    output::print_record(&[("Tenant URL", url.clone()), ("Secret Token", token.to_owned())])?;
    output::print(&format!("\ncurl -H 'Authorization: Bearer {token}' '{url}/Users?count=2'\n"))?;
    let data = match folder.is_kept() {
        true => format!("The data stays in {}", folder.path().display()),
        false => "The data goes at the end".to_owned(),
    };
    output::print(&format!("\n{data}. Ctrl+C ends it."))
}
