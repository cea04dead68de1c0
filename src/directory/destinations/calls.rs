//! The calls to a destination that an administrator starts and waits for. The delivery makes them.

use super::Destinations;
use crate::directory::error::Error;
use crate::directory::sources::minute_of;
use crate::directory::tenants::Tenants;
use crate::model::tenant::TenantId;
use futures_util::future::BoxFuture;
use std::fmt::Debug;
use uuid::Uuid;

/// The most calls that administrators of a tenant start in a minute: tests, resends, replays and resumes, and checks
/// and tests of single sign-on.
pub const MOST_CALLS_A_MINUTE: u64 = 10;

/// The result of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallOutcome {
    /// The HTTP status; `None` without an answer.
    pub status: Option<u16>,
    /// The time until the answer or the failure.
    pub milliseconds: u64,
    /// The kind of failure without an answer, such as `timeout`.
    pub failure: Option<&'static str>,
}

/// Makes calls to destinations.
pub trait DestinationCalls: Debug + Send + Sync {
    /// Sends a test to a destination, outside of the feed. A paused or disabled destination gets the test too.
    ///
    /// # Errors
    /// Fails with [`Error::Destination`] for a missing destination or a secret that does not open. Other failures are
    /// [`Error::NoTenant`], and the errors of the store.
    fn send_test<'a>(
        &'a self,
        tenant: &'a TenantId,
        id: Uuid,
    ) -> BoxFuture<'a, Result<CallOutcome, Error>>;

    /// Sends an event to a webhook again, under the same id. After a success, the waiting events of its subject are due.
    ///
    /// # Errors
    /// Fails with [`Error::Destination`] for a missing destination, an unknown event, a channel of Slack or Teams, or a
    /// secret that does not open. Other failures are [`Error::NoTenant`], and the errors of the store.
    fn resend<'a>(
        &'a self,
        tenant: &'a TenantId,
        id: Uuid,
        event_id: &'a str,
    ) -> BoxFuture<'a, Result<CallOutcome, Error>>;
}

impl Destinations {
    /// Counts a call that an administrator starts. `false` when the tenant started too many calls in this minute. All
    /// processes share the count.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn allows_call(&self, tenant: &TenantId) -> Result<bool, Error> {
        count_call(&self.tenants, tenant).await
    }
}

/// Counts a call to a host that an administrator names, as [`Destinations::allows_call`] does.
///
/// # Errors
/// Fails as every call of the store does.
pub(in crate::directory) async fn count_call(
    tenants: &Tenants,
    tenant: &TenantId,
) -> Result<bool, Error> {
    let store = tenants.store.tenant(tenant);
    Ok(store.calls().count(minute_of(tenants.now()), MOST_CALLS_A_MINUTE).await?)
}
