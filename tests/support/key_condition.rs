//! Evaluates the key conditions of queries, for a table in front of the engine that has to answer a query itself.

use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::store::dynamodb::port::Item;

/// A key condition: tests of key attributes, joined by AND.
#[derive(Debug, Clone)]
pub struct KeyCondition(Vec<Term>);

/// A test of one attribute.
#[derive(Debug, Clone)]
struct Term {
    name: String,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Equal(String),
    Less(String),
    AtMost(String),
    Greater(String),
    AtLeast(String),
    StartsWith(String),
    Between(String, String),
}

impl KeyCondition {
    /// Reads a condition, with the values that it names. A condition that the store does not write is a panic.
    pub fn parse(condition: &str, values: &Item) -> Self {
        let plain = condition.replace(['(', ')', ','], " ");
        let words: Vec<&str> = plain.split_whitespace().collect();
        let value = |name: &str| text(values, name).unwrap_or_else(|| panic!("no value {name}"));
        let mut terms = Vec::new();
        let mut left: &[&str] = &words;
        loop {
            let (name, test, rest) = match left {
                [] => return Self(terms),
                ["AND", rest @ ..] => {
                    left = rest;
                    continue;
                }
                ["begins_with", name, start, rest @ ..] => {
                    (name, Test::StartsWith(value(start)), rest)
                }
                [name, "BETWEEN", low, "AND", high, rest @ ..] => {
                    (name, Test::Between(value(low), value(high)), rest)
                }
                [name, "=", other, rest @ ..] => (name, Test::Equal(value(other)), rest),
                [name, "<", other, rest @ ..] => (name, Test::Less(value(other)), rest),
                [name, "<=", other, rest @ ..] => (name, Test::AtMost(value(other)), rest),
                [name, ">", other, rest @ ..] => (name, Test::Greater(value(other)), rest),
                [name, ">=", other, rest @ ..] => (name, Test::AtLeast(value(other)), rest),
                _ => panic!("{condition} is no key condition that the store writes"),
            };
            terms.push(Term { name: (*name).to_owned(), test });
            left = rest;
        }
    }

    /// Whether an item has all attributes of the condition, with matching values.
    pub fn matches(&self, item: &Item) -> bool {
        self.0
            .iter()
            .all(|term| text(item, &term.name).is_some_and(|text| term.test.accepts(&text)))
    }

    /// The partition that the condition names.
    pub fn partition(&self) -> &str {
        match self.0.first() {
            Some(Term { test: Test::Equal(partition), .. }) => partition,
            _ => panic!("{self:?} names no partition"),
        }
    }

    /// The attributes of the condition, the partition key first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|term| term.name.as_str())
    }
}

impl Test {
    /// Whether a text passes. DynamoDB compares the bytes of texts, as Rust does.
    fn accepts(&self, text: &str) -> bool {
        match self {
            Self::Equal(other) => text == other,
            Self::Less(high) => text < high.as_str(),
            Self::AtMost(high) => text <= high.as_str(),
            Self::Greater(low) => text > low.as_str(),
            Self::AtLeast(low) => text >= low.as_str(),
            Self::StartsWith(start) => text.starts_with(start),
            Self::Between(low, high) => (low.as_str()..=high.as_str()).contains(&text),
        }
    }
}

/// The value of a text attribute.
pub fn text(item: &Item, name: &str) -> Option<String> {
    match item.get(name) {
        Some(AttributeValue::S(text)) => Some(text.clone()),
        _ => None,
    }
}
