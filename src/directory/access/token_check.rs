//! Checks a token against the tokens of a tenant, and finds the reason for a wrong one.

use super::pepper::Peppers;
use super::tokens::{digest_under, tenant_of, works};
use crate::model::ended_token::{EndReason, EndedToken};
use crate::model::tenant::{Scope, Tenant, TenantId, TokenRecord};
use crate::model::unauthorized::UnauthorizedReason;
use subtle::{Choice, ConstantTimeEq};
use time::OffsetDateTime;

/// Finds the record of a valid token with one of these scopes at the tenant `id`, or the reason for which there is none.
///
/// Compares the digests of all tokens and all ended tokens, each in constant time, whether needed or not. Without a
/// tenant it computes the digests all the same, so that the time does not tell whether the tenant exists.
///
/// # Errors
/// Fails with the reason for which the token is not valid.
pub fn check<'t>(
    id: &TenantId,
    tenant: Option<&'t Tenant>,
    scopes: &[Scope],
    token: &str,
    peppers: &Peppers,
    now: OffsetDateTime,
) -> Result<&'t TokenRecord, UnauthorizedReason> {
    let current = digest_under(token, &peppers.current);
    let previous = peppers.previous.as_ref().map(|pepper| digest_under(token, pepper));
    let fits = |kept: &str| {
        let kept = kept.as_bytes();
        let fits = current.as_bytes().ct_eq(kept)
            | previous.as_ref().map_or(Choice::from(0), |digest| digest.as_bytes().ct_eq(kept));
        bool::from(fits)
    };
    let mut found = Err(match tenant_of(token) {
        Some(other) if other != *id => UnauthorizedReason::OtherTenant,
        _ if begins_with_bearer(token) => UnauthorizedReason::BearerTwice,
        _ => UnauthorizedReason::UnknownToken,
    });
    for ended in tenant.iter().flat_map(|tenant| &tenant.ended_tokens) {
        if fits(&ended.digest) {
            found = Err(reason_of(ended));
        }
    }
    for record in tenant.iter().flat_map(|tenant| &tenant.tokens) {
        if fits(&record.digest) {
            found = match (works(record, now), scopes.contains(&record.scope)) {
                (true, true) => Ok(record),
                (true, false) if record.scope == Scope::Read => Err(UnauthorizedReason::ReadToken),
                (true, false) => Err(UnauthorizedReason::AdminToken),
                (false, _) => Err(reason_of(&EndedToken::of(record, EndReason::Expired, now))),
            };
        }
    }
    found
}

/// Whether a token begins with the word `Bearer`, which the header has already.
fn begins_with_bearer(token: &str) -> bool {
    let word = token.split_once(' ').map_or(token, |(word, _)| word);
    word.eq_ignore_ascii_case("bearer")
}

fn reason_of(ended: &EndedToken) -> UnauthorizedReason {
    let (label, at) = (ended.label.clone(), ended.ended);
    match ended.reason {
        EndReason::Revoked => UnauthorizedReason::TokenRevoked { label, at },
        EndReason::Replaced => UnauthorizedReason::TokenReplaced { label, at },
        EndReason::Expired => UnauthorizedReason::TokenExpired { label, at },
    }
}

/// Records the tokens of a scope that ended with a change. `before` are the tenant's tokens before the change.
pub(in crate::directory) fn keep_ended(
    tenant: &mut Tenant,
    before: &[TokenRecord],
    reason: EndReason,
    now: OffsetDateTime,
) {
    let remains =
        |token: &TokenRecord| tenant.tokens.iter().any(|kept| kept.digest == token.digest);
    let ended: Vec<EndedToken> = before
        .iter()
        .filter(|token| !remains(token))
        .map(|token| EndedToken::of(token, reason, now))
        .collect();
    tenant.add_ended(ended);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::access::tokens::{digest, generate, replaced_with_overlap};
    use crate::model::tenant::{Settings, Stage};
    use secrecy::{ExposeSecret, SecretString};
    use time::Duration;

    fn peppers(current: &str, previous: Option<&str>) -> Peppers {
        let secret = |text: &str| SecretString::from(text.to_owned());
        Peppers { current: secret(current), previous: previous.map(secret) }
    }

    fn record(scope: Scope, stage: Stage, token: &SecretString, peppers: &Peppers) -> TokenRecord {
        TokenRecord {
            scope,
            stage,
            label: "test".to_owned(),
            digest: digest(token, peppers),
            created: OffsetDateTime::UNIX_EPOCH,
            expires: None,
            form: None,
        }
    }

    fn tenant(tokens: Vec<TokenRecord>) -> Tenant {
        Tenant {
            id: TenantId::parse("acme").unwrap(),
            name: String::new(),
            created: OffsetDateTime::UNIX_EPOCH,
            revision: 1,
            settings: Settings::default(),
            tokens,
            ended_tokens: Vec::new(),
            attributes: Vec::new(),
            sso: None,
            feed_epoch: "k7f2".to_owned(),
        }
    }

    #[test]
    fn a_token_is_valid_for_its_scope_and_under_both_peppers_only() {
        let old = peppers("old pepper", None);
        let token = generate(&TenantId::parse("acme").unwrap()).unwrap();
        let tenant = tenant(vec![record(Scope::Scim, Stage::Current, &token, &old)]);
        let is_valid = |scope, token: &SecretString, peppers: &Peppers| {
            let now = OffsetDateTime::UNIX_EPOCH;
            check(&tenant.id, Some(&tenant), &[scope], token.expose_secret(), peppers, now).is_ok()
        };
        assert!(is_valid(Scope::Scim, &token, &old));
        assert!(is_valid(Scope::Scim, &token, &peppers("new pepper", Some("old pepper"))));
        assert!(!is_valid(Scope::Scim, &token, &peppers("new pepper", None)));
        assert!(!is_valid(Scope::Admin, &token, &old));
        assert!(!is_valid(Scope::Read, &token, &old));
        let other = generate(&tenant.id).unwrap();
        assert!(!is_valid(Scope::Scim, &other, &old));
    }

    #[test]
    fn replacement_keeps_one_previous_token_until_it_expires() {
        let peppers = peppers("pepper", None);
        let id = TenantId::parse("acme").unwrap();
        let tokens: Vec<SecretString> = (0..3).map(|_| generate(&id).unwrap()).collect();
        let expires = OffsetDateTime::UNIX_EPOCH + Duration::hours(24);
        let mut kept = Vec::new();
        for token in &tokens {
            let new = record(Scope::Scim, Stage::Current, token, &peppers);
            kept = replaced_with_overlap(&kept, new, Some(expires));
        }
        let tenant = tenant(kept);
        let is_valid = |token: &SecretString, now| {
            check(&tenant.id, Some(&tenant), &[Scope::Scim], token.expose_secret(), &peppers, now)
                .is_ok()
        };
        let before = expires - Duration::seconds(1);
        assert_eq!(
            tokens.iter().map(|t| is_valid(t, before)).collect::<Vec<_>>(),
            [false, true, true]
        );
        assert_eq!(
            tokens.iter().map(|t| is_valid(t, expires)).collect::<Vec<_>>(),
            [false, false, true]
        );
    }

    #[test]
    fn a_tenant_keeps_the_last_ten_ended_tokens_with_the_reason() {
        let peppers = peppers("pepper", None);
        let id = TenantId::parse("acme").unwrap();
        let tokens: Vec<SecretString> = (0..12).map(|_| generate(&id).unwrap()).collect();
        let mut tenant = tenant(Vec::new());
        for (n, token) in (0..).zip(&tokens) {
            let now = OffsetDateTime::UNIX_EPOCH + Duration::seconds(n);
            let gone = [record(Scope::Scim, Stage::Current, token, &peppers)];
            keep_ended(&mut tenant, &gone, EndReason::Revoked, now);
        }
        let now = OffsetDateTime::UNIX_EPOCH + Duration::DAY;
        let reason = |token: &SecretString| {
            check(&tenant.id, Some(&tenant), &[Scope::Scim], token.expose_secret(), &peppers, now)
                .unwrap_err()
        };
        assert_eq!(tenant.ended_tokens.len(), 10);
        assert_eq!(reason(&tokens[1]), UnauthorizedReason::UnknownToken);
        let at = OffsetDateTime::UNIX_EPOCH + Duration::seconds(2);
        let label = "test".to_owned();
        assert_eq!(reason(&tokens[2]), UnauthorizedReason::TokenRevoked { label, at });
        let other = generate(&TenantId::parse("other").unwrap()).unwrap();
        assert_eq!(reason(&other), UnauthorizedReason::OtherTenant);
    }
}
