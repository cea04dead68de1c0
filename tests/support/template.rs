//! CloudFormation templates as JSON. A function's short form (`!Ref x`) becomes its long form (`{"Ref": x}`).

use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;
use std::path::Path;

/// Reads the template at a path below the project's root.
pub fn load(path: &str) -> Value {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    let text = text.unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut yaml: Yaml = serde_yaml_ng::from_str(&text).expect("YAML");
    yaml.apply_merge().expect("YAML");
    to_json(yaml)
}

fn to_json(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Tagged(tagged) => {
            let name = match tagged.tag.to_string().trim_start_matches('!') {
                plain @ ("Ref" | "Condition") => plain.to_owned(),
                function => format!("Fn::{function}"),
            };
            Value::Object(Map::from_iter([(name, to_json(tagged.value))]))
        }
        Yaml::Mapping(mapping) => {
            let key = |key: Yaml| key.as_str().expect("a key that is text").to_owned();
            mapping.into_iter().map(|(name, value)| (key(name), to_json(value))).collect()
        }
        Yaml::Sequence(values) => values.into_iter().map(to_json).collect(),
        scalar => serde_json::to_value(scalar).expect("a scalar"),
    }
}

/// The values of a list. A single value counts as a list with one value.
pub fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        one => vec![one],
    }
}
