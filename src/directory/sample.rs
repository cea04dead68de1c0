//! The sample tenant of the files in `events/`: its tokens and the pepper they are digested under are public, so that
//! anybody can send those files to a function on their own machine.
//!
//! Its digests are made under the sample pepper, whatever secret document is in use: where a real pepper is, the tokens
//! are worth nothing. And where the sample pepper is offered as a real one, it is refused.

use secrecy::{ExposeSecret, SecretString};

/// The sample tenant's id.
pub const TENANT: &str = "demo";
/// The sample tenant's token for the identity provider.
pub const SCIM_TOKEN: &str = "rc_demo_sample-token-for-events-for-local-use-only0";
/// The sample tenant's token for its own administration.
pub const ADMIN_TOKEN: &str = "rc_demo_sample-admin-token-for-local-use-only000000";
/// What the sample tokens are digested under; `events/local/env.json` gives it to a function.
pub const PEPPER: &str = "the sample pepper of events, known to everybody";

/// Whether a pepper is the sample one.
pub fn is_pepper(pepper: &SecretString) -> bool {
    pepper.expose_secret() == PEPPER
}

#[cfg(feature = "local")]
mod create {
    use super::{ADMIN_TOKEN, PEPPER, SCIM_TOKEN, TENANT};
    use crate::directory::pepper::Peppers;
    use crate::directory::sources::Sources;
    use crate::directory::tenants::{NewTenant, Tenants};
    use crate::directory::{Directory, Error, TenantId};
    use crate::scim::validate;
    use secrecy::SecretString;
    use serde_json::{Value, json};
    use uuid::Uuid;

    /// The ids that the files in `events/` name.
    const IDS: [Uuid; 2] = [
        Uuid::from_u128(0x5a3b_1e00_0000_4000_8000_0000_0000_0001),
        Uuid::from_u128(0x5a3b_1e00_0000_4000_8000_0000_0000_0002),
    ];

    /// Makes the sample tenant, with two employees whose ids are always the same.
    ///
    /// # Errors
    /// As for [`Tenants::create`].
    pub async fn create(tenants: &Tenants, by: &str) -> Result<NewTenant, Error> {
        let id = TenantId::parse(TENANT).ok_or(Error::NoTenant)?;
        let peppers = Peppers { current: SecretString::from(PEPPER), previous: None };
        let tokens = [SCIM_TOKEN, ADMIN_TOKEN].map(SecretString::from);
        let new = tenants.create_with_tokens(&id, "Sample", tokens, &peppers, by).await?;
        for (employee, body) in IDS.into_iter().zip([grace(), alan()]) {
            let clock = tenants.sources.clone();
            let sources = Sources::new(move || clock.now(), move || employee);
            let users = std::sync::Arc::clone(&tenants.users);
            let directory = Directory::new(tenants.store.tenant(&id), users, sources);
            let body = body.as_object().cloned().unwrap_or_default();
            let attributes = validate::read_resource(tenants.users(), &body)?;
            directory.create(attributes, by).await?;
        }
        Ok(new)
    }

    fn grace() -> Value {
        json!({
            "userName": "grace@example.com",
            "externalId": "00u0",
            "name": {"givenName": "Grace", "familyName": "Hopper"},
            "displayName": "Grace Hopper",
            "title": "Rear Admiral",
            "emails": [{"value": "grace@example.com", "type": "work", "primary": true}],
            "active": true,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                {"department": "R&D", "location": "US"},
        })
    }

    fn alan() -> Value {
        json!({
            "userName": "alan@example.com",
            "name": {"givenName": "Alan", "familyName": "Turing"},
            "emails": [{"value": "alan@example.com", "type": "work", "primary": true}],
            "active": true,
        })
    }
}

#[cfg(feature = "local")]
pub use create::create;
