//! API Gateway in front of the service: events become plain requests, whatever kind of API and stage they came through.
//!
//! The only module that knows Lambda's event types. The public origin is taken from the gateway's own request context,
//! never from a header that a client sends.

use crate::api::context::{Origin, RequestId, TENANTS_ROOT};
use crate::api::router::Service;
use axum::body::Body;
use axum::response::Response;
use http::Request;
use http::header::ACCEPT_ENCODING;
use http::uri::{PathAndQuery, Uri};
use lambda_http::request::RequestContext;
use std::sync::Arc;
use tower::ServiceExt;

/// Answers one event.
///
/// # Errors
/// None: the service turns every failure into an answer. The type is what the Lambda runtime asks for.
pub async fn answer(
    service: Service,
    fixed_origin: bool,
    event: lambda_http::Request,
) -> Result<Response, lambda_http::Error> {
    let request = plain_request(event, fixed_origin);
    match service.oneshot(request).await {
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}

/// The event's request as a client of the service would have sent it: without the stage in the path, with the gateway's
/// request id, and with the gateway's own URL as origin unless a fixed one is configured.
pub fn plain_request(event: lambda_http::Request, fixed_origin: bool) -> Request<Body> {
    let (mut parts, body) = event.into_parts();
    let seen = parts.extensions.get::<RequestContext>().map(Seen::of).unwrap_or_default();
    if let Some(stage) = &seen.stage
        && let Some(uri) = without_stage(&parts.uri, stage)
    {
        parts.uri = uri;
    }
    if !seen.decodes_bodies {
        parts.headers.remove(ACCEPT_ENCODING);
    }
    if let Some(request_id) = seen.request_id {
        parts.extensions.insert(RequestId(Arc::from(request_id)));
    }
    if let Some(domain) = seen.domain.filter(|_| !fixed_origin) {
        let before = seen.path.as_deref().and_then(|path| path.split_once(TENANTS_ROOT));
        let segments =
            before.map_or("", |(base, _)| base).split('/').filter(|part| !part.is_empty());
        let base: String = segments.flat_map(|segment| ["/", segment]).collect();
        parts.extensions.insert(Origin(Arc::from(format!("https://{domain}{base}"))));
    }
    Request::from_parts(parts, Body::new(body))
}

/// What the gateway says about a request.
#[derive(Debug, Default)]
struct Seen {
    /// A named stage; `$default` is never part of a path.
    stage: Option<String>,
    domain: Option<String>,
    /// The path the client sent, with stage or base path.
    path: Option<String>,
    request_id: Option<String>,
    /// Whether the gateway decodes base64, in which the runtime sends a compressed body. An HTTP API and a function URL
    /// always do. A REST API does so only for its `binaryMediaTypes`, which are unknown here; otherwise its client gets
    /// the base64 text.
    decodes_bodies: bool,
}

impl Seen {
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
            // Only the two kinds above are compiled in; the type has room for more.
            _ => return Self::default(),
        };
        let stage = stage.filter(|stage| stage != "$default");
        Self { stage, domain, path, request_id, decodes_bodies }
    }
}

/// The runtime puts the stage in front of a REST API's path, and an HTTP API carries a named one in the event.
fn without_stage(uri: &Uri, stage: &str) -> Option<Uri> {
    let rest = uri.path().strip_prefix('/')?.strip_prefix(stage)?;
    if !rest.starts_with('/') {
        return None;
    }
    let path_and_query = match uri.query() {
        Some(query) => format!("{rest}?{query}"),
        None => rest.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path_and_query).ok()?);
    Uri::from_parts(parts).ok()
}
