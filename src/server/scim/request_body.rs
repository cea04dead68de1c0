//! Reads the bodies of writes, for single requests and for the operations of a bulk request.

use crate::directory::Kind;
use crate::server::context::Caller;
use scim::body::read_body;
use scim::document::Document;
use scim::json::Body;
use scim::patch::PatchRequest;
use scim::{Error, reference, unknown_attributes};

impl Caller {
    /// Reads the body of a POST (`is_new`) or PUT, and notes its unknown attributes. `base_url` is the tenant's SCIM root.
    ///
    /// # Errors
    /// Fails as [`read_body`] does.
    pub(in crate::server) fn read_resource(
        &self,
        (kind, is_new): (Kind, bool),
        body: Body,
        base_url: &str,
    ) -> Result<Document, Error> {
        let resource_type = self.directory.resource_type(kind);
        let body = reference::fill_in_values(self.directory.types(), resource_type, body, base_url);
        let names = unknown_attributes::in_resource(resource_type, &body);
        let document = read_body(resource_type, body)?;
        self.unknown.add(kind, names);
        self.trace.read_body(kind, is_new, &document);
        Ok(document)
    }

    /// Reads the body of a PATCH, and notes its unknown attributes. `base_url` is the tenant's SCIM root.
    ///
    /// # Errors
    /// Fails as [`PatchRequest::read`] does.
    pub(in crate::server) fn read_patch(
        &self,
        kind: Kind,
        body: Body,
        base_url: &str,
    ) -> Result<PatchRequest, Error> {
        let resource_type = self.directory.resource_type(kind);
        let body = reference::fill_in_values(self.directory.types(), resource_type, body, base_url);
        let request = PatchRequest::read(body, &resource_type.limits)?;
        self.unknown.add(kind, unknown_attributes::in_patch(resource_type, &request));
        self.trace.read_patch(kind, &request);
        Ok(request)
    }
}
