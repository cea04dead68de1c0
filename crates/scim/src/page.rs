//! Index paging (RFC 7644 §3.4.2.4).

use super::{Error, Limits};

/// The largest `startIndex`: 2^53 - 1. Larger JSON numbers are not exact in every client, and no list is that long.
const MAX_START_INDEX: i128 = 9_007_199_254_740_991;

/// The part of a list that a client requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The 1-based index of the first row.
    pub start_index: u64,
    /// The maximum number of rows, from 0 to [`Limits::page_resources`].
    pub count: usize,
}

impl Page {
    /// Reads the query parameters `startIndex` and `count` (RFC 7644 §3.4.2.4). Values out of range become the nearest
    /// limit. `startIndex` is at least 1, and `count` is from 0 to [`Limits::page_resources`].
    ///
    /// # Errors
    /// `invalidValue` when a parameter is not a whole number.
    pub fn read(
        start_index: Option<&str>,
        count: Option<&str>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let start_index = start_index.map(|text| whole_number("startIndex", text)).transpose()?;
        let count = count.map(|text| whole_number("count", text)).transpose()?;
        let default = i128::try_from(limits.default_page_resources).unwrap_or(i128::MAX);
        let max = i128::try_from(limits.page_resources).unwrap_or(i128::MAX);
        let start_index = start_index.unwrap_or(1).clamp(1, MAX_START_INDEX);
        Ok(Self {
            start_index: u64::try_from(start_index).unwrap_or(1),
            count: usize::try_from(count.unwrap_or(default).clamp(0, max))
                .unwrap_or(limits.page_resources),
        })
    }

    /// The number of rows before the page.
    pub fn offset(&self) -> u64 {
        self.start_index.saturating_sub(1)
    }
}

/// Reads a whole number of any length. A number beyond the range of `i128` becomes its nearest limit.
fn whole_number(name: &str, text: &str) -> Result<i128, Error> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::invalid_value(format!("{name} must be a whole number")));
    }
    let limit = if text.starts_with('-') { i128::MIN } else { i128::MAX };
    Ok(text.parse().unwrap_or(limit))
}

#[cfg(test)]
mod tests {
    use super::Page;
    use crate::Limits;

    #[test]
    fn paging_parameters_are_brought_into_range() {
        let check = |start_index, count, expected: (u64, usize)| {
            let page = Page::read(start_index, count, &Limits::default()).unwrap();
            assert_eq!((page.start_index, page.count), expected);
        };
        check(None, None, (1, 100));
        check(Some("0"), Some("0"), (1, 0));
        check(Some("-5"), Some("-1"), (1, 0));
        check(Some("101"), Some("100"), (101, 100));
        check(Some("1"), Some("5000"), (1, 200));
        check(Some("18446744073709551615"), None, (9_007_199_254_740_991, 100));
        check(Some(&"9".repeat(80)), Some(&"9".repeat(80)), (9_007_199_254_740_991, 200));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "x", "1.5", "-", "1 ", "0x10"] {
            assert!(Page::read(Some(text), None, &Limits::default()).is_err(), "{text}");
        }
    }
}
