//! The card with the state of the sync.

use crate::directory::Provider;
use crate::directory::tenants::sync_state::{SyncFacts, SyncState};
use crate::server::pages::frame::{StateBadge, When};
use crate::server::pages::state_words::reason;
use crate::server::pages::words::{capitalised, day};

/// The card.
pub(super) struct StateCard {
    pub(super) badge: StateBadge,
    /// The name of the identity provider at the start of a sentence.
    pub(super) idp: String,
    pub(super) last_request: Option<When>,
    /// The newest valid Secret Token; empty without one.
    pub(super) token: String,
    /// The reason for the state; empty for a healthy sync.
    pub(super) reason: String,
    pub(super) action: Action,
}

/// The next step.
pub(super) struct Action {
    pub(super) label: &'static str,
    /// The path below the root.
    pub(super) path: &'static str,
}

impl StateCard {
    pub(super) fn of(facts: &SyncFacts<'_>, provider: Provider) -> Self {
        let state = facts.state();
        let token = facts.token.map(|token| match token.expires {
            Some(expires) => format!("token “{}” until {}", token.label, day(expires)),
            None => format!("token “{}”, no expiry", token.label),
        });
        Self {
            badge: StateBadge::of(&state),
            idp: capitalised(provider.label()),
            last_request: facts.last_request.map(When::new),
            token: token.unwrap_or_default(),
            action: Action::of(&state),
            reason: reason(&state, provider),
        }
    }
}

impl Action {
    /// Returns the next step in a state.
    pub(super) fn of(state: &SyncState) -> Self {
        let (label, path) = match state {
            SyncState::NotConnected | SyncState::Waiting => ("Connect", "connect"),
            SyncState::Unauthorized(_) => ("Show tokens", "access"),
            SyncState::Failing { .. } | SyncState::SomeRequestsFail { .. } => {
                ("Show failed requests", "requests?show=failed")
            }
            SyncState::Quiet { .. } | SyncState::Healthy => ("Open Connect", "connect"),
        };
        Self { label, path }
    }
}
