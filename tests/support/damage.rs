//! Damage that no request causes. A test removes, changes or writes single items of a tenant behind the service.

use super::TestTenant;
use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::store::dynamodb::port::{
    Action, Consistency, DynamoDb, GetCall, Item, TransactWriteCall, Write,
};
use uuid::Uuid;

/// The key of an item.
pub fn key(partition: &str, sort: &str) -> Item {
    Item::from([("PK".to_owned(), text(partition)), ("SK".to_owned(), text(sort))])
}

pub fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub fn set(ids: &[&str]) -> AttributeValue {
    AttributeValue::Ss(ids.iter().map(|id| (*id).to_owned()).collect())
}

/// Writes into a table directly, without the store.
pub async fn write(table: &dyn DynamoDb, action: Action) {
    let write = Write { action, condition: None, values: Item::new() };
    let call = TransactWriteCall { writes: vec![write], token: Uuid::new_v4() };
    table.transact_write(&call).await.expect("a write");
}

impl TestTenant {
    /// The name of a partition of the tenant.
    pub fn partition(&self, name: &str) -> String {
        format!("TENANT#{}#{name}", self.id)
    }

    pub async fn remove(&self, partition: &str, sort: &str) {
        let key = key(&self.partition(partition), sort);
        write(&*self.app.table, Action::Delete(key)).await;
    }

    /// Writes an item. An item with the same key is replaced.
    pub async fn plant(
        &self,
        partition: &str,
        sort: &str,
        attributes: impl IntoIterator<Item = (&str, AttributeValue)>,
    ) {
        let mut item = key(&self.partition(partition), sort);
        item.extend(attributes.into_iter().map(|(name, value)| (name.to_owned(), value)));
        write(&*self.app.table, Action::Put(item)).await;
    }

    /// Writes an item into the tenant's own partition. An item with the same key is replaced.
    pub async fn plant_own(
        &self,
        sort: &str,
        attributes: impl IntoIterator<Item = (&str, AttributeValue)>,
    ) {
        let mut item = key(&format!("TENANT#{}", self.id), sort);
        item.extend(attributes.into_iter().map(|(name, value)| (name.to_owned(), value)));
        write(&*self.app.table, Action::Put(item)).await;
    }

    /// Changes the attributes of an item that must exist.
    pub async fn tamper(&self, partition: &str, sort: &str, change: impl FnOnce(&mut Item)) {
        let mut item = self.stored(partition, sort).await;
        change(&mut item);
        write(&*self.app.table, Action::Put(item)).await;
    }

    /// Changes the attributes of an item in the tenant's own partition. The item must exist.
    pub async fn tamper_own(&self, sort: &str, change: impl FnOnce(&mut Item)) {
        let mut item = self.read(key(&format!("TENANT#{}", self.id), sort)).await;
        change(&mut item);
        write(&*self.app.table, Action::Put(item)).await;
    }

    /// Reads an item that must exist.
    pub async fn stored(&self, partition: &str, sort: &str) -> Item {
        self.read(key(&self.partition(partition), sort)).await
    }

    async fn read(&self, key: Item) -> Item {
        let call = GetCall { key, consistency: Consistency::Strong };
        self.app.table.get(call).await.expect("a read").value.expect("an item")
    }
}
