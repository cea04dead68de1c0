//! Generated filters: printed text parses to the same tree, and no text causes a panic.

use super::{babs, resource_type};
use crate::Limits;
use crate::attr_path::AttrPath;
use crate::filter::{CompareOp, CompareValue, Filter};
use proptest::prelude::*;
use serde_json::{Number, Value};

fn name() -> impl Strategy<Value = String> {
    let reserved = ["and", "or", "not"];
    "[$]?[a-zA-Z][a-zA-Z0-9_-]{0,5}"
        .prop_filter("a keyword", move |name| !reserved.contains(&name.to_lowercase().as_str()))
}

fn path() -> impl Strategy<Value = AttrPath> {
    let urn = proptest::option::of("urn:[a-z]{1,3}:2[.]0:[A-Z][a-z]{0,2}");
    (urn, name(), proptest::option::of(name())).prop_map(|(urn, name, sub_attribute)| AttrPath {
        urn,
        name,
        sub_attribute,
    })
}

fn op() -> impl Strategy<Value = CompareOp> {
    let words = vec!["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];
    proptest::sample::select(words).prop_map(|word| word.parse::<CompareOp>().unwrap())
}

fn value() -> impl Strategy<Value = CompareValue> {
    let finite = any::<f64>().prop_filter_map("not finite", Number::from_f64);
    prop_oneof![
        proptest::collection::vec(any::<char>(), 0..12)
            .prop_map(|text| CompareValue::String(text.into_iter().collect())),
        any::<i64>().prop_map(|number| CompareValue::Number(number.into())),
        any::<u64>().prop_map(|number| CompareValue::Number(number.into())),
        finite.prop_map(CompareValue::Number),
        any::<bool>().prop_map(CompareValue::Boolean),
        Just(CompareValue::Null),
    ]
}

fn logical(term: BoxedStrategy<Filter>) -> impl Strategy<Value = Filter> {
    term.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Filter::and),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Filter::or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
}

fn filter() -> impl Strategy<Value = Filter> {
    let compare =
        (path(), op(), value()).prop_map(|(path, op, value)| Filter::Compare { path, op, value });
    let simple = prop_oneof![compare, path().prop_map(Filter::Present)].boxed();
    let value_path = (path(), logical(simple.clone()))
        .prop_map(|(path, filter)| Filter::ValuePath { path, filter: Box::new(filter) });
    logical(prop_oneof![4 => simple, 1 => value_path].boxed())
}

/// Pieces that form a valid filter more often than random characters do.
fn pieces() -> impl Strategy<Value = String> {
    let pieces = vec![
        "userName",
        "emails",
        "type",
        "value",
        "name",
        "meta.created",
        "active",
        "manager",
        "schemas",
        "eq",
        "ne",
        "pr",
        "co",
        "gt",
        "and",
        "or",
        "not",
        "(",
        ")",
        "[",
        "]",
        ".value",
        "\"work\"",
        "\"True\"",
        "1",
        "null",
        "true",
        "\"2020-01-01T00:00:00Z\"",
        ".not",
        "\"",
        "\\",
        "é",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..24)
        .prop_map(|pieces| pieces.join(" "))
}

fn survives(text: &str) {
    let _ = Filter::parse_value_path(text, &Limits::default());
    let Ok(filter) = Filter::parse(text, &Limits::default()) else { return };
    assert_eq!(
        Filter::parse(&filter.to_string(), &Limits::default()),
        Ok(filter.clone()),
        "{text}"
    );
    let resource_type = resource_type();
    if let Ok(bound) = filter.bind(&resource_type) {
        let _ = (bound.matches(&babs()), bound.lookups(), bound.eq_terms());
    }
    for attribute in resource_type.attributes() {
        if let Ok(bound) = filter.bind_elements(attribute) {
            let _ = (bound.matches_element(&Value::Object(babs())), bound.eq_terms());
        }
    }
}

proptest! {
    #[test]
    fn a_printed_filter_parses_to_the_same_tree(filter in filter()) {
        let text = filter.to_string();
        prop_assume!(text.len() <= Limits::default().filter_bytes);
        prop_assert_eq!(Filter::parse(&text, &Limits::default()), Ok(filter), "{}", text);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,60}") {
        survives(&text);
    }

    #[test]
    fn no_characters_make_the_parser_panic(text in any::<Vec<char>>()) {
        survives(&text.into_iter().collect::<String>());
    }

    #[test]
    fn no_order_of_tokens_makes_anything_panic(text in pieces()) {
        survives(&text);
    }
}
