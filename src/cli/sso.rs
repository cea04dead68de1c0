//! `rollcall sso`.

use super::actor::ACTOR;
use super::arguments::Deployment;
use super::arguments::settings::OnOff;
use super::arguments::sso::{KeysCommand, Set, SsoChanges, SsoCommand, TenantArgument};
use super::exit::Refused;
use super::input::Input;
use super::open::{Purpose, enter};
use super::sso_output::{print_check, print_sign_ins, show};
use super::{input, open, output};
use rollcall::app::App;
use rollcall::directory::TenantId;
use rollcall::directory::destinations::calls::MOST_CALLS_A_MINUTE;
use rollcall::directory::precondition::Precondition;
use rollcall::directory::sso::check::Check;
use rollcall::directory::sso::configuration::{NewSso, SsoView};
use rollcall::directory::sso::error::SsoError;
use rollcall::model::sso::{ClientAuth, DEFAULT_HOURS, SsoSettings};
use scim::version::TagCondition;
use secrecy::SecretString;
use serde_json::json;
use std::path::Path;
use uuid::Uuid;

/// The most bytes that a command reads for a client secret.
const MOST_SECRET_BYTES: u64 = 4_096;

pub async fn run(deployment: &Deployment, command: SsoCommand, json: bool) -> anyhow::Result<()> {
    if let SsoCommand::Show(_) | SsoCommand::Set(_) | SsoCommand::Keys(_) = &command {
        open::check_public_url(deployment)?;
    }
    let app = open::open(deployment, Purpose::Use).await?;
    match command {
        SsoCommand::Show(TenantArgument { tenant }) => {
            let view = existing(&app, &tenant).await?;
            show(&app, &tenant, view, json)
        }
        SsoCommand::Check(TenantArgument { tenant }) => {
            let settings = existing(&app, &tenant).await?.settings;
            check(&app, &tenant, &settings, json).await
        }
        SsoCommand::Set(arguments) => {
            let Set { tenant: TenantArgument { tenant }, changes } = *arguments;
            let view = set(&app, &tenant, changes).await?;
            show(&app, &tenant, view, json)
        }
        SsoCommand::Remove(TenantArgument { tenant }) => {
            app.sso.remove(&tenant, &Precondition::default(), &ACTOR).await?;
            done(
                json!({"removed": true}),
                "Single sign-on is removed. Its sessions have ended.",
                json,
            )
        }
        SsoCommand::SignIns(TenantArgument { tenant }) => {
            let records = app.access.recent_sign_ins(&tenant).await?;
            let (_, directory) = enter(&app, &tenant).await?;
            let ids = records.iter().filter_map(|record| record.employee_id);
            let names = directory.history().employee_names(ids).await?;
            print_sign_ins(records, &names, json)
        }
        SsoCommand::SignOut { tenant: TenantArgument { tenant }, employee } => {
            match employee {
                Some(id) => app.sso.sign_out_employee(&tenant, id, &ACTOR).await?,
                None => app.sso.sign_out_all(&tenant, &ACTOR).await?,
            }
            let text = "The sessions of single sign-on have ended. A running server may accept them for 60 \
                        seconds more.";
            done(json!({"signedOut": employee.map_or(json!("all"), |id| json!(id))}), text, json)
        }
        SsoCommand::Keys(KeysCommand::Make(TenantArgument { tenant })) => {
            let view = app.sso.make_key(&tenant, &ACTOR).await?;
            show(&app, &tenant, view, json)
        }
        SsoCommand::Keys(KeysCommand::UseNext(TenantArgument { tenant })) => {
            let view = app.sso.use_next_key(&tenant, &ACTOR).await?;
            show(&app, &tenant, view, json)
        }
    }
}

/// Removes the link between an employee and the account of the identity provider.
pub async fn unlink(app: &App, tenant: &TenantId, id: Uuid, json: bool) -> anyhow::Result<()> {
    app.sso.unlink(tenant, id, &ACTOR).await?;
    let text = format!("Employee {id} has no linked account any more. The next sign-in links one.");
    done(json!({"unlinked": id}), &text, json)
}

fn done(body: serde_json::Value, text: &str, json: bool) -> anyhow::Result<()> {
    if json { output::print_json(&body) } else { output::print(text) }
}

async fn existing(app: &App, tenant: &TenantId) -> anyhow::Result<SsoView> {
    let view = app.sso.get(tenant).await?;
    Ok(view.ok_or_else(|| rollcall::directory::Error::from(SsoError::NotConfigured))?)
}

/// Asks the identity provider. A provider on this machine is asked if the deployment is on it too.
async fn check(
    app: &App,
    tenant: &TenantId,
    settings: &SsoSettings,
    json: bool,
) -> anyhow::Result<()> {
    match app.sso.check(tenant, settings).await? {
        Check::Done(report) => print_check(report, json),
        Check::TooMany => {
            let text = format!(
                "at most {MOST_CALLS_A_MINUTE} checks and calls to destinations in a minute: wait a minute"
            );
            Err(Refused(text).into())
        }
    }
}

/// Changes the named parts of the configuration, or makes the first one. The version is a condition of the write, so
/// another change meanwhile is not lost.
async fn set(app: &App, tenant: &TenantId, changes: SsoChanges) -> anyhow::Result<SsoView> {
    let before = app.sso.get(tenant).await?;
    let precondition = match &before {
        Some(before) => {
            let tag = scim::version::entity_tag(before.settings.revision);
            Precondition { if_match: Some(TagCondition::parse(&tag)), if_none_match: None }
        }
        None => Precondition { if_match: None, if_none_match: Some(TagCondition::Any) },
    };
    let client_secret = read_secret(&changes)?;
    let mut new = match &before {
        Some(before) => kept(before, &changes),
        None => first(&changes)?,
    };
    if client_secret.is_some() || changes.client_auth.is_some_and(|auth| auth != ClientAuth::Secret)
    {
        new.secret_ends_on = None;
    }
    new.client_secret = client_secret;
    apply(&mut new, changes);
    Ok(app.sso.save(tenant, new, &precondition, &ACTOR).await?)
}

/// Starts the first configuration.
fn first(changes: &SsoChanges) -> anyhow::Result<NewSso> {
    let (Some(issuer), Some(client_id)) = (changes.issuer.clone(), changes.client_id.clone())
    else {
        let text = "single sign-on is not configured yet: give --issuer and --client-id";
        return Err(Refused(text.to_owned()).into());
    };
    Ok(NewSso {
        issuer,
        client_id,
        client_auth: ClientAuth::Secret,
        client_secret: None,
        secret_ends_on: None,
        match_by: None,
        provider: None,
        hd: None,
        group: None,
        admins: Vec::new(),
        named_now: Vec::new(),
        hours: DEFAULT_HOURS,
        token_sign_in: true,
    })
}

/// Starts from a configuration. With another issuer, the values that depend on the issuer have their defaults.
fn kept(before: &SsoView, changes: &SsoChanges) -> NewSso {
    let new = NewSso::keeping(before);
    match &changes.issuer {
        Some(issuer) if *issuer != new.issuer => {
            NewSso { secret_ends_on: None, match_by: None, provider: None, hd: None, ..new }
        }
        Some(_) | None => new,
    }
}

/// Applies the arguments, except for the secret.
fn apply(new: &mut NewSso, changes: SsoChanges) {
    if let Some(issuer) = changes.issuer {
        new.issuer = issuer;
    }
    if let Some(client_id) = changes.client_id {
        new.client_id = client_id;
    }
    if let Some(domain) = changes.hd {
        new.hd = Some(domain).filter(|domain| !domain.is_empty());
    }
    if changes.no_group {
        new.group = None;
    }
    for id in changes.add_admins {
        if !new.admins.contains(&id) {
            new.admins.push(id);
        }
        new.named_now.push(id);
    }
    new.admins.retain(|id| !changes.remove_admins.contains(id));
    new.client_auth = changes.client_auth.unwrap_or(new.client_auth);
    new.secret_ends_on = changes.secret_ends.or(new.secret_ends_on);
    new.match_by = changes.match_by.or(new.match_by);
    new.provider = changes.provider.or(new.provider);
    new.group = changes.group.or(new.group);
    new.hours = changes.hours.unwrap_or(new.hours);
    new.token_sign_in = changes.token_sign_in.map_or(new.token_sign_in, |on| on == OnOff::On);
}

/// Reads the client secret from the file or from standard input.
fn read_secret(changes: &SsoChanges) -> anyhow::Result<Option<SecretString>> {
    let file = match (&changes.secret_file, changes.secret_stdin) {
        (Some(file), _) => file,
        (None, true) => Path::new("-"),
        (None, false) => return Ok(None),
    };
    let Input { place, bytes } = input::read(file, MOST_SECRET_BYTES)?;
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| Refused(format!("the secret in {place} is not UTF-8 text")))?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(Refused(format!("there is no secret in {place}")).into()),
        secret => Ok(Some(SecretString::from(secret))),
    }
}
