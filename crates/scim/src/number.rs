//! Reads numbers that a client writes as text. Entra ID sends every value of a PATCH as text.

use serde_json::Number;

/// Reads a whole number from text. Returns `None` for every other text.
pub(super) fn whole(text: &str) -> Option<Number> {
    let text = text.trim();
    let signed = text.parse::<i64>().ok().map(Number::from);
    signed.or_else(|| text.parse::<u64>().ok().map(Number::from))
}

/// Reads a number from text. Returns `None` for other text, and for numbers beyond the range of `f64`.
pub(super) fn any(text: &str) -> Option<Number> {
    // `f64` also parses "inf" and "NaN", and a number beyond its range becomes infinite. JSON has none of these values.
    whole(text).or_else(|| text.trim().parse().ok().and_then(Number::from_f64))
}

#[cfg(test)]
mod tests {
    use super::{any, whole};
    use serde_json::Number;

    #[test]
    fn a_number_may_be_text() {
        for (text, number) in [("701984", 701_984), ("-7", -7), (" 7 ", 7), ("+7", 7), ("007", 7)] {
            assert_eq!(whole(text), Some(Number::from(number)), "{text}");
            assert_eq!(any(text), Some(Number::from(number)), "{text}");
        }
        assert_eq!(whole("18446744073709551615"), Some(Number::from(u64::MAX)));
        assert_eq!(any("9007199254740993"), Some(Number::from(9_007_199_254_740_993_i64)));
        for (text, number) in [("1.5", 1.5), ("-2.5e3", -2500.0), ("1e19", 1e19)] {
            assert_eq!(whole(text), None, "{text}");
            assert_eq!(any(text), Number::from_f64(number), "{text}");
        }
    }

    #[test]
    fn other_text_is_no_number() {
        for text in
            ["", " ", "one", "1,5", "0x1", "7a", "NaN", "inf", "-infinity", "1e999", "1 2", "٣"]
        {
            assert_eq!((whole(text), any(text)), (None, None), "{text}");
        }
    }
}
