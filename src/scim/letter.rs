//! Invisible characters: names that differ in them look the same.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Whether a character shows nothing by itself: a zero-width or directional one, a tag, a filler, a blank.
///
/// Unicode classifies two blank characters as symbols: the Braille pattern without dots, and the null notehead.
pub fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{2800}' | '\u{1d159}')
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter)
}

/// Whether a character is unseen, breaks lines, or controls how others are shown. Spaces are not invisible.
pub fn is_invisible(letter: char) -> bool {
    use GeneralCategory as Category;
    let category = CodePointMapData::<Category>::new().get(letter);
    is_unseen(letter)
        || matches!(
            category,
            Category::Control
                | Category::Format
                | Category::LineSeparator
                | Category::ParagraphSeparator
        )
}
