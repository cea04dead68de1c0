//! The state of the sync, in one word and one sentence.

use super::words::{capitalised, day_and_time};
use super::wrong_token::WrongTokenSentence;
use crate::directory::Provider;
use crate::directory::tenants::sync_state::SyncState;

/// Returns the state in one to three words.
pub(super) fn word(state: &SyncState) -> &'static str {
    match state {
        SyncState::NotConnected => "Not connected",
        SyncState::Waiting => "Waiting",
        SyncState::Unauthorized(_) | SyncState::Failing { .. } => "Failing",
        SyncState::SomeRequestsFail { .. } => "Some requests fail",
        SyncState::Quiet { .. } => "Quiet",
        SyncState::Healthy => "Healthy",
    }
}

/// Returns the reason for a state, as a sentence; empty for a healthy sync.
pub(super) fn reason(state: &SyncState, provider: Provider) -> String {
    let idp = provider.label();
    let title = capitalised(idp);
    match state {
        SyncState::NotConnected => {
            format!("No active Secret Token. {title} cannot connect until you create one.")
        }
        SyncState::Waiting => format!("Waiting for the first request from {idp}."),
        SyncState::Unauthorized(reason) => WrongTokenSentence::of(reason, provider).text(),
        SyncState::Failing { last_success: None } => {
            format!("Every request from {idp} failed so far.")
        }
        SyncState::Failing { last_success: Some(at) } => {
            format!("Every request from {idp} has failed since {}.", day_and_time(*at))
        }
        SyncState::SomeRequestsFail { last_failure } => {
            format!("A request from {idp} failed on {}.", day_and_time(*last_failure))
        }
        SyncState::Quiet { last_request } => format!(
            "{title} usually sends a request every 40 minutes. The last one came on {}.",
            day_and_time(*last_request)
        ),
        SyncState::Healthy => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::unauthorized::UnauthorizedReason;
    use time::macros::datetime;

    #[test]
    fn every_state_has_a_word_and_a_reason() {
        let at = datetime!(2026-11-29 11:05 UTC);
        let revoked = UnauthorizedReason::TokenRevoked { label: "Okta 2026".to_owned(), at };
        for (state, shown, text) in [
            (
                SyncState::NotConnected,
                "Not connected",
                "No active Secret Token. Okta cannot connect until you create one.",
            ),
            (SyncState::Waiting, "Waiting", "Waiting for the first request from Okta."),
            (
                SyncState::Unauthorized(revoked),
                "Failing",
                "A request came with the token “Okta 2026”, which was revoked on 29 Nov, 11:05 UTC. Paste the active token into OAuth Bearer Token in Okta.",
            ),
            (
                SyncState::Failing { last_success: None },
                "Failing",
                "Every request from Okta failed so far.",
            ),
            (
                SyncState::Failing { last_success: Some(at) },
                "Failing",
                "Every request from Okta has failed since 29 Nov, 11:05 UTC.",
            ),
            (
                SyncState::SomeRequestsFail { last_failure: at },
                "Some requests fail",
                "A request from Okta failed on 29 Nov, 11:05 UTC.",
            ),
            (
                SyncState::Quiet { last_request: at },
                "Quiet",
                "Okta usually sends a request every 40 minutes. The last one came on 29 Nov, 11:05 UTC.",
            ),
            (SyncState::Healthy, "Healthy", ""),
        ] {
            assert_eq!((word(&state), &*reason(&state, Provider::Okta)), (shown, text));
        }
    }
}
