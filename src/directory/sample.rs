//! The sample tenant of the files in `events/`. Its tokens and its pepper are public. So any developer can send those
//! files to a function on their own machine.
//!
//! The digests of its tokens are always made under the sample pepper, whatever secret document is in use. So a
//! deployment with a real pepper refuses these tokens. `crate::secrets` refuses the sample pepper as the pepper of a
//! deployment.

use super::access::pepper::{Peppers, SAMPLE_PEPPER};
use super::access::tokens;
use super::sources::Sources;
use super::tenants::{NewTenant, Tenants};
use crate::directory::Directory;
use crate::directory::error::Error;
use crate::model::actor::ActorRecord;
use scim::json::Body;
use scim::validate;
use secrecy::SecretString;
use std::sync::Arc;
use uuid::Uuid;

/// The sample tenant's token for the identity provider.
pub const SCIM_TOKEN: &str = "rc_demo_sample-token-for-events-for-local-use-only0";
/// The sample tenant's token for its own administration.
const ADMIN_TOKEN: &str = "rc_demo_sample-admin-token-for-local-use-only000000";

/// The sample employees, as an identity provider would create them. The files in `events/` name their ids.
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

/// Creates the sample tenant, with two employees. If this fails after it made the tenant, delete the tenant and retry.
///
/// # Errors
/// Fails as [`Tenants::create`] does, or as every call of the store does.
pub async fn create(tenants: &Tenants, actor: &ActorRecord) -> Result<NewTenant, Error> {
    let id = tokens::tenant_of(SCIM_TOKEN).ok_or(Error::NoTenant)?;
    let peppers = Peppers { current: SecretString::from(SAMPLE_PEPPER), previous: None };
    let tokens = [SCIM_TOKEN, ADMIN_TOKEN].map(SecretString::from);
    let new = tenants.create_with_tokens(&id, "Sample", tokens, &peppers, actor).await?;
    for (employee, body) in EMPLOYEES {
        let clock = tenants.sources.clone();
        let sources = Sources::new(move || clock.now(), move || employee);
        let types = Arc::clone(&tenants.types);
        let group_presence = tenants.group_presence.clone();
        let directory = Directory::new(tenants.store.tenant(&id), types, sources, group_presence);
        let body = Body::read(body.as_bytes())?;
        directory
            .users()
            .create(validate::read_resource(&tenants.types().users, body)?, actor)
            .await?;
    }
    Ok(new)
}
