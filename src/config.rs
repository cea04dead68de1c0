//! What the Lambda is told by its environment, read once at start; and what both binaries understand alike.

use secrecy::SecretString;
use std::env;
use std::path::PathBuf;
use tracing_subscriber::EnvFilter;

/// The Lambda's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `ROLLCALL_TABLE`: the DynamoDB table. Required.
    pub table: String,
    /// `ROLLCALL_SECRET_ARN`: the secret with the pepper. Required.
    pub secret_arn: String,
    /// `ROLLCALL_PUBLIC_URL`: where clients reach the service, such as `https://scim.example.com`. Without it the
    /// gateway's own domain name is used, as each event gives it.
    pub public_url: Option<String>,
    /// `ROLLCALL_METRICS_NAMESPACE`: the CloudWatch namespace of the metrics in the log lines of requests. Without it
    /// the lines carry none.
    pub metrics_namespace: Option<String>,
    /// `ROLLCALL_LOCAL_ENDPOINT`: a DynamoDB endpoint other than AWS's, for running the function on a developer's
    /// machine. Needs `ROLLCALL_LOCAL_SECRET` too.
    pub local: Option<LocalOverrides>,
}

/// Stand-ins for AWS services; both or none, so that neither is ever set by accident.
#[derive(Debug, Clone)]
pub struct LocalOverrides {
    /// `ROLLCALL_LOCAL_ENDPOINT`: the URL of a DynamoDB API.
    pub dynamodb_endpoint: String,
    /// `ROLLCALL_LOCAL_SECRET`: the secret document.
    pub secret: LocalSecret,
}

/// Where the secret document is on a developer's machine.
#[derive(Debug, Clone)]
pub enum LocalSecret {
    /// In a file.
    File(PathBuf),
    /// In the variable itself: the function in a container sees no file of the host.
    Document(SecretString),
}

/// A setting that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A required variable is not set.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// The public URL cannot be pasted into Okta.
    #[error("{0} must be {ORIGIN_FORM}")]
    BadPublicUrl(&'static str),
    /// CloudWatch would drop the metrics.
    #[error("{0} must have 1 to 255 letters, digits or any of .-_/#:")]
    BadNamespace(&'static str),
    /// Stand-ins where they must not be.
    #[error("{0} and {1} are for a developer's machine, where AWS_SAM_LOCAL is true")]
    NotLocal(&'static str, &'static str),
    /// One of two variables that belong together.
    #[error("{0} and {1} belong together: set both, on a developer's machine only, or none")]
    Half(&'static str, &'static str),
}

const TABLE: &str = "ROLLCALL_TABLE";
const SECRET_ARN: &str = "ROLLCALL_SECRET_ARN";
const PUBLIC_URL: &str = "ROLLCALL_PUBLIC_URL";
const METRICS_NAMESPACE: &str = "ROLLCALL_METRICS_NAMESPACE";
const LOCAL_ENDPOINT: &str = "ROLLCALL_LOCAL_ENDPOINT";
const LOCAL_SECRET: &str = "ROLLCALL_LOCAL_SECRET";
/// `sam local` sets it to `true`; nothing on AWS does.
const SAM_LOCAL: &str = "AWS_SAM_LOCAL";

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// [`ConfigError`], naming the variable.
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::read(|name| env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let local = match (get(LOCAL_ENDPOINT), get(LOCAL_SECRET)) {
            (Some(_), Some(_)) if get(SAM_LOCAL).as_deref() != Some("true") => {
                return Err(ConfigError::NotLocal(LOCAL_ENDPOINT, LOCAL_SECRET));
            }
            (Some(dynamodb_endpoint), Some(secret)) => {
                let secret = match secret.starts_with('{') {
                    true => LocalSecret::Document(SecretString::from(secret)),
                    false => LocalSecret::File(PathBuf::from(secret)),
                };
                Some(LocalOverrides { dynamodb_endpoint, secret })
            }
            (None, None) => None,
            _ => return Err(ConfigError::Half(LOCAL_ENDPOINT, LOCAL_SECRET)),
        };
        let secret_arn = match (get(SECRET_ARN), &local) {
            (Some(arn), _) => arn,
            (None, Some(_)) => String::new(),
            (None, None) => return Err(ConfigError::Missing(SECRET_ARN)),
        };
        let public_url = get(PUBLIC_URL);
        if public_url.as_deref().is_some_and(|url| !is_origin(url)) {
            return Err(ConfigError::BadPublicUrl(PUBLIC_URL));
        }
        let metrics_namespace = get(METRICS_NAMESPACE);
        if metrics_namespace.as_deref().is_some_and(|name| !is_namespace(name)) {
            return Err(ConfigError::BadNamespace(METRICS_NAMESPACE));
        }
        Ok(Self {
            table: get(TABLE).ok_or(ConfigError::Missing(TABLE))?,
            secret_arn,
            public_url,
            metrics_namespace,
            local,
        })
    }
}

/// What CloudWatch takes as a namespace.
fn is_namespace(name: &str) -> bool {
    name.len() <= 255 && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_/#:".contains(c))
}

/// What [`is_origin`] asks for, for people.
pub const ORIGIN_FORM: &str =
    "an https:// URL (http:// on loopback only) without an underscore, a query or a final slash";

/// Whether a URL can be what Tenant URLs start with: https, or http on loopback, and nothing that Okta refuses.
pub fn is_origin(url: &str) -> bool {
    let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .filter_map(|host| url.strip_prefix(host))
        .any(|rest| rest.is_empty() || rest.starts_with([':', '/']));
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.unwrap_or_default();
    (loopback || url.starts_with("https://"))
        && !rest.is_empty()
        && !rest.ends_with('/')
        && rest.chars().all(|c| c.is_ascii_alphanumeric() || "-.:/[]~%".contains(c))
}

/// What is logged: `ROLLCALL_LOG`, else one line for each request and what goes wrong.
pub fn log_filter() -> EnvFilter {
    EnvFilter::builder()
        .with_env_var("ROLLCALL_LOG")
        .try_from_env()
        .unwrap_or_else(|_| EnvFilter::new("rollcall=info,warn"))
}

#[cfg(test)]
mod tests {
    use super::{Config, ConfigError};

    fn check(variables: &[(&str, &str)], expected: Result<Option<&str>, ConfigError>) {
        let get = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let config = Config::read(get);
        assert_eq!(
            config.as_ref().map(|config| config.public_url.as_deref()).map_err(Clone::clone),
            expected
        );
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let table = ("ROLLCALL_TABLE", "rollcall");
        let secret = ("ROLLCALL_SECRET_ARN", "arn");
        check(&[table, secret], Ok(None));
        check(&[table], Err(ConfigError::Missing("ROLLCALL_SECRET_ARN")));
        check(&[secret], Err(ConfigError::Missing("ROLLCALL_TABLE")));
        let url = ("ROLLCALL_PUBLIC_URL", "https://scim.example.com");
        check(&[table, secret, url], Ok(Some("https://scim.example.com")));
        for bad in [
            "http://a.example",
            "http://127.0.0.1.example",
            "https://",
            "https://a_b.example",
            "https://a.example/",
            "https://a.example/?x",
            "nonsense",
        ] {
            let url = ("ROLLCALL_PUBLIC_URL", bad);
            let error = ConfigError::BadPublicUrl("ROLLCALL_PUBLIC_URL");
            check(&[table, secret, url], Err(error));
        }
        let namespace = ("ROLLCALL_METRICS_NAMESPACE", "Rollcall/acme");
        check(&[table, secret, namespace], Ok(None));
        let namespace = ("ROLLCALL_METRICS_NAMESPACE", "Rollcall acme");
        let error = ConfigError::BadNamespace("ROLLCALL_METRICS_NAMESPACE");
        check(&[table, secret, namespace], Err(error));
        let endpoint = ("ROLLCALL_LOCAL_ENDPOINT", "http://127.0.0.1:8000");
        let half = ConfigError::Half("ROLLCALL_LOCAL_ENDPOINT", "ROLLCALL_LOCAL_SECRET");
        check(&[table, secret, endpoint], Err(half));
        let both = [table, endpoint, ("ROLLCALL_LOCAL_SECRET", "secret.json")];
        let wrong = ConfigError::NotLocal("ROLLCALL_LOCAL_ENDPOINT", "ROLLCALL_LOCAL_SECRET");
        let wrong_again = wrong.clone();
        check(&both, Err(wrong));
        check(&[&both[..], &[("AWS_SAM_LOCAL", "false")]].concat(), Err(wrong_again));
        check(&[&both[..], &[("AWS_SAM_LOCAL", "true")]].concat(), Ok(None));
    }
}
