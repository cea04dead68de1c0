//! Names that administrators give to tokens and tenants. Such a name must not look like a name of the service, because
//! both appear side by side.

use crate::directory::access::tokens::default_label;
use crate::model::link::OPEN_COMMAND;
use crate::model::tenant::Scope;
use scim::Error;
use scim::fold::fold;
use scim::invisible_characters::is_invisible;

/// The longest name, in characters.
const MOST_CHARS: usize = 100;
/// The label of the `rollcall` command as an actor, in the history.
pub const COMMAND: &str = "rollcall command";

/// Checks a name, and returns it without surrounding whitespace. `kind` is the thing that it names, such as `A label`.
///
/// # Errors
/// Fails with `invalidValue`.
pub(in crate::directory) fn check<'n>(kind: &str, name: &'n str) -> Result<&'n str, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS || name.contains(is_refused) {
        return Err(Error::invalid_value(format!(
            "{kind} has 1 to {MOST_CHARS} characters, none of them invisible"
        )));
    }
    let mut own = Scope::ALL.into_iter().map(default_label).chain([COMMAND, OPEN_COMMAND]);
    // The comparison ignores spaces, because a missing space is easy to overlook.
    let letters = |text: &str| fold(text).replace(' ', "");
    let shown = letters(name);
    match own.find(|own| shown.contains(&letters(own))) {
        None => Ok(name),
        Some(own) => Err(Error::invalid_value(format!(
            "{kind} must not contain \"{own}\": the history uses that name itself; choose another one"
        ))),
    }
}

/// Whether a name must not contain this character. U+FE0F is allowed: it shows the character before it as an emoji.
fn is_refused(letter: char) -> bool {
    letter != '\u{fe0f}' && is_invisible(letter)
}
