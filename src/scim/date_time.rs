//! `dateTime` values (RFC 7643 §2.3.5): `xsd:dateTime` in and out, compared as instants.

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

const MILLISECONDS_UTC: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// Writes an instant as `2026-11-23T09:30:00.000Z`: UTC, milliseconds.
///
/// Years outside 0–9999 cannot come from a clock; they would be written as the Unix epoch.
pub fn format(instant: OffsetDateTime) -> String {
    instant
        .to_offset(time::UtcOffset::UTC)
        .format(MILLISECONDS_UTC)
        .unwrap_or_else(|_| "1970-01-01T00:00:00.000Z".to_owned())
}

/// Reads an `xsd:dateTime`; without an offset it is taken as UTC. `None` when it is not one.
pub fn parse(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::{format, parse};

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
