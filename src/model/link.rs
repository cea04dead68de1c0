//! Links that open a session once: the set-up link for the administrator of an identity provider, and the sign-in link
//! of an operator.

use super::actor::{ActorKind, ActorRecord};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};
use time::{Duration, OffsetDateTime};

/// The pages that a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub enum LinkScope {
    /// A set-up link: the pages of Connect.
    Connect,
    /// A sign-in link of an operator: all pages.
    Admin,
}

/// The label of the sign-in link as an actor, in the history.
pub const OPEN_COMMAND: &str = "rollcall open";

impl LinkScope {
    /// The name in items and in the history.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The start of the link's text, by which secret scanners recognise it.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Connect => "rcl",
            Self::Admin => "rco",
        }
    }

    /// How long an unopened link works.
    pub fn works_for(self) -> Duration {
        match self {
            Self::Connect => Duration::days(7),
            Self::Admin => Duration::minutes(10),
        }
    }

    /// The actor of the changes by a session of the link.
    pub fn actor(self) -> ActorRecord {
        match self {
            Self::Connect => ActorRecord {
                kind: ActorKind::SetupLink,
                token_id: None,
                employee_id: None,
                epoch: None,
                label: None,
            },
            Self::Admin => ActorRecord::operator(OPEN_COMMAND),
        }
    }
}

/// A link. The record never contains the text of the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The HMAC of the link's text under the pepper, in base64url.
    pub id: String,
    /// The pages that the link opens.
    pub scope: LinkScope,
    /// The time when the link was made.
    pub created: OffsetDateTime,
    /// The end of the link. After the opening, it is also the end of the session.
    pub expires: OffsetDateTime,
    /// The actor that made the link.
    pub by: ActorRecord,
    /// The opening; `None` before it.
    pub opened: Option<Opening>,
    /// The short name of the Secret Token that was made through the link.
    pub token: Option<String>,
}

/// The opening of a link. A link opens once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The time of the opening.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The browser, such as `Firefox on Windows`.
    pub browser: String,
    /// A digest of the session that the opening started. No other session belongs to the link.
    pub session: String,
}

impl Link {
    /// Whether the link, and the session that it started, are valid.
    pub fn works(&self, now: OffsetDateTime) -> bool {
        self.expires > now
    }
}
