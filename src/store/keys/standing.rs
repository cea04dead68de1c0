//! The keys of the index `by-standing`: active employees in the order of names, and archived employees in the order of
//! their departure.

use crate::model::employee::Employee;
use crate::model::search_words::fold_words;
use crate::model::tenant::TenantId;
use scim::date_time;

/// The sparse index over employees by standing. It also has [`WORDS`].
pub const STANDING_INDEX: &str = "by-standing";
/// The partition key attribute of [`STANDING_INDEX`].
pub const STANDING: &str = "standing";
/// The sort key attribute of [`STANDING_INDEX`].
pub const STANDING_KEY: &str = "standingKey";
/// The attribute with the words of an employee, for searches.
pub const WORDS: &str = "words";

/// The most characters of one part of a name in a key. A sort key takes 1,024 bytes.
const MOST_NAME_CHARS: usize = 120;
/// The hexadecimal digits of the id in a key.
const ID_DIGITS: usize = 12;

/// Whether an employee works for the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The employee works for the company.
    Active,
    /// The employee left. Hidden employees are archived too.
    Archived,
}

impl Standing {
    /// The standing of an employee.
    pub fn of(employee: &Employee) -> Self {
        if employee.is_archived() { Self::Archived } else { Self::Active }
    }
}

/// The partition of an index with all employees of a standing. It is short, because every employee's item has it.
pub fn standing(tenant: &TenantId, standing: Standing) -> String {
    match standing {
        Standing::Active => format!("{tenant}#ACTIVE"),
        Standing::Archived => format!("{tenant}#ARCHIVED"),
    }
}

/// The place of an employee among the employees of the same standing. It ends with the last 12 digits of the id, which
/// tell apart employees with the same name or time. The whole id would make the item longer.
pub fn standing_key(employee: &Employee) -> String {
    let id = employee.id.simple().to_string().split_off(32 - ID_DIGITS);
    if let (Standing::Archived, Some(at)) = (Standing::of(employee), employee.archived_at) {
        return format!("{}#{id}", date_time::format(at));
    }
    let (family, given) = match employee.name_part("familyName").map(sorted_name) {
        Some(family) if !family.is_empty() => {
            (family, employee.name_part("givenName").map(sorted_name).unwrap_or_default())
        }
        _ => {
            let display = employee.display_name().as_deref().map(sorted_name);
            let display = display.filter(|name| !name.is_empty());
            (display.unwrap_or_else(|| sorted_name(employee.user_name())), String::new())
        }
    };
    format!("{family}#{given}#{id}")
}

/// A position before or after all positions of a standing. Each position starts with a letter, a digit or `#`.
pub fn standing_edge(is_first: bool) -> &'static str {
    if is_first { " " } else { "\u{10ffff}" }
}

/// Folds a name for a sort key. The fold leaves no `#` in it.
fn sorted_name(name: &str) -> String {
    fold_words(name).join(" ").chars().take(MOST_NAME_CHARS).collect()
}
