use super::{Config, ConfigError, LocalSecret, VARIABLES, log_filter_of};
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
}
