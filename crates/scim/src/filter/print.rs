//! Prints the canonical text of a syntax tree. The parser reads that text back as the same tree.

use super::{CompareValue, Filter};
use serde_json::Value;
use std::fmt;

/// The canonical text by RFC 7644 §3.4.2.2, Figure 1: only necessary parentheses, and operators in lower case.
impl fmt::Display for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::And(terms) => join(formatter, " and ", terms, |term| {
                matches!(term, Filter::And(_) | Filter::Or(_))
            }),
            Filter::Or(terms) => {
                join(formatter, " or ", terms, |term| matches!(term, Filter::Or(_)))
            }
            Filter::Not(filter) => write!(formatter, "not ({filter})"),
            Filter::Compare { path, op, value } => {
                write!(formatter, "{path} {} {value}", op.as_str())
            }
            Filter::Present(path) => write!(formatter, "{path} pr"),
            Filter::ValuePath { path, filter } => write!(formatter, "{path}[{filter}]"),
        }
    }
}

fn join(
    formatter: &mut fmt::Formatter<'_>,
    separator: &str,
    terms: &[Filter],
    is_grouped: fn(&Filter) -> bool,
) -> fmt::Result {
    for (index, term) in terms.iter().enumerate() {
        if index > 0 {
            formatter.write_str(separator)?;
        }
        if is_grouped(term) {
            write!(formatter, "({term})")?;
        } else {
            write!(formatter, "{term}")?;
        }
    }
    Ok(())
}

/// The value as a JSON literal.
impl fmt::Display for CompareValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompareValue::String(text) => Value::from(text.as_str()).fmt(formatter),
            CompareValue::Number(number) => number.fmt(formatter),
            CompareValue::Boolean(boolean) => boolean.fmt(formatter),
            CompareValue::Null => formatter.write_str("null"),
        }
    }
}
