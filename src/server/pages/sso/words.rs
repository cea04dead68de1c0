//! The words of single sign-on that several pages share.

use crate::model::sso::{MatchRule, Preset};

/// Returns the name of a provider after *Sign in with*.
pub(in crate::server::pages) fn sign_in_name(provider: Preset) -> &'static str {
    match provider {
        Preset::Okta => "Okta",
        Preset::Entra => "Microsoft",
        Preset::Google => "Google",
        Preset::Other => "single sign-on",
    }
}

/// Returns the name of a provider within a sentence.
pub(in crate::server::pages) fn provider_name(provider: Preset) -> &'static str {
    match provider {
        Preset::Okta => "Okta",
        Preset::Entra => "Microsoft",
        Preset::Google => "Google",
        Preset::Other => "the identity provider",
    }
}

/// Returns a match in words: the attribute of the employee, and the claim.
pub(in crate::server::pages) fn match_words(rule: MatchRule) -> &'static str {
    match rule {
        MatchRule::SubExternalId => "externalId = sub",
        MatchRule::OidExternalId => "externalId = oid",
        MatchRule::PreferredUsernameUserName => "userName = preferred_username",
        MatchRule::EmailEmail => "email = email",
    }
}
