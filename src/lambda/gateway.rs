//! Turns API Gateway's events into plain requests, for every kind of API and every stage.
//!
//! No other module knows Lambda's event types. The public origin comes from the gateway's request context, never from a
//! client's header.
//!
//! `lambda_http` builds a URI from a client's `Host`, `X-Forwarded-Proto` and query, and panics if they are invalid. So
//! the gateway removes them from the event first. The service needs neither header, and the query is added afterwards.

use super::hang_watch::{HangWatch, WatchedRequest};
use crate::server::context::{Invocation, MalformedQuery, PublicUrl, RequestId};
use crate::server::observe::{LONGEST_REQUEST, known_method};
use crate::server::router::Service;
use crate::server::tenant_urls::tenant_in;
use axum::body::Body;
use axum::response::Response;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HOST};
use http::uri::{PathAndQuery, Uri};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Adapter, Context, IntoResponse, LambdaEvent, RequestExt, service_fn};
use serde::Serialize;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tower::ServiceExt;

/// A request that takes longer hangs: even the service's own timeout did not end it. Lambda ends the process at least a
/// second later.
pub const HANGS_AFTER: Duration = LONGEST_REQUEST.saturating_add(Duration::from_secs(1));

/// Serves the gateway's events, in one process of the function.
#[derive(Debug, Clone)]
pub struct Gateway {
    service: Service,
    fixed_origin: bool,
    had_invocation: Arc<AtomicBool>,
    watch: HangWatch,
}

impl Gateway {
    /// Builds the gateway on a service. `fixed_origin` says that the public URL is configured. A request that takes
    /// longer than `hangs_after` is logged.
    pub fn new(service: Service, fixed_origin: bool, hangs_after: Duration) -> Self {
        let watch = HangWatch::new(hangs_after);
        Self { service, fixed_origin, had_invocation: Arc::default(), watch }
    }

    /// Answers one event.
    ///
    /// # Errors
    /// Never fails: the service turns every failure into a response. The Lambda runtime requires the type.
    pub async fn answer(
        self,
        event: LambdaEvent<LambdaRequest>,
    ) -> Result<impl Serialize, lambda_http::Error> {
        let LambdaEvent { mut payload, context } = event;
        let query = take_query(&mut payload);
        let is_cold_start = !self.had_invocation.swap(true, Ordering::Relaxed);
        let invocation = invocation(&context, is_cold_start);
        let function = service_fn(move |event| {
            let request = request_with_query(event, query.as_deref(), self.fixed_origin);
            let (gateway, invocation) = (self.clone(), invocation.clone());
            async move {
                Ok::<Answer, lambda_http::Error>(Answer(gateway.serve(request, invocation).await))
            }
        });
        Adapter::from(function).oneshot(LambdaEvent::new(payload, context)).await
    }

    async fn serve(self, mut request: Request<Body>, invocation: Invocation) -> Response {
        let id = request.extensions().get::<RequestId>().map(|id| Arc::clone(&id.0));
        let tenant = tenant_in(request.uri().path());
        let _watching = self.watch.start(WatchedRequest {
            request_id: id,
            lambda_request_id: Arc::clone(&invocation.lambda_request_id),
            trace_id: invocation.trace_id.clone(),
            tenant: tenant.map_or_else(|| "-".to_owned(), |tenant| tenant.to_string()),
            method: known_method(request.method()).map_or("other", Method::as_str).to_owned(),
        });
        request.extensions_mut().insert(invocation);
        match self.service.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// A response for the runtime. The body becomes text if it is UTF-8 and has no encoding, and base64 otherwise.
/// `lambda_http` knows every character set, and the tables for that take more room than all pages.
struct Answer(Response);

impl IntoResponse for Answer {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<lambda_http::Body>> + Send>> {
        Box::pin(async move {
            let (mut parts, body) = self.0.into_parts();
            let bytes = body.collect().await.map(|body| Vec::from(body.to_bytes()));
            let bytes = bytes.unwrap_or_else(|_| {
                parts.status = StatusCode::INTERNAL_SERVER_ERROR;
                Vec::new()
            });
            let body = match parts.headers.contains_key(CONTENT_ENCODING) {
                true => lambda_http::Body::Binary(bytes),
                false => match String::from_utf8(bytes) {
                    Ok(text) => lambda_http::Body::Text(text),
                    Err(error) => lambda_http::Body::Binary(error.into_bytes()),
                },
            };
            Response::from_parts(parts, body)
        })
    }
}

/// Reads the invocation from Lambda's context.
fn invocation(context: &Context, is_cold_start: bool) -> Invocation {
    // The header has the form `Root=1-...;Parent=...;Sampled=0`. The root is the id of the trace.
    let trace = context.xray_trace_id.as_deref().unwrap_or_default();
    let root = trace.split(';').find_map(|part| part.trim().strip_prefix("Root="));
    Invocation {
        lambda_request_id: Arc::from(&*context.request_id),
        trace_id: root.map(Arc::from),
        is_cold_start,
    }
}

/// Rebuilds the request that a client of the service would have sent. Its path has no stage, and its id is the
/// gateway's. Its origin is the gateway's URL, unless a fixed one is configured.
pub fn plain_request(mut event: LambdaRequest, fixed_origin: bool) -> Request<Body> {
    let query = take_query(&mut event);
    request_with_query(event.into(), query.as_deref(), fixed_origin)
}

/// Removes the client's values that `lambda_http` would build a URI from, and returns the query.
fn take_query(event: &mut LambdaRequest) -> Option<String> {
    let (headers, query) = match event {
        LambdaRequest::ApiGatewayV2(event) => {
            ([Some(&mut event.headers), None], event.raw_query_string.take())
        }
        // A REST API sends the query as decoded parameters, and `lambda_http` encodes them.
        LambdaRequest::ApiGatewayV1(event) => {
            ([Some(&mut event.headers), Some(&mut event.multi_value_headers)], None)
        }
        _ => ([None, None], None),
    };
    for headers in headers.into_iter().flatten() {
        headers.remove(HOST);
        headers.remove("x-forwarded-proto");
    }
    query.filter(|query| !query.is_empty())
}

fn request_with_query(
    event: lambda_http::Request,
    query: Option<&str>,
    fixed_origin: bool,
) -> Request<Body> {
    let raw_path = event.raw_http_path().to_owned();
    let (mut parts, body) = event.into_parts();
    let context =
        parts.extensions.get::<RequestContext>().map(GatewayContext::of).unwrap_or_default();
    if let Some(stage) = &context.stage
        && let Some(uri) = without_stage(&parts.uri, stage)
    {
        parts.uri = uri;
    }
    if let Some(query) = query {
        match with_query(&parts.uri, query) {
            Some(uri) => parts.uri = uri,
            None => drop(parts.extensions.insert(MalformedQuery)),
        }
    }
    if !context.decodes_bodies {
        parts.headers.remove(ACCEPT_ENCODING);
    }
    if let Some(request_id) = context.request_id {
        parts.extensions.insert(RequestId(Arc::from(request_id)));
    }
    if let Some(domain) = context.domain.filter(|_| !fixed_origin) {
        // The base is a stage, or a base path of the domain. The rest of the path is routed.
        let stage = context.stage.as_deref().unwrap_or_default();
        let routed = after_stage(&raw_path, stage).unwrap_or(&raw_path);
        let base = context.path.as_deref().and_then(|path| path.strip_suffix(routed));
        let segments = base.unwrap_or_default().split('/').filter(|part| !part.is_empty());
        let base: String = segments.flat_map(|segment| ["/", segment]).collect();
        parts.extensions.insert(PublicUrl(Arc::from(format!("https://{domain}{base}"))));
    }
    Request::from_parts(parts, Body::new(body))
}

/// The gateway's data about a request.
#[derive(Debug, Default)]
struct GatewayContext {
    /// The named stage. `$default` is never part of a path, and is left out.
    stage: Option<String>,
    domain: Option<String>,
    /// The path that the client sent, with the stage or the base path.
    path: Option<String>,
    request_id: Option<String>,
    /// Whether the gateway decodes base64, in which the runtime sends a compressed body. An HTTP API and a function URL
    /// always do. A REST API decodes only its `binaryMediaTypes`, which are unknown here. Without decoding, the client
    /// gets the base64 text.
    decodes_bodies: bool,
}

impl GatewayContext {
    fn of(context: &RequestContext) -> Self {
        let (stage, domain, path, request_id, decodes_bodies) = match context {
            RequestContext::ApiGatewayV2(context) => (
                context.stage.clone(),
                context.domain_name.clone(),
                context.http.path.clone(),
                context.request_id.clone(),
                true,
            ),
            RequestContext::ApiGatewayV1(context) => (
                context.stage.clone(),
                context.domain_name.clone(),
                context.path.clone(),
                context.request_id.clone(),
                false,
            ),
            // The type is open, but only the two kinds above are compiled in.
            _ => return Self::default(),
        };
        let stage = stage.filter(|stage| stage != "$default");
        Self { stage, domain, path, request_id, decodes_bodies }
    }
}

/// Removes the stage from a path. The runtime puts the stage in front of a REST API's path. An HTTP API has a named
/// stage in the path of the event.
fn without_stage(uri: &Uri, stage: &str) -> Option<Uri> {
    let rest = after_stage(uri.path(), stage)?;
    let path_and_query = match uri.query() {
        Some(query) => format!("{rest}?{query}"),
        None => rest.to_owned(),
    };
    with_path_and_query(uri, path_and_query)
}

/// Returns the rest of a path that begins with a stage.
fn after_stage<'p>(path: &'p str, stage: &str) -> Option<&'p str> {
    let rest = path.strip_prefix('/')?.strip_prefix(stage)?;
    (!stage.is_empty() && rest.starts_with('/')).then_some(rest)
}

/// Adds a query to a URI. Returns `None` if a URI cannot have this query.
fn with_query(uri: &Uri, query: &str) -> Option<Uri> {
    with_path_and_query(uri, format!("{}?{query}", uri.path()))
}

fn with_path_and_query(uri: &Uri, path_and_query: String) -> Option<Uri> {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path_and_query).ok()?);
    Uri::from_parts(parts).ok()
}
