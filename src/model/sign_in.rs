//! Sign-ins of administrators.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};
use time::OffsetDateTime;

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

/// A sign-in of an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInRecord {
    /// The time of the sign-in.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The label of the token or the link that opened the session.
    pub label: String,
    /// The family of the browser.
    pub browser: BrowserFamily,
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
