//! The text of a link: `rcl_<tenant>_<43 base64url characters>` for a set-up link, and `rco_…` for a sign-in link.

use super::pepper::Peppers;
use super::sessions::mac;
use super::tokens::RANDOM_CHARS;
use crate::model::link::LinkScope;
use crate::model::tenant::TenantId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

/// Makes the text of a link, with 256 random bits.
///
/// # Errors
/// Fails when the operating system gives no random numbers.
pub fn generate(scope: LinkScope, tenant: &TenantId) -> Result<SecretString, getrandom::Error> {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random)?;
    let text = format!("{}_{tenant}_{}", scope.prefix(), URL_SAFE_NO_PAD.encode(random));
    Ok(SecretString::from(text))
}

/// Whether a text has the form of a link of this scope and tenant. Such a link may still be invalid.
pub fn has_form(text: &str, scope: LinkScope, tenant: &TenantId) -> bool {
    let rest = text.strip_prefix(scope.prefix()).and_then(|rest| rest.strip_prefix('_'));
    let rest = rest.and_then(|rest| rest.strip_prefix(tenant.as_str()));
    let is_random = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    rest.and_then(|rest| rest.strip_prefix('_'))
        .is_some_and(|random| random.len() == RANDOM_CHARS && random.bytes().all(is_random))
}

/// Computes the ids that the link's record may have, the one under the current pepper first.
pub(super) fn ids(text: &str, peppers: &Peppers) -> Vec<String> {
    let peppers = [Some(&peppers.current), peppers.previous.as_ref()].into_iter().flatten();
    peppers.map(|pepper| id_under(text, pepper)).collect()
}

/// Computes the id under one pepper. The key has a label of its own, so the id is no digest of a token.
fn id_under(text: &str, pepper: &SecretString) -> String {
    let key = mac(pepper.expose_secret().as_bytes(), &[b"rollcall link v1"]);
    URL_SAFE_NO_PAD.encode(mac(&key, &[text.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_belongs_to_one_scope_and_one_tenant() {
        let id = |text: &str| TenantId::parse(text).unwrap();
        let text = generate(LinkScope::Connect, &id("acme")).unwrap();
        let text = text.expose_secret();
        assert!(has_form(text, LinkScope::Connect, &id("acme")), "{text}");
        assert!(!has_form(text, LinkScope::Admin, &id("acme")));
        assert!(!has_form(text, LinkScope::Connect, &id("acme-2")));
        assert!(!has_form(text, LinkScope::Connect, &id("ac")));
        for bad in ["", "rcl_acme_", "rcl_acme_short", &format!("{text}A"), &text.to_uppercase()] {
            assert!(!has_form(bad, LinkScope::Connect, &id("acme")), "{bad}");
        }
    }

    #[test]
    fn the_ids_of_a_link_differ_from_the_digest_of_a_token() {
        let secret = |text: &str| SecretString::from(text.to_owned());
        let peppers = Peppers { current: secret("new"), previous: Some(secret("old")) };
        let old = Peppers { current: secret("old"), previous: None };
        let found = ids("rcl_acme_x", &peppers);
        assert_eq!(found.len(), 2);
        assert_eq!(found.get(1), ids("rcl_acme_x", &old).first());
        let digest = super::super::tokens::digest(&secret("rcl_acme_x"), &peppers);
        assert!(!found.contains(&digest));
    }
}
