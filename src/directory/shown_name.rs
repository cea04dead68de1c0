//! Names that people give to tokens and tenants. They stand beside names of the service, and must not pass for them.

use super::token_set::default_label;
use crate::scim::Error;
use crate::scim::fold::fold;
use crate::store::tenant::Scope;
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;

/// The longest name, in characters.
const MOST_CHARS: usize = 100;
/// The actor of changes by the `rollcall` command, in the history.
pub const COMMAND: &str = "rollcall command";

/// Checks a name, and gives it without blanks around it. `kind` is what it names, such as `A label`.
///
/// # Errors
/// `invalidValue`.
pub(super) fn check<'n>(kind: &str, name: &'n str) -> Result<&'n str, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS || name.contains(is_invisible) {
        return Err(Error::invalid_value(format!(
            "{kind} has 1 to {MOST_CHARS} characters, none of them a control or format character"
        )));
    }
    let own = [default_label(Scope::Scim), default_label(Scope::Admin), COMMAND];
    let words = |text: &str| fold(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match own.into_iter().find(|own| words(name).contains(&words(own))) {
        None => Ok(name),
        Some(own) => Err(Error::invalid_value(format!(
            "{kind} must not contain \"{own}\": the history calls others so; choose another one"
        ))),
    }
}

/// Whether a character breaks lines, shows nothing, or changes how others are shown.
fn is_invisible(c: char) -> bool {
    use GeneralCategory as Category;
    matches!(
        CodePointMapData::<Category>::new().get(c),
        Category::Control
            | Category::Format
            | Category::LineSeparator
            | Category::ParagraphSeparator
    )
}
