//! The settings of the Lambda, read from its environment once at the start. Both binaries share the checks of URLs and
//! the log filter.

use crate::outbound::{AddressPolicy, PrivateHostProblem, parse_private_hosts};
use secrecy::SecretString;
use std::env;
use std::path::PathBuf;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{LevelFilter, Targets};

/// The Lambda's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `ROLLCALL_TABLE`: the DynamoDB table. Required.
    pub table: String,
    /// `ROLLCALL_SECRET_ARN`: the secret with the pepper. Required.
    pub secret_arn: String,
    /// `ROLLCALL_PUBLIC_URL`: the URL at which clients reach the service, such as `https://scim.example.com`. Without
    /// it, the service uses the gateway's domain name from each event.
    pub public_url: Option<String>,
    /// `ROLLCALL_METRICS_NAMESPACE`: the CloudWatch namespace of the metrics in the log lines of requests. Without it,
    /// the lines carry no metrics.
    pub metrics_namespace: Option<String>,
    /// `ROLLCALL_TENANT_UNITS`: the capacity units a second that each tenant may use in this process. 0 means no limit.
    pub tenant_units: u32,
    /// `ROLLCALL_ROLE`: the work of this process.
    pub role: Role,
    /// The hosts that Rollcall may call: all public ones except its own. `ROLLCALL_PRIVATE_HOSTS` lists hosts that may
    /// have private addresses.
    pub address_policy: AddressPolicy,
    /// `ROLLCALL_LOCAL_ENDPOINT`: a DynamoDB endpoint outside AWS, to run the function on a developer's machine. It
    /// requires `ROLLCALL_LOCAL_SECRET` too.
    pub local: Option<LocalOverrides>,
}

/// The work of a process. The deployment has a function for each role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Answers the requests that a gateway sends.
    Api,
    /// Delivers events, when the table's stream or a schedule asks for it.
    Deliver,
}

/// Replacements for AWS services. Both are set or neither, so that no replacement is set by accident.
#[derive(Debug, Clone)]
pub struct LocalOverrides {
    /// `ROLLCALL_LOCAL_ENDPOINT`: the URL of a DynamoDB API.
    pub dynamodb_endpoint: String,
    /// `ROLLCALL_LOCAL_SECRET`: the secret document.
    pub secret: LocalSecret,
}

/// The place of the secret document on a developer's machine.
#[derive(Debug, Clone)]
pub enum LocalSecret {
    /// In a file.
    File(PathBuf),
    /// In the variable itself: a function in a container cannot read the host's files.
    Document(SecretString),
}

/// A setting that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A required variable is not set.
    #[error("the environment variable {0} is not set, and has no default")]
    Missing(&'static str),
    /// The public URL has a form that Okta does not accept.
    #[error("{0} must be {ORIGIN_FORM}")]
    BadPublicUrl(&'static str),
    /// The limit of capacity units is not a whole number.
    #[error("{0} must be a whole number of capacity units a second; 0 means no limit")]
    BadTenantUnits(&'static str),
    /// The role is unknown.
    #[error("{0} must be `api` or `deliver`; without it the role is `api`")]
    BadRole(&'static str),
    /// CloudWatch does not accept the namespace, or AWS reserves it for its own metrics.
    #[error(
        "{0} must have 1 to 255 characters (letters, digits and .-_/#:), and not start with AWS/"
    )]
    BadNamespace(&'static str),
    /// A name in the list of private hosts is none.
    #[error("{0} must list full names of hosts, with commas between them: {1}")]
    BadPrivateHosts(&'static str, PrivateHostProblem),
    /// Calls to loopback addresses are allowed, which is for developers.
    #[error("{0} is for \"rollcall serve\" on a developer's machine: remove it")]
    LoopbackNotAllowed(&'static str),
    /// The local replacements are set outside a developer's machine.
    #[error("{0} and {1} are for a developer's machine, where AWS_SAM_LOCAL is true: remove them")]
    LocalNotAllowed(&'static str, &'static str),
    /// Only one of two variables that belong together is set.
    #[error("{0} and {1} belong together: set both on a developer's machine, and neither on AWS")]
    LocalIncomplete(&'static str, &'static str),
}

const TABLE: &str = "ROLLCALL_TABLE";
const SECRET_ARN: &str = "ROLLCALL_SECRET_ARN";
const PUBLIC_URL: &str = "ROLLCALL_PUBLIC_URL";
const METRICS_NAMESPACE: &str = "ROLLCALL_METRICS_NAMESPACE";
const TENANT_UNITS: &str = "ROLLCALL_TENANT_UNITS";
const ROLE: &str = "ROLLCALL_ROLE";
const PRIVATE_HOSTS: &str = "ROLLCALL_PRIVATE_HOSTS";
const LOG: &str = "ROLLCALL_LOG";
const LOCAL_ENDPOINT: &str = "ROLLCALL_LOCAL_ENDPOINT";
const LOCAL_SECRET: &str = "ROLLCALL_LOCAL_SECRET";
/// `rollcall serve` reads this variable; the Lambda refuses it.
const ALLOW_PRIVATE_DESTINATIONS: &str = "ROLLCALL_ALLOW_PRIVATE_DESTINATIONS";
/// `sam local` sets this variable to `true`; AWS never does.
const SAM_LOCAL: &str = "AWS_SAM_LOCAL";

/// The variables that a deployment may set.
pub const VARIABLES: [&str; 10] = [
    TABLE,
    SECRET_ARN,
    PUBLIC_URL,
    METRICS_NAMESPACE,
    TENANT_UNITS,
    ROLE,
    PRIVATE_HOSTS,
    LOG,
    LOCAL_ENDPOINT,
    LOCAL_SECRET,
];

impl Config {
    /// Reads the settings from the environment.
    ///
    /// # Errors
    /// [`ConfigError`], with the name of the variable.
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::read(|name| env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let local = match (get(LOCAL_ENDPOINT), get(LOCAL_SECRET)) {
            (Some(_), Some(_)) if get(SAM_LOCAL).as_deref() != Some("true") => {
                return Err(ConfigError::LocalNotAllowed(LOCAL_ENDPOINT, LOCAL_SECRET));
            }
            (Some(dynamodb_endpoint), Some(secret)) => {
                let secret = match secret.trim_start().starts_with('{') {
                    true => LocalSecret::Document(SecretString::from(secret)),
                    false => LocalSecret::File(PathBuf::from(secret)),
                };
                Some(LocalOverrides { dynamodb_endpoint, secret })
            }
            (None, None) => None,
            _ => return Err(ConfigError::LocalIncomplete(LOCAL_ENDPOINT, LOCAL_SECRET)),
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
        let tenant_units = get(TENANT_UNITS).as_deref().unwrap_or("0").parse();
        let tenant_units = tenant_units.map_err(|_| ConfigError::BadTenantUnits(TENANT_UNITS))?;
        let role = match get(ROLE).as_deref() {
            None | Some("api") => Role::Api,
            Some("deliver") => Role::Deliver,
            Some(_) => return Err(ConfigError::BadRole(ROLE)),
        };
        if get(ALLOW_PRIVATE_DESTINATIONS).is_some() {
            return Err(ConfigError::LoopbackNotAllowed(ALLOW_PRIVATE_DESTINATIONS));
        }
        let private_hosts = parse_private_hosts(&get(PRIVATE_HOSTS).unwrap_or_default());
        let address_policy = private_hosts
            .and_then(|hosts| AddressPolicy::production(public_url.as_deref(), &hosts))
            .map_err(|problem| ConfigError::BadPrivateHosts(PRIVATE_HOSTS, problem))?;
        Ok(Self {
            role,
            tenant_units,
            address_policy,
            table: get(TABLE).ok_or(ConfigError::Missing(TABLE))?,
            secret_arn,
            public_url,
            metrics_namespace,
            local,
        })
    }
}

/// Whether CloudWatch accepts a namespace for custom metrics (`PutMetricData`, `Namespace`). Spaces are refused,
/// although CloudWatch allows them.
fn is_namespace(name: &str) -> bool {
    (1..=255).contains(&name.len())
        && !name.starts_with("AWS/")
        && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_/#:".contains(c))
}

/// Describes the URLs that [`is_origin`] accepts, for error messages.
pub const ORIGIN_FORM: &str =
    "an https:// URL (http:// on loopback only) without an underscore, a query or a final slash";

/// Whether Tenant URLs may begin with this URL: https, or http on loopback, in a form that Okta accepts.
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

/// The folder of the caches below the home folder.
#[cfg(target_os = "macos")]
const CACHES: &str = "Library/Caches";
#[cfg(not(target_os = "macos"))]
const CACHES: &str = ".cache";

/// Returns the user's folder for files that may be lost; `None` without a home folder.
#[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn cache_folder() -> Option<PathBuf> {
    let folder =
        |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(CACHES)))
}

/// Returns the log filter from `ROLLCALL_LOG`. If the variable is absent or invalid, the log has a line for each
/// request, and warnings and errors. [`may_be_logged`] limits every filter.
#[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn log_filter() -> Targets {
    log_filter_of(env::var(LOG).ok())
}

/// Returns a setting of the AWS SDK from the environment.
#[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(crate) fn sdk_setting(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether a line may be logged at all. Below `info`, libraries log whole requests and responses, with tokens and
/// personal data.
pub fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let is_ours = target.split("::").next() == Some("rollcall");
    is_ours || *metadata.level() <= Level::INFO
}

fn log_filter_of(text: Option<String>) -> Targets {
    let text = text.unwrap_or_default();
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let given = (!parts.is_empty()).then(|| parts.join(",").parse().ok()).flatten();
    given.unwrap_or_else(|| {
        let others = Targets::new().with_default(LevelFilter::WARN);
        others.with_target("rollcall", LevelFilter::INFO)
    })
}

#[cfg(test)]
mod tests;
