//! The one Lambda binary: settings, clients and the service, then events until the end.

use aws_config::BehaviorVersion;
use rollcall::app::App;
use rollcall::config::{Config, log_filter};
use rollcall::directory::sources::Sources;
use rollcall::store::Store;
use rollcall::store::client::patience;
use rollcall::{gateway, secrets};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_env_filter(log_filter())
        .init();
    rollcall::log_panics_without_text();
    let config = Config::from_environment().inspect_err(|error| {
        tracing::error!(cause = %error, "cannot start");
    })?;
    let (store, peppers) = connect(&config).await;
    let sources = Sources::system();
    // The connections are opened while starting, where a Lambda has its full CPU. What fails here is said here; each
    // request will say so too, as a SCIM error.
    let (table, pepper) = tokio::join!(store.check_access(), peppers.get(sources.now()));
    if let Err(error) = table {
        tracing::error!(cause = rollcall::error_chain(&error), table = config.table, "no table");
    }
    if let Err(error) = pepper {
        tracing::error!(cause = rollcall::error_chain(&error), "no secret document");
    }
    let public_url = config.public_url.as_deref();
    let app = App::new(store, peppers, sources, public_url.unwrap_or_default());
    let (service, fixed_origin) = (app.service(), public_url.is_some());
    lambda_http::run(lambda_http::service_fn(move |event| {
        gateway::answer(service.clone(), fixed_origin, event)
    }))
    .await
}

async fn connect(config: &Config) -> (Store, rollcall::directory::pepper::PepperSource) {
    let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let dynamodb = patience((&shared).into());
    let Some(local) = &config.local else {
        let client = aws_sdk_dynamodb::Client::from_conf(dynamodb.build());
        let store = Store::new(client, &config.table);
        return (store, secrets::from_secrets_manager(&shared, &config.secret_arn));
    };
    let dynamodb = dynamodb.endpoint_url(&local.dynamodb_endpoint).build();
    let client = aws_sdk_dynamodb::Client::from_conf(dynamodb);
    (Store::new(client, &config.table), secrets::from_file(local.secret_file.as_ref()))
}
