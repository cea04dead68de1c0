//! Prints single sign-on, its check, and the sign-ins.

use super::output;
use rollcall::app::App;
use rollcall::directory::TenantId;
use rollcall::directory::actor_names::ActorNames;
use rollcall::directory::sso::check::{CheckReport, client_auth_of};
use rollcall::directory::sso::code_exchange::key_subject;
use rollcall::directory::sso::configuration::{KeyState, SsoView};
use rollcall::model::sign_in::SignInRecord;
use rollcall::model::sso::ClientAuth;
use rollcall::server::sso_json::{SignInsBody, SsoAddresses, SsoBody, SsoCheckBody};
use rollcall::server::tenant_urls::tenant_root;

/// Prints a configuration, with the addresses for the identity provider.
pub fn show(app: &App, tenant: &TenantId, view: SsoView, json: bool) -> anyhow::Result<()> {
    let root = tenant_root(&app.public_url, tenant);
    if json {
        return output::print_json(&serde_json::to_value(SsoBody::new(view, &root))?);
    }
    let mut fields = fields(&view);
    let addresses = SsoAddresses::of(&root);
    fields.extend([
        ("Redirect URI", addresses.redirect_uri),
        ("Initiate login URI", addresses.initiate_login_uri),
        ("Sign-out URI", addresses.sign_out_uri),
        ("Back-channel logout URI", addresses.back_channel_logout_uri),
        ("Keys URL", addresses.jwks_uri),
        ("Issuer of the keys", addresses.key_issuer),
        ("Subject of the keys", key_subject(tenant)),
    ]);
    output::print_record(&fields)
}

fn fields(view: &SsoView) -> Vec<(&'static str, String)> {
    let SsoView { settings, secret, keys, returned } = view;
    let mut fields = vec![
        ("Issuer", settings.issuer.clone()),
        ("Client ID", settings.client_id.clone()),
        ("Client authentication", settings.client_auth.as_str().to_owned()),
        ("Match", settings.match_by.as_str().to_owned()),
        ("Provider", settings.provider.as_str().to_owned()),
    ];
    fields.extend(settings.hd.iter().map(|domain| ("Domain", domain.clone())));
    let group = settings.group.map_or_else(|| "none".to_owned(), |id| id.to_string());
    fields.push(("Administrators' group", group));
    for admin in &settings.admins {
        let advice = match returned.contains(&admin.id) {
            true => ". Came back from a deletion: name the employee again with --add-admin",
            false => "",
        };
        let text = format!("{}, since {}{advice}", admin.id, output::instant(admin.since));
        fields.push(("Named administrator", text));
    }
    let hours = settings.hours;
    fields
        .push(("Session", if hours == 1 { "1 hour".to_owned() } else { format!("{hours} hours") }));
    let token_sign_in = if settings.token_sign_in { "on" } else { "off" };
    fields.push(("Token sign-in", token_sign_in.to_owned()));
    let tested = settings.proven_at.map_or_else(
        || "not yet: use Try it on the page Single sign-on".to_owned(),
        output::instant,
    );
    fields.push(("Tested", tested));
    if let Some(secret) = secret {
        let end = secret.ends_on.map(|day| format!(", ends on {day}")).unwrap_or_default();
        let advice = if secret.is_readable { "" } else { ". It cannot be read: set it again" };
        let text = format!("set on {}{end}{advice}", output::instant(secret.set_at));
        fields.push(("Client secret", text));
    }
    if keys.is_empty() && settings.client_auth == ClientAuth::Key {
        fields.push(("Key", "none yet: make it with `rollcall sso keys make`".to_owned()));
    }
    for key in keys {
        let title = match key.state {
            KeyState::Current => "Key",
            KeyState::Next => "Next key",
            KeyState::Former => "Former key",
        };
        let advice = if key.is_readable { "" } else { ". It cannot be read: make another key" };
        let made = output::instant(key.created);
        fields.push((title, format!("{}, made on {made}{advice}", key.kid)));
    }
    fields
}

/// Prints the report of a check.
pub fn print_check(report: CheckReport, json: bool) -> anyhow::Result<()> {
    if json {
        return output::print_json(&serde_json::to_value(SsoCheckBody::from(report))?);
    }
    let mut fields = vec![("Issuer", report.issuer)];
    match report.found {
        Err(problem) => fields.push(("Problem", problem.to_string())),
        Ok((found, keys)) => {
            let algorithms: Vec<_> =
                found.id_token_signing_algs.iter().map(|algorithm| algorithm.as_str()).collect();
            let proofs: Vec<_> =
                client_auth_of(&found).into_iter().map(ClientAuth::as_str).collect();
            let word = |is_offered: bool| if is_offered { "yes" } else { "no" }.to_owned();
            fields.extend([
                ("Authorization endpoint", found.authorization_endpoint.clone()),
                ("Token endpoint", found.token_endpoint.clone()),
                ("Keys", keys.to_string()),
                ("Algorithms", algorithms.join(", ")),
                ("Client authentication", proofs.join(", ")),
                ("PKCE (S256)", word(found.supports_pkce_s256)),
                ("Parameter iss", word(found.iss_parameter)),
                ("Sign-out page", word(found.end_session_endpoint.is_some())),
                ("Back-channel logout", word(found.back_channel_logout)),
            ]);
        }
    }
    fields.extend(report.warnings.iter().map(|warning| ("Warning", (*warning).to_owned())));
    output::print_record(&fields)
}

/// Prints the sign-ins as a table.
pub fn print_sign_ins(
    records: Vec<SignInRecord>,
    names: &ActorNames,
    json: bool,
) -> anyhow::Result<()> {
    if json {
        let body = serde_json::to_value(SignInsBody::new(records, names))?;
        return output::print_json(body.get("entries").unwrap_or(&body));
    }
    let rows = records.into_iter().map(|record| {
        let known = record.employee_id.map(|id| names.text_of(id));
        let shown = record.shown.filter(|text| !text.is_empty());
        let none = || "-".to_owned();
        vec![
            output::instant(record.at),
            record.how.as_str().to_owned(),
            record.outcome.as_str().to_owned(),
            known.or(shown).or(record.label).unwrap_or_else(none),
            record.browser.to_string(),
            record.reference.unwrap_or_else(none),
        ]
    });
    let header = ["time", "method", "result", "employee or token", "browser", "reference"];
    output::print_table(&header, rows.collect(), "There are no sign-ins.")
}
