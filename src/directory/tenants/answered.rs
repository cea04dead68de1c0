//! An answered request of an identity provider, before it is noted.

use crate::model::kind::Kind;
use crate::model::meaning::Client;
use crate::model::noted_request::NotedRequest;
use scim::json_shape::JsonShape;
use std::collections::BTreeMap;

/// The notes on a request after its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The request. Its times are set when it is noted.
    pub request: NotedRequest,
    /// Whether the failure of the request is worth a note.
    pub is_noted: bool,
    /// The failed operations of a bulk request.
    pub operations: Vec<NotedRequest>,
    /// The client.
    pub sender: Client,
    /// The unknown attributes that the request names, by kind of record, with the JSON types of their values.
    pub unknown: BTreeMap<(Kind, String), JsonShape>,
}
