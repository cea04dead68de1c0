//! The location of the table that a command uses: a data folder, a DynamoDB API or AWS.

use super::arguments::Deployment;
use std::path::Path;

/// The name of the table, unless an argument names another.
const DEFAULT_TABLE: &str = "rollcall";

/// The location of the table of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableLocation<'p> {
    /// The embedded engine, in a data folder.
    Folder(&'p Path),
    /// A DynamoDB API, at a URL.
    Endpoint(&'p str),
    /// AWS, at the default address or at a given address.
    Aws { endpoint: Option<&'p str> },
}

impl Deployment {
    /// Returns the location of the table.
    pub fn table_location(&self) -> TableLocation<'_> {
        match (self.dynamodb_endpoint.as_deref(), &self.table) {
            (Some(endpoint), _) if is_of_aws(endpoint) => {
                TableLocation::Aws { endpoint: Some(endpoint) }
            }
            (Some(endpoint), _) => TableLocation::Endpoint(endpoint),
            (None, Some(_)) => TableLocation::Aws { endpoint: None },
            (None, None) => TableLocation::Folder(&self.data),
        }
    }
}

fn is_of_aws(endpoint: &str) -> bool {
    let host = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or_default();
    [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"]
        .iter()
        .any(|domain| host.to_ascii_lowercase().ends_with(domain))
}

/// Returns the name of the table.
pub fn table_name(deployment: &Deployment) -> &str {
    deployment.table.as_deref().unwrap_or(DEFAULT_TABLE)
}

/// Describes the location of the data, for people.
pub fn describe(deployment: &Deployment) -> String {
    let table = table_name(deployment);
    match deployment.table_location() {
        TableLocation::Folder(folder) => absolute(folder),
        TableLocation::Endpoint(endpoint) | TableLocation::Aws { endpoint: Some(endpoint) } => {
            format!("table {table} at {endpoint}")
        }
        TableLocation::Aws { endpoint: None } => format!("table {table} on AWS"),
    }
}

/// Returns the absolute path of a folder, for messages.
pub fn absolute(folder: &Path) -> String {
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::TableLocation;
    use crate::cli::arguments::Arguments;
    use clap::Parser;

    #[test]
    fn a_table_on_aws_is_known_by_its_address() {
        let check = |arguments: &[&str], expected: bool| {
            let arguments = ["rollcall"].iter().chain(arguments);
            let deployment = Arguments::parse_from(arguments).deployment;
            assert_eq!(matches!(deployment.table_location(), TableLocation::Aws { .. }), expected);
        };
        check(&[], false);
        check(&["--table", "t"], true);
        check(&["--table", "t", "--dynamodb-endpoint", "http://127.0.0.1:8000"], false);
        for host in [
            "https://dynamodb.eu-west-1.amazonaws.com",
            "https://Dynamodb.cn-north-1.amazonaws.com.cn:443/",
        ] {
            check(&["--dynamodb-endpoint", host], true);
        }
        check(&["--dynamodb-endpoint", "http://amazonaws.com.example"], false);
    }
}
