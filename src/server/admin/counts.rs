//! `/counts`: the numbers of employees and groups.

use super::messages::explain;
use super::problem::Problem;
use super::request::Call;
use crate::directory::tenant_counts::TenantCounts;
use crate::server::error::Answer;
use crate::server::response::plain_json;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// The numbers of employees and groups. They may be some seconds old.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CountsBody {
    /// The employees who work for the company.
    active: u64,
    /// The employees who left, also those whom the identity provider deleted.
    archived: u64,
    /// The groups.
    groups: u64,
    /// The active employees for whom the identity provider sends a location.
    sent_location: u64,
    /// The active employees for whom the identity provider sends a department.
    sent_department: u64,
    /// The active employees for whom the identity provider sends a manager.
    sent_manager: u64,
    /// The active employees that an import made, and that the identity provider does not know yet.
    unlinked: u64,
}

/// Show the numbers of employees and groups
///
/// The numbers cost at most 12 read units, whatever the size of the tenant.
#[utoipa::path(
    get,
    path = "/counts",
    tag = "employees",
    responses(
        (status = 200, description = "The numbers", body = CountsBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn get_counts(call: Call) -> Answer {
    let TenantCounts { people, groups } = call.caller.directory.counts().await.map_err(explain)?;
    plain_json(
        StatusCode::OK,
        &CountsBody {
            active: people.active,
            archived: people.archived,
            groups,
            sent_location: people.sent_location,
            sent_department: people.sent_department,
            sent_manager: people.sent_manager,
            unlinked: people.unlinked,
        },
    )
}
