//! Builds a change of one item outside of a transaction.

use super::dynamodb::port::{Item, UpdateCall};
use super::dynamodb::transact::number;
use super::keys::{Key, PARTITION, SORT};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// A change of one item, before it is sent.
#[derive(Debug, Default)]
pub(in crate::store) struct ItemUpdate {
    sets: Vec<String>,
    adds: Vec<String>,
    removes: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: Item,
}

impl ItemUpdate {
    /// Sets an attribute.
    pub(in crate::store) fn set(&mut self, name: &str, value: AttributeValue) {
        let (name, value) = (self.bind_name(name), self.bind_value(value));
        self.sets.push(format!("{name} = {value}"));
    }

    /// Sets all attributes of an item except its key.
    pub(in crate::store) fn set_all(&mut self, item: Item) {
        for (name, value) in item {
            if name != PARTITION && name != SORT {
                self.set(&name, value);
            }
        }
    }

    /// Adds to a number. An absent number counts as 0.
    pub(in crate::store) fn add(&mut self, name: &str, count: u64) {
        let (name, count) = (self.bind_name(name), self.bind_value(number(count)));
        self.adds.push(format!("{name} {count}"));
    }

    /// Removes an attribute.
    pub(in crate::store) fn remove(&mut self, name: &str) {
        let name = self.bind_name(name);
        self.removes.push(name);
    }

    /// Replaces an attribute, on the condition that it has the value that was read.
    pub(in crate::store) fn replace(
        &mut self,
        name: &str,
        known: Option<AttributeValue>,
        value: Option<AttributeValue>,
    ) {
        if known == value {
            return;
        }
        self.expect(name, known);
        match value {
            Some(value) => self.set(name, value),
            None => self.remove(name),
        }
    }

    /// Makes the change fail when an attribute has another value; `None` when it must be absent.
    pub(in crate::store) fn expect(&mut self, name: &str, value: Option<AttributeValue>) {
        let name = self.bind_name(name);
        let condition = match value {
            Some(value) => format!("{name} = {}", self.bind_value(value)),
            None => format!("attribute_not_exists({name})"),
        };
        self.conditions.push(condition);
    }

    /// Makes the change fail when a number is present and not below a limit.
    pub(in crate::store) fn expect_below(&mut self, name: &str, limit: u64) {
        let (name, limit) = (self.bind_name(name), self.bind_value(number(limit)));
        self.conditions.push(format!("(attribute_not_exists({name}) OR {name} < {limit})"));
    }

    /// Makes the call.
    pub(in crate::store) fn into_call(self, key: &Key) -> UpdateCall {
        let clause = |word: &str, parts: &[String]| match parts {
            [] => None,
            parts => Some(format!("{word} {}", parts.join(", "))),
        };
        let clauses =
            [clause("SET", &self.sets), clause("ADD", &self.adds), clause("REMOVE", &self.removes)];
        let expression: Vec<_> = clauses.into_iter().flatten().collect();
        UpdateCall {
            key: key.to_item(),
            expression: expression.join(" "),
            names: self.names,
            values: self.values,
            condition: (!self.conditions.is_empty()).then(|| self.conditions.join(" AND ")),
        }
    }

    fn bind_value(&mut self, value: AttributeValue) -> String {
        let place = format!(":v{}", self.values.len());
        self.values.insert(place.clone(), value);
        place
    }

    fn bind_name(&mut self, name: &str) -> String {
        let place = format!("#n{}", self.names.len());
        self.names.insert(place.clone(), name.to_owned());
        place
    }
}
