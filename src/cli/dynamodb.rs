//! `rollcall dynamodb`: serves the embedded engine on a socket, so that a local Lambda has a table without AWS.

use super::arguments::Deployment;
use super::arguments::dynamodb::DynamodbArguments;
use super::data_folder::open_engine;
use super::exit::Refused;
use super::http_server::{self, SERVER_LIMITS};
use super::output;
use super::stop_signal;
use super::table_location::{TableLocation, describe};
use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use rollcall::store::dynamodb::embedded::Engine;
use serde_json::json;
use std::net::{IpAddr, SocketAddr};
use tokio::net::TcpListener;

/// The largest request of DynamoDB: 16 MB, for a `BatchWriteItem` (DynamoDB API Reference).
const LARGEST_CALL_BYTES: usize = 16 * 1024 * 1024;

/// Serves until a signal stops the process.
pub async fn serve(
    deployment: &Deployment,
    arguments: &DynamodbArguments,
    json: bool,
) -> anyhow::Result<()> {
    let TableLocation::Folder(folder) = deployment.table_location() else {
        let text = "dynamodb serves the embedded engine in --data: leave out --table and \
                    --dynamodb-endpoint, and unset ROLLCALL_TABLE and ROLLCALL_DYNAMODB_ENDPOINT";
        return Err(Refused(text.to_owned()).into());
    };
    if !arguments.listen.ip().is_loopback() && !arguments.without_credentials {
        let text = format!(
            "{} is not a loopback address, and every client that reaches it could read and write \
             all data: use a loopback address, or allow it with --without-credentials",
            arguments.listen
        );
        return Err(Refused(text).into());
    }
    let engine = open_engine(folder)?;
    let stop = stop_signal::listen().context("cannot listen for signals")?;
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("cannot listen on {} (--listen)", arguments.listen))?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let data = describe(deployment);
    if json {
        output::print(&json!({"endpoint": endpoint, "data": data}).to_string())?;
    } else {
        output::print(&format!(
            "The DynamoDB API is at {endpoint}\nThe data is in {data}\nPress Ctrl-C to stop.\n"
        ))?;
    }
    let service = Router::new()
        .fallback(post(move |headers, body| call(engine, headers, body)))
        .layer(DefaultBodyLimit::max(LARGEST_CALL_BYTES));
    http_server::serve(listener, service, SERVER_LIMITS, stop).await;
    Ok(())
}

async fn call(engine: Engine, headers: HeaderMap, body: Bytes) -> Response {
    // Requests from web pages are refused. A browser sends the page's `Origin`, or a `Host` name that resolves to this
    // machine.
    if headers.contains_key(ORIGIN) || !is_own_name(headers.get(HOST)) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let answered = tokio::task::spawn_blocking(move || {
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        engine.answer(target.unwrap_or_default(), &body)
    });
    let Ok((status, body)) = answered.await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, "application/x-amz-json-1.0")], body).into_response()
}

/// Whether a `Host` header is an IP address, or a name that only this machine and its containers use.
fn is_own_name(host: Option<&HeaderValue>) -> bool {
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    if host.parse::<SocketAddr>().is_ok() || host.parse::<IpAddr>().is_ok() {
        return true;
    }
    let name = host.split(':').next().unwrap_or_default();
    ["localhost", "host.docker.internal"].contains(&name)
}
