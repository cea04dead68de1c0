//! Paging by cursor (RFC 9865), beside paging by index.
//!
//! This module encodes the content of a cursor. The caller seals the cursor and binds it to the owner of the list. So a
//! client can neither forge a cursor nor use it elsewhere.

use super::page::Page;
use super::search::SearchParams;
use super::{Error, Limits, ScimType};

/// The first byte of an encoded [`CursorState`]. A cursor with another first byte is invalid: another version of this
/// service issued it.
const FORMAT: u8 = 1;

/// The part of a list that a client requests, and the paging method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paging {
    /// By `startIndex`. This is also the method for a client that names none (RFC 9865 §2.4).
    Index(Page),
    /// By `cursor`.
    Cursor {
        /// A cursor from an earlier response; `None` for the first page.
        cursor: Option<String>,
        /// The maximum number of rows.
        count: usize,
    },
}

impl Paging {
    /// Reads `startIndex`, `count` and `cursor`. Both methods clamp the count in the same way (RFC 9865 §2). A count
    /// below 0 becomes 0. A count above the maximum becomes the maximum, because a response may always have fewer rows.
    ///
    /// # Errors
    /// - `invalidValue` for a `startIndex` that is not a whole number or comes together with a cursor.
    /// - For a count that is not a whole number: `invalidCount` with a cursor, `invalidValue` without.
    /// - `invalidCursor` for a cursor that is too long or has reserved characters (RFC 3986 §2.3).
    pub fn read(params: &SearchParams, limits: &Limits) -> Result<Self, Error> {
        let Some(cursor) = &params.cursor else { return params.page(limits).map(Paging::Index) };
        if params.start_index.is_some() {
            return Err(Error::invalid_value(
                "cursor and startIndex cannot be used together; send one of them",
            ));
        }
        let page = Page::read(None, params.count.as_deref(), limits)
            .map_err(|error| Error::new(ScimType::InvalidCount, error.detail))?;
        if cursor.len() > limits.cursor_bytes || !cursor.bytes().all(is_unreserved) {
            return Err(invalid_cursor());
        }
        let cursor = (!cursor.is_empty()).then(|| cursor.clone());
        Ok(Paging::Cursor { cursor, count: page.count })
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// The `invalidCursor` error (RFC 9865 §2.1). Callers also return it for a cursor with a broken seal.
pub fn invalid_cursor() -> Error {
    Error::new(
        ScimType::InvalidCursor,
        "This cursor was not issued by this list; start again with an empty cursor",
    )
}

/// The content of a cursor: the state between two pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorState {
    /// The position where the page begins.
    pub position: Position,
    /// The digest of the query: [`SearchParams::digest`].
    pub query: [u8; 16],
    /// The maximum number of rows of a page.
    pub count: u16,
    /// The time of issue, in seconds since 1970.
    pub issued_at_secs: u64,
}

/// The position where a page begins. Its form depends on how the list is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// After the row with this key or id, in a list that is read in its stored order.
    After(String),
    /// After this many rows, in a list that is built anew for each page.
    Offset(u64),
}

impl CursorState {
    /// Checks that the cursor continues the same query and is not too old (RFC 9865 §2 and §2.1). A cursor from the
    /// future counts as new, because clocks differ.
    ///
    /// # Errors
    /// - `expiredCursor` for a cursor that is older than `timeout_secs` seconds.
    /// - `invalidCursor` for another query.
    /// - `invalidCount` for another count.
    pub fn check(
        &self,
        query: [u8; 16],
        count: usize,
        now_secs: u64,
        timeout_secs: u64,
    ) -> Result<(), Error> {
        if now_secs.saturating_sub(self.issued_at_secs) > timeout_secs {
            return Err(Error::new(
                ScimType::ExpiredCursor,
                format!(
                    "This cursor expired after {timeout_secs} seconds; start again with an empty cursor"
                ),
            ));
        }
        if self.query != query {
            return Err(Error::new(
                ScimType::InvalidCursor,
                "This cursor belongs to another query; send the other parameters as for the first page",
            ));
        }
        if usize::from(self.count) != count {
            return Err(Error::new(
                ScimType::InvalidCount,
                format!(
                    "count must be {} on every page of this list, as on the first page",
                    self.count
                ),
            ));
        }
        Ok(())
    }

    /// Encodes the state as bytes. The caller turns them into characters for a URL.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        bytes.extend(self.issued_at_secs.to_be_bytes());
        bytes.extend(self.count.to_be_bytes());
        bytes.extend(self.query);
        match &self.position {
            Position::After(key) => {
                bytes.push(0);
                bytes.extend(key.as_bytes());
            }
            Position::Offset(rows) => {
                bytes.push(1);
                bytes.extend(rows.to_be_bytes());
            }
        }
        bytes
    }

    /// Decodes the bytes of [`CursorState::encode`]. Returns `None` for all other bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let ([FORMAT], bytes) = bytes.split_first_chunk()? else { return None };
        let (issued_at_secs, bytes) = bytes.split_first_chunk()?;
        let (count, bytes) = bytes.split_first_chunk()?;
        let (query, bytes) = bytes.split_first_chunk()?;
        let position = match bytes.split_first()? {
            (0, key) => Position::After(String::from_utf8(key.to_vec()).ok()?),
            (1, rows) => Position::Offset(u64::from_be_bytes(rows.try_into().ok()?)),
            _ => return None,
        };
        Some(Self {
            position,
            query: *query,
            count: u16::from_be_bytes(*count),
            issued_at_secs: u64::from_be_bytes(*issued_at_secs),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{CursorState, Paging, Position};
    use crate::search::SearchParams;
    use crate::{Limits, ScimType};
    use proptest::prelude::*;

    fn read(query: &[(&str, &str)]) -> Result<Paging, ScimType> {
        let pairs = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let params = SearchParams::from_query(pairs, &Limits::default()).unwrap();
        Paging::read(&params, &Limits::default()).map_err(|error| error.scim_type)
    }

    #[test]
    fn a_cursor_chooses_the_method_and_index_is_the_default() {
        let by_cursor = |cursor: Option<&str>, count| {
            Ok(Paging::Cursor { cursor: cursor.map(str::to_owned), count })
        };
        assert!(matches!(read(&[]), Ok(Paging::Index(_))));
        assert!(
            matches!(read(&[("startIndex", "5")]), Ok(Paging::Index(page)) if page.start_index == 5)
        );
        assert_eq!(read(&[("cursor", "")]), by_cursor(None, 100));
        assert_eq!(read(&[("cursor", "aZ0-._~"), ("count", "7")]), by_cursor(Some("aZ0-._~"), 7));
        assert_eq!(read(&[("cursor", ""), ("count", "-1")]), by_cursor(None, 0));
        assert_eq!(read(&[("cursor", ""), ("count", "1000")]), by_cursor(None, 200));
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        use ScimType::{InvalidCount, InvalidCursor, InvalidValue};
        assert_eq!(read(&[("cursor", ""), ("startIndex", "1")]), Err(InvalidValue));
        assert_eq!(read(&[("cursor", ""), ("count", "ten")]), Err(InvalidCount));
        assert_eq!(read(&[("count", "ten")]), Err(InvalidValue));
        assert_eq!(read(&[("cursor", "a b")]), Err(InvalidCursor));
        assert_eq!(read(&[("cursor", &"a".repeat(1_025))]), Err(InvalidCursor));
    }

    #[test]
    fn a_cursor_holds_for_its_query_and_its_time() {
        let position = Position::Offset(10);
        let state = CursorState { position, query: [7; 16], count: 10, issued_at_secs: 1_000 };
        let check = |query, count, now_secs| {
            state.check(query, count, now_secs, 60).map_err(|error| error.scim_type)
        };
        assert_eq!(check([7; 16], 10, 1_060), Ok(()));
        assert_eq!(check([7; 16], 10, 990), Ok(()));
        assert_eq!(check([7; 16], 10, 1_061), Err(ScimType::ExpiredCursor));
        assert_eq!(check([8; 16], 10, 1_000), Err(ScimType::InvalidCursor));
        assert_eq!(check([7; 16], 11, 1_000), Err(ScimType::InvalidCount));
    }

    fn state() -> impl Strategy<Value = CursorState> {
        let position = prop_oneof![
            any::<String>().prop_map(Position::After),
            any::<u64>().prop_map(Position::Offset),
        ];
        (position, any::<[u8; 16]>(), any::<u16>(), any::<u64>()).prop_map(
            |(position, query, count, issued_at_secs)| CursorState {
                position,
                query,
                count,
                issued_at_secs,
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read_again(state in state()) {
            prop_assert_eq!(CursorState::decode(&state.encode()), Some(state));
        }

        #[test]
        fn what_is_read_is_written_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Some(state) = CursorState::decode(&bytes) {
                prop_assert_eq!(state.encode(), bytes);
            }
        }
    }
}
