//! Names the request that blocks the process of a Lambda.
//!
//! A blocked process runs no timer, so its request gets no response and no log line. Lambda then ends the process.
//! Lambda's own report has the id of the invocation, but no tenant. A second thread logs the request before that.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

/// A request that the process answers.
#[derive(Debug)]
pub struct WatchedRequest {
    /// The id of the request.
    pub request_id: Option<Arc<str>>,
    /// The id of the invocation.
    pub lambda_request_id: Arc<str>,
    /// The id of the trace.
    pub trace_id: Option<Arc<str>>,
    /// The tenant in the URL, or `-`.
    pub tenant: String,
    /// The HTTP method, as the log names it.
    pub method: String,
}

#[derive(Debug)]
enum WatchEvent {
    Started(WatchedRequest),
    Ended,
}

/// Logs each request that takes longer than a limit, from a thread of its own.
#[derive(Debug, Clone)]
pub struct HangWatch(Sender<WatchEvent>);

/// A watched request. Dropping the value ends the watch.
#[derive(Debug)]
pub struct Watching<'a>(&'a Sender<WatchEvent>);

impl HangWatch {
    /// Starts the thread. It logs to the subscriber of the calling thread.
    pub fn new(limit: Duration) -> Self {
        let (sender, events) = mpsc::channel();
        let log = tracing::dispatcher::get_default(Clone::clone);
        let watch = move || tracing::dispatcher::with_default(&log, || watch(&events, limit));
        if let Err(error) = std::thread::Builder::new().name("hang-watch".to_owned()).spawn(watch) {
            tracing::warn!(
                cause = crate::error_chain(&error),
                "the hang watch has no thread: requests that hang are not logged"
            );
        }
        Self(sender)
    }

    /// Watches a request. Without the thread, a watch does nothing.
    pub fn start(&self, request: WatchedRequest) -> Watching<'_> {
        let _ = self.0.send(WatchEvent::Started(request));
        Watching(&self.0)
    }
}

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        let _ = self.0.send(WatchEvent::Ended);
    }
}

fn watch(events: &Receiver<WatchEvent>, limit: Duration) {
    while let Ok(event) = events.recv() {
        let WatchEvent::Started(request) = event else { continue };
        if let Err(RecvTimeoutError::Timeout) = events.recv_timeout(limit) {
            tracing::error!(
                request_id = request.request_id.as_deref(),
                lambda_request_id = &*request.lambda_request_id,
                trace_id = request.trace_id.as_deref(),
                tenant = request.tenant,
                method = request.method,
                "the request hangs"
            );
        }
    }
}
