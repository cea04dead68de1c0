//! Cursors of lists of people: a position in the index, the direction, and the number of a row.
//!
//! A cursor is opaque to clients and holds no secret. An invented cursor only leads to other pages of a list that the
//! client may see anyway.

use crate::directory::error::Error;
use crate::store::keys::Standing;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The most bytes of a sort key.
const MOST_POSITION_BYTES: usize = 1_024;
/// The highest number in a cursor.
const MOST_NUMBER: u64 = 1 << 40;

/// A position between two rows of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Whether the page comes before the position.
    pub(super) is_backwards: bool,
    /// The part of the list.
    pub(super) standing: Standing,
    /// The position in the index.
    pub(super) position: String,
    /// The number of the row at the position. Of a page before the position, it is the first row after the page.
    pub(super) ordinal: u64,
    /// The number of employees that the search compared before.
    pub(super) compared: u64,
}

impl Cursor {
    /// Writes the cursor for clients.
    pub(super) fn encode(&self) -> String {
        let direction = if self.is_backwards { 'p' } else { 'n' };
        let standing = match self.standing {
            Standing::Active => 'a',
            Standing::Archived => 'r',
        };
        let Self { ordinal, compared, position, .. } = self;
        URL_SAFE_NO_PAD.encode(format!("{direction}{standing}{ordinal}.{compared}.{position}"))
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// Fails with [`Error::BadCursor`].
    pub(super) fn decode(text: &str) -> Result<Self, Error> {
        read(text).ok_or(Error::BadCursor)
    }
}

fn read(text: &str) -> Option<Cursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let (direction, rest) = text.split_at_checked(1)?;
    let (standing, rest) = rest.split_at_checked(1)?;
    let (ordinal, rest) = rest.split_once('.')?;
    let (compared, position) = rest.split_once('.')?;
    let number = |text: &str| text.parse().ok().filter(|number| *number <= MOST_NUMBER);
    let is_key = (1..=MOST_POSITION_BYTES).contains(&position.len());
    is_key.then_some(())?;
    Some(Cursor {
        is_backwards: match direction {
            "n" => false,
            "p" => true,
            _ => return None,
        },
        standing: match standing {
            "a" => Standing::Active,
            "r" => Standing::Archived,
            _ => return None,
        },
        position: position.to_owned(),
        ordinal: number(ordinal)?,
        compared: number(compared)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        for (is_backwards, standing) in [(true, Standing::Active), (false, Standing::Archived)] {
            let position = "lovelace#ada.b#id".to_owned();
            let cursor = Cursor { is_backwards, standing, position, ordinal: 51, compared: 40_000 };
            assert_eq!(Cursor::decode(&cursor.encode()).unwrap(), cursor);
        }
    }

    #[test]
    fn no_other_text_is_a_cursor() {
        let long = format!("na1.0.{}", "x".repeat(1_025));
        for text in [
            "",
            "n",
            "xa1.0.k",
            "nx1.0.k",
            "na1.k",
            "na1.0.",
            "na-1.0.k",
            "na1.2199023255552.k",
            &long,
        ] {
            let cursor = URL_SAFE_NO_PAD.encode(text);
            assert!(matches!(Cursor::decode(&cursor), Err(Error::BadCursor)), "{text}");
        }
        assert!(matches!(Cursor::decode("v%"), Err(Error::BadCursor)));
    }
}
