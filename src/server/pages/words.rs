//! Words that several pages share: numbers, lists, days and times in sentences.

pub(super) use crate::model::cause_texts::grouped;

use crate::directory::lists::admin_list::MOST_SEARCH_CHARS;
use crate::server::error::ApiError;
use crate::server::query::Pairs;
use scim::schema::custom::CustomType;
use std::borrow::Borrow;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime, UtcOffset};

/// The form of a day in items and in the forms of browsers.
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// Returns a text with a capital letter at its start, because *your identity provider* can begin a sentence.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Joins texts as people do: *a, b and c*.
pub(super) fn joined<T: Borrow<str>>(texts: &[T]) -> String {
    match texts {
        [] => String::new(),
        [one] => one.borrow().to_owned(),
        [others @ .., last] => format!("{} and {}", others.join(", "), last.borrow()),
    }
}

/// Cuts a text after a number of characters, and marks the cut.
pub(super) fn shortened(text: String, most_chars: usize) -> String {
    match text.char_indices().nth(most_chars) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Writes a day in a sentence: `28 Nov`.
pub(super) fn day(at: OffsetDateTime) -> String {
    format!("{} {}", at.to_offset(UtcOffset::UTC).day(), month(at))
}

/// Writes a month with its year: `Nov 2026`.
pub(super) fn month_and_year(at: OffsetDateTime) -> String {
    format!("{} {}", month(at), at.to_offset(UtcOffset::UTC).year())
}

/// Writes a day with its year: `28 Nov 2026`.
pub(super) fn day_and_year(at: OffsetDateTime) -> String {
    format!("{} {}", at.to_offset(UtcOffset::UTC).day(), month_and_year(at))
}

fn month(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).month().to_string().chars().take(3).collect()
}

/// Writes a day as browsers and items do: `2026-11-28`.
pub(super) fn day_text(day: Date) -> String {
    day.format(DAY).unwrap_or_default()
}

/// Reads a day that [`day_text`] wrote.
pub(super) fn read_day(text: &str) -> Option<Date> {
    // The format also accepts a sign and more digits.
    Date::parse(text, DAY).ok().filter(|day| day_text(*day) == text)
}

/// Writes a time in a sentence: `28 Nov, 12:05 UTC`.
pub(super) fn day_and_time(at: OffsetDateTime) -> String {
    let utc = at.to_offset(UtcOffset::UTC);
    format!("{}, {:02}:{:02} UTC", day(at), utc.hour(), utc.minute())
}

/// Returns the type of a custom attribute in words.
pub(super) fn custom_type(kind: CustomType) -> &'static str {
    match kind {
        CustomType::String => "text",
        CustomType::Boolean => "true or false",
        CustomType::Integer => "whole number",
        CustomType::Decimal => "number",
        CustomType::DateTime => "date and time",
        CustomType::Reference => "URL",
        CustomType::Binary => "binary (Base64)",
    }
}

/// Reads the text of a search or a filter from a query; `None` for no text.
///
/// # Errors
/// 400 for a text that is too long.
pub(super) fn search_text<'q>(query: &'q Pairs, name: &str) -> Result<Option<&'q str>, ApiError> {
    let text = query.get(name).unwrap_or_default().trim();
    match text.chars().count() {
        0 => Ok(None),
        1..=MOST_SEARCH_CHARS => Ok(Some(text)),
        _ => Err(ApiError::bad_request(format!(
            "A search or a filter has at most {MOST_SEARCH_CHARS} characters. Enter a shorter text"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn texts_begin_with_a_capital_letter_and_times_are_short() {
        let texts = ["your identity provider", "Okta", "éclair", ""].map(capitalised);
        assert_eq!(texts, ["Your identity provider", "Okta", "Éclair", ""]);
        let at = datetime!(2026-11-29 01:05 +02:00);
        assert_eq!((&*day(at), &*day_and_time(at)), ("28 Nov", "28 Nov, 23:05 UTC"));
        assert_eq!((&*month_and_year(at), &*day_and_year(at)), ("Nov 2026", "28 Nov 2026"));
    }
}
