//! The Lambda binary: reads the settings, builds the clients and the service, and answers events until the process
//! ends.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use lambda_http::{lambda_runtime, service_fn};
use rollcall::app::App;
use rollcall::config::{Config, LocalSecret, Role, log_filter};
use rollcall::directory::access::pepper::PepperSource;
use rollcall::directory::sources::Sources;
use rollcall::lambda::gateway::{Gateway, HANGS_AFTER};
use rollcall::lambda::{aws, deliver, metrics, startup};
use rollcall::outbound::{Client as OutboundClient, sdk_client};
use rollcall::secrets;
use rollcall::store::Store;
use rollcall::store::dynamodb::aws::AwsTable;
use rollcall::store::dynamodb::client::patience;
use std::process::ExitCode;
use std::sync::Arc;
use tracing_subscriber::util::SubscriberInitExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let config = Config::from_environment();
    let sources = Sources::system();
    let namespace = config.as_ref().ok().and_then(|config| config.metrics_namespace.as_deref());
    metrics::subscriber(namespace, log_filter(), sources.clone(), metrics::to_standard_output)
        .init();
    rollcall::log_panics_without_text();
    let config = match config {
        Ok(config) => config,
        Err(error) => {
            startup::report_settings(&error);
            return ExitCode::FAILURE;
        }
    };
    let shared = aws::settings(sdk_client());
    let (store, peppers) = (open_store(&shared, &config), open_peppers(&shared, &config));
    // Both connections open at the same time during the start, when a Lambda has its full CPU. A failure here is logged
    // here. Each later request reports it too, as a SCIM error.
    let (table, pepper) = tokio::join!(store.table().check(), peppers.get(sources.now()));
    let region = shared.region().map_or("none", |region| region.as_ref());
    if let Err(error) = table {
        startup::report_table(&error, &config.table, region);
        // This version would misread every item.
        if matches!(error, rollcall::store::Error::OtherFormat { .. }) {
            return ExitCode::FAILURE;
        }
    }
    if let Err(error) = pepper {
        let secret = match &config.local {
            Some(_) => "ROLLCALL_LOCAL_SECRET",
            None => &config.secret_arn,
        };
        startup::report_secret(&error, secret, region);
    }
    let public_url = config.public_url.as_deref();
    let app = App::new(store, peppers, sources, public_url.unwrap_or_default());
    let app = app.with_tenant_units(config.tenant_units);
    let app = app.with_outbound(OutboundClient::new(config.address_policy));
    let answered = match config.role {
        Role::Api => {
            let gateway = Gateway::new(app.service(), public_url.is_some(), HANGS_AFTER);
            lambda_runtime::run(service_fn(move |event| gateway.clone().answer(event))).await
        }
        Role::Deliver => {
            let runner = app.runner();
            let run = move |trigger| {
                let runner = runner.clone();
                async move { deliver::run(&runner, trigger).await }
            };
            lambda_runtime::run(service_fn(move |event| deliver::handle(event, run.clone()))).await
        }
    };
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(cause = rollcall::error_chain(&*error), "the runtime ended");
            ExitCode::FAILURE
        }
    }
}

fn open_store(shared: &SdkConfig, config: &Config) -> Store {
    let mut dynamodb = patience(shared.into());
    if let Some(local) = &config.local {
        dynamodb = dynamodb.endpoint_url(&local.dynamodb_endpoint);
    }
    let table = AwsTable::new(Client::from_conf(dynamodb.build()), &config.table);
    Store::new(Arc::new(table))
}

fn open_peppers(shared: &SdkConfig, config: &Config) -> PepperSource {
    match config.local.as_ref().map(|local| &local.secret) {
        None => secrets::from_secrets_manager(shared, &config.secret_arn),
        Some(LocalSecret::File(path)) => secrets::from_file(path),
        Some(LocalSecret::Document(document)) => secrets::from_document(document.clone()),
    }
}
