//! Invisible characters. Names that differ only in such characters look the same.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// The characters that Unicode calls default-ignorable, as ranges in order. Each comparison of names looks each
/// character up, and the set of the library takes ten times as long.
static IGNORABLE: LazyLock<Vec<RangeInclusive<u32>>> =
    LazyLock::new(|| CodePointSetData::new::<DefaultIgnorableCodePoint>().iter_ranges().collect());

/// Whether a character shows nothing by itself: a zero-width or directional character, a tag, a filler, a blank.
///
/// Unicode classifies two blank characters as symbols: the Braille pattern without dots, and the null notehead.
pub fn is_unseen(letter: char) -> bool {
    let code = u32::from(letter);
    let at = IGNORABLE.partition_point(|range| *range.end() < code);
    let is_ignorable = IGNORABLE.get(at).is_some_and(|range| range.contains(&code));
    is_ignorable || matches!(letter, '\u{2800}' | '\u{1d159}')
}

/// Whether a character is unseen, breaks lines, or controls the display of other characters. Spaces do not count.
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
