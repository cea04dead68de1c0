//! Metrics of the Lambda: the log line of each request and of each delivery run, in CloudWatch's Embedded Metric Format.
//!
//! CloudWatch extracts the metrics from the log lines, so the function makes no calls. CloudWatch charges for each
//! combination of dimension values. So the dimensions have few values, and no tenants. CloudWatch also charges for each
//! byte of a line. So a line has no units: they are optional, and the names of the metrics include them.
//!
//! Source: Amazon CloudWatch User Guide, *Specification: Embedded metric format*.

use crate::config::may_be_logged;
use crate::delivery::run_report::RUN_TARGET;
use crate::directory::sources::Sources;
use crate::server::observe::REQUEST_TARGET;
use scim::date_time;
use serde_json::{Map, Value, json};
use std::io::Write;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets, filter_fn};
use tracing_subscriber::layer::{Context, SubscriberExt};

/// Writes the log of a Lambda to `output`, as lines of JSON. `filter` selects the lines. With a namespace, the line of
/// each request and of each delivery run passes every filter and carries metrics.
pub fn subscriber<O>(
    namespace: Option<&str>,
    filter: Targets,
    sources: Sources,
    output: O,
) -> impl Subscriber + Send + Sync
where
    O: Fn(&[u8]) + Clone + Send + Sync + 'static,
{
    let carries_metrics = namespace.is_some();
    let metrics = namespace.map(|namespace| {
        let measured = filter_fn(is_measured).with_max_level_hint(LevelFilter::INFO);
        MetricLines::new(namespace, sources, output.clone()).with_filter(measured)
    });
    let others = filter_fn(move |metadata| {
        may_be_logged(metadata) && !(carries_metrics && is_measured(metadata))
    });
    let others = others.with_max_level_hint(LevelFilter::TRACE);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_writer(move || Lines(output.clone()))
        .with_filter(filter.and(others));
    tracing_subscriber::registry().with(metrics).with(lines)
}

/// Writes to standard output, which Lambda sends to CloudWatch Logs. A failed write is ignored, because it must not
/// fail a request.
pub fn to_standard_output(line: &[u8]) {
    let _ = std::io::stdout().lock().write_all(line);
}

/// Whether the line of an event carries metrics.
fn is_measured(metadata: &Metadata<'_>) -> bool {
    [REQUEST_TARGET, RUN_TARGET].contains(&metadata.target())
}

/// The metrics of a delivery run without dimensions. A line has a metric only if the run has the number.
const RUN_METRICS: [&str; 5] = ["sequenced", "lag_ms", "outbox_age_s", "waiting", "disabled"];

/// Adapts an output to a writer. The formatter writes one line at a time.
struct Lines<O>(O);

impl<O: Fn(&[u8])> Write for Lines<O> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        (self.0)(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes the line of each request and of each delivery run to `output`, with metrics in a namespace.
struct MetricLines<O> {
    namespace: String,
    of_requests: Value,
    sources: Sources,
    output: O,
}

impl<O: Fn(&[u8])> MetricLines<O> {
    /// Builds metrics in `namespace`, with timestamps from `sources`. Each line goes to `output` whole, with its line
    /// break.
    fn new(namespace: &str, sources: Sources, output: O) -> Self {
        let of_requests = json!([
            {
                "Namespace": namespace,
                "Dimensions": [["status_class"], ["operation", "status_class"]],
                "Metrics": [{"Name": "requests"}],
            },
            {
                "Namespace": namespace,
                "Dimensions": [["operation"]],
                "Metrics": [
                    {"Name": "duration_us"},
                    {"Name": "store_calls"},
                    {"Name": "read_units"},
                    {"Name": "write_units"},
                ],
            },
        ]);
        Self { namespace: namespace.to_owned(), of_requests, sources, output }
    }

    fn line(&self, event: &Event<'_>) -> String {
        let now = self.sources.now();
        let mut fields = Fields(Map::new());
        fields.add("timestamp", date_time::format(now));
        fields.add("level", event.metadata().level().as_str());
        event.record(&mut fields);
        let Fields(mut line) = fields;
        let directives = match event.metadata().target() {
            RUN_TARGET => self.of_run(&line),
            _ => {
                let status = line.get("status").and_then(Value::as_u64);
                let class = status_class(status.unwrap_or_default());
                line.insert("status_class".to_owned(), class.into());
                line.insert("requests".to_owned(), 1.into());
                Some(self.of_requests.clone())
            }
        };
        if let Some(directives) = directives {
            let millis = now.unix_timestamp() * 1_000 + i64::from(now.millisecond());
            let metadata = json!({"Timestamp": millis, "CloudWatchMetrics": directives});
            line.insert("_aws".to_owned(), metadata);
        }
        Value::Object(line).to_string()
    }

    /// Returns the metrics of a delivery run's line; `None` when the run has nothing to measure.
    fn of_run(&self, line: &Map<String, Value>) -> Option<Value> {
        let names = RUN_METRICS.iter().filter(|name| line.contains_key(**name));
        let plain: Vec<Value> = names.map(|name| json!({"Name": name})).collect();
        let mut directives = Vec::new();
        if !plain.is_empty() {
            directives
                .push(json!({"Namespace": self.namespace, "Dimensions": [[]], "Metrics": plain}));
        }
        if line.contains_key("deliveries") {
            directives.push(json!({
                "Namespace": self.namespace,
                "Dimensions": [["kind", "outcome"]],
                "Metrics": [{"Name": "deliveries"}],
            }));
        }
        (!directives.is_empty()).then_some(Value::Array(directives))
    }
}

/// Returns the class of a status. Operations watch two statuses with classes of their own. `401` means invalid
/// credentials, and `429` means clients that must slow down.
fn status_class(status: u64) -> &'static str {
    match status {
        401 => "401",
        429 => "429",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

impl<S: Subscriber, O: Fn(&[u8]) + 'static> Layer<S> for MetricLines<O> {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut line = self.line(event);
        line.push('\n');
        (self.output)(line.as_bytes());
    }
}

/// The fields of an event, as JSON.
struct Fields(Map<String, Value>);

impl Fields {
    fn add(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field.name(), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // The message says nothing. A query finds the lines of requests by `requests`, and of runs by `trigger`.
        if field.name() != "message" {
            self.add(field.name(), format!("{value:?}"));
        }
    }
}
