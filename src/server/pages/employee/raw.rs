//! The record of an employee with the names of the standard: the SCIM resource as JSON.

use super::head::{Head, OpenEmployee, Tab};
use crate::directory::Kind;
use crate::directory::record::AnyRecord;
use crate::directory::related::view::{MemberDetail, View, Wanted};
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::frame::{Frame, show as show_page};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::path::EmployeeId;
use askama::Template;
use axum::extract::State;
use scim::projection::Projection;
use scim::resource::location;

/// A resource with the groups of the user.
const WITH_GROUPS: View =
    View { groups: Wanted::Yes, members: Wanted::No, member_detail: MemberDetail::IdsOfMany };

#[derive(Template)]
#[template(path = "employee/raw.html")]
struct RawPage {
    frame: Frame,
    head: Head,
    external_id: Option<String>,
    /// The URL of the resource.
    url: String,
    /// The resource, over several lines.
    json: String,
}

/// Shows the SCIM resource of an employee. The identity provider no longer sees the resource of a deleted user.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
) -> Answer {
    let employee = OpenEmployee::read(&services, &visitor, id).await?;
    let record = AnyRecord::Employee(employee.view.employee.clone());
    let directory = &visitor.directory;
    let relations =
        directory.related().of((Kind::Employee, id), WITH_GROUPS).await.map_err(explain)?;
    let related = directory.related().with_relations(vec![record], &relations, WITH_GROUPS);
    let related = related.await.map_err(explain)?;
    let base_url = visitor.site.tenant_url(&visitor.tenant);
    let users = directory.resource_type(Kind::Employee);
    let projection = Projection::Default.bind(users);
    let resource = related
        .first()
        .map(|related| related.resource(directory.types(), &base_url).projected(&projection));
    let json = serde_json::to_string_pretty(&resource).map_err(|_| ApiError::unwritable())?;
    let url = location(users, &base_url, &id.to_string());
    let external_id = employee.view.employee.external_id().map(str::to_owned);
    let head = employee.head(Tab::Raw);
    show_page(&RawPage { frame: employee.frame, head, external_id, url, json })
}
