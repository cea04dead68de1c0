//! `rollcall tenant`.

use super::actor::ACTOR;
use super::arguments::Deployment;
use super::arguments::tenant::TenantCommand;
use super::exit::Refused;
use super::history::NamedHistory;
use super::open::Purpose;
use super::table_location::TableLocation;
use super::{check, open, output, settings, token};
use rollcall::app::App;
use rollcall::directory::tenants::NewTenant;
use rollcall::directory::{Error, TenantId, sample};
use rollcall::server::tenant_urls::{console_url, tenant_url};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

pub async fn run(
    deployment: &Deployment,
    command: TenantCommand,
    json: bool,
) -> anyhow::Result<()> {
    if matches!(command, TenantCommand::Sample)
        && matches!(deployment.table_location(), TableLocation::Aws { .. })
    {
        let text = "the sample tenant is for a developer's machine, because everybody knows its tokens: \
                    use rollcall tenant create on AWS";
        return Err(Refused(text.to_owned()).into());
    }
    let (prints_urls, purpose) = match &command {
        TenantCommand::Create { .. } | TenantCommand::Sample => (true, Purpose::MakeData),
        TenantCommand::Show { .. } => (true, Purpose::Use),
        TenantCommand::List => (json, Purpose::Use),
        TenantCommand::Delete { .. } | TenantCommand::Check { .. } => (false, Purpose::Use),
    };
    if prints_urls {
        open::check_public_url(deployment)?;
    }
    let app = open::open(deployment, purpose).await?;
    match command {
        TenantCommand::Create { tenant, name } => create(&app, &tenant, name, json).await,
        TenantCommand::Sample => {
            let new = sample::create(&app.tenants, &ACTOR).await?;
            announce(&app, &new, json)
        }
        TenantCommand::List => list(&app, json).await,
        TenantCommand::Show { tenant } => show(&app, &tenant, json).await,
        TenantCommand::Check { tenant, repair } => check::run(&app, &tenant, repair, json).await,
        TenantCommand::Delete { tenant, confirm, no_wait } => {
            if confirm != tenant.as_str() {
                let text = format!("--confirm must repeat the id: {tenant}");
                return Err(Refused(text).into());
            }
            delete(&app, &tenant, no_wait, json).await
        }
    }
}

async fn create(app: &App, id: &TenantId, name: Option<String>, json: bool) -> anyhow::Result<()> {
    let name = name.unwrap_or_else(|| id.to_string());
    let new = app.tenants.create(id, &name, &ACTOR).await?;
    announce(app, &new, json)
}

fn announce(app: &App, new: &NewTenant, json: bool) -> anyhow::Result<()> {
    let id = &new.tenant.id;
    let (url, console) = (tenant_url(&app.public_url, id), console_url(&app.public_url, id));
    let (scim, admin) = (new.scim_token.expose_secret(), new.admin_token.expose_secret());
    if json {
        output::print_json(&json!({
            "id": id.as_str(),
            "name": new.tenant.name,
            "tenantUrl": url,
            "consoleUrl": console,
            "scimToken": scim,
            "adminToken": admin,
        }))
    } else {
        output::print_record(&[
            ("Tenant", id.to_string()),
            ("Tenant URL", url),
            ("Console", console),
            ("Secret Token", scim.to_owned()),
            ("Admin token", admin.to_owned()),
        ])?;
        output::print("\nThe tokens are shown only once: copy them now.")
    }
}

async fn list(app: &App, json: bool) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    let mut listed = Vec::new();
    for id in app.tenants.list().await? {
        let url = tenant_url(&app.public_url, &id);
        let tenant = app.tenants.get(&id).await?;
        let (name, created) = (tenant.name, output::instant(tenant.created));
        listed.push(json!({
            "id": id.as_str(), "name": name, "created": created, "tenantUrl": url,
        }));
        rows.push(vec![id.to_string(), name, created]);
    }
    if json {
        output::print_json(&Value::Array(listed))
    } else {
        output::print_table(&["id", "name", "created"], rows, "There are no tenants.")
    }
}

async fn show(app: &App, id: &TenantId, json: bool) -> anyhow::Result<()> {
    let tenant = app.tenants.get(id).await?;
    let directory = app.tenants.directory_of(&tenant);
    let history = NamedHistory::of(&directory, app.tenants.history(id).await?).await?;
    let url = tenant_url(&app.public_url, id);
    if json {
        return output::print_json(&json!({
            "id": id.as_str(),
            "name": tenant.name,
            "created": output::instant(tenant.created),
            "tenantUrl": url,
            "settings": tenant.settings,
            "tokens": token::to_json(&tenant),
            "history": history.to_json(),
        }));
    }
    output::print_record(&[
        ("Tenant", id.to_string()),
        ("Name", tenant.name.clone()),
        ("Created", output::instant(tenant.created)),
        ("Tenant URL", url),
    ])?;
    output::print("")?;
    settings::print(&tenant)?;
    output::print("")?;
    token::print(&tenant)?;
    output::print("")?;
    history.print()
}

async fn delete(app: &App, id: &TenantId, no_wait: bool, json: bool) -> anyhow::Result<()> {
    match app.tenants.retire(id, &ACTOR).await {
        Ok(wait) if !no_wait => {
            // A server that has a token in its cache could still write after the removal.
            let seconds = wait.whole_seconds();
            output::print_error(&format!(
                "The tokens are revoked. Waiting {seconds} s, because a running server accepts a token \
                 from its cache for that long."
            ));
            tokio::time::sleep(wait.unsigned_abs()).await;
        }
        // Without its record, a tenant has no valid token. So the rest of an interrupted removal can be deleted at
        // once.
        Ok(_) | Err(Error::NoTenant) => {}
        Err(other) => return Err(other.into()),
    }
    let items = app.tenants.delete(id).await?;
    if json {
        output::print_json(&json!({"id": id.as_str(), "items": items}))
    } else {
        output::print(&format!("Tenant {id} and its {items} items are deleted."))
    }
}
