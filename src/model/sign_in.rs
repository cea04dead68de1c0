//! Sign-ins of administrators.

use super::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::fmt;
use strum::{Display, EnumString, IntoStaticStr};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long the log keeps a refusal.
pub const REFUSALS_KEPT_FOR: Duration = Duration::days(7);

/// The family of a browser. The record has no more of the User-Agent, because its details identify people.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Display, EnumString,
)]
pub enum BrowserFamily {
    /// Mozilla Firefox.
    Firefox,
    /// Microsoft Edge.
    Edge,
    /// Opera.
    Opera,
    /// Google Chrome, and other browsers that have its name in the User-Agent.
    Chrome,
    /// Apple Safari.
    Safari,
    /// Every other program.
    #[default]
    #[strum(to_string = "Another browser")]
    Other,
}

impl BrowserFamily {
    /// Reads the family from a User-Agent. Most browsers also name other families, so the order of the checks counts.
    pub fn of_user_agent(text: &str) -> Self {
        let families = [
            ("Edg", Self::Edge),
            ("OPR/", Self::Opera),
            ("Firefox/", Self::Firefox),
            ("FxiOS/", Self::Firefox),
            ("Chrome/", Self::Chrome),
            ("CriOS/", Self::Chrome),
            ("Safari/", Self::Safari),
        ];
        let found = families.into_iter().find(|(name, _)| text.contains(name));
        found.map(|(_, family)| family).unwrap_or_default()
    }
}

/// The way of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, EnumString)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum SignInMethod {
    /// Single sign-on.
    Sso,
    /// The admin token.
    Token,
    /// A sign-in link of the operator.
    Link,
    /// A test of single sign-on. It opens no session.
    Try,
}

/// The outcome of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInOutcome {
    /// A session was opened, or a test succeeded.
    SignedIn,
    /// The sign-in was refused.
    Refused(Refusal),
}

/// A line of the sign-in log: a sign-in of an administrator, a refusal, or a test of single sign-on.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInRecord {
    /// The time.
    pub at: OffsetDateTime,
    /// The way.
    pub how: SignInMethod,
    /// The outcome.
    pub outcome: SignInOutcome,
    /// The employee, if one is known.
    pub employee_id: Option<Uuid>,
    /// A claim that people can read, if no employee is known. A line with an employee is stored without it, so that an
    /// erasure leaves no name.
    pub shown: Option<String>,
    /// The label of the token or the link that opened the session; `None` for single sign-on.
    pub label: Option<String>,
    /// The family of the browser.
    pub browser: BrowserFamily,
    /// The reference that the refusal page shows; `None` for a success.
    pub reference: Option<String>,
}

impl SignInMethod {
    /// Its name in items and in the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl SignInOutcome {
    /// Its name in items and in the API: `signedIn`, or the name of the refusal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signedIn",
            Self::Refused(refusal) => refusal.as_str(),
        }
    }

    /// Reads a name; `None` for another text.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "signedIn" => Some(Self::SignedIn),
            other => Refusal::parse(other).map(Self::Refused),
        }
    }
}

impl SignInRecord {
    /// Whether the log no longer has the line at this time. Only refusals expire.
    pub fn is_expired(&self, now: OffsetDateTime) -> bool {
        self.outcome != SignInOutcome::SignedIn && self.at + REFUSALS_KEPT_FOR <= now
    }
}

impl fmt::Debug for SignInRecord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The claim names a person.
        let (how, outcome) = (self.how, self.outcome);
        let mut record = formatter.debug_struct("SignInRecord");
        record.field("at", &self.at).field("how", &how).field("outcome", &outcome);
        record.field("reference", &self.reference).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::BrowserFamily::{self, Chrome, Edge, Firefox, Opera, Other, Safari};

    #[test]
    fn a_user_agent_has_one_family() {
        let webkit = "Mozilla/5.0 (X) AppleWebKit/537.36 (KHTML, like Gecko)";
        for (text, family) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Firefox),
            (&*format!("{webkit} Chrome/140.0.0.0 Safari/537.36"), Chrome),
            (&*format!("{webkit} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"), Edge),
            (&*format!("{webkit} Chrome/140.0.0.0 Safari/537.36 OPR/120.0"), Opera),
            (&*format!("{webkit} Version/19.0 Safari/605.1.15"), Safari),
            ("curl/8.14.1", Other),
            ("", Other),
        ] {
            assert_eq!(BrowserFamily::of_user_agent(text), family, "{text}");
        }
        assert_eq!(Other.to_string(), "Another browser");
        assert_eq!(Edge.to_string(), "Edge");
    }
}
