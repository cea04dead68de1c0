//! The one Lambda binary: settings, clients and the service, then events until the end.

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::Client;
use rollcall::app::App;
use rollcall::config::{Config, LocalSecret, log_filter};
use rollcall::directory::pepper::PepperSource;
use rollcall::directory::sources::Sources;
use rollcall::metrics::{self, RequestMetrics};
use rollcall::store::Store;
use rollcall::store::client::patience;
use rollcall::{gateway, secrets, startup};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let config = Config::from_environment();
    log(config.as_ref().ok().and_then(|config| config.metrics_namespace.as_deref()));
    rollcall::log_panics_without_text();
    let config = config.inspect_err(startup::report_settings)?;
    let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let (store, peppers) = (store(&shared, &config), peppers(&shared, &config));
    let sources = Sources::system();
    // The connections are opened while starting, where a Lambda has its full CPU, and both at the same time. What fails
    // here is said here; each request will say so too, as a SCIM error.
    let (table, pepper) = tokio::join!(store.check_access(), peppers.get(sources.now()));
    let region = shared.region().map_or("none", |region| region.as_ref());
    if let Err(error) = table {
        startup::report_table(&error, &config.table, region);
    }
    if let Err(error) = pepper {
        startup::report_secret(&error, &config.secret_arn, region);
    }
    let public_url = config.public_url.as_deref();
    let app = App::new(store, peppers, sources, public_url.unwrap_or_default());
    let (service, fixed_origin) = (app.service(), public_url.is_some());
    lambda_http::run(lambda_http::service_fn(move |event| {
        gateway::answer(service.clone(), fixed_origin, event)
    }))
    .await
}

/// JSON lines on standard output. With a namespace the line of each request carries metrics, whatever the log filter
/// says; without one it is a line like the others.
fn log(namespace: Option<&str>) {
    let metrics = namespace.map(|namespace| {
        RequestMetrics::new(namespace, Sources::system(), metrics::to_standard_output)
            .with_filter(filter_fn(metrics::is_request))
    });
    let written_with_metrics = metrics.is_some();
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_filter(log_filter())
        .with_filter(filter_fn(move |event| !(written_with_metrics && metrics::is_request(event))));
    tracing_subscriber::registry().with(metrics).with(lines).init();
}

fn store(shared: &SdkConfig, config: &Config) -> Store {
    let mut dynamodb = patience(shared.into());
    if let Some(local) = &config.local {
        dynamodb = dynamodb.endpoint_url(&local.dynamodb_endpoint);
    }
    Store::new(Client::from_conf(dynamodb.build()), &config.table)
}

fn peppers(shared: &SdkConfig, config: &Config) -> PepperSource {
    match config.local.as_ref().map(|local| &local.secret) {
        None => secrets::from_secrets_manager(shared, &config.secret_arn),
        Some(LocalSecret::File(path)) => secrets::from_file(path),
        Some(LocalSecret::Document(document)) => secrets::from_document(document.clone()),
    }
}
