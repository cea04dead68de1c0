//! The state of the sync. Every page shows it.

use crate::directory::access::tokens::works;
use crate::model::provider::Provider;
use crate::model::sync::SyncRecord;
use crate::model::tenant::{Scope, Stage, Tenant, TokenRecord};
use crate::model::unauthorized::{UnauthorizedReason, UnauthorizedRequests};
use crate::store::sync::day_of;
use time::{Duration, OffsetDateTime};

/// The sync fails when no request succeeded for this time, and the last one failed.
const FAILING_AFTER: Duration = Duration::hours(1);
/// With fewer failed requests, the sync does not count as failing. The notes on successful requests are not complete.
const FEWEST_FAILURES: u64 = 3;
/// A failed request counts for this time.
const FAILURE_COUNTS_FOR: Duration = Duration::hours(24);
/// Entra ID is quiet after this time. It sends requests every 40 minutes.
const QUIET_AFTER: Duration = Duration::hours(2);

/// The state of the sync. The first variant that fits is the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncState {
    /// The tenant has no valid Secret Token.
    NotConnected,
    /// The newest request had no valid Secret Token. Without a token of the tenant, such a request counts only after an
    /// hour without others: anybody can send it.
    Unauthorized(UnauthorizedReason),
    /// No valid Secret Token was used.
    Waiting,
    /// Every request failed, for at least an hour.
    Failing {
        /// The time of the last successful request.
        last_success: Option<OffsetDateTime>,
    },
    /// A request failed in the last 24 hours.
    SomeRequestsFail {
        /// The time of the last failed request.
        last_failure: OffsetDateTime,
    },
    /// Entra ID sent no request for two hours.
    Quiet {
        /// The time of the last request.
        last_request: OffsetDateTime,
    },
    /// The sync works.
    Healthy,
}

/// How much a state needs attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Nothing to do.
    Good,
    /// Not started yet.
    Neutral,
    /// Look at it soon.
    Warning,
    /// The sync does not work.
    Bad,
}

/// The facts that decide the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncFacts<'a> {
    /// The present time.
    pub now: OffsetDateTime,
    /// The identity provider.
    pub provider: Option<Provider>,
    /// The newest valid Secret Token.
    pub token: Option<&'a TokenRecord>,
    /// Whether a valid Secret Token was used.
    pub is_used: bool,
    /// Whether the newest valid Secret Token was used.
    pub is_newest_used: bool,
    /// The time of the last request with a valid token.
    pub last_request: Option<OffsetDateTime>,
    /// The label of the token of that request, if Rollcall still knows the token.
    pub last_token: Option<&'a str>,
    /// The time of the last request that succeeded.
    pub last_success: Option<OffsetDateTime>,
    /// The time of the last request that failed.
    pub last_failure: Option<OffsetDateTime>,
    /// The number of failed requests of today and yesterday.
    pub recent_failures: u64,
    /// The requests without a valid token, by reason.
    pub unauthorized: &'a [UnauthorizedRequests],
}

impl<'a> SyncFacts<'a> {
    /// Collects the facts.
    pub fn of(tenant: &'a Tenant, record: &'a SyncRecord, now: OffsetDateTime) -> Self {
        let valid =
            tenant.tokens.iter().filter(|token| token.scope == Scope::Scim && works(token, now));
        let latest = record.latest.as_ref();
        let is_used = |token: &TokenRecord| record.is_used(token.short_name());
        let newest =
            valid.clone().max_by_key(|token| (token.stage == Stage::Current, token.created));
        let latest_success = latest.filter(|latest| latest.status < 400).map(|latest| latest.at);
        let last_request = record.last_request.max(latest.map(|latest| latest.at));
        Self {
            now,
            provider: tenant.settings.provider,
            token: newest,
            is_used: valid.clone().any(is_used),
            is_newest_used: newest.is_some_and(is_used),
            last_request,
            last_token: latest.and_then(|latest| tenant.label_of(&latest.token)),
            last_success: record.succeeded_at.max(latest_success),
            last_failure: record.failed_at,
            recent_failures: record.failed_since(&day_of(now - FAILURE_COUNTS_FOR)),
            unauthorized: &record.unauthorized,
        }
    }

    /// Decides the state.
    pub fn state(&self) -> SyncState {
        let is_within = |at: OffsetDateTime, time| self.now - at < time;
        let Some(token) = self.token else { return SyncState::NotConnected };
        let is_silent = !is_within(self.last_request.unwrap_or(token.created), FAILING_AFTER);
        let newest = self
            .unauthorized
            .iter()
            .filter(|requests| is_within(requests.last, FAILURE_COUNTS_FOR))
            .filter(|requests| self.last_request.is_none_or(|last| last < requests.last))
            .filter(|requests| requests.reason.names_own_token() || is_silent)
            .max_by_key(|requests| (requests.reason.names_own_token(), requests.last));
        if let Some(requests) = newest {
            return SyncState::Unauthorized(requests.reason.clone());
        }
        if !self.is_used {
            return SyncState::Waiting;
        }
        let last_failure = self.last_failure.filter(|at| is_within(*at, FAILURE_COUNTS_FOR));
        if let Some(last_failure) = last_failure {
            let since = self.last_success.unwrap_or(token.created);
            let is_failing = since < last_failure
                && !is_within(since, FAILING_AFTER)
                && self.recent_failures >= FEWEST_FAILURES;
            return match is_failing {
                true => SyncState::Failing { last_success: self.last_success },
                false => SyncState::SomeRequestsFail { last_failure },
            };
        }
        match self.last_request {
            Some(last_request)
                if self.provider == Some(Provider::Entra)
                    && !is_within(last_request, QUIET_AFTER) =>
            {
                SyncState::Quiet { last_request }
            }
            _ => SyncState::Healthy,
        }
    }
}

impl SyncState {
    /// How much the state needs attention.
    pub fn urgency(&self) -> Urgency {
        match self {
            Self::NotConnected | Self::Waiting => Urgency::Neutral,
            Self::Unauthorized(_) | Self::Failing { .. } => Urgency::Bad,
            Self::SomeRequestsFail { .. } | Self::Quiet { .. } => Urgency::Warning,
            Self::Healthy => Urgency::Good,
        }
    }
}

#[cfg(test)]
mod tests;
