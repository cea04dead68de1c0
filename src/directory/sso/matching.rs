//! Finds the employee of an identity at the first sign-in. From then on only the account link decides.

use super::identity::Identity;
use super::refusal::Refusal;
use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::model::employee::Employee;
use crate::model::kind::Kind;
use crate::model::sso::{MatchRule, Preset, SsoSettings};
use oidc::IdClaims;
use uuid::Uuid;

/// The longest claim that is looked up, in characters.
const MAX_CLAIM_CHARS: usize = 255;

/// A refused match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoMatch {
    pub(super) refusal: Refusal,
    /// The employee, if the identity leads to exactly one.
    pub(super) employee: Option<Uuid>,
}

impl From<Refusal> for NoMatch {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, employee: None }
    }
}

/// Finds the one visible, unarchived employee of an identity, by the tenant's rule.
///
/// # Errors
/// The outer result fails as every call of the store does.
pub(super) async fn find(
    context: &Context,
    settings: &SsoSettings,
    identity: Identity<'_>,
) -> Result<Result<Employee, NoMatch>, Error> {
    let claim = match claim(settings, identity.claims) {
        Ok(claim) => claim,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    let ids = candidates(context, settings.match_by, claim).await?;
    let mut found: Vec<Employee> = context.store.records().get_many(&ids).await?;
    // A pointer may be older than the record.
    found.retain(|employee| fits(settings.match_by, employee, claim));
    Ok(choose(found))
}

/// Returns the claim that the rule compares, if it can be trusted.
fn claim<'c>(settings: &SsoSettings, claims: &'c IdClaims) -> Result<&'c str, Refusal> {
    let text = match settings.match_by {
        MatchRule::SubExternalId => Some(claims.sub.as_str()),
        MatchRule::OidExternalId => claims.oid.as_deref(),
        MatchRule::PreferredUsernameUserName => claims.preferred_username.as_deref(),
        MatchRule::EmailEmail => {
            check_email(settings, claims)?;
            claims.email.as_deref()
        }
    };
    let text = text.filter(|text| !text.is_empty()).ok_or(Refusal::MissingClaim)?;
    // No attribute of an identifier is longer, and no key needs to hold more.
    if text.chars().count() > MAX_CLAIM_CHARS {
        return Err(Refusal::NoMatch);
    }
    Ok(text)
}

/// Checks that the provider vouches for the email. An Entra administrator can write any email, so Entra never does.
fn check_email(settings: &SsoSettings, claims: &IdClaims) -> Result<(), Refusal> {
    let email = claims.email.as_deref().ok_or(Refusal::MissingClaim)?;
    if settings.provider == Preset::Entra || !claims.email_verified {
        return Err(Refusal::EmailNotVerified);
    }
    // Google verifies addresses of other providers too. Only the domain proves the company's account.
    if settings.provider == Preset::Google && settings.hd.is_none() {
        return Err(Refusal::WrongDomain);
    }
    match email.split_once('@') {
        Some((name, domain)) if !name.is_empty() && !domain.is_empty() && !domain.contains('@') => {
            Ok(())
        }
        // Readers of such an address disagree about its domain.
        Some(_) | None => Err(Refusal::EmailNotVerified),
    }
}

/// Finds the ids of employees that the claim may mean.
async fn candidates(context: &Context, rule: MatchRule, claim: &str) -> Result<Vec<Uuid>, Error> {
    let store = &context.store;
    Ok(match rule {
        MatchRule::SubExternalId | MatchRule::OidExternalId => {
            store.records().list_ids_by_external_id(Kind::Employee, claim).await?
        }
        MatchRule::PreferredUsernameUserName => {
            let holders = store.claims().get_holders(Kind::Employee, &[claim]).await?;
            holders.into_iter().flatten().collect()
        }
        MatchRule::EmailEmail => store.employees().find_ids_by_email(claim, None).await?,
    })
}

/// Whether an employee has the claim.
fn fits(rule: MatchRule, employee: &Employee, claim: &str) -> bool {
    match rule {
        MatchRule::SubExternalId | MatchRule::OidExternalId => {
            employee.external_id() == Some(claim)
        }
        MatchRule::PreferredUsernameUserName => is_same_name(employee.user_name(), claim),
        // Another address may be shared or old.
        MatchRule::EmailEmail => {
            employee.primary_email().is_some_and(|email| is_same_name(email, claim))
        }
    }
}

/// Whether two names are equal without regard to the case of ASCII letters. SCIM's comparison ignores more, such as the
/// width of letters and invisible characters: a name that differs so is another account at the provider.
fn is_same_name(stored: &str, claim: &str) -> bool {
    stored.eq_ignore_ascii_case(claim)
}

/// Chooses the one employee who may sign in.
fn choose(found: Vec<Employee>) -> Result<Employee, NoMatch> {
    let (archived, mut active): (Vec<Employee>, Vec<Employee>) =
        found.into_iter().partition(Employee::is_archived);
    match (active.pop(), active.is_empty(), archived.as_slice()) {
        (Some(one), true, _) => Ok(one),
        (Some(_), false, _) => Err(Refusal::SeveralMatch.into()),
        (None, _, []) => Err(Refusal::NoMatch.into()),
        (None, _, [one]) => Err(NoMatch { refusal: Refusal::Archived, employee: Some(one.id) }),
        (None, _, _) => Err(Refusal::Archived.into()),
    }
}
