//! Notices that an administrator dismissed for a time.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::{Duration, OffsetDateTime};

/// How long a notice stays dismissed.
pub const DISMISSED_FOR: Duration = Duration::days(30);
/// The most notices that stay dismissed at the same time.
pub const MOST_DISMISSED: usize = 100;

/// The dismissed notices, by their names, each with the end of its time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dismissals(BTreeMap<String, Until>);

/// A time in RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
struct Until(#[serde(with = "time::serde::rfc3339")] OffsetDateTime);

impl Dismissals {
    /// Whether a notice is dismissed now.
    pub fn has(&self, name: &str, now: OffsetDateTime) -> bool {
        self.until(name, now).is_some()
    }

    /// The end of the time for which a notice is dismissed; `None` when it is not dismissed now.
    pub fn until(&self, name: &str, now: OffsetDateTime) -> Option<OffsetDateTime> {
        self.0.get(name).map(|until| until.0).filter(|until| *until > now)
    }

    /// The dismissed notices with the ends of their times, by name.
    pub fn iter(&self, now: OffsetDateTime) -> impl Iterator<Item = (&str, OffsetDateTime)> {
        let all = self.0.iter().map(|(name, until)| (name.as_str(), until.0));
        all.filter(move |(_, until)| *until > now)
    }

    /// Whether no notice is dismissed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Dismisses a notice for 30 days, or shows it again. Removes the notices whose time is over. Beyond the limit of
    /// 100 notices, the earliest dismissal ends.
    pub fn set(&mut self, name: &str, is_dismissed: bool, now: OffsetDateTime) {
        self.0.retain(|_, until| until.0 > now);
        if is_dismissed {
            self.0.insert(name.to_owned(), Until(now + DISMISSED_FOR));
        } else {
            self.0.remove(name);
        }
        while self.0.len() > MOST_DISMISSED {
            let earliest = self.0.iter().min_by_key(|(_, until)| **until);
            let Some(earliest) = earliest.map(|(name, _)| name.clone()) else { return };
            self.0.remove(&earliest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOON: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);

    #[test]
    fn a_dismissal_lasts_30_days() {
        let mut dismissals = Dismissals::default();
        assert!(!dismissals.has("link-open", NOON));
        dismissals.set("link-open", true, NOON);
        assert_eq!(dismissals.until("link-open", NOON), Some(NOON + Duration::days(30)));
        assert!(dismissals.has("link-open", NOON + Duration::days(30) - Duration::SECOND));
        assert!(!dismissals.has("link-open", NOON + Duration::days(30)));
        assert!(!dismissals.has("link", NOON));
        dismissals.set("link-open", false, NOON);
        assert_eq!(dismissals, Dismissals::default());
    }

    #[test]
    fn dismissals_are_few() {
        let mut dismissals = Dismissals::default();
        for n in 0..MOST_DISMISSED + 5 {
            let at = NOON + Duration::seconds(i64::try_from(n).unwrap());
            dismissals.set(&format!("{n:03}"), true, at);
        }
        let left: Vec<&str> = dismissals.iter(NOON).map(|(name, _)| name).collect();
        assert_eq!((left.len(), left[0]), (MOST_DISMISSED, "005"));
        dismissals.set("late", true, NOON + Duration::days(31));
        assert_eq!(dismissals.iter(NOON).count(), 1, "the others are over");
        let text = serde_json::to_string(&dismissals).unwrap();
        assert_eq!(text, r#"{"late":"2027-01-29T12:00:00Z"}"#);
        assert_eq!(serde_json::from_str::<Dismissals>(&text).unwrap(), dismissals);
    }
}
