//! Notes each SCIM request for the tenant's administrator: its meaning, its failure, and its unknown attributes.

use super::context::{Caller, RequestId, Services};
use super::error::failure_note::{FailureNote, NotedFailure};
use super::error::noted::failure_of;
use super::observe::{known_method, operation};
use super::request_trace::{FailedOperation, Traced};
use super::tenant_urls::SCIM_ROUTE;
use crate::directory::tenants::answered::Answered;
use crate::directory::tenants::sync::PATIENCE;
use crate::directory::{Kind, clock};
use crate::model::governed::GovernedAttribute;
use crate::model::id::parse_id;
use crate::model::meaning::{Client, Meaning};
use crate::model::noted_request::{
    AttributeResult, MOST_ATTRIBUTES, NotedRequest, RecordRef, ResultKind, attribute_name,
};
use axum::extract::{MatchedPath, OriginalUri, Request};
use axum::response::Response;
use http::Method;
use http::header::USER_AGENT;
use scim::urn;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::time::timeout_at;

/// The facts about a request that are known before its handler runs.
struct Asked {
    method: Method,
    route: Option<MatchedPath>,
    record: Option<RecordRef>,
    sender: Client,
    request_id: Arc<str>,
}

/// Answers a SCIM request, and notes it. The log has only the number of unknown attributes: their names are for the
/// administrator alone.
pub(super) async fn answer_and_note(
    services: &Services,
    caller: &Caller,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let asked = Asked::of(&request);
    let (started, now) = (clock(), services.tenants.now());
    let note = services.sync.asked(&caller.tenant, &caller.token, caller.token_created);
    let (response, ()) = tokio::join!(next(request), note);
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let unknown = caller.unknown.take();
    if !unknown.is_empty() {
        let tenant = caller.tenant.as_str();
        tracing::info!(tenant, unknown = unknown.len(), "a request has unknown attributes");
    }
    let mut traced = caller.trace.take();
    let attributes = std::mem::take(&mut traced.attributes);
    let mut answered = asked.answered(caller, &response, traced, millis);
    answered.unknown = unknown;
    let deadline = clock() + PATIENCE;
    if services.sync.is_recording(&caller.tenant) && answered.request.cause.is_none() {
        let results = Results { caller, since: now }.of(&attributes, &answered);
        answered.request.results = timeout_at(deadline, results).await.unwrap_or_default();
    }
    services.sync.answered(&caller.tenant, answered, deadline).await;
    response
}

impl Asked {
    fn of(request: &Request) -> Self {
        let user_agent = request.headers().get(USER_AGENT).and_then(|text| text.to_str().ok());
        let path = request.extensions().get::<OriginalUri>().map(|OriginalUri(uri)| uri.path());
        let request_id = request.extensions().get().map(|RequestId(id)| Arc::clone(id));
        Self {
            method: request.method().clone(),
            route: request.extensions().get().cloned(),
            record: record_in(path.unwrap_or_else(|| request.uri().path())),
            sender: Client::of_user_agent(user_agent.unwrap_or_default()),
            request_id: request_id.unwrap_or_default(),
        }
    }

    fn answered(
        &self,
        caller: &Caller,
        response: &Response,
        traced: Traced,
        millis: u64,
    ) -> Answered {
        let failure = failure_of(response);
        let meaning = traced.meaning.unwrap_or_else(|| self.meaning());
        let row = |meaning: Meaning, record: Option<RecordRef>, failure: Option<&NotedFailure>| {
            let note = failure.map(|failure| &failure.note);
            let attribute = note.and_then(|note| note.attribute.as_deref()).map(attribute_name);
            NotedRequest {
                meaning,
                operation: operation(&self.method, self.route.as_ref(), response.status()),
                record: record.or_else(|| note.and_then(|note| note.record)),
                status: failure.map_or(response.status().as_u16(), |failure| failure.status),
                scim_type: failure.and_then(|failure| failure.scim_type).map(str::to_owned),
                cause: note.map(|note| note.cause),
                attributes: attribute.into_iter().collect(),
                results: Vec::new(),
                token: caller.token.to_string(),
                request_id: self.request_id.to_string(),
                millis,
                first: OffsetDateTime::UNIX_EPOCH,
                last: OffsetDateTime::UNIX_EPOCH,
                count: 1,
            }
        };
        let operations = traced.operations.iter().filter(|failed| {
            let FailedOperation { meaning, failure, .. } = failed;
            is_noted(*meaning, &failure.note)
        });
        let operations = operations.map(|failed| {
            let FailedOperation { meaning, record, failure } = failed;
            row(*meaning, *record, Some(failure))
        });
        Answered {
            request: row(meaning, self.record.or(traced.record), failure.as_ref()),
            is_noted: failure.as_ref().is_some_and(|failure| is_noted(meaning, &failure.note)),
            operations: operations.collect(),
            sender: self.sender,
            unknown: BTreeMap::new(),
        }
    }

    /// The meaning by method and route alone.
    fn meaning(&self) -> Meaning {
        let method = known_method(&self.method).map_or("", Method::as_str);
        let Some(route) = self.route.as_ref().map(MatchedPath::as_str) else {
            return Meaning::Other;
        };
        let below = route.strip_prefix(SCIM_ROUTE).unwrap_or(route);
        Meaning::of_route(method, below)
    }
}

/// Whether a failure is worth a note. A repeated DELETE is part of a normal sync, as a look-up is.
fn is_noted(meaning: Meaning, FailureNote { cause, .. }: &FailureNote) -> bool {
    let is_delete = matches!(meaning, Meaning::DeleteUser | Meaning::DeleteGroup);
    cause.is_noted(meaning.is_read() || is_delete)
}

/// Finds the record that a path names, such as `…/Users/{id}`.
pub(super) fn record_in(path: &str) -> Option<RecordRef> {
    let mut segments = path.rsplit('/');
    let (id, endpoint) = (segments.next()?, segments.next()?);
    let kind = match endpoint {
        "Users" => Kind::Employee,
        "Groups" => Kind::Group,
        _ => return None,
    };
    Some(RecordRef { kind, id: parse_id(id)? })
}

/// Finds the results of the attributes of a recorded request.
struct Results<'a> {
    caller: &'a Caller,
    since: OffsetDateTime,
}

impl Results<'_> {
    /// Returns a result for each attribute. An attribute changed when the history has its change since the request
    /// began. When the store fails, the results stay empty.
    async fn of(self, sent: &BTreeSet<String>, answered: &Answered) -> Vec<AttributeResult> {
        let ignored: BTreeSet<&str> = answered.unknown.keys().map(|(_, name)| &**name).collect();
        let changed = self.changed(answered.request.record).await.unwrap_or_default();
        let not_in_use = self.not_in_use();
        let result_of = |name: &str| match () {
            () if ignored.contains(name) => ResultKind::Ignored,
            () if not_in_use.iter().any(|other| other.eq_ignore_ascii_case(name)) => {
                ResultKind::NotInUse
            }
            () if changed.iter().any(|other| is_within(other, name)) => ResultKind::Kept,
            () => ResultKind::Unchanged,
        };
        let names = sent.iter().map(|name| &**name).filter(|name| *name != "schemas");
        let names: BTreeSet<&str> = names.chain(ignored.iter().copied()).collect();
        let results = names
            .into_iter()
            .map(|name| AttributeResult { name: attribute_name(name), result: result_of(name) });
        results.take(MOST_ATTRIBUTES * 4).collect()
    }

    async fn changed(&self, record: Option<RecordRef>) -> Option<Vec<String>> {
        let RecordRef { kind, id } = record?;
        let page = self.caller.directory.history().page((kind, id), None, 1).await.ok()?;
        let entry = page.rows.into_iter().map(|row| row.entry).find(|entry| entry.at >= self.since);
        Some(entry?.changes.into_iter().map(|change| change.attribute).collect())
    }

    /// The attributes whose values are not in use. The settings may be a minute old.
    fn not_in_use(&self) -> Vec<String> {
        let settings = self.caller.settings;
        let unused = GovernedAttribute::ALL.iter().filter(|one| !one.is_from_idp(settings));
        unused.map(|one| format!("{}:{}", urn::ENTERPRISE_USER, one.name())).collect()
    }
}

/// Whether one attribute is the other, or a part of it.
fn is_within(left: &str, right: &str) -> bool {
    let (left, right) = (left.to_ascii_lowercase(), right.to_ascii_lowercase());
    let starts = |long: &str, short: &str| {
        long.strip_prefix(short)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', ':']))
    };
    starts(&left, &right) || starts(&right, &left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cause::Cause;

    #[test]
    fn a_path_names_its_record() {
        let id = "00000000-0000-4000-8000-000000000001";
        let found = record_in(&format!("/tenants/acme/scim/v2/Users/{id}"));
        assert_eq!(found.map(|record| record.id.to_string()), Some(id.to_owned()));
        for path in ["/tenants/acme/scim/v2/Users", "/Users/ada", &format!("/Schemas/{id}"), ""] {
            assert_eq!(record_in(path), None, "{path}");
        }
    }

    #[test]
    fn a_failed_look_up_is_routine_and_a_failed_change_is_not() {
        let note = |cause| FailureNote { cause, attribute: None, record: None };
        for (meaning, cause, expected) in [
            (Meaning::GetUser, Cause::UserNotFound, false),
            (Meaning::DeleteUser, Cause::UserNotFound, false),
            (Meaning::UpdateUser, Cause::UserNotFound, true),
            (Meaning::CreateUser, Cause::UserNameTaken, true),
            (Meaning::UpdateUser, Cause::VersionDiffers, false),
            (Meaning::UpdateUser, Cause::DatabaseBusy, false),
            (Meaning::ListUsers, Cause::ShareUsed, true),
            (Meaning::Other, Cause::UnknownEndpoint, true),
        ] {
            assert_eq!(is_noted(meaning, &note(cause)), expected, "{meaning} {cause:?}");
        }
    }
}
