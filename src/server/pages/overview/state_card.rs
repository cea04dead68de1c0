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
    /// The newest token, while the identity provider still uses an earlier one.
    pub(super) unused: Option<UnusedToken>,
    pub(super) actions: Vec<Action>,
}

/// A new token that was not used yet. Requests came with an earlier one.
pub(super) struct UnusedToken {
    pub(super) label: String,
    pub(super) last_request: When,
    /// The label of the earlier token, if Rollcall still knows the token.
    pub(super) last_token: Option<String>,
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
        let unused = match &state {
            // Its sentence names the token of the last request.
            SyncState::Unauthorized(_) => None,
            _ => UnusedToken::of(facts),
        };
        let reason = match &state {
            SyncState::Waiting if unused.is_some() => String::new(),
            state => reason(state, provider),
        };
        let token = facts.token.map(|token| match token.expires {
            Some(expires) => format!("token “{}” until {}", token.label, day(expires)),
            None => format!("token “{}”, no expiry", token.label),
        });
        Self {
            badge: StateBadge::of(&state),
            idp: capitalised(provider.label()),
            last_request: facts.last_request.map(When::new),
            token: token.unwrap_or_default(),
            actions: Action::of(&state),
            reason,
            unused,
        }
    }
}

impl UnusedToken {
    fn of(facts: &SyncFacts<'_>) -> Option<Self> {
        let token = facts.token.filter(|_| !facts.is_newest_used)?;
        Some(Self {
            label: token.label.clone(),
            last_request: When::new(facts.last_request?),
            last_token: facts.last_token.map(str::to_owned),
        })
    }
}

impl Action {
    /// Returns the next steps in a state.
    pub(super) fn of(state: &SyncState) -> Vec<Self> {
        let steps: &[(&str, &str)] = match state {
            SyncState::NotConnected | SyncState::Waiting => &[("Connect", "connect")],
            SyncState::Unauthorized(_) => &[
                ("Show tokens", "access"),
                ("Show unauthorized requests", "requests?show=unauthorized"),
            ],
            SyncState::Failing { .. } | SyncState::SomeRequestsFail { .. } => {
                &[("Show failed requests", "requests?show=failed")]
            }
            SyncState::Quiet { .. } | SyncState::Healthy => &[("Open Connect", "connect")],
        };
        steps.iter().map(|&(label, path)| Self { label, path }).collect()
    }
}
