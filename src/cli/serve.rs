//! `rollcall serve`: the local server.

use super::actor::ACTOR;
use super::arguments::Deployment;
use super::arguments::serve::ServeArguments;
use super::http_server::{self, SERVER_LIMITS};
use super::open::Purpose;
use super::stop_signal;
use super::table_location::{TableLocation, describe};
use super::{open, output};
use anyhow::Context;
use rollcall::app::App;
use rollcall::config::{log_filter, may_be_logged};
use rollcall::delivery::worker;
use rollcall::directory::tenants::NewTenant;
use rollcall::directory::{Error, TenantId};
use rollcall::outbound::{AddressPolicy, Client};
use rollcall::server::tenant_urls::{console_url, tenant_url};
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The tenant that the first start creates.
const DEMO_TENANT: &str = "demo";

/// Serves until a signal stops the process.
pub async fn serve(
    deployment: &Deployment,
    arguments: &ServeArguments,
    json: bool,
) -> anyhow::Result<()> {
    log_to_standard_error();
    rollcall::log_panics_without_text();
    let app = open::open(deployment, Purpose::MakeData).await?;
    let mut app = app.with_tenant_units(arguments.tenant_units);
    let stop = stop_signal::listen().context("cannot listen for signals")?;
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("cannot listen on {} (--listen)", arguments.listen))?;
    let address = listener.local_addr()?;
    if deployment.public_url.is_none() {
        app.public_url = format!("http://{address}").into();
    }
    let policy = address_policy(arguments, &app.public_url)?;
    let app = app.with_outbound(Client::new(policy));
    let (mut tenants, mut new) = (app.tenants.list().await?, None);
    if tenants.is_empty() && matches!(deployment.table_location(), TableLocation::Folder(_)) {
        new = make_demo_tenant(&app).await?;
        tenants = app.tenants.list().await?;
    }
    let announced = TenantId::parse(DEMO_TENANT).filter(|demo| tenants.contains(demo));
    let announced = announced.or(tenants.into_iter().next());
    announce(deployment, &app, announced.as_ref(), new.as_ref(), json)?;
    let (stop_worker, stopped) = oneshot::channel::<()>();
    let worker = arguments.deliver.then(|| {
        let announcements = app.tenants.announcements();
        let stopped = async move { drop(stopped.await) };
        tokio::spawn(worker::run(app.runner(), announcements, stopped))
    });
    let service = app.service();
    http_server::serve(listener, service, SERVER_LIMITS, stop).await;
    drop(stop_worker);
    if let Some(worker) = worker {
        worker.await.context("the delivery failed")?;
    }
    Ok(())
}

/// The hosts that webhooks may call.
fn address_policy(arguments: &ServeArguments, public_url: &str) -> anyhow::Result<AddressPolicy> {
    let policy = AddressPolicy::production(Some(public_url), &arguments.private_hosts.0)?;
    if !arguments.allow_private_destinations {
        return Ok(policy);
    }
    output::print_error(
        "Warning: webhooks may call this machine (--allow-private-destinations). Every administrator of a tenant can \
         reach its services. Use this for development only.",
    );
    Ok(policy.with_loopback())
}

/// Creates the demo tenant. Returns `None` if another server, started at the same time, created it.
async fn make_demo_tenant(app: &App) -> anyhow::Result<Option<NewTenant>> {
    let id = TenantId::parse(DEMO_TENANT).context("the id of the demo tenant is not valid")?;
    match app.tenants.create(&id, "Demo", &ACTOR).await {
        Ok(new) => Ok(Some(new)),
        Err(Error::TenantTaken) if app.tenants.list().await?.contains(&id) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn announce(
    deployment: &Deployment,
    app: &App,
    tenant: Option<&TenantId>,
    new: Option<&NewTenant>,
    json: bool,
) -> anyhow::Result<()> {
    let data = describe(deployment);
    let url = tenant.map(|id| tenant_url(&app.public_url, id));
    let console = tenant.map(|id| console_url(&app.public_url, id));
    let scim_token = new.map(|new| new.scim_token.expose_secret());
    let admin_token = new.map(|new| new.admin_token.expose_secret());
    if json {
        // A script waits for this line, so the JSON stands on one line on a terminal too.
        let ready = json!({
            "tenantUrl": url,
            "consoleUrl": console,
            "scimToken": scim_token,
            "adminToken": admin_token,
            "data": data,
        });
        return output::print(&ready.to_string());
    }
    output::print(&format!("Rollcall listens at {}\nThe data is in {data}\n", app.public_url))?;
    let (Some(url), Some(console)) = (url, console) else { return Ok(()) };
    let mut fields = vec![("Tenant URL", url), ("Console", console)];
    if let (Some(scim_token), Some(admin_token)) = (scim_token, admin_token) {
        fields.push(("Secret Token", scim_token.to_owned()));
        fields.push(("Admin token", admin_token.to_owned()));
    }
    output::print_record(&fields)?;
    if new.is_some() {
        output::print(
            "\nThe tokens are shown only once. \"rollcall token replace demo\" makes a new Secret Token, \
             and with --scope admin a new Admin token.",
        )?;
    } else if let Some(tenant) = tenant {
        output::print(&format!("\nSign in: rollcall open {tenant}"))?;
    }
    output::print("Press Ctrl-C to stop.\n")
}

/// Sends the log to standard error. Standard output is for the result of the command.
fn log_to_standard_error() {
    let lines = tracing_subscriber::fmt::layer()
        .compact()
        .with_target(false)
        .with_writer(std::io::stderr)
        // A failed write of the log, such as on a full disk, must not end the server.
        .log_internal_errors(false)
        .with_filter(log_filter().and(filter_fn(may_be_logged)));
    tracing_subscriber::registry().with(lines).init();
}
