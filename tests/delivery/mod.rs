//! Delivery: verdicts, retries, windows, digests and messages.

mod channels;
mod crashes;
mod due_work;
mod numbers;
pub mod run;
mod webhooks;
mod verdict;
mod schedule;
mod window;
mod digest;
mod message_text;
mod messages;
mod properties;

use rollcall::delivery::digest::{Digest, DigestLine};
use rollcall::delivery::message::MessageContext;
use rollcall::directory::events::types::EventType;
use uuid::Uuid;

/// The tenant of the messages.
const ACME: MessageContext<'static> = MessageContext {
    tenant: "Acme",
    activity_url: "https://scim.example.com/tenants/acme/activity",
};

/// A line about subject number `subject`, without department and location.
fn line(kind: EventType, subject: u128, name: &str) -> DigestLine {
    DigestLine {
        kind,
        subject: Some(Uuid::from_u128(subject)),
        name: Some(name.to_owned()),
        department: None,
        location: None,
    }
}

/// A digest of lines.
fn digest(with_names: bool, lines: &[DigestLine]) -> Digest {
    let mut digest = Digest::new(with_names);
    lines.iter().for_each(|line| digest.add(line));
    digest
}
