//! The one way in which text is compared without regard to case: uniqueness claims and filters both use it, so that
//! whatever makes a create answer 409 is found by the filter.

use super::work;
use unicode_normalization::UnicodeNormalization;

/// Folds `text` for comparison: Unicode canonical decomposition, default case folding, canonical composition.
///
/// `Straße`, `STRASSE` and `strasse` fold alike; so do composed and decomposed letters. `İ` folds to `i` with a dot
/// above, never to a plain `i`, whatever the locale.
pub fn fold(text: &str) -> String {
    if !work::charge(text) {
        return text.to_owned();
    }
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Folding can take a composed letter apart (U+0390), hence the decomposition before and the composition after.
    caseless::default_case_fold_str(&text.nfd().collect::<String>()).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn letters_that_differ_only_in_case_or_composition_fold_alike() {
        let same = [
            ("Ada@Example.COM", "ada@example.com"),
            ("Straße", "STRASSE"),
            ("ﬁn", "FIN"),
            ("Ö", "o\u{308}"),
            ("Å", "\u{212b}"),
            ("\u{390}", "\u{3b9}\u{308}\u{301}"),
            ("Σίσυφος", "σίσυφοσ"),
            ("İ", "i\u{307}"),
        ];
        for (left, right) in same {
            assert_eq!(fold(left), fold(right), "{left} and {right}");
        }
    }

    #[test]
    fn different_letters_stay_different() {
        for (left, right) in [("İ", "i"), ("ı", "i"), ("o", "ö"), ("a", "а")] {
            assert_ne!(fold(left), fold(right), "{left} and {right}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["İ", "ß", "ΐ", "ǰ", "ﬃ", "Ⅷ", "ᾳ"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }
}
