//! The call that makes the table through the SDK.

use super::definition::{INDEXES, Index, KEY_ATTRIBUTES, KeyNames, TABLE_KEY};
use super::error::Error;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};

/// Builds the call that makes the table.
pub(super) fn create_table_call(
    call: CreateTableFluentBuilder,
    name: &str,
) -> Result<CreateTableFluentBuilder, Error> {
    let attributes = KEY_ATTRIBUTES.into_iter().map(|name| {
        let attribute = AttributeDefinition::builder().attribute_name(name);
        attribute.attribute_type(ScalarAttributeType::S).build()
    });
    let attributes = attributes.collect::<Result<_, _>>().map_err(Error::bad_item)?;
    let indexes = INDEXES.into_iter().map(|Index { name, key, included }| {
        let projection = Projection::builder();
        let projection = match included {
            [] => projection.projection_type(ProjectionType::KeysOnly),
            some => projection
                .projection_type(ProjectionType::Include)
                .set_non_key_attributes(Some(some.iter().map(|name| (*name).to_owned()).collect())),
        };
        let index = GlobalSecondaryIndex::builder().index_name(name).projection(projection.build());
        index.set_key_schema(Some(key_schema(key)?)).build().map_err(Error::bad_item)
    });
    Ok(call
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes))
        .set_key_schema(Some(key_schema(TABLE_KEY)?))
        .set_global_secondary_indexes(Some(indexes.collect::<Result<_, _>>()?)))
}

fn key_schema((partition, sort): KeyNames) -> Result<Vec<KeySchemaElement>, Error> {
    let element = |name, kind| {
        let element = KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
        element.map_err(Error::bad_item)
    };
    let partition = element(partition, KeyType::Hash);
    let sort = sort.map(|name| element(name, KeyType::Range));
    std::iter::once(partition).chain(sort).collect()
}
