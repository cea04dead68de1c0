//! `/Bulk` (RFC 7644 §3.7): carries out the operations of one request. Each operation acts as a request of its own.

use crate::directory::precondition::Precondition;
use crate::directory::related::view::Wanted;
use crate::directory::resources::Managed;
use crate::directory::{Employee, Group, Kind, clock};
use crate::limits::LIMITS;
use crate::model::cause::Cause;
use crate::model::id::parse_id;
use crate::model::meaning::Meaning;
use crate::model::noted_request::RecordRef;
use crate::server::body::JsonObject;
use crate::server::context::{Caller, RequestId, TenantPath};
use crate::server::error::failure_note::NotedFailure;
use crate::server::error::render::in_bulk;
use crate::server::error::{Answer, ApiError};
use crate::server::request_notes::record_in;
use crate::server::request_trace::FailedOperation;
use crate::server::response;
use axum::Extension;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use http::StatusCode;
use scim::bulk::locks::Locks;
use scim::bulk::plan::{BulkStep, Plan};
use scim::bulk::request::{BulkError, BulkRequest, Method};
use scim::bulk::result::StepOutcome;
use scim::document::Document;
use scim::json::Body;
use scim::patch::PatchRequest;
use scim::version::{TagCondition, entity_tag};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// The time in which operations may start. The rest of the request's time is for the response.
const LONGEST: Duration = Duration::from_secs(20);

/// The time by which the last operation must end. The response must report every operation.
const LONGEST_WHOLE: Duration = Duration::from_secs(23);

/// The number of independent operations that run at a time.
const AT_ONCE: usize = 8;

/// A step with its parsed request and its locks.
struct ReadStep {
    index: usize,
    request: Result<SingleRequest, ApiError>,
    locks: Locks,
    meaning: Meaning,
    record: Option<RecordRef>,
}

/// A parsed request on one kind of resource.
struct SingleRequest {
    kind: Kind,
    change: SingleChange,
}

/// The change that a request asks for.
enum SingleChange {
    Post(Document),
    Put(Uuid, Document, Precondition),
    Patch(Uuid, PatchRequest, Precondition),
    Delete(Uuid, Precondition),
}

/// `POST /Bulk`. Independent operations run at the same time. Each operation is atomic by itself.
pub(in crate::server) async fn bulk(
    Extension(caller): Extension<Caller>,
    Extension(path): Extension<TenantPath>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    JsonObject(body): JsonObject,
) -> Answer {
    let request = BulkRequest::read(&body, &LIMITS).map_err(|refusal| match refusal {
        BulkError::Malformed(error) => error.into(),
        BulkError::TooLarge(detail) => ApiError::bulk_too_large(detail),
    })?;
    let started = clock();
    let mut plan = Plan::new(request);
    let mut running = FuturesUnordered::new();
    let mut held: BTreeMap<usize, Locks> = BTreeMap::new();
    let mut waiting = None;
    loop {
        while running.len() < AT_ONCE
            && let Some(step) =
                waiting.take().or_else(|| Some(caller.read_step(plan.next()?, &path.base_url)))
        {
            if !held.values().all(|locks| step.locks.is_compatible_with(locks)) {
                waiting = Some(step);
                break;
            }
            let ReadStep { index, request, locks, meaning, record } = step;
            held.insert(index, locks);
            let done = carry_out_in_time(&caller, request, started);
            running.push(async move { (index, (meaning, record), done.await) });
        }
        let Some((index, (meaning, record), done)) = running.next().await else { break };
        held.remove(&index);
        let outcome = done.unwrap_or_else(|failure| {
            caller.trace.failed(FailedOperation {
                meaning,
                record,
                failure: failure.noted_failure(),
            });
            let (status, response) = in_bulk(&failure, &request_id);
            StepOutcome::Failed { status, response }
        });
        plan.done(index, outcome);
    }
    for _ in 0..plan.refused() {
        let failure = NotedFailure::of(StatusCode::BAD_REQUEST, Cause::BulkOperationNotRun);
        caller.trace.failed(FailedOperation { meaning: Meaning::Bulk, record: None, failure });
    }
    caller.trace.means(Meaning::Bulk);
    response::json_page(&plan.response(&path.base_url))
}

impl Caller {
    fn read_step(&self, step: BulkStep, base_url: &str) -> ReadStep {
        let index = step.index;
        let id = step.path.id.as_deref().unwrap_or_default();
        let route = if id.is_empty() {
            step.path.endpoint.clone()
        } else {
            format!("{}/{{id}}", step.path.endpoint)
        };
        let meaning = Meaning::of_route(step.method.as_str(), &route);
        let record = record_in(&format!("{}/{id}", step.path.endpoint));
        let request = self.read_single_request(step, base_url);
        let locks = request.as_ref().map_or(Locks::Nothing, |request| self.locks(request));
        ReadStep { index, request, locks, meaning, record }
    }

    fn read_single_request(
        &self,
        step: BulkStep,
        base_url: &str,
    ) -> Result<SingleRequest, ApiError> {
        let is_meant = |kind: &Kind| {
            let resource_type = self.directory.resource_type(*kind);
            resource_type.endpoint.eq_ignore_ascii_case(&step.path.endpoint)
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
        let id = || -> Result<Uuid, ApiError> {
            let id = step.path.id.as_deref().and_then(parse_id);
            id.ok_or_else(|| ApiError::no_such_resource(kind))
        };
        let change = match step.method {
            Method::Post => SingleChange::Post(self.read_resource((kind, true), data, base_url)?),
            Method::Put => {
                let document = self.read_resource((kind, false), data, base_url)?;
                SingleChange::Put(id()?, document, precondition)
            }
            Method::Patch => {
                let request = self.read_patch(kind, data, base_url)?;
                SingleChange::Patch(id()?, request, precondition)
            }
            Method::Delete => SingleChange::Delete(id()?, precondition),
        };
        Ok(SingleRequest { kind, change })
    }

    fn locks(&self, SingleRequest { kind, change }: &SingleRequest) -> Locks {
        let resource_type = self.directory.resource_type(*kind);
        match change {
            SingleChange::Post(attributes) => Locks::of_post(resource_type, attributes),
            SingleChange::Put(..) => Locks::Everything,
            SingleChange::Patch(id, request, _) => {
                Locks::of_patch(resource_type, &id.to_string(), request)
            }
            SingleChange::Delete(id, precondition) => {
                let has_version = precondition.if_match.is_some();
                Locks::of_delete(resource_type, &id.to_string(), has_version)
            }
        }
    }
}

async fn carry_out_in_time(
    caller: &Caller,
    request: Result<SingleRequest, ApiError>,
    started: Instant,
) -> Result<StepOutcome, ApiError> {
    if started.elapsed() >= LONGEST {
        return Err(ApiError::no_time_left());
    }
    let left = LONGEST_WHOLE.saturating_sub(started.elapsed());
    let done = tokio::time::timeout(left, carry_out(caller, request?)).await;
    done.unwrap_or_else(|_| Err(ApiError::too_slow(LONGEST_WHOLE.as_secs())))
}

async fn carry_out(
    caller: &Caller,
    SingleRequest { kind, change }: SingleRequest,
) -> Result<StepOutcome, ApiError> {
    match kind {
        Kind::Employee => carry_out_on::<Employee>(caller, change).await,
        Kind::Group => carry_out_on::<Group>(caller, change).await,
    }
}

async fn carry_out_on<R: Managed>(
    Caller { directory, actor, .. }: &Caller,
    change: SingleChange,
) -> Result<StepOutcome, ApiError> {
    let (status, changed) = match change {
        SingleChange::Post(attributes) => {
            (StatusCode::CREATED, R::create(directory, attributes, actor).await?)
        }
        SingleChange::Put(id, attributes, precondition) => {
            let replaced = R::replace(directory, id, &attributes, &precondition, actor);
            (StatusCode::OK, replaced.await?)
        }
        SingleChange::Patch(id, request, precondition) => {
            let patched = R::patch(directory, id, &request, &precondition, Wanted::No, actor);
            (StatusCode::OK, patched.await?)
        }
        SingleChange::Delete(id, precondition) => {
            R::delete(directory, id, &precondition, actor).await?;
            let status = StatusCode::NO_CONTENT.as_u16();
            return Ok(StepOutcome::Done { status, id: id.to_string(), version: None });
        }
    };
    Ok(StepOutcome::Done {
        status: status.as_u16(),
        id: changed.record.id().to_string(),
        version: Some(entity_tag(changed.record.version())),
    })
}
