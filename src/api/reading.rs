//! What the body of a write says of a resource, for single requests and for the operations of a bulk request.

use super::context::Caller;
use crate::directory::Kind;
use crate::scim::body::read_body;
use crate::scim::patch::PatchRequest;
use crate::scim::{Error, unknown};
use serde_json::{Map, Value};

impl Caller {
    /// Reads the body of a POST or PUT, and notes what leads nowhere in it.
    ///
    /// # Errors
    /// As [`read_body`].
    pub(super) fn read_resource(
        &self,
        kind: Kind,
        body: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Error> {
        let resource_type = self.directory.resource_type(kind);
        let attributes = read_body(resource_type, body)?;
        self.unknown.add(kind, unknown::in_resource(resource_type, body));
        Ok(attributes)
    }

    /// Reads the body of a PATCH, and notes what leads nowhere in it.
    ///
    /// # Errors
    /// As [`PatchRequest::read`].
    pub(super) fn read_patch(
        &self,
        kind: Kind,
        body: &Map<String, Value>,
    ) -> Result<PatchRequest, Error> {
        let request = PatchRequest::read(body)?;
        self.unknown.add(kind, unknown::in_patch(self.directory.resource_type(kind), &request));
        Ok(request)
    }
}
