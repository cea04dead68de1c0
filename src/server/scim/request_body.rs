//! What the body of a write says of a resource, for single requests and for the operations of a bulk request.

use crate::directory::Kind;
use crate::server::context::Caller;
use scim::body::read_body;
use scim::document::Document;
use scim::json::Body;
use scim::patch::PatchRequest;
use scim::{Error, reference, unknown};

impl Caller {
    /// Reads the body of a POST or PUT, and notes what leads nowhere in it. `base_url` is the tenant's SCIM root.
    ///
    /// # Errors
    /// As [`read_body`].
    pub(in crate::server) fn read_resource(
        &self,
        kind: Kind,
        body: Body,
        base_url: &str,
    ) -> Result<Document, Error> {
        let resource_type = self.directory.resource_type(kind);
        let body = reference::name_by_id(&self.directory.types(), resource_type, body, base_url);
        let names = unknown::in_resource(resource_type, &body);
        let document = read_body(resource_type, body)?;
        self.unknown.add(kind, names);
        Ok(document)
    }

    /// Reads the body of a PATCH, and notes what leads nowhere in it. `base_url` is the tenant's SCIM root.
    ///
    /// # Errors
    /// As [`PatchRequest::read`].
    pub(in crate::server) fn read_patch(
        &self,
        kind: Kind,
        body: Body,
        base_url: &str,
    ) -> Result<PatchRequest, Error> {
        let resource_type = self.directory.resource_type(kind);
        let body = reference::name_by_id(&self.directory.types(), resource_type, body, base_url);
        let request = PatchRequest::read(body)?;
        self.unknown.add(kind, unknown::in_patch(resource_type, &request));
        Ok(request)
    }
}
