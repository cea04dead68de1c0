//! `dateTime` values (RFC 7643 §2.3.5): read and written as `xsd:dateTime`, compared as instants.

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// Writes an instant as `2026-11-23T09:30:00.000Z`: UTC, milliseconds.
///
/// A clock yields only years from 0 to 9999. An instant in another year is written as the Unix epoch.
pub fn format(instant: OffsetDateTime) -> String {
    let utc = instant.to_offset(UtcOffset::UTC);
    let Ok(year @ 0..=9999) = u16::try_from(utc.year()) else {
        return "1970-01-01T00:00:00.000Z".to_owned();
    };
    let mut text = String::with_capacity(24);
    for (number, digits, after) in [
        (year, 4, '-'),
        (u8::from(utc.month()).into(), 2, '-'),
        (utc.day().into(), 2, 'T'),
        (utc.hour().into(), 2, ':'),
        (utc.minute().into(), 2, ':'),
        (utc.second().into(), 2, '.'),
        (utc.millisecond(), 3, 'Z'),
    ] {
        for place in (0..digits).rev() {
            let digit = number / 10_u16.pow(place) % 10;
            text.extend(char::from_digit(digit.into(), 10));
        }
        text.push(after);
    }
    text
}

/// Reads an `xsd:dateTime`. A text without an offset is in UTC. Returns `None` for other texts.
pub fn parse(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339))
        .ok()
}

/// Adds the time midnight UTC to a date without a time. Returns every other text unchanged.
pub fn with_time(text: &str) -> String {
    let midnight = format!("{text}T00:00:00Z");
    if text.len() == "2026-11-23".len() && is_date_time(&midnight) {
        midnight
    } else {
        text.to_owned()
    }
}

/// Whether a text from a client is an `xsd:dateTime` with a year of four digits. The hour 24 is not allowed.
///
/// [`parse`] reads stored values and accepts more: any character between date and time, a lower-case z, a second 60,
/// the year 0, and offsets beyond 14 hours.
pub fn is_date_time(text: &str) -> bool {
    const MOST_OFFSET_MINUTES: i16 = 14 * 60;
    let has_separator = text.as_bytes().get(10) == Some(&b'T');
    let is_leap_second = text.get(17..19) == Some("60");
    has_separator
        && !is_leap_second
        && !text.ends_with('z')
        && parse(text).is_some_and(|instant| {
            instant.offset().whole_minutes().abs() <= MOST_OFFSET_MINUTES
                && !text.starts_with("0000")
        })
}

#[cfg(test)]
mod tests {
    use super::{format, is_date_time, parse, with_time};

    #[test]
    fn what_comes_in_has_a_date_a_capital_t_and_a_time() {
        for text in [
            "2020-01-01T00:00:00Z",
            "2020-01-01T00:00:00",
            "2020-02-29T23:59:59.123456+14:00",
            "0001-01-01T00:00:00-05:00",
        ] {
            assert!(is_date_time(text), "{text}");
        }
        for text in [
            "",
            "2020-01-01",
            "00:00:00Z",
            "2020-01-01 00:00:00Z",
            "2020-01-01t00:00:00Z",
            "2020-01-01x00:00:00Z",
            "2020-01-01é00:00:00Z",
            "2020-01-01T00:00:00z",
            "2016-12-31T23:59:60Z",
            "2021-02-29T00:00:00Z",
            "2020-01-01T00:00Z",
            "2020-01-01T00:00:00+14:01",
            "2020-01-01T00:00:00-23:00",
            "0000-01-01T00:00:00Z",
        ] {
            assert!(!is_date_time(text), "{text}");
        }
    }

    #[test]
    fn a_date_alone_is_midnight() {
        assert_eq!(with_time("2020-02-29"), "2020-02-29T00:00:00Z");
        for text in ["2021-02-29", "2020-1-1", "20200101", "", "2020-01-01T00:00:00Z", "2020-01-é"]
        {
            assert_eq!(with_time(text), text);
        }
    }

    #[test]
    fn offsets_do_not_matter_to_the_instant() {
        assert_eq!(parse("2020-01-01T01:00:00+01:00"), parse("2020-01-01T00:00:00Z"));
        assert_eq!(parse("2020-01-01T00:00:00"), parse("2020-01-01T00:00:00Z"));
        assert_eq!(parse("yesterday"), None);
    }

    #[test]
    fn written_in_utc_with_milliseconds() {
        let instant = parse("2020-01-01T01:00:00.25+01:00").unwrap();
        assert_eq!(format(instant), "2020-01-01T00:00:00.250Z");
    }
}
