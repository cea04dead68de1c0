//! Destinations: the webhooks and chat channels that get a tenant's events, with their state.
//!
//! A destination has two records. The destination itself holds what the administrator chose, and the position holds how
//! far the deliveries are.

use super::event::EventRef;
use super::tenant::Stage;
use std::fmt;
use strum::{EnumString, IntoStaticStr};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The time for which a worker holds the lease of a destination. Each save renews the lease.
pub const LEASE: Duration = Duration::seconds(60);

/// The kind of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum DestinationKind {
    /// A receiver of signed HTTP requests, one for each event.
    Webhook,
    /// A channel in Slack.
    Slack,
    /// A channel in Microsoft Teams.
    Teams,
}

impl DestinationKind {
    /// Returns the kind's name, in items and in the administration.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A sealed secret: bytes that open only under the pepper, and only in their own item.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedBytes(pub Vec<u8>);

impl fmt::Debug for SealedBytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealedBytes")
    }
}

/// A signing secret of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningSecret {
    /// The stage of the secret.
    pub stage: Stage,
    /// The secret, sealed.
    pub sealed: SealedBytes,
    /// The time when the secret was made.
    pub created: OffsetDateTime,
    /// The time when the secret stops signing; `None` for a current secret.
    pub expires: Option<OffsetDateTime>,
}

/// The content of an event's `data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Payload {
    /// The changes, and the current record.
    #[default]
    Full,
    /// Ids and the names of attributes.
    Ids,
}

impl Payload {
    /// Returns the payload's name, in items and in the administration.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The length of the window that one message of a digest covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Every {
    /// 60 seconds.
    #[default]
    Minute,
    /// 15 minutes.
    Quarter,
    /// An hour.
    Hour,
    /// A day, which ends at the hour of the digest.
    Day,
}

impl Every {
    /// Returns the window's name, in items and in the administration.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The messages of a chat channel. One message covers all events of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    /// The length of the window.
    pub every: Every,
    /// The hour (UTC, 0 to 23) of the daily message.
    pub hour: u8,
    /// Whether a message names people. Otherwise it has counts only.
    pub names: bool,
}

/// The form of the deliveries, by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A webhook gets each event by itself.
    Webhook {
        /// The signing secrets: the current secret first, and the previous secret during an overlap.
        secrets: Vec<SigningSecret>,
        /// The content of an event's `data`.
        payload: Payload,
    },
    /// A channel in Slack gets messages.
    Slack(Digest),
    /// A channel in Microsoft Teams gets messages.
    Teams(Digest),
}

/// A destination, as the administrator chose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The destination's id.
    pub id: Uuid,
    /// The revision of the record. It grows by one with each change.
    pub revision: u64,
    /// The name, for people.
    pub name: String,
    /// The URL, sealed.
    pub sealed_url: SealedBytes,
    /// The host and the last 4 characters of the URL.
    pub hint: String,
    /// The form of the deliveries.
    pub form: Form,
    /// The types of events that the destination gets: exact types, or prefixes such as `employee.*`.
    pub types: Vec<String>,
    /// The attributes that an `employee.updated` must change, at least one of them; empty for any attributes.
    pub attributes: Vec<String>,
    /// Whether events are delivered.
    pub enabled: bool,
    /// The reason for which the service disabled the destination; `None` when an administrator paused it. The sentence
    /// contains no part of the URL.
    pub disabled_why: Option<String>,
}

impl Destination {
    /// Returns the kind.
    pub fn kind(&self) -> DestinationKind {
        match self.form {
            Form::Webhook { .. } => DestinationKind::Webhook,
            Form::Slack(_) => DestinationKind::Slack,
            Form::Teams(_) => DestinationKind::Teams,
        }
    }

    /// Returns the messages of a chat channel; a webhook has none.
    pub fn digest(&self) -> Option<Digest> {
        match self.form {
            Form::Webhook { .. } => None,
            Form::Slack(digest) | Form::Teams(digest) => Some(digest),
        }
    }

    /// Returns the payload of a webhook; a chat channel has none.
    pub fn payload(&self) -> Option<Payload> {
        match self.form {
            Form::Webhook { payload, .. } => Some(payload),
            Form::Slack(_) | Form::Teams(_) => None,
        }
    }

    /// Returns the signing secrets; a chat channel has none.
    pub fn secrets(&self) -> &[SigningSecret] {
        match &self.form {
            Form::Webhook { secrets, .. } => secrets,
            Form::Slack(_) | Form::Teams(_) => &[],
        }
    }
}

/// How far the deliveries of a destination are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The destination's id.
    pub id: Uuid,
    /// The revision of the record. It grows by one with each write.
    pub revision: u64,
    /// The number of the last event that is done: delivered, given up, unmatched, or waiting as a [`RetryItem`].
    pub position: u64,
    /// The number of runs in the delivery log, the overwritten ones included.
    pub run: u64,
    /// The end of the lease of the worker that delivers; `None` without a worker.
    pub lease: Option<OffsetDateTime>,
    /// The time since which all deliveries fail.
    pub failing_since: Option<OffsetDateTime>,
    /// Whether the tenant's history has an entry about this failure.
    pub failing_reported: bool,
    /// The number of failed tries since then.
    pub tries: u32,
    /// The time of the next try, after a failure.
    pub next_at: Option<OffsetDateTime>,
    /// The time of the destination's due work.
    pub due: Option<OffsetDateTime>,
    /// The time of the last successful delivery.
    pub last_ok: Option<OffsetDateTime>,
    /// The outcome of the last delivery in short, such as `503` or `timeout`. It has no text of the receiver.
    pub last_says: Option<String>,
}

impl Position {
    /// Makes the position of a new destination, after the event with this number.
    pub fn new(id: Uuid, position: u64) -> Self {
        Self {
            id,
            revision: 1,
            position,
            run: 0,
            lease: None,
            failing_since: None,
            failing_reported: false,
            tries: 0,
            next_at: None,
            due: None,
            last_ok: None,
            last_says: None,
        }
    }

    /// Whether a worker holds the lease.
    pub fn is_leased(&self, now: OffsetDateTime) -> bool {
        self.lease.is_some_and(|lease| lease > now)
    }

    /// Whether the destination has work that is due at this time.
    pub fn is_due(&self, now: OffsetDateTime) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// Returns the same position without the state of a failure, so that the next try is at once.
    #[must_use]
    pub fn without_failure(self) -> Self {
        Self { failing_since: None, failing_reported: false, tries: 0, next_at: None, ..self }
    }
}

/// An event that waits for another try, because its delivery failed or an earlier event of its subject waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryItem {
    /// The number of the event.
    pub number: u64,
    /// The event, as the feed has it.
    pub reference: EventRef,
    /// The number of failed tries.
    pub tries: u32,
    /// The time of the next try.
    pub next_at: OffsetDateTime,
    /// The outcome of the last try in short, such as `503` or `timeout`; `None` before the first try.
    pub status: Option<String>,
}
