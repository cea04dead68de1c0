//! Credentials of an operator: profiles, regions, and their errors.

use crate::support::command::Operator;
use serde_json::{Value, json};

/// Runs the command with a profile in an AWS configuration file.
fn with_profile(operator: &Operator, profile: &str, arguments: &[&str]) -> std::process::Output {
    let file = operator.folder().join("aws-config");
    std::fs::write(&file, format!("[default]\n{profile}\n")).expect("the file");
    let aws =
        ["--table", "rollcall", "--secret-arn", "pepper", "--public-url", "https://x.example"];
    let mut command = operator.command(&[&aws[..], arguments].concat());
    command
        .env("AWS_CONFIG_FILE", file)
        .env("HOME", operator.folder())
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command.output().expect("the command runs")
}

#[test]
fn an_operator_logs_in_with_every_kind_of_profile() {
    let operator = Operator::new();
    let engine = operator.dynamodb();
    let endpoint = engine.ready["endpoint"].as_str().expect("an endpoint");
    let made = ["--dynamodb-endpoint", endpoint, "tenant", "create", "acme"];
    Operator::new().text(&made);
    let script = operator.folder().join("credentials.json");
    let credentials = json!({"Version": 1, "AccessKeyId": "local", "SecretAccessKey": "local"});
    std::fs::write(&script, credentials.to_string()).expect("the file");
    let runs = operator.folder().join("runs");
    // The command uses the endpoint of the profile, as it uses `AWS_ENDPOINT_URL`.
    let profile = format!(
        "region = eu-west-1\nendpoint_url = {endpoint}\ncredential_process = echo run >>{} && cat {}",
        runs.display(),
        script.display()
    );
    let output = with_profile(&operator, &profile, &["tenant", "list", "--json"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let listed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(listed[0]["id"], "acme");
    let runs = std::fs::read_to_string(runs).expect("the file");
    assert_eq!(runs, "run\n", "the process may ask for a code that works once");

    // Both profiles require a log-in. A test cannot log in.
    let identity_center = "region = eu-west-1\nsso_start_url = https://x.awsapps.com/start\n\
                           sso_region = eu-west-1\nsso_account_id = 123456789012\n\
                           sso_role_name = operator";
    let console = "region = eu-west-1\nlogin_session = arn:aws:iam::123456789012:user/ada";
    for profile in [identity_center, console] {
        let output = with_profile(&operator, profile, &["tenant", "list"]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(6), "{errors}");
        assert!(errors.contains("there are no AWS credentials: log in"), "{errors}");
        assert!(!errors.contains("feature"), "{errors}");
    }
}

#[test]
fn no_region_and_no_credentials_are_errors_of_their_own() {
    let operator = Operator::new();
    let output = with_profile(&operator, "", &["tenant", "list"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{errors}");
    assert!(errors.contains("there is no AWS region: set AWS_REGION"), "{errors}");
    let output = with_profile(&operator, "region = eu-west-1", &["tenant", "list"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{errors}");
    assert!(errors.contains("there are no AWS credentials"), "{errors}");
}
