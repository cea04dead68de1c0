//! The verdict on an answer of a receiver: its effect on the event and the destination.

use crate::model::destination::DestinationKind;

/// The end of one call to a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply<'a> {
    /// The receiver answered.
    Status {
        /// The HTTP status.
        code: u16,
        /// The start of the answer's body.
        body: &'a [u8],
    },
    /// The receiver did not answer: its address, DNS, connection, TLS or deadline failed.
    None,
}

/// The meaning of a [`Reply`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The receiver accepted the event.
    Accepted,
    /// The receiver refuses this event. Other events may succeed.
    EventFault,
    /// The receiver cannot accept any event at present.
    EndpointFault,
    /// The receiver does not exist any more. The destination is disabled.
    Gone,
}

/// Judges the end of one call.
pub fn judge(kind: DestinationKind, reply: Reply<'_>) -> Verdict {
    let Reply::Status { code, body } = reply else { return Verdict::EndpointFault };
    match code {
        200..=299 => Verdict::Accepted,
        410 => Verdict::Gone,
        403 if kind == DestinationKind::Slack => Verdict::Gone,
        // Slack also answers 404 for a channel that an administrator can bring back.
        404 if kind == DestinationKind::Slack && body.trim_ascii() == b"no_service" => {
            Verdict::Gone
        }
        401 | 403 | 404 | 405 | 408 | 425 | 429 => Verdict::EndpointFault,
        400..=499 => Verdict::EventFault,
        _ => Verdict::EndpointFault,
    }
}
