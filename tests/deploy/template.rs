//! The templates and the program agree with each other.

use crate::support::template::{list, load};
use rollcall::config::VARIABLES;
use rollcall::directory::access::pepper::SAMPLE_PEPPER;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TEMPLATES: [&str; 4] =
    ["template.yaml", "infra/data.yaml", "infra/alarms.yaml", "infra/dashboard.yaml"];

fn names(object: &Value) -> BTreeSet<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[tokio::test]
async fn the_table_is_the_one_the_program_makes() {
    let template = load("infra/data.yaml");
    let table = &template["Resources"]["Table"]["Properties"];
    // The program's own request for a new table.
    let made = made_table().await;
    for part in ["AttributeDefinitions", "KeySchema", "BillingMode"] {
        assert_eq!(table[part], made[part], "{part}");
    }
    let indexes = |table: &Value| -> Vec<Value> {
        let indexes = table["GlobalSecondaryIndexes"].as_array().expect("indexes").iter();
        indexes.map(|i| json!([i["IndexName"], i["KeySchema"], i["Projection"]])).collect()
    };
    assert_eq!(indexes(table), indexes(&made));
}

/// Returns the request with which the program creates a table.
async fn made_table() -> Value {
    use crate::support::sdk::Watched;
    use rollcall::store::dynamodb::aws::AwsTable;
    let (client, faults) = Watched::client();
    let table = format!("made-{}", uuid::Uuid::new_v4());
    let store = rollcall::store::Store::new(std::sync::Arc::new(AwsTable::new(client, &table)));
    store.table().create_unless_exists().await.expect("a table");
    let mut calls = faults.take_calls().into_iter();
    calls.find(|call| call.operation == "CreateTable").expect("a new table").request
}

/// An index that throttles delays the writes of the table.
#[test]
fn the_indexes_have_the_throughput_of_the_table() {
    let table = &load("infra/data.yaml")["Resources"]["Table"]["Properties"];
    for part in ["OnDemandThroughput", "WarmThroughput"] {
        assert!(table[part].is_object(), "{part}");
        for index in list(&table["GlobalSecondaryIndexes"]) {
            assert_eq!(index[part], table[part], "{part} of {}", index["IndexName"]);
        }
    }
}

#[test]
fn the_nested_stacks_get_every_parameter() {
    let template = load("template.yaml");
    let mut stacks = 0;
    for resource in template["Resources"].as_object().expect("resources").values() {
        if resource["Type"] != "AWS::CloudFormation::Stack" {
            continue;
        }
        let nested = load(resource["Properties"]["TemplateURL"].as_str().expect("a path"));
        let given = &resource["Properties"]["Parameters"];
        assert_eq!(names(given), names(&nested["Parameters"]));
        for (name, value) in given.as_object().expect("parameters") {
            let Some(outer) = value["Ref"].as_str().map(|outer| &template["Parameters"][outer])
            else {
                continue;
            };
            for part in ["Type", "Default", "MinValue", "AllowedValues", "AllowedPattern"] {
                if outer.is_object() {
                    assert_eq!(outer[part], nested["Parameters"][name][part], "{part} of {name}");
                }
            }
        }
        stacks += 1;
    }
    assert_eq!(stacks, 3);
}

/// The default processor of the template is arm64. Some machines cannot run arm64.
#[test]
fn the_documents_build_local_functions_for_the_machine() {
    let document = include_str!("../../docs/lambda.md");
    let (_, local) = document.split_once("## On your machine").expect("the section");
    let commands: Vec<&str> = local
        .split("```")
        .skip(1)
        .step_by(2)
        .flat_map(str::lines)
        .filter(|line| line.contains("sam build") || line.contains("sam local"))
        .collect();
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        assert!(command.contains("--parameter-overrides"), "{command}");
    }
}

#[test]
fn data_outlives_the_stack() {
    let data = load("infra/data.yaml");
    let stack = &load("template.yaml")["Resources"]["Data"];
    for resource in [stack, &data["Resources"]["Table"], &data["Resources"]["Pepper"]] {
        assert_eq!(
            (&resource["DeletionPolicy"], &resource["UpdateReplacePolicy"]),
            (&json!("Retain"), &json!("Retain"))
        );
    }
    let table = &data["Resources"]["Table"]["Properties"];
    assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(table["DeletionProtectionEnabled"], json!({"Ref": "DeletionProtection"}));
    assert_eq!(data["Parameters"]["DeletionProtection"]["Default"], "true");
}

#[test]
fn no_secret_is_in_a_template() {
    let data = load("infra/data.yaml");
    let pepper = &data["Resources"]["Pepper"]["Properties"];
    assert_eq!(names(pepper), BTreeSet::from(["Description", "GenerateSecretString", "KmsKeyId"]));
    // Another value here would generate another pepper on the next deployment.
    let generated = json!({
        "SecretStringTemplate": "{}",
        "GenerateStringKey": "pepper",
        "PasswordLength": 64,
        "ExcludePunctuation": true,
    });
    assert_eq!(pepper["GenerateSecretString"], generated);
    for path in TEMPLATES {
        let text = load(path).to_string();
        assert!(
            !text.contains("{{resolve:"),
            "{path}: a resolved secret is readable where it is used"
        );
        assert!(!text.contains("rc_") && !text.contains(SAMPLE_PEPPER), "{path}");
    }
    for path in ["template.yaml", "infra/data.yaml"] {
        for (name, output) in load(path)["Outputs"].as_object().expect("outputs") {
            let value = output["Value"].to_string();
            assert!(!value.contains("SecretString"), "{path}: {name}");
        }
    }
}

const FUNCTIONS: [&str; 2] = ["Function", "Deliver"];

#[test]
fn the_functions_variables_are_those_they_read() {
    let template = load("template.yaml");
    let read = BTreeSet::from(VARIABLES);
    // `sam local` ignores a variable in the file if the template does not name it.
    let env: Value =
        serde_json::from_str(include_str!("../../events/local/env.json")).expect("JSON");
    for function in FUNCTIONS {
        let properties = &template["Resources"][function]["Properties"];
        assert_eq!(names(&properties["Environment"]["Variables"]), read, "{function}");
        assert!(names(&env[function]).is_subset(&read), "{function}");
        let secret: Value =
            serde_json::from_str(env[function]["ROLLCALL_LOCAL_SECRET"].as_str().expect("text"))
                .expect("JSON");
        let current: Value =
            serde_json::from_str(secret["AWSCURRENT"].as_str().expect("text")).expect("JSON");
        assert_eq!(current, json!({"pepper": SAMPLE_PEPPER}), "{function}");
    }
}

#[test]
fn local_stand_ins_are_never_set_on_aws() {
    let template = load("template.yaml");
    for function in FUNCTIONS {
        let properties = &template["Resources"][function]["Properties"];
        let variables = &properties["Environment"]["Variables"];
        assert_eq!(
            (&variables["ROLLCALL_LOCAL_ENDPOINT"], &variables["ROLLCALL_LOCAL_SECRET"]),
            (&json!(""), &json!("")),
            "{function}"
        );
    }
}

#[test]
fn every_parameter_and_output_says_what_it_is() {
    for path in TEMPLATES {
        let template = load(path);
        for part in ["Parameters", "Outputs"] {
            for (name, entry) in template[part].as_object().into_iter().flatten() {
                assert!(entry["Description"].is_string(), "{path}: {name}");
            }
        }
    }
    let template = load("template.yaml");
    let groups = &template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"];
    let grouped: BTreeSet<&str> = list(groups)
        .into_iter()
        .flat_map(|group| list(&group["Parameters"]))
        .map(|name| name.as_str().expect("a name"))
        .collect();
    assert_eq!(grouped, names(&template["Parameters"]));
}

#[test]
fn the_gateways_log_has_nothing_of_a_path_a_query_a_header_or_a_body() {
    let template = load("template.yaml");
    let settings = &template["Resources"]["HttpApi"]["Properties"]["AccessLogSettings"];
    let format: Value =
        serde_json::from_str(settings["Format"].as_str().expect("text")).expect("one line of JSON");
    let used: BTreeSet<&str> = format
        .as_object()
        .expect("fields")
        .values()
        .map(|value| value.as_str().expect("text"))
        .collect();
    // The request id connects a line of the gateway's log with the reports of Lambda.
    assert_eq!(format["lambdaRequestId"], "$context.awsEndpointRequestId");
    for variable in used {
        for word in ["path", "query", "header", "body", "authorizer", "overhead", "messagestring"] {
            assert!(!variable.to_lowercase().contains(word), "{variable}");
        }
    }
}

#[test]
fn the_gateway_is_a_fuse_and_tenants_have_shares() {
    let template = load("template.yaml");
    let default = |name: &str| template["Parameters"][name]["Default"].clone();
    assert_eq!((default("ThrottlingRate"), default("ThrottlingBurst")), (json!(500), json!(1_000)));
    assert!(default("TenantUnits").as_u64().expect("a number") > 0);
    let dashboard = load("infra/dashboard.yaml");
    let body = &dashboard["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"];
    let body: Value = serde_json::from_str(body.as_str().expect("text")).expect("JSON");
    let widgets = body["widgets"].as_array().expect("widgets");
    let top = widgets.iter().find(|one| one["properties"]["title"] == "Top tenants by units");
    let query = top.expect("a widget")["properties"]["query"].as_str().expect("a query");
    // `tests/deploy/metrics.rs` checks that a request's line has these fields.
    for field in ["tenant", "read_units", "write_units", "status_class", "requests"] {
        assert!(query.contains(field), "{field}: {query}");
    }
}

#[test]
fn a_domain_of_the_deployments_own_speaks_tls_1_2_at_least() {
    let template = load("template.yaml");
    let resources = template["Resources"].as_object().expect("resources").values();
    let domains = resources.filter(|one| one["Type"] == "AWS::ApiGatewayV2::DomainName");
    let configurations: Vec<&Value> =
        domains.flat_map(|one| list(&one["Properties"]["DomainNameConfigurations"])).collect();
    assert!(!configurations.is_empty());
    for configuration in configurations {
        assert_eq!(configuration["SecurityPolicy"], "TLS_1_2");
    }
}
