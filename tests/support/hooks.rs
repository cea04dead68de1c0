//! A receiver of webhooks and messages on a free port of 127.0.0.1. It answers as a script says, and keeps the requests.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// One answer of a receiver.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A status, with a body.
    Status(u16, &'static str),
    /// A status with the header `Retry-After`.
    RetryAfter(u16, &'static str),
    /// A redirect to a URL.
    Redirect(String),
}

/// A request that a receiver got.
#[derive(Debug, Clone)]
pub struct Received {
    pub at: Instant,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

#[derive(Debug)]
struct Script {
    /// The next answers. Without one, `otherwise` decides.
    next: VecDeque<Reply>,
    otherwise: fn(&Received) -> Reply,
    received: Vec<Received>,
}

/// A receiver. It stops when it is dropped.
#[derive(Debug)]
pub struct Hooks {
    pub url: String,
    script: Arc<Mutex<Script>>,
    came: Arc<Notify>,
    task: AbortHandle,
}

impl Received {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Hooks {
    /// Starts a receiver that answers 200.
    pub async fn start() -> Self {
        let script = Arc::new(Mutex::new(Script {
            next: VecDeque::new(),
            otherwise: |_| Reply::Status(200, ""),
            received: Vec::new(),
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hooks/secret-path?key=secret", listener.local_addr().unwrap());
        let came = Arc::new(Notify::new());
        let state = (Arc::clone(&script), Arc::clone(&came));
        let router = Router::new().fallback(answer).with_state(state);
        let task = tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, script, came, task: task.abort_handle() }
    }

    /// Gives these answers next.
    pub fn then(&self, replies: impl IntoIterator<Item = Reply>) {
        self.script.lock().unwrap().next.extend(replies);
    }

    /// Gives the answer of this function when the script has no other.
    pub fn otherwise(&self, reply: fn(&Received) -> Reply) {
        self.script.lock().unwrap().otherwise = reply;
    }

    /// Takes the requests that came.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.script.lock().unwrap().received)
    }

    /// Waits until this many requests came, and takes them.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        loop {
            let came = self.came.notified();
            if self.script.lock().unwrap().received.len() >= count {
                return self.take();
            }
            came.await;
        }
    }

    /// Takes the bodies of the requests that came.
    pub fn take_bodies(&self) -> Vec<Value> {
        self.take().iter().map(Received::json).collect()
    }
}

impl Drop for Hooks {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    State((script, came)): State<(Arc<Mutex<Script>>, Arc<Notify>)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let received = Received { at: Instant::now(), headers, body: body.to_vec() };
    let mut script = script.lock().unwrap();
    let reply = script.next.pop_front().unwrap_or_else(|| (script.otherwise)(&received));
    script.received.push(received);
    came.notify_one();
    let status = |code: u16| StatusCode::from_u16(code).unwrap();
    match reply {
        Reply::Status(code, body) => (status(code), body).into_response(),
        Reply::RetryAfter(code, after) => {
            (status(code), [(header::RETRY_AFTER, after)]).into_response()
        }
        Reply::Redirect(url) => (StatusCode::FOUND, [(header::LOCATION, url)]).into_response(),
    }
}
