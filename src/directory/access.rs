//! Who may come in: a token checked against its tenant, remembered for a short while.

use super::Error;
use super::pepper::Peppers;
use super::tenants::Tenants;
use super::token;
use crate::store::tenant::{Scope, Tenant, TenantId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use time::{Duration, OffsetDateTime};

/// The longest a tenant's record is remembered, and so the longest a revoked token still works.
pub const SESSION_TTL_SECS: i64 = 60;
/// A token that does not fit makes the record be read again, so that one that was just made works at once; but not
/// more often than this, so that guessing does not become a load on the store.
const RECHECK_EVERY: Duration = Duration::seconds(2);
/// How many tenants are remembered.
const MOST_REMEMBERED: usize = 4_096;

/// Someone who showed a valid token.
#[derive(Debug, Clone)]
pub struct Session {
    /// The tenant whose token it is.
    pub tenant: Arc<Tenant>,
    /// The token's label: who did it, in the history.
    pub label: String,
}

/// Checks tokens. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access {
    tenants: Tenants,
    remembered: Arc<Mutex<HashMap<TenantId, Remembered>>>,
}

#[derive(Debug, Clone)]
struct Remembered {
    read_at: OffsetDateTime,
    /// When a token that did not fit last made it be read.
    rechecked_at: Option<OffsetDateTime>,
    tenant: Arc<Tenant>,
}

impl Access {
    /// Access to `tenants`.
    pub fn new(tenants: Tenants) -> Self {
        Self { tenants, remembered: Arc::default() }
    }

    /// The session of a token with this scope at the tenant named in the URL. `None` for every reason alike: no such
    /// tenant, another tenant's token, an unknown, expired or revoked one.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::NoPepper`].
    pub async fn open(
        &self,
        tenant: &TenantId,
        scope: Scope,
        token: &str,
    ) -> Result<Option<Session>, Error> {
        if token::tenant_of(token).as_ref() != Some(tenant) {
            return Ok(None);
        }
        let now = self.tenants.sources.now();
        let peppers = self.tenants.peppers.get(now).await.map_err(Error::NoPepper)?;
        let remembered = self.recall(tenant, now);
        if let Some(found) = &remembered
            && let Some(session) = session(&found.tenant, scope, token, &peppers, now)
        {
            return Ok(Some(session));
        }
        let rechecked_at = remembered.as_ref().and_then(|found| found.rechecked_at);
        let rechecked = rechecked_at.is_some_and(|at| now - at < RECHECK_EVERY);
        let record = match remembered {
            Some(found) if rechecked => found.tenant,
            found => match self.read(tenant, now, found.map(|_| now)).await? {
                Some(record) => record,
                None => return Ok(None),
            },
        };
        if let Some(session) = session(&record, scope, token, &peppers, now) {
            return Ok(Some(session));
        }
        let newer = self.tenants.peppers.get_newer(now).await.map_err(Error::NoPepper)?;
        Ok(newer.and_then(|peppers| session(&record, scope, token, &peppers, now)))
    }

    fn recall(&self, tenant: &TenantId, now: OffsetDateTime) -> Option<Remembered> {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let found = remembered.get(tenant)?;
        let fresh = now - found.read_at < Duration::seconds(SESSION_TTL_SECS);
        fresh.then(|| found.clone())
    }

    async fn read(
        &self,
        tenant: &TenantId,
        now: OffsetDateTime,
        rechecked_at: Option<OffsetDateTime>,
    ) -> Result<Option<Arc<Tenant>>, Error> {
        let record = match self.tenants.get(tenant).await {
            Ok(record) => Some(Arc::new(record)),
            Err(Error::NoTenant) => None,
            Err(other) => return Err(other),
        };
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= MOST_REMEMBERED {
            remembered.clear();
        }
        match &record {
            Some(record) => {
                let tenant_record = Arc::clone(record);
                let entry = Remembered { read_at: now, rechecked_at, tenant: tenant_record };
                remembered.insert(tenant.clone(), entry);
            }
            None => {
                remembered.remove(tenant);
            }
        }
        Ok(record)
    }
}

fn session(
    tenant: &Arc<Tenant>,
    scope: Scope,
    token: &str,
    peppers: &Peppers,
    now: OffsetDateTime,
) -> Option<Session> {
    let record = token::find_valid(tenant, scope, token, peppers, now)?;
    Some(Session { tenant: Arc::clone(tenant), label: record.label.clone() })
}
