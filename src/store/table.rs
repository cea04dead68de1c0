//! The table's definition, for engines where this program makes it itself. On AWS the template makes it.

use super::read::SortRange;
use super::retry::Pauses;
use super::{Error, Store, keys};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TableStatus,
};

impl Store {
    /// Makes the table unless it is there. Several processes may do so at once.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn create_table_unless_exists(&self) -> Result<(), Error> {
        let described = self.client.describe_table().table_name(&*self.table).send().await;
        match described.map_err(Error::from) {
            Ok(_) => return Ok(()),
            Err(Error::NoTable(_)) => {}
            Err(other) => return Err(other),
        }
        let created = self
            .client
            .create_table()
            .table_name(&*self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(vec![
                text_attribute(keys::PARTITION)?,
                text_attribute(keys::SORT)?,
                text_attribute(keys::EMAIL_KEY)?,
            ]))
            .key_schema(key(keys::PARTITION, KeyType::Hash)?)
            .key_schema(key(keys::SORT, KeyType::Range)?)
            .global_secondary_indexes(
                GlobalSecondaryIndex::builder()
                    .index_name(keys::EMAIL_INDEX)
                    .key_schema(key(keys::EMAIL_KEY, KeyType::Hash)?)
                    .projection(
                        Projection::builder().projection_type(ProjectionType::KeysOnly).build(),
                    )
                    .build()
                    .map_err(Error::bad_item)?,
            )
            .send()
            .await;
        match created {
            Ok(_) => {}
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_resource_in_use_exception() => {}
                _ => return Err(error.into()),
            },
        }
        let mut pauses = Pauses::new();
        while !self.is_active().await? {
            pauses.pause().await?;
        }
        Ok(())
    }

    async fn is_active(&self) -> Result<bool, Error> {
        let described = self.client.describe_table().table_name(&*self.table).send().await?;
        let status = described.table.and_then(|table| table.table_status);
        Ok(status == Some(TableStatus::Active))
    }

    /// One cheap read that opens the connection and proves that the table can be read.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn check_access(&self) -> Result<(), Error> {
        self.query_page(&keys::tenants(), &SortRange::All, Some(1), None).await.map(drop)
    }
}

fn text_attribute(name: &str) -> Result<AttributeDefinition, Error> {
    AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(ScalarAttributeType::S)
        .build()
        .map_err(Error::bad_item)
}

fn key(name: &str, key_type: KeyType) -> Result<KeySchemaElement, Error> {
    KeySchemaElement::builder()
        .attribute_name(name)
        .key_type(key_type)
        .build()
        .map_err(Error::bad_item)
}
