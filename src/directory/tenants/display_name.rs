//! Names that people give to tokens and tenants. They stand beside names of the service, and must not pass for them.

use crate::directory::access::token_set::default_label;
use crate::store::tenants::Scope;
use scim::Error;
use scim::fold::fold;
use scim::letter::is_invisible;

/// The longest name, in characters.
const MOST_CHARS: usize = 100;
/// The actor of changes by the `rollcall` command, in the history.
pub const COMMAND: &str = "rollcall command";

/// Checks a name, and gives it without blanks around it. `kind` is what it names, such as `A label`.
///
/// # Errors
/// `invalidValue`.
pub(in crate::directory) fn check<'n>(kind: &str, name: &'n str) -> Result<&'n str, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS || name.contains(is_refused) {
        return Err(Error::invalid_value(format!(
            "{kind} has 1 to {MOST_CHARS} characters, none of them invisible"
        )));
    }
    let own = [default_label(Scope::Scim), default_label(Scope::Admin), COMMAND];
    // Compares without spaces, because a missing space is easy to overlook.
    let letters = |text: &str| fold(text).replace(' ', "");
    let shown = letters(name);
    match own.into_iter().find(|own| shown.contains(&letters(own))) {
        None => Ok(name),
        Some(own) => Err(Error::invalid_value(format!(
            "{kind} must not contain \"{own}\": the history uses that name itself; choose another one"
        ))),
    }
}

/// Whether a name must not have a letter. U+FE0F shows the letter before it as an emoji.
fn is_refused(letter: char) -> bool {
    letter != '\u{fe0f}' && is_invisible(letter)
}
