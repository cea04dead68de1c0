//! Single sign-on: an OpenID Connect provider proves an identity, and this directory decides on every request whether
//! the employee may administer.

pub mod error;
pub mod attempt;
mod form_encoding;
mod provider_cache;
mod provider_calls;
pub mod providers;
pub mod provider_problem;
pub mod code_exchange;
pub mod configuration;
mod configuration_change;
mod configuration_fields;
mod configuration_view;
pub mod reseal;
mod sealing;
pub mod client_keys;
pub mod credential;
pub mod refusal;
pub mod matching;
mod identity;
mod entries;
pub mod sign_in;
pub mod account_link;
pub mod sign_out;
pub mod start;
pub mod check;
pub mod offer;
pub mod test_problem;
mod back_channel;
mod exchange_limit;
mod redeem;
pub mod finish;

use crate::directory::access::Access;
use crate::directory::tenant_map::TenantMap;
use crate::directory::tenants::Tenants;
use crate::outbound::Client;
use exchange_limit::ExchangeLimit;
use providers::Providers;
use serde_json::Value;
use std::sync::Arc;

/// The single sign-on of all tenants. A clone is cheap.
#[derive(Debug, Clone)]
pub struct Sso {
    pub(in crate::directory) tenants: Tenants,
    pub(in crate::directory) access: Access,
    pub(in crate::directory) providers: Providers,
    /// Its policy decides which issuers may be saved.
    client: Client,
    /// The public keys of tenants, each with the revision of its configuration. Each change of the keys raises the
    /// revision.
    keys: TenantMap<(u64, Arc<Vec<Value>>)>,
    /// Limits the failed exchanges of codes.
    exchanges: ExchangeLimit,
}

impl Sso {
    /// Creates the single sign-on of `tenants`. `access` issues the sessions, and `client` calls the providers.
    pub fn new(tenants: Tenants, access: Access, client: Client) -> Self {
        let providers = Providers::new(client.clone(), tenants.sources());
        let (keys, exchanges) = (TenantMap::default(), ExchangeLimit::default());
        Self { tenants, access, providers, client, keys, exchanges }
    }
}
