//! Exports custom attributes as columns.

use crate::directory::tenants::custom_attributes::titles;
use crate::directory::{Employee, Tenant};
use crate::server::csv_text::harmless;
use scim::schema::custom::CustomAttribute;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// The columns that every export has: the field names of `ExportRow`, in their order.
pub(super) const STANDARD_COLUMNS: [&str; 15] = [
    "id",
    "userName",
    "externalId",
    "employeeNumber",
    "displayName",
    "email",
    "title",
    "status",
    "deletedInIdp",
    "archivedAt",
    "location",
    "department",
    "manager",
    "created",
    "lastModified",
];

/// The length of a fingerprint, in hexadecimal digits.
const FINGERPRINT_DIGITS: usize = 16;

/// The columns of a tenant's custom attributes.
pub(super) struct CustomColumns<'t> {
    attributes: &'t [CustomAttribute],
    /// The names of the columns.
    pub(super) titles: Vec<String>,
    /// The first digits of a digest of the columns. A CSV export in parts fails if the columns change between two
    /// parts. Empty if there are no columns.
    pub(super) fingerprint: String,
}

/// The values of one employee, in the order of the columns.
pub(super) struct CustomValues<'e>(Vec<(&'e str, Option<&'e Value>)>);

/// Whether a text can be a fingerprint. A tenant without custom attributes has the empty fingerprint.
pub(super) fn is_fingerprint(text: &str) -> bool {
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.is_empty() || (text.len() == FINGERPRINT_DIGITS && text.bytes().all(is_digit))
}

impl<'t> CustomColumns<'t> {
    /// Returns the columns of a tenant.
    pub(super) fn of(tenant: &'t Tenant) -> Self {
        let attributes = tenant.attributes.as_slice();
        let mut fingerprint = String::new();
        if !attributes.is_empty() {
            let paths: Vec<String> = attributes.iter().map(CustomAttribute::path).collect();
            fingerprint = hex::encode(Sha256::digest(paths.join(" ")));
            fingerprint.truncate(FINGERPRINT_DIGITS);
        }
        Self { attributes, titles: titles(attributes, &STANDARD_COLUMNS), fingerprint }
    }

    /// Returns an employee's values for the columns.
    pub(super) fn values<'e>(&'e self, employee: &'e Employee) -> CustomValues<'e> {
        let titles = self.titles.iter().map(|title| &**title);
        let values = self.attributes.iter().map(|one| one.value_in(&employee.attributes));
        CustomValues(titles.zip(values).collect())
    }
}

impl CustomValues<'_> {
    /// Returns the values as texts. No spreadsheet runs them as formulas.
    pub(super) fn harmless(&self) -> Vec<Option<String>> {
        self.0.iter().map(|(_, value)| value.map(harmless_value)).collect()
    }

    /// Returns the values unchanged. Absent values are left out.
    pub(super) fn to_json(&self) -> Map<String, Value> {
        let there = self.0.iter().filter_map(|(title, value)| Some((*title, (*value)?)));
        there.map(|(title, value)| (title.to_owned(), value.clone())).collect()
    }
}

fn harmless_value(value: &Value) -> String {
    match value {
        Value::String(text) => harmless(text),
        // A joined list is not a number any more, and may look like a formula.
        Value::Array(values) => {
            let texts: Vec<String> = values.iter().map(plain).collect();
            harmless(&texts.join("; "))
        }
        // A number is safe, even a negative number.
        other => other.to_string(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
