//! The rules for single fields of a configuration.

use super::configuration::NewSso;
use super::error::SsoError;
use crate::model::sso::{ClientAuth, MAX_ISSUER_BYTES, MOST_NAMED, MatchRule, Preset, SsoSettings};
use crate::outbound::{Client, Target};
use oidc::is_multi_tenant;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeSet;

/// The longest client id, in characters.
const MAX_CLIENT_ID_CHARS: usize = 255;
/// The longest client secret, in characters.
const MAX_SECRET_CHARS: usize = 1_024;
/// The longest name of a domain (RFC 1035 §2.3.4).
const MAX_DOMAIN_CHARS: usize = 253;
/// The longest session, in hours.
const MOST_HOURS: u8 = 24;

/// A configuration whose fields are valid by themselves.
#[derive(Debug)]
pub(super) struct Checked {
    /// The configuration as it was sent. Each administrator occurs once, and the domain is in lower case.
    pub(super) new: NewSso,
    pub(super) match_by: MatchRule,
    pub(super) provider: Preset,
}

/// Checks each field. The client's policy decides which issuers can be called.
///
/// A stored issuer and stored administrators are not checked again. Otherwise, a change elsewhere could block the way
/// back to token sign-in.
pub(super) fn check(
    new: &NewSso,
    before: Option<&SsoSettings>,
    client: &Client,
) -> Result<Checked, SsoError> {
    let mut new = new.clone();
    if before.is_none_or(|before| before.issuer != new.issuer) {
        check_issuer(&new.issuer, client)?;
    }
    check_client_id(&new.client_id)?;
    let uses_secret = new.client_auth == ClientAuth::Secret;
    if let Some(secret) = &new.client_secret {
        check_secret(secret)?;
    }
    if !uses_secret && new.client_secret.is_some() {
        let problem = "Only the client authentication \"secret\" has a client secret";
        return Err(SsoError::field("clientSecret", problem));
    }
    if !uses_secret && new.secret_ends_on.is_some() {
        let problem = "Only the client authentication \"secret\" has a secret that ends";
        return Err(SsoError::field("secretEndsOn", problem));
    }
    if new.secret_ends_on.is_some_and(|day| !(1970..=9999).contains(&day.year())) {
        let problem = "Enter a day such as 2027-11-30";
        return Err(SsoError::field("secretEndsOn", problem));
    }
    let provider = provider_of(&new)?;
    let match_by = new.match_by.unwrap_or_else(|| provider.default_match());
    new.hd = new.hd.map(|domain| check_domain(&domain)).transpose()?;
    check_match(match_by, provider, new.hd.as_deref())?;
    let mut seen = BTreeSet::new();
    new.admins.retain(|id| seen.insert(*id));
    if new.admins.len() > MOST_NAMED {
        let problem = format!("A tenant names at most {MOST_NAMED} employees. Choose a group");
        return Err(SsoError::field("admins", problem));
    }
    if !(1..=MOST_HOURS).contains(&new.hours) {
        let problem = format!("A session lasts 1 to {MOST_HOURS} hours");
        return Err(SsoError::field("hours", problem));
    }
    let had_any = before.is_none_or(|before| before.group.is_some() || !before.admins.is_empty());
    if had_any && new.group.is_none() && new.admins.is_empty() {
        return Err(SsoError::NoAdministrators);
    }
    Ok(Checked { new, match_by, provider })
}

/// Returns the kind of provider. The issuers of Google and Entra ID have one kind only, because the kind decides which
/// claims are checked.
fn provider_of(new: &NewSso) -> Result<Preset, SsoError> {
    let own = Preset::of_issuer(&new.issuer);
    let chosen = new.provider.unwrap_or(own);
    if chosen != own && matches!(own, Preset::Google | Preset::Entra) {
        let problem = "The issuer belongs to another identity provider. Leave the provider out";
        return Err(SsoError::field("provider", problem));
    }
    Ok(chosen)
}

/// The issuer stays as it is entered, because tokens must have it byte for byte.
fn check_issuer(issuer: &str, client: &Client) -> Result<(), SsoError> {
    let refuse = |problem: &str| Err(SsoError::field("issuer", problem));
    if issuer.is_empty() {
        return refuse(
            "Enter the issuer of your identity provider, such as https://example.okta.com",
        );
    }
    if issuer.len() > MAX_ISSUER_BYTES {
        return refuse("The issuer is longer than 255 bytes. Copy the issuer, not another URL");
    }
    if is_multi_tenant(issuer) {
        return Err(SsoError::MultiTenantIssuer);
    }
    if issuer.contains(['?', '#']) {
        return refuse("An issuer has no query and no fragment. Copy the issuer, not another URL");
    }
    match Target::parse(issuer, client.for_issuer(issuer).policy()) {
        Ok(_) => Ok(()),
        Err(problem) => refuse(&problem.to_string()),
    }
}

fn check_client_id(id: &str) -> Result<(), SsoError> {
    let refuse = |problem: &str| Err(SsoError::field("clientId", problem));
    if id.is_empty() {
        return refuse("Enter the client ID that your identity provider shows");
    }
    if id.chars().count() > MAX_CLIENT_ID_CHARS {
        return refuse("The client ID is longer than 255 characters");
    }
    if !is_visible(id) {
        return refuse("The client ID has a space or another character that no client ID has");
    }
    Ok(())
}

fn check_secret(secret: &SecretString) -> Result<(), SsoError> {
    let refuse = |problem: &str| Err(SsoError::field("clientSecret", problem));
    let secret = secret.expose_secret();
    if secret.is_empty() {
        return refuse("The client secret is empty. Leave the field out to keep the stored secret");
    }
    if secret.chars().count() > MAX_SECRET_CHARS {
        return refuse("The client secret is longer than 1,024 characters");
    }
    if !is_visible(secret) {
        return refuse("The client secret has a space or another character that no secret has");
    }
    Ok(())
}

/// Whether a text has visible ASCII characters only.
fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Checks a domain, and returns it in lower case.
fn check_domain(domain: &str) -> Result<String, SsoError> {
    let domain = domain.to_ascii_lowercase();
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_domain =
        domain.len() <= MAX_DOMAIN_CHARS && domain.contains('.') && domain.split('.').all(is_label);
    match is_domain {
        true => Ok(domain),
        false => Err(SsoError::field("hd", "Enter a domain such as example.com, without @")),
    }
}

/// Checks that the provider sends the claims.
fn check_match(match_by: MatchRule, provider: Preset, hd: Option<&str>) -> Result<(), SsoError> {
    if hd.is_some() && provider != Preset::Google {
        return Err(SsoError::field("hd", "Only Google sends the domain. Leave it out"));
    }
    if match_by == MatchRule::PreferredUsernameUserName && provider != Preset::Entra {
        let problem = "Only Entra ID has this match. Choose sub=externalId or email=email";
        return Err(SsoError::field("match", problem));
    }
    if match_by != MatchRule::EmailEmail {
        return Ok(());
    }
    match provider {
        Preset::Entra => {
            let problem = "Anyone who administers a directory of Entra can write email addresses there. Choose \
                           oid=externalId or preferred_username=userName";
            Err(SsoError::field("match", problem))
        }
        Preset::Google if hd.is_none() => {
            let problem = "A match by email needs the domain of your Google Workspace";
            Err(SsoError::field("hd", problem))
        }
        Preset::Google | Preset::Okta | Preset::Other => Ok(()),
    }
}
