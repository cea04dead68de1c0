//! One row of an import: its values by column, and the check of the values.

use crate::directory::error::Error;
use crate::directory::users::administration::check_local;
use crate::model::employee::LocalValues;
use scim::document::Document;
use scim::schema::ResourceType;
use scim::{urn, validate};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use strum::{EnumIter, IntoEnumIterator, IntoStaticStr};

/// A column of an import. Its name is the name of the attribute in the JSON API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub enum ImportColumn {
    /// The userName. Every row needs it.
    UserName,
    /// The given name.
    GivenName,
    /// The family name.
    FamilyName,
    /// The display name.
    DisplayName,
    /// The work email address.
    Email,
    /// The title.
    Title,
    /// The employee number.
    EmployeeNumber,
    /// The department, as your value.
    Department,
    /// The location, as your value.
    Location,
    /// The manager, as your value.
    Manager,
}

impl ImportColumn {
    /// All columns, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// The column's name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Reads a column's name, in any case; `None` for another text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::iter().find(|column| column.as_str().eq_ignore_ascii_case(text))
    }

    /// The names of all columns, as a list for a sentence.
    pub fn list() -> String {
        Self::iter().map(Self::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// The reason why a row is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// The attribute; `None` for a problem of the whole row.
    pub attribute: Option<ImportColumn>,
    /// The problem, and the expected value.
    pub detail: String,
}

impl RowProblem {
    /// Makes a problem of a whole row.
    pub fn of_row(detail: impl Into<String>) -> Self {
        Self { attribute: None, detail: detail.into() }
    }

    /// Makes a problem of one attribute.
    pub fn of(attribute: ImportColumn, detail: impl Into<String>) -> Self {
        Self { attribute: Some(attribute), detail: detail.into() }
    }

    /// Makes the problem of a userName that an earlier line has too.
    pub(super) fn repeated(line: u64) -> Self {
        let text = format!("userName is on line {line} too. Keep one line for each person");
        Self::of(ImportColumn::UserName, text)
    }

    pub(super) fn into_error(self) -> Error {
        Error::Protocol(scim::Error::invalid_value(self.detail))
    }
}

/// A row of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// The line of the row in the file, or its place in the list.
    pub line: u64,
    values: BTreeMap<ImportColumn, String>,
    /// The reason why the row could not be read.
    unreadable: Option<RowProblem>,
}

/// A valid row.
#[derive(Debug, Clone)]
pub(super) struct CheckedRow {
    /// The attributes of the user.
    pub(super) attributes: Document,
    /// The tenant's own values.
    pub(super) local: LocalValues,
}

impl ImportRow {
    /// Makes a row. Spaces around a value are removed, and an empty value is no value.
    pub fn new(line: u64, values: impl IntoIterator<Item = (ImportColumn, String)>) -> Self {
        let trimmed = values.into_iter().map(|(column, value)| (column, value.trim().to_owned()));
        let values = trimmed.filter(|(_, value)| !value.is_empty()).collect();
        Self { line, values, unreadable: None }
    }

    /// Makes a row that could not be read.
    pub fn unreadable(line: u64, problem: RowProblem) -> Self {
        Self { line, values: BTreeMap::new(), unreadable: Some(problem) }
    }

    /// The value of a column.
    pub fn get(&self, column: ImportColumn) -> Option<&str> {
        self.values.get(&column).map(String::as_str)
    }

    /// The userName; empty if the row has none.
    pub fn user_name(&self) -> &str {
        self.get(ImportColumn::UserName).unwrap_or_default()
    }

    /// Checks the values as the service checks a user of the identity provider.
    pub(super) fn check(&self, users: &ResourceType) -> Result<CheckedRow, RowProblem> {
        if let Some(problem) = &self.unreadable {
            return Err(problem.clone());
        }
        if self.user_name().is_empty() {
            let text = "userName is missing. Every person needs one, such as an email address";
            return Err(RowProblem::of(ImportColumn::UserName, text));
        }
        if self.get(ImportColumn::Email).is_some_and(|email| !email.contains('@')) {
            let text = "email has no @. Enter an address, such as ada@example.com";
            return Err(RowProblem::of(ImportColumn::Email, text));
        }
        let local = |column: ImportColumn| match self.get(column) {
            None => Ok(None),
            Some(value) => match check_local(column.as_str(), value) {
                Ok(()) => Ok(Some(value.to_owned())),
                Err(error) => Err(RowProblem::of(column, error.detail)),
            },
        };
        let local = LocalValues {
            location: local(ImportColumn::Location)?,
            department: local(ImportColumn::Department)?,
            manager: local(ImportColumn::Manager)?,
        };
        let attributes = validate::read_resource(users, self.body(ImportColumn::all()).into())
            .map_err(|error| RowProblem { attribute: self.culprit(users), detail: error.detail })?;
        Ok(CheckedRow { attributes, local })
    }

    /// Finds the first column whose value alone makes the user invalid.
    fn culprit(&self, users: &ResourceType) -> Option<ImportColumn> {
        let is_wrong = |column: &ImportColumn| {
            let body = self.body([ImportColumn::UserName, *column].into_iter());
            validate::read_resource(users, body.into()).is_err()
        };
        ImportColumn::all().find(is_wrong)
    }

    /// The user in SCIM, with some of the columns. The tenant's own values are no part of it.
    fn body(&self, columns: impl Iterator<Item = ImportColumn>) -> Map<String, Value> {
        let (mut body, mut name) = (Map::new(), Map::new());
        for column in columns {
            let Some(value) = self.get(column) else { continue };
            match column {
                ImportColumn::UserName | ImportColumn::DisplayName | ImportColumn::Title => {
                    body.insert(column.as_str().to_owned(), value.into());
                }
                ImportColumn::GivenName | ImportColumn::FamilyName => {
                    name.insert(column.as_str().to_owned(), value.into());
                }
                ImportColumn::Email => {
                    let email = json!([{"value": value, "type": "work", "primary": true}]);
                    body.insert("emails".to_owned(), email);
                }
                ImportColumn::EmployeeNumber => {
                    let number = json!({ (column.as_str()): value });
                    body.insert(urn::ENTERPRISE_USER.to_owned(), number);
                }
                ImportColumn::Department | ImportColumn::Location | ImportColumn::Manager => {}
            }
        }
        if !name.is_empty() {
            body.insert("name".to_owned(), name.into());
        }
        body
    }
}
