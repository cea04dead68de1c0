//! The JSON type of a value, without the value.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{EnumString, IntoStaticStr};

/// The type of a JSON value, or of the elements of a list.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum JsonType {
    /// `null`, an empty list, or no value.
    #[default]
    Null,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number with a fraction or an exponent.
    Decimal,
    /// Text.
    String,
    /// An object.
    Object,
    /// Elements of different types, or lists within a list.
    Mixed,
}

/// The type of a value: the JSON type, and whether the value is a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JsonShape {
    /// The type of the value, or of the elements of the list.
    #[serde(rename = "type")]
    pub kind: JsonType,
    /// Whether the value is a list.
    #[serde(default)]
    pub multi_valued: bool,
}

impl JsonType {
    /// The name of the type.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_i64() || number.is_u64() => Self::Integer,
            Value::Number(_) => Self::Decimal,
            Value::String(_) => Self::String,
            Value::Object(_) => Self::Object,
            Value::Array(_) => Self::Mixed,
        }
    }

    /// The type of elements of both types.
    fn joined(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Null, one) | (one, Self::Null) => one,
            (Self::Integer, Self::Decimal) | (Self::Decimal, Self::Integer) => Self::Decimal,
            _ => Self::Mixed,
        }
    }
}

impl JsonShape {
    /// The type of text.
    pub const TEXT: Self = Self { kind: JsonType::String, multi_valued: false };

    /// The type of a value.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Array(values) => Self {
                kind: values.iter().map(JsonType::of).fold(JsonType::Null, JsonType::joined),
                multi_valued: true,
            },
            value => Self { kind: JsonType::of(value), multi_valued: false },
        }
    }

    /// This type, or `earlier` where this type says nothing.
    #[must_use]
    pub fn or(self, earlier: Self) -> Self {
        if self.kind == JsonType::Null { earlier } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonShape, JsonType};
    use serde_json::{Value, json};

    #[track_caller]
    fn check(value: &Value, kind: JsonType, multi_valued: bool) {
        assert_eq!(JsonShape::of(value), JsonShape { kind, multi_valued }, "{value}");
    }

    #[test]
    fn a_value_has_a_type() {
        check(&json!(null), JsonType::Null, false);
        check(&json!("7"), JsonType::String, false);
        check(&json!(7), JsonType::Integer, false);
        check(&json!(-7), JsonType::Integer, false);
        check(&json!(7.5), JsonType::Decimal, false);
        check(&json!(true), JsonType::Boolean, false);
        check(&json!({"a": 1}), JsonType::Object, false);
    }

    #[test]
    fn a_list_has_the_type_of_its_elements() {
        check(&json!([]), JsonType::Null, true);
        check(&json!(["a", null, "b"]), JsonType::String, true);
        check(&json!([1, 2.5]), JsonType::Decimal, true);
        check(&json!([1, "a"]), JsonType::Mixed, true);
        check(&json!([["a"]]), JsonType::Mixed, true);
    }

    #[test]
    fn a_missing_value_keeps_the_earlier_type() {
        let (text, none) = (JsonShape::TEXT, JsonShape::of(&Value::Null));
        assert_eq!(none.or(text), text);
        assert_eq!(JsonShape::of(&json!(1)).or(text), JsonShape::of(&json!(1)));
    }
}
