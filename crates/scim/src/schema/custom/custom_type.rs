//! The data types of custom attributes.

use crate::schema::AttributeType;
use serde::{Deserialize, Serialize};

/// The data types of a custom attribute: all types of RFC 7643 §2.3 except complex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CustomType {
    /// Text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A real number.
    Decimal,
    /// A whole number.
    Integer,
    /// A date and time.
    DateTime,
    /// Base64 text.
    Binary,
    /// A URI.
    Reference,
}

impl CustomType {
    /// All data types, common types first.
    pub const ALL: [Self; 7] = [
        Self::String,
        Self::Boolean,
        Self::Integer,
        Self::Decimal,
        Self::DateTime,
        Self::Reference,
        Self::Binary,
    ];

    /// Reads the name of a data type. Returns `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The name of the data type in a schema document (RFC 7643 §7, `type`).
    pub fn as_str(self) -> &'static str {
        AttributeType::from(self).as_str()
    }
}

impl From<CustomType> for AttributeType {
    fn from(kind: CustomType) -> Self {
        match kind {
            CustomType::String => AttributeType::String,
            CustomType::Boolean => AttributeType::Boolean,
            CustomType::Decimal => AttributeType::Decimal,
            CustomType::Integer => AttributeType::Integer,
            CustomType::DateTime => AttributeType::DateTime,
            CustomType::Binary => AttributeType::Binary,
            CustomType::Reference => AttributeType::Reference,
        }
    }
}
