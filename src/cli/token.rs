//! `rollcall token`.

use super::actor::ACTOR;
use super::arguments::Deployment;
use super::arguments::token::{ScopeArgument, StageArgument, TokenCommand};
use super::exit::Refused;
use super::open::Purpose;
use super::{open, output};
use rollcall::app::App;
use rollcall::directory::access::token_set::{
    Earlier, IssuedToken, MAX_OVERLAP, Replacement, Which, default_overlap,
};
use rollcall::directory::access::tokens::EarlierToken;
use rollcall::directory::{Error, Scope, Stage, Tenant, TenantId, TokenRecord};
use rollcall::server::tenant_urls::{api_url, tenant_url};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

pub async fn run(deployment: &Deployment, command: TokenCommand, json: bool) -> anyhow::Result<()> {
    let app = match &command {
        TokenCommand::Create { .. } | TokenCommand::Replace { .. } => {
            open::check_public_url(deployment)?;
            open::open(deployment, Purpose::MakeToken).await?
        }
        TokenCommand::Revoke { .. } | TokenCommand::List { .. } => {
            open::open(deployment, Purpose::Use).await?
        }
    };
    match command {
        TokenCommand::Create { tenant, scope, label, shell } => {
            let label = label.as_deref();
            let created = app.tenants.create_token(&tenant, scope.into(), label, &ACTOR).await;
            print_new(&app, &tenant, scope, created.map_err(with_advice)?, (shell, json))?;
        }
        TokenCommand::Replace { tenant, scope, overlap, label, drop_earlier, shell } => {
            let overlap = overlap.map_or(default_overlap(scope.into()), |overlap| {
                overlap.try_into().unwrap_or(time::Duration::MAX)
            });
            if overlap > MAX_OVERLAP {
                return Err(
                    Refused("--overlap is too long: the most is 365 days".to_owned()).into()
                );
            }
            let replacement = Replacement {
                label: label.as_deref(),
                overlap,
                expected: None,
                earlier: if drop_earlier { Earlier::Drop } else { Earlier::Keep },
            };
            let replaced =
                app.tenants.replace_token(&tenant, scope.into(), &replacement, &ACTOR).await;
            print_new(&app, &tenant, scope, replaced.map_err(with_advice)?, (shell, json))?;
        }
        TokenCommand::Revoke { tenant, scope, stage } => {
            let which = stage.map_or(Which::All, |stage| Which::Stage(stage.into()));
            let revoked = app.tenants.revoke_tokens(&tenant, scope.into(), which, &ACTOR).await?;
            if json {
                output::print_json(&json!({"revoked": revoked}))?;
            } else {
                output::print(&format!(
                    "Revoked tokens: {revoked}. A running server may accept them for 60 seconds more."
                ))?;
            }
        }
        TokenCommand::List { tenant } => {
            let tenant = app.tenants.get(&tenant).await?;
            if json { output::print_json(&to_json(&tenant))? } else { print(&tenant)? }
        }
    }
    Ok(())
}

/// Prints a new token, once.
fn print_new(
    app: &App,
    tenant: &TenantId,
    scope: ScopeArgument,
    made: IssuedToken,
    (shell, json): (bool, bool),
) -> anyhow::Result<()> {
    let IssuedToken { token, earlier, .. } = made;
    let (token, url) = (token.expose_secret(), tenant_url(&app.public_url, tenant));
    let ends: Vec<String> = earlier.iter().map(describe_earlier).collect();
    if shell {
        let variable = match scope {
            ScopeArgument::Scim => "SECRET_TOKEN",
            ScopeArgument::Admin => "ADMIN_TOKEN",
            ScopeArgument::Read => "READ_TOKEN",
        };
        output::print(&format!("TENANT_URL='{url}'\n{variable}='{token}'"))?;
        ends.iter().for_each(|end| output::print_error(end));
        return Ok(());
    }
    if json {
        let earlier: Value = earlier.iter().map(earlier_json).collect();
        return output::print_json(&json!({"tenantUrl": url, "token": token, "earlier": earlier}));
    }
    let (name, url) = match scope {
        ScopeArgument::Scim => ("Secret Token", ("Tenant URL", url)),
        ScopeArgument::Admin => ("Admin token", ("Tenant URL", url)),
        ScopeArgument::Read => ("Read token", ("API URL", api_url(&app.public_url, tenant))),
    };
    output::print_record(&[url, (name, token.to_owned())])?;
    output::print(&format!("\nCopy the token now. You will not see it again.\n{}", ends.join("\n")))
}

/// Adds advice to the failures of new tokens.
fn with_advice(error: Error) -> anyhow::Error {
    match error {
        Error::PreviousTokenValid { expires, is_used } => {
            let advice = match is_used {
                true => "",
                false => {
                    ". If the current token was lost, replace it with `rollcall token create`: no use of \
                     it is known"
                }
            };
            Refused(format!(
                "the previous token is still valid until {}: wait, or end it now with \
                 --drop-earlier{advice}",
                output::instant(expires)
            ))
            .into()
        }
        Error::TokenUsed => Refused(
            "the current token was used: replace it with `rollcall token replace`".to_owned(),
        )
        .into(),
        other => other.into(),
    }
}

/// Describes the state of an earlier token after a replacement.
fn describe_earlier(token: &EarlierToken) -> String {
    let end = match token.expires {
        Some(expires) => format!("stays valid until {}", output::instant(expires)),
        None => "has ended".to_owned(),
    };
    format!("The earlier token \"{}\" ({}) {end}.", output::printable(&token.label), token.id)
}

fn earlier_json(token: &EarlierToken) -> Value {
    json!({"id": token.id, "label": token.label, "expires": token.expires.map(output::instant)})
}

/// Formats the tokens of a tenant as JSON, without their digests.
pub fn to_json(tenant: &Tenant) -> Value {
    let tokens = tenant.tokens.iter().map(|token| {
        json!({
            "scope": token.scope,
            "stage": token.stage,
            "label": token.label,
            "created": output::instant(token.created),
            "expires": token.expires.map(output::instant),
        })
    });
    tokens.collect()
}

/// Prints the tokens of a tenant as a table.
pub fn print(tenant: &Tenant) -> anyhow::Result<()> {
    let rows = tenant.tokens.iter().map(row).collect();
    let header = ["scope", "stage", "label", "created", "expires"];
    output::print_table(&header, rows, "There are no tokens.")
}

fn row(token: &TokenRecord) -> Vec<String> {
    let (scope, stage) = (serde_json::to_value(token.scope), serde_json::to_value(token.stage));
    vec![
        output::value(scope.ok().as_ref()),
        output::value(stage.ok().as_ref()),
        token.label.clone(),
        output::instant(token.created),
        token.expires.map_or_else(|| "-".to_owned(), output::instant),
    ]
}

impl From<ScopeArgument> for Scope {
    fn from(scope: ScopeArgument) -> Self {
        match scope {
            ScopeArgument::Scim => Scope::Scim,
            ScopeArgument::Admin => Scope::Admin,
            ScopeArgument::Read => Scope::Read,
        }
    }
}

impl From<StageArgument> for Stage {
    fn from(stage: StageArgument) -> Self {
        match stage {
            StageArgument::Current => Stage::Current,
            StageArgument::Previous => Stage::Previous,
        }
    }
}
