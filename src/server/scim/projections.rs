//! Selects the attributes in the responses to one request, for each type of resource.

use crate::directory::related::view::{MemberDetail, View, Wanted};
use crate::directory::related::{RelatedRecord, relation};
use crate::directory::{Directory, Kind};
use crate::server::context::{Caller, TenantPath};
use scim::projection::{BoundProjection, Projection};
use scim::resource::ProjectedResource;

/// The projection of a request, bound once to each type of resource.
pub(in crate::server) struct Projections<'c> {
    directory: &'c Directory,
    users: BoundProjection<'c>,
    groups: BoundProjection<'c>,
    member_detail: MemberDetail,
}

impl<'c> Projections<'c> {
    /// Binds a projection to the tenant's types of resources.
    pub(in crate::server) fn new(caller: &'c Caller, projection: &Projection) -> Self {
        let directory = &caller.directory;
        Self {
            directory,
            users: projection.bind(directory.resource_type(Kind::Employee)),
            groups: projection.bind(directory.resource_type(Kind::Group)),
            // A client that names its attributes gets every member whole, or a refusal. Otherwise a response with many
            // members has only their ids.
            member_detail: match projection {
                Projection::Only(_) => MemberDetail::Whole,
                Projection::Default | Projection::Without(_) => MemberDetail::IdsOfMany,
            },
        }
    }

    /// Returns the relations that the responses show with the records.
    pub(in crate::server) fn view(&self) -> View {
        let wanted = |kind| match self.of(kind).shows(relation(kind)) {
            true => Wanted::Yes,
            false => Wanted::No,
        };
        View {
            groups: wanted(Kind::Employee),
            members: wanted(Kind::Group),
            member_detail: self.member_detail,
        }
    }

    /// Returns a record as a response shows it.
    pub(in crate::server) fn row<'a>(
        &'a self,
        record: &'a RelatedRecord,
        path: &'a TenantPath,
    ) -> ProjectedResource<'a> {
        let resource = record.resource(self.directory.types(), &path.base_url);
        resource.projected(self.of(record.kind()))
    }

    /// Returns records as a list shows them.
    pub(in crate::server) fn rows<'a>(
        &'a self,
        records: &'a [RelatedRecord],
        path: &'a TenantPath,
    ) -> Vec<ProjectedResource<'a>> {
        records.iter().map(|record| self.row(record, path)).collect()
    }

    fn of(&self, kind: Kind) -> &BoundProjection<'c> {
        match kind {
            Kind::Employee => &self.users,
            Kind::Group => &self.groups,
        }
    }
}
