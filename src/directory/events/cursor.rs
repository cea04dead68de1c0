//! Cursors: the epoch of a feed, and the number of an event in it.
//!
//! After a restore from a backup, numbers repeat with other events. A new epoch then makes old cursors invalid.

use crate::model::tenant::Tenant;
use std::fmt;

/// The start of the id of every event.
pub(super) const EVENT_ID_PREFIX: &str = "evt_";
/// The characters of an epoch: letters and digits without similar ones.
const EPOCH_CHARACTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// The length of an epoch.
const EPOCH_LENGTH: usize = 4;
/// The most digits of a number.
const MOST_DIGITS: usize = 12;

/// The position of a reader in a feed: it has read all events up to a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedCursor {
    /// The epoch of the feed.
    pub epoch: String,
    /// The number of the last event that was read; 0 before the first.
    pub number: u64,
}

impl FeedCursor {
    /// Reads a cursor such as `k7f2-412`; `None` for another text.
    pub fn parse(text: &str) -> Option<Self> {
        let (epoch, number) = text.split_once('-')?;
        let is_epoch = epoch.len() == EPOCH_LENGTH
            && epoch.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let is_number = (1..=MOST_DIGITS).contains(&number.len())
            && number.bytes().all(|digit| digit.is_ascii_digit());
        if !is_epoch || !is_number {
            return None;
        }
        Some(Self { epoch: epoch.to_owned(), number: number.parse().ok()? })
    }

    /// Reads the id of an event, such as `evt_acme_k7f2_412`: the id of its tenant, and its cursor. `None` for another
    /// text.
    pub fn parse_event_id(text: &str) -> Option<(&str, Self)> {
        let (rest, number) = text.strip_prefix(EVENT_ID_PREFIX)?.rsplit_once('_')?;
        let (tenant, epoch) = rest.rsplit_once('_')?;
        Some((tenant, Self::parse(&format!("{epoch}-{number}"))?))
    }

    /// The number, if the cursor belongs to the present feed of the tenant; `None` for a cursor of another epoch.
    pub fn number_in(&self, tenant: &Tenant) -> Option<u64> {
        (self.epoch == tenant.feed_epoch).then_some(self.number)
    }
}

impl fmt::Display for FeedCursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.epoch, self.number)
    }
}

/// Makes a random epoch.
///
/// # Errors
/// Fails when the operating system gives no random numbers.
pub(in crate::directory) fn new_epoch() -> Result<String, getrandom::Error> {
    let mut random = [0_u8; EPOCH_LENGTH];
    getrandom::fill(&mut random)?;
    // The mask keeps each index below 32.
    let characters = random.iter().filter_map(|byte| EPOCH_CHARACTERS.get(usize::from(byte & 31)));
    Ok(characters.map(|character| char::from(*character)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        let cursor = FeedCursor { epoch: "k7f2".to_owned(), number: 412 };
        assert_eq!(cursor.to_string(), "k7f2-412");
        assert_eq!(FeedCursor::parse("k7f2-412"), Some(cursor));
    }

    #[test]
    fn another_text_is_no_cursor() {
        let long = "k7f2-1234567890123";
        for text in
            ["", "k7f2", "k7f2-", "-1", "k7f2--1", "k7f2-+1", "k7f-1", "K7F2-1", "k7f2-1a", long]
        {
            assert_eq!(FeedCursor::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_epoch_has_four_characters() {
        for _ in 0..50 {
            let epoch = new_epoch().unwrap();
            assert!(FeedCursor::parse(&format!("{epoch}-1")).is_some(), "{epoch}");
        }
    }
}
