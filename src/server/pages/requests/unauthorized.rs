//! The list of requests without a valid Secret Token.

use crate::directory::Provider;
use crate::model::cause_texts::grouped;
use crate::model::unauthorized::UnauthorizedRequests;
use crate::server::pages::frame::When;
use crate::server::pages::wrong_token::WrongTokenSentence;

/// A row of the list of unauthorized requests.
pub(super) struct UnauthorizedRow {
    pub(super) sentence: WrongTokenSentence,
    pub(super) times: String,
    pub(super) first: When,
    pub(super) last: When,
}

impl UnauthorizedRow {
    /// Makes a row.
    pub(super) fn of(requests: &UnauthorizedRequests, provider: Provider) -> Self {
        Self {
            sentence: WrongTokenSentence::of(&requests.reason, provider),
            times: format!("×{}", grouped(requests.count)),
            first: When::new(requests.first),
            last: When::new(requests.last),
        }
    }
}
