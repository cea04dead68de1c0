//! Names from outside as harmless text of one line.

/// The maximum number of characters of a name, a department or a location in a message.
pub(super) const MAX_CHARS: usize = 80;

/// Returns a text of one line: without control, bidi and invisible characters, and cut to 80 characters. Returns `None`
/// when nothing is left.
pub(super) fn one_line(text: &str) -> Option<String> {
    let mut line = String::new();
    let mut chars = 0;
    let mut space_pending = false;
    for character in text.chars() {
        if character.is_whitespace() {
            space_pending = chars > 0;
            continue;
        }
        if is_stripped(character) {
            continue;
        }
        let needed = if space_pending { 2 } else { 1 };
        if chars + needed > MAX_CHARS {
            shorten(&mut line, chars);
            break;
        }
        if space_pending {
            line.push(' ');
        }
        line.push(character);
        chars += needed;
        space_pending = false;
    }
    (!line.is_empty()).then_some(line)
}

/// Makes room for an ellipsis at the end of a line of `chars` characters.
fn shorten(line: &mut String, chars: usize) {
    if chars == MAX_CHARS {
        line.pop();
    }
    line.push('…');
}

/// Whether a character has no place in a name: controls, bidi controls, and characters that nobody sees. The joiners
/// U+200C and U+200D stay, because names and emoji need them.
fn is_stripped(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
