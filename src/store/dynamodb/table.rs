//! The table's definition, for engines where this program makes it itself. On AWS the template makes it.

use super::read::SortRange;
use super::retry::Pauses;
use crate::store::{Error, Store, keys};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
    GlobalSecondaryIndexUpdate, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TableDescription, TableStatus,
};

impl Store {
    /// Makes the table unless it is there, and indexes that it lacks. Several processes may do so at once.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn create_table_unless_exists(&self) -> Result<(), Error> {
        let described = self.client.describe_table().table_name(&*self.table).send().await;
        match described.map_err(Error::from) {
            Ok(described) => {
                let table = described.table.unwrap_or_else(|| TableDescription::builder().build());
                return self.add_missing_indexes(&table).await;
            }
            Err(Error::NoTable(_)) => {}
            Err(other) => return Err(other),
        }
        let created = self
            .client
            .create_table()
            .table_name(&*self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(attributes()?))
            .key_schema(key(keys::PARTITION, KeyType::Hash)?)
            .key_schema(key(keys::SORT, KeyType::Range)?)
            .set_global_secondary_indexes(Some(indexes()?))
            .send()
            .await;
        match created {
            Ok(_) => {}
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_resource_in_use_exception() => {}
                _ => return Err(error.into()),
            },
        }
        self.wait_until_active().await
    }

    /// A table that an earlier version made may lack an index. What was written before the index is not in it.
    async fn add_missing_indexes(&self, table: &TableDescription) -> Result<(), Error> {
        let known: Vec<&str> = table
            .global_secondary_indexes()
            .iter()
            .filter_map(|index| index.index_name())
            .collect();
        for index in indexes()?.into_iter().filter(|index| !known.contains(&index.index_name())) {
            let create = CreateGlobalSecondaryIndexAction::builder()
                .index_name(index.index_name)
                .set_key_schema(Some(index.key_schema))
                .set_projection(index.projection)
                .build()
                .map_err(Error::bad_item)?;
            let updated = self
                .client
                .update_table()
                .table_name(&*self.table)
                .set_attribute_definitions(Some(attributes()?))
                .global_secondary_index_updates(
                    GlobalSecondaryIndexUpdate::builder().create(create).build(),
                )
                .send()
                .await;
            match updated {
                Ok(_) => {}
                Err(error) => match error.as_service_error() {
                    // Another process does it.
                    Some(service) if service.is_resource_in_use_exception() => {}
                    _ => return Err(error.into()),
                },
            }
            self.wait_until_active().await?;
        }
        Ok(())
    }

    async fn wait_until_active(&self) -> Result<(), Error> {
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

fn attributes() -> Result<Vec<AttributeDefinition>, Error> {
    [keys::PARTITION, keys::SORT, keys::EMAIL_KEY, keys::CHANGE_DAY, keys::CHANGE_AT]
        .into_iter()
        .map(text_attribute)
        .collect()
}

fn indexes() -> Result<Vec<GlobalSecondaryIndex>, Error> {
    let by_email = vec![key(keys::EMAIL_KEY, KeyType::Hash)?];
    let by_time =
        vec![key(keys::CHANGE_DAY, KeyType::Hash)?, key(keys::CHANGE_AT, KeyType::Range)?];
    [(keys::EMAIL_INDEX, by_email), (keys::CHANGE_INDEX, by_time)]
        .into_iter()
        .map(|(name, key_schema)| {
            GlobalSecondaryIndex::builder()
                .index_name(name)
                .set_key_schema(Some(key_schema))
                .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
                .build()
                .map_err(Error::bad_item)
        })
        .collect()
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
