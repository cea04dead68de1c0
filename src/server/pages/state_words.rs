//! The state of the sync, in one word and one sentence.

use super::words::{capitalised, day, day_and_time};
use crate::directory::tenants::sync_state::SyncState;
use crate::model::unauthorized::UnauthorizedReason;

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

/// Returns the reason for a state, as a sentence; empty for a healthy sync. `idp` is the name of the identity provider
/// within a sentence.
pub(super) fn reason(state: &SyncState, idp: &str) -> String {
    let title = capitalised(idp);
    match state {
        SyncState::NotConnected => {
            format!("No active Secret Token. {title} cannot connect until you create one.")
        }
        SyncState::Waiting => format!("Waiting for the first request from {idp}."),
        SyncState::Unauthorized(reason) => format!("{title} {}.", wrong_token(reason)),
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

/// Returns the use of a wrong token, as the rest of a sentence about the identity provider.
fn wrong_token(reason: &UnauthorizedReason) -> String {
    match reason {
        UnauthorizedReason::TokenRevoked { label, at } => {
            format!("uses the token “{label}”, which was revoked on {}", day(*at))
        }
        UnauthorizedReason::TokenReplaced { label, at } => {
            format!("uses the token “{label}”, which was replaced on {}", day(*at))
        }
        UnauthorizedReason::TokenExpired { label, at } => {
            format!("uses the token “{label}”, which expired on {}", day(*at))
        }
        UnauthorizedReason::AdminToken => "uses an Admin token. It needs a Secret Token".to_owned(),
        UnauthorizedReason::ReadToken => "uses a Read token. It needs a Secret Token".to_owned(),
        UnauthorizedReason::OtherTenant => "uses a token of another tenant".to_owned(),
        UnauthorizedReason::UnknownToken => {
            "uses a token that Rollcall does not know. Check that the token is whole".to_owned()
        }
        UnauthorizedReason::NoBearerToken => "sends requests without a Bearer token".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn every_state_has_a_word_and_a_reason() {
        let at = datetime!(2026-11-29 11:05 UTC);
        let revoked = UnauthorizedReason::TokenRevoked { label: "Okta 2026".to_owned(), at };
        for (state, shown, text) in [
            (
                SyncState::NotConnected,
                "Not connected",
                "No active Secret Token. Your IdP cannot connect until you create one.",
            ),
            (SyncState::Waiting, "Waiting", "Waiting for the first request from your IdP."),
            (
                SyncState::Unauthorized(revoked),
                "Failing",
                "Your IdP uses the token “Okta 2026”, which was revoked on 29 Nov.",
            ),
            (
                SyncState::Failing { last_success: None },
                "Failing",
                "Every request from your IdP failed so far.",
            ),
            (
                SyncState::Failing { last_success: Some(at) },
                "Failing",
                "Every request from your IdP has failed since 29 Nov, 11:05 UTC.",
            ),
            (
                SyncState::SomeRequestsFail { last_failure: at },
                "Some requests fail",
                "A request from your IdP failed on 29 Nov, 11:05 UTC.",
            ),
            (
                SyncState::Quiet { last_request: at },
                "Quiet",
                "Your IdP usually sends a request every 40 minutes. The last one came on 29 Nov, 11:05 UTC.",
            ),
            (SyncState::Healthy, "Healthy", ""),
        ] {
            assert_eq!((word(&state), &*reason(&state, "your IdP")), (shown, text));
        }
    }
}
