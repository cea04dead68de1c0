//! The table's format. A program that finds another format does not start, and writes nothing.

use crate::support::command::Operator;
use crate::support::faults::{Fault, Faults};
use crate::support::log::Log;
use crate::support::watched_table::{WatchedTable, item};
use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::lambda::startup;
use rollcall::store::dynamodb::embedded::{EmbeddedTable, Engine};
use rollcall::store::dynamodb::port::{
    Action, Consistency, DynamoDb, GetCall, Item, TransactWriteCall, Write,
};
use rollcall::store::format::FORMAT;
use rollcall::store::{Error, Store, keys};
use serde_json::json;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use uuid::Uuid;

/// A table that does not exist yet, with its store and its faults.
fn table() -> (Arc<WatchedTable>, Store, Faults) {
    let (table, faults) = WatchedTable::new("rollcall");
    let table = Arc::new(table);
    let store = Store::new(Arc::clone(&table) as Arc<dyn DynamoDb>);
    (table, store, faults)
}

async fn read_format(table: &dyn DynamoDb) -> Option<Item> {
    let call = GetCall { key: keys::format().to_item(), consistency: Consistency::Strong };
    table.get(call).await.expect("an answer").value
}

async fn put(table: &dyn DynamoDb, item: Item) {
    let write = Write { action: Action::Put(item), condition: None, values: Item::new() };
    let call = TransactWriteCall { writes: vec![write], token: Uuid::new_v4() };
    table.transact_write(&call).await.expect("a write");
}

async fn put_format(table: &dyn DynamoDb, format: AttributeValue) {
    let mut item = keys::format().to_item();
    item.insert("format".to_owned(), format);
    put(table, item).await;
}

/// The entry of a tenant in the list of all tenants.
fn tenant_entry() -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    Item::from([("PK".to_owned(), text(&keys::tenants())), ("SK".to_owned(), text("acme"))])
}

fn operations(faults: &Faults) -> Vec<String> {
    faults.take_calls().into_iter().map(|call| call.operation).collect()
}

#[tokio::test]
async fn a_new_table_gets_the_format_of_this_program() {
    let (table, store, _) = table();
    store.table().create_unless_exists().await.expect("a table");
    let format = read_format(&*table).await.expect("a format");
    let expected = json!({"PK": {"S": "FORMAT"}, "SK": {"S": "FORMAT"}, "format": {"N": "7"}});
    assert_eq!(item(&format), expected);
    assert_eq!(FORMAT, 7);
}

/// On AWS, the template creates the table.
#[tokio::test]
async fn an_empty_table_gets_the_format_of_this_program() {
    let (table, store, faults) = table();
    table.create_table().await.expect("a table");
    faults.take_calls();
    store.table().check().await.expect("a table");
    assert_eq!(operations(&faults), ["GetItem", "Query", "TransactWriteItems"]);
    assert!(read_format(&*table).await.is_some());
}

#[tokio::test]
async fn a_later_start_reads_one_item() {
    let (_, store, faults) = table();
    store.table().create_unless_exists().await.expect("a table");
    for is_on_aws in [true, false] {
        faults.take_calls();
        match is_on_aws {
            true => store.table().check().await,
            false => store.table().create_unless_exists().await,
        }
        .expect("a table");
        let calls = faults.take_calls();
        let [read] = &*calls else { panic!("{calls:?}") };
        assert_eq!(read.operation, "GetItem");
        let key = json!({"PK": {"S": "FORMAT"}, "SK": {"S": "FORMAT"}});
        assert_eq!(read.request, json!({"Key": key, "ConsistentRead": true}));
    }
}

#[tokio::test]
async fn a_table_with_tenants_and_no_format_is_refused_and_stays_as_it_is() {
    let (table, store, faults) = table();
    table.create_table().await.expect("a table");
    put(&*table, tenant_entry()).await;
    faults.take_calls();
    for checked in [store.table().check().await, store.table().create_unless_exists().await] {
        assert!(matches!(checked, Err(Error::OtherFormat { found: 0, .. })), "{checked:?}");
    }
    assert_eq!(operations(&faults), ["GetItem", "Query", "GetItem", "Query"]);
    assert_eq!(read_format(&*table).await, None);
}

#[tokio::test]
async fn another_format_is_refused_and_stays_as_it_is() {
    let (table, store, faults) = table();
    table.create_table().await.expect("a table");
    let number = |text: &str| AttributeValue::N(text.to_owned());
    for (format, expected) in [
        (number("0"), 0),
        (number("8"), 8),
        (number("17"), 17),
        (AttributeValue::S("2".to_owned()), 0),
        (AttributeValue::Bool(true), 0),
    ] {
        put_format(&*table, format.clone()).await;
        let before = read_format(&*table).await;
        faults.take_calls();
        for checked in [store.table().check().await, store.table().create_unless_exists().await] {
            let error = checked.expect_err("another format");
            assert!(
                matches!(error, Error::OtherFormat { found, .. } if found == expected),
                "{error}"
            );
        }
        assert_eq!(operations(&faults), ["GetItem", "GetItem"], "{format:?}");
        assert_eq!(read_format(&*table).await, before);
    }
}

/// Each program finds an empty table. Only one write succeeds, and the other programs read the format again.
#[tokio::test]
async fn programs_that_start_at_once_agree_on_the_format() {
    let (table, store, faults) = table();
    table.create_table().await.expect("a table");
    faults.take_calls();
    let started = tokio::join!(store.table().check(), store.table().check(), store.table().check());
    assert!(matches!(started, (Ok(()), Ok(()), Ok(()))), "{started:?}");
    let calls = faults.take_calls();
    let writes = calls.iter().filter(|call| call.operation == "TransactWriteItems");
    let mut succeeded: Vec<bool> = writes.map(|call| call.succeeded).collect();
    succeeded.sort_unstable();
    assert_eq!(succeeded, [false, false, true]);
}

/// The faster program may be a newer version.
#[tokio::test]
async fn a_format_that_another_program_writes_meanwhile_is_checked_too() {
    let (table, store, faults) = table();
    table.create_table().await.expect("a table");
    let let_go = Arc::new(tokio::sync::Notify::new());
    faults.plan("TransactWriteItems", Fault::Held(Arc::clone(&let_go)));
    let check = tokio::spawn(async move { store.table().check().await });
    faults.all_met().await;
    put_format(&*table, AttributeValue::N("8".to_owned())).await;
    let_go.notify_one();
    let checked = check.await.expect("a task that ends");
    assert!(matches!(checked, Err(Error::OtherFormat { found: 8, expected: 7 })), "{checked:?}");
}

/// Writes another format into the table of a data folder.
fn change_format(folder: &Path, format: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let table = EmbeddedTable::new(Engine::open(folder).expect("an engine"), "rollcall");
    runtime.block_on(put_format(&table, AttributeValue::N(format.to_owned())));
}

#[test]
fn the_command_refuses_a_data_folder_of_another_format_and_says_what_to_do() {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    change_format(operator.folder(), "8");
    for command in [
        &["tenant", "list"][..],
        &["tenant", "create", "globex"],
        &["employee", "list", "acme"],
        &["serve", "--listen", "127.0.0.1:0"],
    ] {
        let (code, text) = operator.failure(command);
        assert_eq!(code, 1, "{command:?}: {text}");
        for part in [
            "cannot use the data folder",
            "the table's items have format 8; this version of Rollcall reads format 7 only",
            "Use the version that wrote them, or another table or data folder",
        ] {
            assert!(text.contains(part), "{command:?}: {text}");
        }
        assert_eq!(text.lines().count(), 1, "{text}");
    }
    change_format(operator.folder(), "7");
    let listed = operator.json(&["tenant", "list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "nothing was written: {listed}");
}

#[tokio::test]
async fn the_functions_log_says_what_to_do_about_another_format() {
    let log = Log::default();
    let _guard = log.start();
    startup::report_table(&Error::OtherFormat { found: 8, expected: 7 }, "employees", "eu-west-1");
    let lines = log.lines();
    let [line] = &*lines else { panic!("{lines:?}") };
    let fields = &line["fields"];
    assert_eq!((&line["level"], &fields["table"]), (&json!("ERROR"), &json!("employees")));
    let cause = fields["cause"].as_str().expect("a cause");
    assert!(cause.contains("items have format 8"), "{cause}");
    let check = fields["check"].as_str().expect("a check");
    assert!(check.contains("deploy that version"), "{check}");
}

/// Starts the function as the Lambda runtime does, on the DynamoDB API at a URL.
/// The function ends, because no runtime answers it.
fn start_function(operator: &Operator, endpoint: &str) -> Output {
    let secret = operator.folder().join("pepper-for-the-function.json");
    std::fs::write(&secret, r#"{"pepper": "a pepper for tests, 32 characters"}"#).expect("a file");
    let mut function = Command::new(env!("CARGO_BIN_EXE_lambda"));
    function
        .env_clear()
        .env("AWS_SAM_LOCAL", "true")
        .env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1")
        .env("AWS_REGION", "local")
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local")
        .env("AWS_LAMBDA_FUNCTION_NAME", "rollcall")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "test")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "test")
        .env("ROLLCALL_TABLE", "rollcall")
        .env("ROLLCALL_LOCAL_ENDPOINT", endpoint)
        .env("ROLLCALL_LOCAL_SECRET", &secret);
    function.output().expect("the function runs")
}

#[test]
fn the_function_does_not_start_on_another_format() {
    let operator = Operator::new();
    operator.text(&["tenant", "create", "acme"]);
    let engine = operator.dynamodb();
    let endpoint = engine.ready["endpoint"].as_str().expect("an endpoint");
    let good = start_function(&operator, endpoint);
    let text = String::from_utf8_lossy(&good.stdout);
    assert!(!text.contains("format"), "{text}");
    assert!(
        !good.status.success() && text.contains("the runtime ended"),
        "it asked for events: {text}"
    );

    change_format(operator.folder(), "8");
    let refused = start_function(&operator, endpoint);
    assert_eq!(refused.status.code(), Some(1));
    let text = String::from_utf8_lossy(&refused.stdout);
    assert!(text.contains("items have format 8"), "{text}");
    assert!(!text.contains("the runtime ended"), "it asked for no event: {text}");
}

#[test]
fn commands_that_start_at_once_on_an_empty_folder_all_start() {
    for round in 0..3 {
        let operator = Operator::new();
        std::thread::scope(|scope| {
            let commands: Vec<_> = (0..4)
                .map(|n| {
                    let operator = &operator;
                    scope.spawn(move || operator.run(&["tenant", "create", &format!("acme{n}")]))
                })
                .collect();
            for command in commands {
                let output = command.join().expect("a thread that ends");
                let errors = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "round {round}: {errors}");
            }
        });
        let tenants = operator.json(&["tenant", "list"]);
        assert_eq!(tenants.as_array().map(Vec::len), Some(4));
    }
}

#[test]
fn servers_that_start_at_once_on_an_empty_folder_share_one_tenant() {
    let operator = Operator::new();
    let (first, second) = std::thread::scope(|scope| {
        let servers = [scope.spawn(|| operator.serve()), scope.spawn(|| operator.serve())];
        let [first, second] = servers.map(|server| server.join().expect("a server that starts"));
        (first, second)
    });
    assert!(first.tenant_url().ends_with("/tenants/demo/scim/v2"));
    assert!(second.tenant_url().ends_with("/tenants/demo/scim/v2"));
    let shown = [&first, &second].map(|server| server.ready["scimToken"].is_string());
    assert_eq!(
        shown.iter().filter(|is_shown| **is_shown).count(),
        1,
        "one of them made the tenant"
    );
}
