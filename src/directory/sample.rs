//! The sample tenant of the files in `events/`: its tokens and the pepper they are digested under are public, so that
//! anybody can send those files to a function on their own machine.
//!
//! Its digests are made under the sample pepper, whatever secret document is in use: where a real pepper is, the tokens
//! are worth nothing. And where the sample pepper is offered as a real one, it is refused (`crate::secrets`).

use super::access::pepper::{Peppers, SAMPLE_PEPPER};
use super::access::tokens;
use super::sources::Sources;
use super::tenants::{NewTenant, Tenants};
use super::{Directory, Error};
use scim::json::Body;
use scim::validate;
use secrecy::SecretString;
use std::sync::Arc;
use uuid::Uuid;

/// The sample tenant's token for the identity provider.
pub const SCIM_TOKEN: &str = "rc_demo_sample-token-for-events-for-local-use-only0";
/// The sample tenant's token for its own administration.
const ADMIN_TOKEN: &str = "rc_demo_sample-admin-token-for-local-use-only000000";

/// The sample employees, as an identity provider would create them, with the ids that the files in `events/` name.
const EMPLOYEES: [(Uuid, &str); 2] = [
    (
        Uuid::from_u128(0x5a3b_1e00_0000_4000_8000_0000_0000_0001),
        r#"{"userName": "grace@example.com", "externalId": "00u0", "displayName": "Grace Hopper",
            "name": {"givenName": "Grace", "familyName": "Hopper"}, "title": "Rear Admiral", "active": true,
            "emails": [{"value": "grace@example.com", "type": "work", "primary": true}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                {"department": "R&D", "location": "US"}}"#,
    ),
    (
        Uuid::from_u128(0x5a3b_1e00_0000_4000_8000_0000_0000_0002),
        r#"{"userName": "alan@example.com", "name": {"givenName": "Alan", "familyName": "Turing"},
            "active": true, "emails": [{"value": "alan@example.com", "type": "work", "primary": true}]}"#,
    ),
];

/// Makes the sample tenant, with two employees. When it fails after the tenant was made, delete the tenant and repeat
/// it.
///
/// # Errors
/// As for [`Tenants::create`], and as for every call of the store.
pub async fn create(tenants: &Tenants, by: &str) -> Result<NewTenant, Error> {
    let id = tokens::tenant_of(SCIM_TOKEN).ok_or(Error::NoTenant)?;
    let peppers = Peppers { current: SecretString::from(SAMPLE_PEPPER), previous: None };
    let tokens = [SCIM_TOKEN, ADMIN_TOKEN].map(SecretString::from);
    let new = tenants.create_with_tokens(&id, "Sample", tokens, &peppers, by).await?;
    for (employee, body) in EMPLOYEES {
        let clock = tenants.sources.clone();
        let sources = Sources::new(move || clock.now(), move || employee);
        let types = Arc::clone(&tenants.types);
        let memory = tenants.memory.clone();
        let directory = Directory::new(tenants.store.tenant(&id), types, sources, memory);
        let body = Body::read(body.as_bytes())?;
        directory.create(validate::read_resource(&tenants.types().users, body)?, by).await?;
    }
    Ok(new)
}
