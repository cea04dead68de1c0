//! `/Bulk` (RFC 7644 §3.7): the operations of one request, each as if it had come alone.

use super::body::JsonObject;
use super::context::{Caller, RequestId, TenantPath};
use super::error::{self, ApiError};
use super::resources::Answer;
use super::response;
use crate::directory::employees::Precondition;
use crate::directory::query::parse_id;
use crate::directory::related_record::Wanted;
use crate::directory::{Kind, clock};
use crate::scim::bulk::plan::{Plan, Step};
use crate::scim::bulk::request::{BulkRequest, Method, Refusal};
use crate::scim::bulk::result::Outcome;
use crate::scim::json::Body;
use crate::scim::schema::Uniqueness;
use crate::scim::version::{TagCondition, entity_tag};
use axum::Extension;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use http::StatusCode;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// How long operations are begun: what is left of a request's time is for the answer.
const LONGEST: Duration = Duration::from_secs(20);

/// How long the last of them may take: the answer must tell of all that was done.
const LONGEST_WHOLE: Duration = Duration::from_secs(23);

/// How many independent operations run at a time.
const AT_ONCE: usize = 8;

/// `POST /Bulk`. Independent operations run at the same time, and each is whole or nothing by itself.
pub(super) async fn bulk(
    Extension(caller): Extension<Caller>,
    Extension(path): Extension<TenantPath>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    JsonObject(body): JsonObject,
) -> Answer {
    let request = BulkRequest::read(&body).map_err(|refusal| match refusal {
        Refusal::Malformed(error) => error.into(),
        Refusal::TooLarge(detail) => ApiError::bulk_too_large(detail),
    })?;
    let started = clock();
    let mut plan = Plan::new(request, |attribute| caller.is_unique(attribute));
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < AT_ONCE
            && let Some(step) = plan.next()
        {
            let index = step.index;
            let done = carry_out_in_time(&caller, &path.base_url, step, started);
            running.push(async move { (index, done.await) });
        }
        let Some((index, done)) = running.next().await else { break };
        let outcome = done.unwrap_or_else(|failure| {
            let (status, response) = error::in_bulk(&failure, &request_id);
            Outcome::Failed { status, response }
        });
        plan.done(index, outcome);
    }
    response::json_page(&plan.response(&path.base_url))
}

impl Caller {
    /// Whether an attribute is unique among the resources of some type.
    fn is_unique(&self, attribute: &str) -> bool {
        Kind::ALL.iter().any(|kind| {
            let found = self.directory.resource_type(*kind).attribute(attribute);
            found.is_some_and(|found| found.uniqueness == Uniqueness::Server)
        })
    }
}

async fn carry_out_in_time(
    caller: &Caller,
    base_url: &str,
    step: Step,
    started: Instant,
) -> Result<Outcome, ApiError> {
    if started.elapsed() >= LONGEST {
        return Err(ApiError::no_time_left());
    }
    let left = LONGEST_WHOLE.saturating_sub(started.elapsed());
    let done = tokio::time::timeout(left, carry_out(caller, base_url, step)).await;
    done.unwrap_or_else(|_| Err(ApiError::too_slow(LONGEST_WHOLE.as_secs())))
}

async fn carry_out(caller: &Caller, base_url: &str, step: Step) -> Result<Outcome, ApiError> {
    let Caller { directory, label, .. } = caller;
    let is_meant = |kind: &Kind| {
        directory.resource_type(*kind).endpoint.eq_ignore_ascii_case(&step.path.endpoint)
    };
    let kind = Kind::ALL.iter().copied().find(is_meant);
    let kind = kind.ok_or_else(ApiError::no_such_bulk_endpoint)?;
    let precondition = Precondition {
        if_match: step.version.as_deref().map(TagCondition::parse),
        if_none_match: None,
    };
    let data = match step.data {
        Some(Value::Object(data)) => Body::from(data),
        _ => Body::default(),
    };
    let id = || -> Result<(Kind, Uuid), ApiError> {
        let id = step.path.id.as_deref().and_then(parse_id);
        Ok((kind, id.ok_or_else(|| ApiError::no_such_resource(kind))?))
    };
    let (status, record) = match step.method {
        Method::Post => {
            let attributes = caller.read_resource(kind, data, base_url)?;
            let created = directory.create_any_kind(kind, attributes, label).await?;
            (StatusCode::CREATED, created.record)
        }
        Method::Put => {
            let id = id()?;
            let attributes = caller.read_resource(kind, data, base_url)?;
            let replaced = directory.replace_any_kind(id, &attributes, &precondition, label);
            (StatusCode::OK, replaced.await?.record)
        }
        Method::Patch => {
            let request = caller.read_patch(kind, data, base_url)?;
            let id = id()?;
            let patched = directory.patch_any_kind(id, &request, &precondition, Wanted::No, label);
            (StatusCode::OK, patched.await?.record)
        }
        Method::Delete => {
            let (kind, id) = id()?;
            directory.delete_any_kind((kind, id), &precondition, label).await?;
            let status = StatusCode::NO_CONTENT.as_u16();
            return Ok(Outcome::Done { status, id: id.to_string(), version: None });
        }
    };
    Ok(Outcome::Done {
        status: status.as_u16(),
        id: record.id().to_string(),
        version: Some(entity_tag(record.version())),
    })
}
