//! The result of the newest test of single sign-on.

use super::words::match_words;
use crate::directory::sso::refusal::Refusal;
use crate::directory::sso::test_problem::TestProblem;
use crate::directory::{SignInOutcome, SignInRecord};
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::frame::{Frame, Section, When, show as show_page};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;

#[derive(Template)]
#[template(path = "sso_result.html")]
struct ResultPage {
    frame: Frame,
    /// The newest test; `None` without one.
    test: Option<TestResult>,
}

/// A test, in words.
struct TestResult {
    at: When,
    outcome: TestOutcome,
}

enum TestOutcome {
    /// The employee, and the match that found the employee.
    Success { name: String, matched: &'static str },
    /// The reason, the name that the identity provider sent, and the reference.
    Failure {
        sentence: &'static str,
        /// The problem, as its administrator can solve it.
        problem: Option<&'static str>,
        /// The match that found no employee, or more than one.
        compared: Option<&'static str>,
        shown: Option<String>,
        reference: String,
    },
}

/// Shows the result of the newest test.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    query: Pairs,
) -> Answer {
    let problem = query.get("problem").and_then(TestProblem::parse);
    let test = services.sso.last_try(&visitor.tenant).await.map_err(explain)?;
    let test = match test {
        Some(record) => Some(describe(&visitor, record, problem).await?),
        None => None,
    };
    show_page(&ResultPage { frame: Frame::of(&visitor, Section::Access), test })
}

async fn describe(
    visitor: &Visitor,
    record: SignInRecord,
    problem: Option<TestProblem>,
) -> Result<TestResult, ApiError> {
    let at = When::new(record.at);
    let rule = visitor.record.sso.as_ref().map(|settings| match_words(settings.match_by));
    let outcome = match record.outcome {
        SignInOutcome::SignedIn => {
            let names = visitor.directory.history().employee_names(record.employee_id);
            let names = names.await.map_err(explain)?;
            let name = record.employee_id.map(|id| names.text_of(id));
            TestOutcome::Success {
                name: name.unwrap_or_default(),
                matched: rule.unwrap_or_default(),
            }
        }
        SignInOutcome::Refused(refusal) => TestOutcome::Failure {
            sentence: sentence(refusal),
            problem: problem.filter(|_| refusal == Refusal::Failed).map(TestProblem::sentence),
            compared: rule.filter(|_| matches!(refusal, Refusal::NoMatch | Refusal::SeveralMatch)),
            shown: record.shown.filter(|text| !text.is_empty()),
            reference: record.reference.unwrap_or_default(),
        },
    };
    Ok(TestResult { at, outcome })
}

/// Returns the reason in words for the administrator of the configuration. The refusal page has the words for everybody.
fn sentence(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Failed => "Sign-in did not complete.",
        Refusal::NoMatch => {
            "No employee has the identifier of your account. Assign your account to the SCIM app, or choose another match."
        }
        Refusal::SeveralMatch => {
            "More than one employee has the identifier of your account. Correct the duplicate at the identity provider."
        }
        Refusal::NotAdministrator => {
            "You are not an administrator. Join the administrators' group, or add yourself to the named employees."
        }
        Refusal::WrongDomain => {
            "Your account belongs to another domain or directory. Compare the issuer and the domain."
        }
        Refusal::MissingClaim => {
            "The identity provider did not send a claim that Rollcall needs. Compare the match and the kind of identity \
             provider."
        }
        Refusal::Archived
        | Refusal::LinkedElsewhere
        | Refusal::EmailNotVerified
        | Refusal::NotTried
        | Refusal::Unavailable => refusal.sentence(),
    }
}
