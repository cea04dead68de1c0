//! The delivery log on the page of a destination.

use crate::directory::destinations::LoggedDelivery;
use crate::directory::lists::admin_list::ListPage;
use crate::server::pages::frame::{When, encoded};

/// The number of deliveries on a page.
pub(super) const DELIVERIES: usize = 20;

/// A page of the log.
pub(super) struct DeliveryLog {
    pub(super) rows: Vec<DeliveryRow>,
    /// The path of the page with older deliveries.
    pub(super) older: Option<String>,
    /// The path of the page with the newest deliveries, unless this page has them.
    pub(super) newest: Option<String>,
}

/// A delivery.
pub(super) struct DeliveryRow {
    pub(super) at: When,
    pub(super) event: String,
    pub(super) event_type: String,
    pub(super) attempt: u32,
    pub(super) is_success: bool,
    /// The status, or the kind of failure.
    pub(super) result: String,
    /// The meaning of a failure without an answer.
    pub(super) meaning: Option<&'static str>,
    pub(super) milliseconds: u64,
    pub(super) says: Option<String>,
    pub(super) next_try: Option<When>,
}

impl DeliveryLog {
    /// Builds the log. `here` is the path of the page.
    pub(super) fn new(page: ListPage<LoggedDelivery>, here: &str, is_newest: bool) -> Self {
        let older = page.next.map(|next| format!("{here}?cursor={}#deliveries", encoded(&next)));
        Self {
            rows: page.rows.into_iter().map(DeliveryRow::from).collect(),
            older,
            newest: (!is_newest).then(|| format!("{here}#deliveries")),
        }
    }
}

impl From<LoggedDelivery> for DeliveryRow {
    fn from(LoggedDelivery { event, delivery }: LoggedDelivery) -> Self {
        let failure = delivery.failure.as_deref();
        Self {
            at: When::new(delivery.at),
            event,
            event_type: delivery.event_type,
            attempt: delivery.attempt,
            is_success: is_success(delivery.status),
            meaning: failure.and_then(meaning),
            result: match delivery.status {
                Some(status) => status.to_string(),
                None => failure.unwrap_or("failed").to_owned(),
            },
            milliseconds: delivery.milliseconds,
            says: delivery.says,
            next_try: delivery.next_try.map(When::new),
        }
    }
}

/// Whether a status means that the receiver has the event.
pub(super) fn is_success(status: Option<u16>) -> bool {
    status.is_some_and(|status| (200..300).contains(&status))
}

/// Explains a kind of failure.
pub(super) fn meaning(failure: &str) -> Option<&'static str> {
    Some(match failure {
        "address" => "the host name leads to an address that Rollcall does not call",
        "dns" => "the host name was not found",
        "connect" => "the host accepted no connection",
        "tls" => "the encrypted connection failed",
        "timeout" => "no answer came in time",
        "tooLarge" => "the answer was too long",
        "broken" => "the connection broke",
        _ => return None,
    })
}
