//! The only way to compare text without regard to case. Uniqueness claims and filters both use it. So the filter finds
//! each value that makes a create fail with 409.

use super::comparison_budget;
use super::invisible_characters::is_unseen;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_compatible;

/// Folds `text` for comparison, so that names that look the same are equal (RFC 8265 §3.3.3). Unlike the RFC, it
/// refuses no text.
///
/// - Halfwidth and fullwidth letters become the usual letters.
/// - Invisible characters are removed: zero-width and bidirectional characters, tags, soft hyphens, and blanks that are
///   not spaces.
/// - Letters go through canonical decomposition, default case folding and canonical composition. So `Straße`, `STRASSE`
///   and `strasse` fold alike, and so do composed and decomposed letters. In every locale, `İ` folds to `i` with a dot
///   above, never to a plain `i`.
/// - A run of white space of any kind becomes one space. White space at the ends is removed.
///
/// Text comes back unchanged once the budget is spent
/// ([`ComparisonBudget`](super::comparison_budget::ComparisonBudget)).
pub fn fold(text: &str) -> String {
    fold_in(text, |words| words.trim().to_owned())
}

/// Folds a part of a text. A space at its ends stays, because it separates the part from its neighbor.
pub fn fold_part(text: &str) -> String {
    fold_in(text, |words| words)
}

fn fold_in(text: &str, trim: impl FnOnce(String) -> String) -> String {
    if !comparison_budget::charge(text) {
        return text.to_owned();
    }
    if is_plain(text) {
        return text.to_ascii_lowercase();
    }
    let mut letters = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !is_unseen(*letter)) {
        match letter {
            // The fullwidth macron stays: it would decompose into a space and a mark.
            '\u{ff01}'..='\u{ffe2}' | '\u{ffe4}'..='\u{ffee}' => {
                decompose_compatible(letter, |usual| letters.push(usual));
            }
            usual => letters.push(usual),
        }
    }
    // Folding can decompose a composed letter (U+0390). So letters are decomposed before and composed after.
    let decomposed: String = letters.nfd().collect();
    trim(unify_spaces(caseless::default_case_fold_str(&decomposed).nfc()))
}

/// Replaces each run of white space by one space.
fn unify_spaces(letters: impl Iterator<Item = char>) -> String {
    let mut unified = String::new();
    for letter in letters {
        match letter.is_whitespace() {
            true if unified.ends_with(' ') => {}
            true => unified.push(' '),
            false => unified.push(letter),
        }
    }
    unified
}

/// Whether folding can change only the case of `text`: it is ASCII, with single spaces between words.
pub(super) fn is_plain(text: &str) -> bool {
    let mut after_space = true;
    for byte in text.bytes() {
        let is_space = byte == b' ';
        if !byte.is_ascii() || matches!(byte, b'\t'..=b'\r') || (is_space && after_space) {
            return false;
        }
        after_space = is_space;
    }
    !after_space || text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{fold, fold_part, is_plain};

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
    fn names_that_look_the_same_fold_alike() {
        for lookalike in [
            "ada\u{200b} lovelace",
            "a\u{200d}da lovelace\u{2060}",
            "\u{feff}ada lovelace",
            "\u{202e}ada\u{202c} lovelace\u{200f}",
            "\u{2066}ada\u{2069} lovelace",
            "ada love\u{ad}lace",
            "ada\u{e0061}\u{e007f} lovelace",
            "ada\u{fe0f} lovelace",
            "ada\u{2800} lovelace",
            "ＡＤＡ　ｌｏｖｅｌａｃｅ",
            " ada lovelace\t",
            "ada  lovelace",
            "ada\u{a0}lovelace\u{2003}",
            "ada\u{2028}lovelace",
        ] {
            assert_eq!(fold(lookalike), "ada lovelace", "{lookalike:?}");
        }
        assert_eq!(fold("ｶﾞ"), fold("ガ"));
        for nothing in ["", " ", "\u{200b}", "\u{a0}\u{2060}\u{3164}"] {
            assert_eq!(fold(nothing), "", "{nothing:?}");
        }
    }

    #[test]
    fn the_spaces_around_a_part_stay() {
        assert_eq!(fold_part(" Ada\u{a0}\u{3000}"), " ada ");
        assert_eq!(fold_part("\t"), " ");
        assert_eq!(fold_part("Ａda"), "ada");
    }

    #[test]
    fn plain_text_differs_from_its_folded_form_in_case_only() {
        for text in [
            "",
            "a",
            "Ada Lovelace",
            "a b c",
            " a",
            "a ",
            "a  b",
            "a\tb",
            "\u{b}a",
            "é",
            "\r\n",
            " ",
        ] {
            let is_same = fold(text) == text.to_ascii_lowercase();
            assert_eq!(is_plain(text), is_same && text.is_ascii(), "{text:?}");
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
        for text in [
            "İ",
            "ß",
            "ΐ",
            "ǰ",
            "ﬃ",
            "Ⅷ",
            "ᾳ",
            " Ａ\u{200b}\u{a0} b ",
            "ﾊﾟ",
            "￣",
            "a\u{34f}\u{301}",
        ] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }
}
