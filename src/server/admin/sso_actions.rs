//! `/sso/check`, `/sso/sign-out`, `/sso/sign-ins` and `/employees/{id}/account`.

use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, JsonBody};
use super::sso_body::ClientAuthBody;
use crate::directory::actor_names::ActorNames;
use crate::directory::destinations::calls::MOST_CALLS_A_MINUTE;
use crate::directory::sso::check::{Check, CheckReport, client_auth_of};
use crate::directory::sso::error::SsoError;
use crate::model::sign_in::SignInRecord;
use crate::server::error::{Answer, ApiError};
use crate::server::path::EmployeeId;
use crate::server::response;
use crate::server::response::plain_json;
use http::StatusCode;
use scim::date_time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report of a check.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SsoCheckBody {
    /// Whether the identity provider can be used.
    ok: bool,
    issuer: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    /// The signatures of ID tokens that the provider offers and Rollcall accepts.
    algorithms: Vec<String>,
    /// The proofs of a client that the provider offers and Rollcall knows.
    client_auth: Vec<ClientAuthBody>,
    /// Whether the provider names PKCE with S256.
    pkce: bool,
    /// Whether the provider names itself in its answers (RFC 9207).
    iss_parameter: bool,
    /// Whether the provider has a page to sign out.
    end_session: bool,
    back_channel_logout: bool,
    /// Sentences about parts that work with a restriction.
    warnings: Vec<String>,
    problem: Option<SsoProblemBody>,
}

/// A problem of the identity provider.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SsoProblemBody {
    /// A stable code such as `issuerMismatch` or `unreachable`; null for another problem.
    code: Option<String>,
    detail: String,
}

/// The sessions to end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SignOutBody {
    /// The employee whose sessions end. Without it, the sessions of all administrators end.
    employee_id: Option<Uuid>,
}

/// The sign-ins to the console.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInsBody {
    /// The last 50 sign-ins, newest first. Refusals are listed for 7 days.
    entries: Vec<SignInBody>,
}

/// A sign-in, or its refusal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SignInBody {
    #[schema(format = DateTime)]
    at: String,
    /// The way: `sso`, `token`, `link` or `try`.
    how: String,
    /// `signedIn`, or the reason of the refusal, such as `notAdministrator`.
    outcome: String,
    /// The employee, if the sign-in found one.
    #[schema(value_type = Option<Uuid>)]
    employee_id: Option<Uuid>,
    /// The name of the employee.
    name: Option<String>,
    /// The account at the identity provider, in words for people.
    shown: Option<String>,
    /// The label of the token or the link.
    label: Option<String>,
    /// The family of the browser.
    browser: String,
    /// The reference on the refusal page.
    reference: Option<String>,
}

/// Check the identity provider
///
/// Fetches the discovery document and the keys of the configured issuer now. The answer is 200 with the report, whatever
/// the check finds. Nothing changes.
#[utoipa::path(
    post,
    path = "/sso/check",
    tag = "sso",
    responses(
        (status = 200, description = "The report", body = SsoCheckBody),
        (status = 404, description = "Single sign-on is not configured", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many checks and calls to destinations in a minute", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn check_sso(call: Call) -> Answer {
    let (sso, tenant) = (&call.services.sso, &call.caller.tenant);
    let view = sso.get(tenant).await.map_err(explain)?;
    let settings = view.ok_or_else(|| explain(SsoError::NotConfigured.into()))?.settings;
    match sso.check(tenant, &settings).await.map_err(explain)? {
        Check::Done(report) => plain_json(StatusCode::OK, &SsoCheckBody::from(report)),
        Check::TooMany => {
            let text = format!(
                "At most {MOST_CALLS_A_MINUTE} checks and calls to destinations in a minute. Wait a minute"
            );
            Err(ApiError::retry_later(StatusCode::TOO_MANY_REQUESTS, 60, &text))
        }
    }
}

/// End sessions
///
/// Ends the sessions of single sign-on of all administrators, or of one. Sessions of tokens and links stay. An employee
/// without sessions is no problem.
#[utoipa::path(
    post,
    path = "/sso/sign-out",
    tag = "sso",
    request_body = SignOutBody,
    responses(
        (status = 204, description = "The sessions have ended"),
        (status = 404, description = "Single sign-on is not configured", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn sign_out(call: Call, JsonBody(body): JsonBody<SignOutBody>) -> Answer {
    let (sso, tenant, actor) = (&call.services.sso, &call.caller.tenant, &call.caller.actor);
    match body.employee_id {
        Some(id) => sso.sign_out_employee(tenant, id, actor).await.map_err(explain)?,
        None => sso.sign_out_all(tenant, actor).await.map_err(explain)?,
    }
    Ok(response::empty(StatusCode::NO_CONTENT))
}

/// List the sign-ins
///
/// The list has sign-ins with tokens and links too.
#[utoipa::path(
    get,
    path = "/sso/sign-ins",
    tag = "sso",
    responses(
        (status = 200, description = "The last 50 sign-ins, newest first", body = SignInsBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_sign_ins(call: Call) -> Answer {
    let read = call.services.access.recent_sign_ins(&call.caller.tenant).await;
    let records = read.map_err(explain)?;
    let ids = records.iter().filter_map(|record| record.employee_id);
    let names = call.caller.directory.history().employee_names(ids).await.map_err(explain)?;
    plain_json(StatusCode::OK, &SignInsBody::new(records, &names))
}

/// Unlink an employee from the account of the identity provider
///
/// The sessions of the account end. The next sign-in that matches the employee links an account again.
#[utoipa::path(
    delete,
    path = "/employees/{id}/account",
    tag = "employees",
    params(("id" = Uuid, Path, description = "The employee's id")),
    responses(
        (status = 204, description = "The employee has no linked account any more"),
        (status = 404, description = "The employee has no linked account", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn unlink_account(call: Call, EmployeeId(id): EmployeeId) -> Answer {
    let (sso, tenant, actor) = (&call.services.sso, &call.caller.tenant, &call.caller.actor);
    sso.unlink(tenant, id, actor).await.map_err(explain)?;
    Ok(response::empty(StatusCode::NO_CONTENT))
}

impl From<CheckReport> for SsoCheckBody {
    fn from(report: CheckReport) -> Self {
        let CheckReport { issuer, found, warnings } = report;
        let warnings = warnings.into_iter().map(str::to_owned).collect();
        let none = Self {
            ok: false,
            issuer,
            authorization_endpoint: None,
            token_endpoint: None,
            algorithms: Vec::new(),
            client_auth: Vec::new(),
            pkce: false,
            iss_parameter: false,
            end_session: false,
            back_channel_logout: false,
            warnings,
            problem: None,
        };
        match found {
            Err(problem) => {
                let code = problem.code().map(str::to_owned);
                let problem = Some(SsoProblemBody { code, detail: problem.to_string() });
                Self { problem, ..none }
            }
            Ok((discovery, _)) => Self {
                ok: true,
                authorization_endpoint: Some(discovery.authorization_endpoint.clone()),
                token_endpoint: Some(discovery.token_endpoint.clone()),
                algorithms: discovery
                    .id_token_signing_algs
                    .iter()
                    .map(|algorithm| algorithm.as_str().to_owned())
                    .collect(),
                client_auth: client_auth_of(&discovery)
                    .into_iter()
                    .map(ClientAuthBody::from)
                    .collect(),
                pkce: discovery.supports_pkce_s256,
                iss_parameter: discovery.iss_parameter,
                end_session: discovery.end_session_endpoint.is_some(),
                back_channel_logout: discovery.back_channel_logout,
                ..none
            },
        }
    }
}

impl SignInsBody {
    /// Makes the body. `names` has the names of the employees.
    pub fn new(records: Vec<SignInRecord>, names: &ActorNames) -> Self {
        let entries = records.into_iter().map(|record| {
            let name = record.employee_id.map(|id| names.text_of(id));
            SignInBody::new(record, name)
        });
        Self { entries: entries.collect() }
    }
}

impl SignInBody {
    fn new(record: SignInRecord, name: Option<String>) -> Self {
        Self {
            at: date_time::format(record.at),
            how: record.how.as_str().to_owned(),
            outcome: record.outcome.as_str().to_owned(),
            employee_id: record.employee_id,
            name,
            shown: record.shown,
            label: record.label,
            browser: record.browser.to_string(),
            reference: record.reference,
        }
    }
}
