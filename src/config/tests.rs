use super::{Config, ConfigError, LocalSecret, Role, VARIABLES, log_filter_of};
use crate::outbound::AddressPolicy;
use secrecy::ExposeSecret;
use std::cell::RefCell;
use std::collections::BTreeSet;

const TABLE: (&str, &str) = ("ROLLCALL_TABLE", "rollcall");
const SECRET: (&str, &str) = ("ROLLCALL_SECRET_ARN", "arn");

fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::read(|name| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn the_list_of_variables_has_all_that_are_read() {
    let read = RefCell::new(BTreeSet::new());
    let local = [
        ("ROLLCALL_LOCAL_ENDPOINT", "http://127.0.0.1:8000"),
        ("ROLLCALL_LOCAL_SECRET", "{}"),
        ("AWS_SAM_LOCAL", "true"),
    ];
    for variables in [&[TABLE, SECRET][..], &[TABLE, local[0], local[1], local[2]]] {
        let config = Config::read(|name| {
            read.borrow_mut().insert(name.to_owned());
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        assert!(config.is_ok(), "{config:?}");
    }
    let mut expected = BTreeSet::from(VARIABLES.map(str::to_owned));
    expected.insert("AWS_SAM_LOCAL".to_owned());
    // A variable of `rollcall serve`, which the Lambda refuses.
    expected.insert("ROLLCALL_ALLOW_PRIVATE_DESTINATIONS".to_owned());
    // The filter of the log is read by itself.
    expected.remove("ROLLCALL_LOG");
    assert_eq!(read.into_inner(), expected);
}

#[track_caller]
fn refused(variables: &[(&str, &str)], expected: ConfigError) {
    assert_eq!(read(variables).err(), Some(expected), "{variables:?}");
}

#[test]
fn a_missing_setting_is_named() {
    let config = read(&[TABLE, SECRET]).unwrap();
    assert_eq!((&*config.table, &*config.secret_arn), ("rollcall", "arn"));
    assert!(config.public_url.is_none() && config.metrics_namespace.is_none());
    refused(&[TABLE], ConfigError::Missing("ROLLCALL_SECRET_ARN"));
    refused(&[SECRET], ConfigError::Missing("ROLLCALL_TABLE"));
}

#[test]
fn a_public_url_has_a_form_that_okta_accepts() {
    let url = |url| ("ROLLCALL_PUBLIC_URL", url);
    let config = read(&[TABLE, SECRET, url("https://scim.example.com")]).unwrap();
    assert_eq!(config.public_url.as_deref(), Some("https://scim.example.com"));
    for bad in [
        "http://a.example",
        "http://127.0.0.1.example",
        "https://",
        "https://a_b.example",
        "https://a.example/",
        "https://a.example/?x",
        "nonsense",
    ] {
        let error = ConfigError::BadPublicUrl("ROLLCALL_PUBLIC_URL");
        refused(&[TABLE, SECRET, url(bad)], error);
    }
}

#[test]
fn a_namespace_has_allowed_characters_and_is_not_reserved_by_aws() {
    let namespace = |name| ("ROLLCALL_METRICS_NAMESPACE", name);
    let config = read(&[TABLE, SECRET, namespace("Rollcall/acme")]).unwrap();
    assert_eq!(config.metrics_namespace.as_deref(), Some("Rollcall/acme"));
    for bad in ["Rollcall acme", "AWS/Lambda", &"a".repeat(256)] {
        let error = ConfigError::BadNamespace("ROLLCALL_METRICS_NAMESPACE");
        refused(&[TABLE, SECRET, namespace(bad)], error);
    }
}

#[test]
fn a_limit_for_tenants_is_a_number() {
    let units = |text| ("ROLLCALL_TENANT_UNITS", text);
    assert_eq!(read(&[TABLE, SECRET]).unwrap().tenant_units, 0);
    assert_eq!(read(&[TABLE, SECRET, units("1000")]).unwrap().tenant_units, 1_000);
    for bad in ["-1", "1.5", "many"] {
        let error = ConfigError::BadTenantUnits("ROLLCALL_TENANT_UNITS");
        refused(&[TABLE, SECRET, units(bad)], error);
    }
}

#[test]
fn a_role_is_that_of_one_of_the_functions() {
    let role = |text| ("ROLLCALL_ROLE", text);
    assert_eq!(read(&[TABLE, SECRET]).unwrap().role, Role::Api);
    assert_eq!(read(&[TABLE, SECRET, role("api")]).unwrap().role, Role::Api);
    assert_eq!(read(&[TABLE, SECRET, role("deliver")]).unwrap().role, Role::Deliver);
    for bad in ["Deliver", "worker", " "] {
        refused(&[TABLE, SECRET, role(bad)], ConfigError::BadRole("ROLLCALL_ROLE"));
    }
    let text = ConfigError::BadRole("ROLLCALL_ROLE").to_string();
    assert!(text.starts_with("ROLLCALL_ROLE must be"), "{text}");
}

#[test]
fn private_hosts_are_full_names() {
    let hosts = |text| ("ROLLCALL_PRIVATE_HOSTS", text);
    let url = ("ROLLCALL_PUBLIC_URL", "https://scim.example.com");
    let config = read(&[TABLE, SECRET, url]).unwrap();
    assert_eq!(config.address_policy, AddressPolicy::public_only(Some(url.1)));
    let listed = ["idp.corp.example".to_owned(), "hooks.corp.example".to_owned()];
    let expected = AddressPolicy::production(Some(url.1), &listed).unwrap();
    let config = read(&[TABLE, SECRET, url, hosts("idp.corp.example, hooks.corp.example")]);
    assert_eq!(config.unwrap().address_policy, expected);
    for (text, sentence) in [
        ("localhost", "\"localhost\" always means this machine. List hosts of your own network"),
        ("10.0.0.1", "\"10.0.0.1\" is an IP address. List the name of the host"),
        ("[fd12::1]", "\"[fd12::1]\" is an IP address. List the name of the host"),
    ] {
        let error = read(&[TABLE, SECRET, hosts(text)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "ROLLCALL_PRIVATE_HOSTS must list full names of hosts, with commas between them: \
                 {sentence}"
            )
        );
    }
}

#[test]
fn a_developers_permission_stops_the_start() {
    for value in ["true", "false", "1"] {
        let variable = ("ROLLCALL_ALLOW_PRIVATE_DESTINATIONS", value);
        refused(&[TABLE, SECRET, variable], ConfigError::LoopbackNotAllowed(variable.0));
    }
}

#[test]
fn local_overrides_need_sam_local_and_come_together() {
    let endpoint = ("ROLLCALL_LOCAL_ENDPOINT", "http://127.0.0.1:8000");
    let secret = |secret| ("ROLLCALL_LOCAL_SECRET", secret);
    let local = ("AWS_SAM_LOCAL", "true");
    let half = ConfigError::LocalIncomplete(endpoint.0, "ROLLCALL_LOCAL_SECRET");
    refused(&[TABLE, SECRET, endpoint, local], half);
    let wrong = ConfigError::LocalNotAllowed(endpoint.0, "ROLLCALL_LOCAL_SECRET");
    refused(&[TABLE, endpoint, secret("secret.json")], wrong.clone());
    refused(&[TABLE, endpoint, secret("{}"), ("AWS_SAM_LOCAL", "false")], wrong);
    let read = |text| read(&[TABLE, endpoint, secret(text), local]).unwrap().local.unwrap();
    assert!(
        matches!(read("a/secret.json").secret, LocalSecret::File(path) if path.ends_with("secret.json"))
    );
    for document in ["{}", " {}"] {
        let LocalSecret::Document(found) = read(document).secret else { panic!("a document") };
        assert_eq!(found.expose_secret(), document);
    }
    assert_eq!(read("{}").dynamodb_endpoint, endpoint.1);
}

#[test]
fn an_invalid_log_filter_becomes_the_default() {
    let usual = log_filter_of(None).to_string();
    for text in ["", " ", "rollcall=nonsense"] {
        assert_eq!(log_filter_of(Some(text.to_owned())).to_string(), usual, "{text:?}");
    }
    assert_eq!(log_filter_of(Some("off".to_owned())).to_string(), "off");
    let spaced = log_filter_of(Some(" rollcall=info, warn,".to_owned()));
    assert_eq!(spaced.to_string(), usual);
}
