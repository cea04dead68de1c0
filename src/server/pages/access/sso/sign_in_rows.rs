//! The recent sign-ins, in words.

use crate::directory::sso::refusal::Refusal;
use crate::directory::{Directory, SignInMethod, SignInOutcome, SignInRecord};
use crate::server::error::ApiError;
use crate::server::pages::frame::When;
use crate::server::pages::messages::explain;

/// The lines that the card shows.
const MOST_ROWS: usize = 50;

/// The person of a line that names nobody.
const UNKNOWN: &str = "Unknown";

/// A line of the sign-in log.
pub(in crate::server::pages) struct SignInRow {
    pub(in crate::server::pages) at: When,
    /// The employee, the claim of an unknown person, or the label of a token or link.
    pub(in crate::server::pages) person: String,
    /// The path of the employee's page, below the root.
    pub(in crate::server::pages) path: Option<String>,
    pub(in crate::server::pages) method: &'static str,
    pub(in crate::server::pages) browser: String,
    pub(in crate::server::pages) is_success: bool,
    pub(in crate::server::pages) result: &'static str,
    pub(in crate::server::pages) reference: String,
}

/// Writes the lines. One read has the names of all employees in them.
pub(in crate::server::pages) async fn rows(
    directory: &Directory,
    lines: Vec<SignInRecord>,
) -> Result<Vec<SignInRow>, ApiError> {
    let ids = lines.iter().take(MOST_ROWS).filter_map(|line| line.employee_id);
    let names = directory.history().employee_names(ids).await.map_err(explain)?;
    let row = |line: SignInRecord| {
        let name = line.employee_id.map(|id| names.text_of(id));
        let shown = line.shown.filter(|text| !text.is_empty());
        // An erased employee has no page.
        let path = line.employee_id.filter(|id| names.get(*id).is_some());
        SignInRow {
            at: When::new(line.at),
            path: path.map(|id| format!("employees/{id}")),
            person: name.or(shown).or(line.label).unwrap_or_else(|| UNKNOWN.to_owned()),
            method: method(line.how),
            browser: line.browser.to_string(),
            is_success: line.outcome == SignInOutcome::SignedIn,
            result: result(line.how, line.outcome),
            reference: line.reference.unwrap_or_default(),
        }
    };
    Ok(lines.into_iter().take(MOST_ROWS).map(row).collect())
}

fn method(how: SignInMethod) -> &'static str {
    match how {
        SignInMethod::Sso => "Single sign-on",
        SignInMethod::Token => "Admin token",
        SignInMethod::Link => "Sign-in link",
        SignInMethod::Try => "Test",
    }
}

fn result(how: SignInMethod, outcome: SignInOutcome) -> &'static str {
    match outcome {
        SignInOutcome::SignedIn if how == SignInMethod::Try => "May sign in",
        SignInOutcome::SignedIn => "Signed in",
        SignInOutcome::Refused(refusal) => match refusal {
            Refusal::Failed => "Sign-in did not complete",
            Refusal::NoMatch => "No employee has this identifier",
            Refusal::SeveralMatch => "Several employees have this identifier",
            Refusal::Archived => "Archived",
            Refusal::NotAdministrator => "Not an administrator",
            Refusal::LinkedElsewhere => "Linked to another account",
            Refusal::EmailNotVerified => "Email not verified",
            Refusal::WrongDomain => "Another domain or directory",
            Refusal::MissingClaim => "A claim is missing",
            Refusal::NotTried => "Not tested yet",
            Refusal::Unavailable => "No answer in time",
        },
    }
}
