//! What the body of a write says of a resource, for single requests and for the operations of a bulk request.

use super::context::Caller;
use crate::directory::Kind;
use crate::scim::body::read_body;
use crate::scim::document::Document;
use crate::scim::json::Body;
use crate::scim::patch::PatchRequest;
use crate::scim::{Error, unknown};

impl Caller {
    /// Reads the body of a POST or PUT, and notes what leads nowhere in it.
    ///
    /// # Errors
    /// As [`read_body`].
    pub(super) fn read_resource(&self, kind: Kind, body: Body) -> Result<Document, Error> {
        let resource_type = self.directory.resource_type(kind);
        let names = unknown::in_resource(resource_type, &body);
        let document = read_body(resource_type, body)?;
        self.unknown.add(kind, names);
        Ok(document)
    }

    /// Reads the body of a PATCH, and notes what leads nowhere in it.
    ///
    /// # Errors
    /// As [`PatchRequest::read`].
    pub(super) fn read_patch(&self, kind: Kind, body: Body) -> Result<PatchRequest, Error> {
        let request = PatchRequest::read(body)?;
        self.unknown.add(kind, unknown::in_patch(self.directory.resource_type(kind), &request));
        Ok(request)
    }
}
