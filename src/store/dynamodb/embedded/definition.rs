//! The request that makes the table in the engine.

use crate::store::dynamodb::definition::{INDEXES, Index, KEY_ATTRIBUTES, KeyNames, TABLE_KEY};
use serde_json::{Value, json};

/// Builds the call that makes the table as JSON. The engine's own type has no other public form of indexes.
pub(super) fn create_table_request(name: &str) -> Value {
    let key_schema = |(partition, sort): KeyNames| -> Value {
        let partition = json!({"AttributeName": partition, "KeyType": "HASH"});
        let sort = sort.map(|name| json!({"AttributeName": name, "KeyType": "RANGE"}));
        std::iter::once(partition).chain(sort).collect()
    };
    let attributes =
        KEY_ATTRIBUTES.map(|name| json!({"AttributeName": name, "AttributeType": "S"}));
    let indexes = INDEXES.map(|Index { name, key, included }| {
        let projection = match included {
            [] => json!({"ProjectionType": "KEYS_ONLY"}),
            some => json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": some}),
        };
        json!({"IndexName": name, "KeySchema": key_schema(key), "Projection": projection})
    });
    json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes,
        "KeySchema": key_schema(TABLE_KEY),
        "GlobalSecondaryIndexes": indexes,
    })
}
