//! The command line's grammar.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use rollcall::directory::TenantId;
use rollcall::directory::lists::admin_list::MOST_SEARCH_CHARS;
use scim::schema::custom::CustomType;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// SCIM 2.0 service provider that keeps a company's employee list in step with its identity provider.
///
/// Without a command it serves: the local server on the embedded engine, with a demo tenant.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "\
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such tenant, employee, group or data,
4 refused by a rule, 5 damaged data, 6 no AWS region or credentials."
)]
pub struct Arguments {
    #[command(flatten)]
    pub place: Place,

    /// Print JSON instead of tables and sentences
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub json: bool,

    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The heading of the options of every command.
const GLOBAL: &str = "Global options";

/// Where the data is.
#[derive(Debug, Args)]
#[command(next_help_heading = GLOBAL)]
pub struct Place {
    /// The folder of the embedded engine and its secret document
    #[arg(long, global = true, value_name = "DIR", env = "ROLLCALL_DATA", default_value = "data")]
    pub data: PathBuf,

    /// Use a DynamoDB table on AWS instead of the embedded engine, with the usual AWS credentials and region
    #[arg(long, global = true, value_name = "NAME", env = "ROLLCALL_TABLE")]
    pub table: Option<String>,

    /// Use the DynamoDB API at this URL; serve, tenant create and tenant sample make its table
    #[arg(long, global = true, value_name = "URL", env = "ROLLCALL_DYNAMODB_ENDPOINT")]
    pub dynamodb_endpoint: Option<String>,

    /// Read the pepper from AWS Secrets Manager instead of the data folder
    #[arg(long, global = true, value_name = "ARN", env = "ROLLCALL_SECRET_ARN")]
    pub secret_arn: Option<String>,

    /// Where identity providers reach the service; makes Tenant URLs
    #[arg(long, global = true, value_name = "URL", env = "ROLLCALL_PUBLIC_URL", value_parser = origin)]
    pub public_url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the local server (the default)
    Serve(ServeArguments),
    /// Offer the embedded engine of the data folder as a DynamoDB API, for functions on this machine
    Dynamodb(DynamodbArguments),
    /// Make, list, show, check and delete tenants
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Rotate, revoke and list a tenant's tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Show and change what a tenant's identity provider governs
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Declare, list and remove a tenant's custom attributes
    #[command(subcommand)]
    Attribute(AttributeCommand),
    /// Look up, change and erase employees
    #[command(subcommand)]
    Employee(EmployeeCommand),
    /// Groups, as the identity provider pushed them
    #[command(subcommand)]
    Group(GroupCommand),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Parser)]
pub struct ServeArguments {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "ROLLCALL_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Capacity units a second that each tenant may use, a minute's at once; 0 for no limit
    #[arg(long, value_name = "UNITS", env = "ROLLCALL_TENANT_UNITS", default_value_t = 0)]
    pub tenant_units: u32,
}

#[derive(Debug, Args)]
pub struct DynamodbArguments {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Needed for an address that is not a loopback one, such as a container network's: whoever reaches it reads and
    /// writes everything
    #[arg(long)]
    pub without_credentials: bool,
}

#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make a tenant; prints its Tenant URL and tokens, once
    Create {
        /// Its id: 2 to 32 lower-case letters, digits and inner hyphens
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// Its name, for people; the id if not given
        #[arg(long)]
        name: Option<String>,
    },
    /// Make the tenant of the files in events/, with tokens that everybody knows; not on AWS
    Sample,
    /// List the tenants
    List,
    /// Show a tenant with its settings, tokens and history
    Show {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
    },
    /// Check that a tenant's stored items agree with each other, as after a restore; reads all of them
    Check {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// Finish unfinished work, and repair everything that follows from the records
        #[arg(long)]
        repair: bool,
    },
    /// Delete a tenant with all employees and history, for good
    Delete {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The tenant's id once more
        #[arg(long, value_name = "TENANT")]
        confirm: String,
        /// Do not wait a minute for running servers to forget the tenant's tokens; only when none runs
        #[arg(long)]
        no_wait: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a new token; the current one stays valid for the overlap
    Rotate {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// What the token is for
        #[arg(long, value_enum, default_value = "scim")]
        scope: ScopeArgument,
        /// How long the token before stays valid, such as 24h, 30m or 0s [default: 24h for scim, 0s for admin]
        #[arg(long, value_parser = humantime::parse_duration)]
        overlap: Option<Duration>,
        /// A name for people, shown in the history of what was done with it
        #[arg(long)]
        label: Option<String>,
        /// End a token that is still valid from the rotation before
        #[arg(long)]
        drop_earlier: bool,
        /// End the current token now and keep the previous one, for a new token that was lost; refused when a use of it is known
        #[arg(long, conflicts_with = "drop_earlier")]
        replace_unused: bool,
        /// Print shell assignments of TENANT_URL and SECRET_TOKEN, for eval
        #[arg(long, conflicts_with = "json")]
        shell: bool,
    },
    /// End the validity of tokens, within a minute
    Revoke {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// Which scope's tokens
        #[arg(long, value_enum)]
        scope: ScopeArgument,
        /// Only this one of the two
        #[arg(long, value_enum)]
        stage: Option<StageArgument>,
    },
    /// List a tenant's tokens: never the tokens themselves
    List {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
    },
}

#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Show a tenant's settings
    Show {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
    },
    /// Change a tenant's settings; takes effect at once, without another sync
    Set {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        #[command(flatten)]
        changes: SettingChanges,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct SettingChanges {
    /// Set employee location info from Identity Provider
    #[arg(long, value_enum, value_name = "on|off")]
    pub location: Option<Switch>,
    /// Set employee department info from Identity Provider
    #[arg(long, value_enum, value_name = "on|off")]
    pub department: Option<Switch>,
    /// Set employee manager info from Identity Provider
    #[arg(long, value_enum, value_name = "on|off")]
    pub manager: Option<Switch>,
}

#[derive(Debug, Subcommand)]
pub enum AttributeCommand {
    /// List the custom attributes
    List {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
    },
    /// Declare an attribute, or change its description and case; the identity provider sends it under the same names
    Set {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The namespace: a URN of the tenant's own, or the enterprise one
        urn: String,
        /// The attribute's name
        name: String,
        /// string, boolean, integer, decimal, dateTime, reference or binary; cannot be changed later
        #[arg(long = "type", value_name = "TYPE", value_parser = custom_type, default_value = "string")]
        kind: CustomType,
        /// It can have several values; cannot be changed later
        #[arg(long)]
        several: bool,
        /// Filters tell capital from small letters
        #[arg(long)]
        case_exact: bool,
        /// For people who read the schema
        #[arg(long, default_value = "")]
        description: String,
    },
    /// Remove an attribute; its values stay in the records and are not shown
    Remove {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The namespace
        urn: String,
        /// The attribute's name
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum EmployeeCommand {
    /// List employees
    List {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// Which ones
        #[arg(long, value_enum, default_value = "all")]
        status: StatusArgument,
        /// Only those with a word of the name, the userName or an email address that starts so, in any case
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, value_parser = search_text)]
        search: String,
        /// At most so many
        #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
        limit: Option<u32>,
    },
    /// Write all employees with their effective values, as CSV or JSON Lines
    Export {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// Which ones
        #[arg(long, value_enum, default_value = "all")]
        status: StatusArgument,
        /// How they are written; with --json always jsonl
        #[arg(long, value_enum, default_value = "csv")]
        format: FormatArgument,
    },
    /// Show an employee: what counts, and where it comes from
    Show {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// An id, a userName or an email address; an id or a userName once deleted in the identity provider
        employee: String,
    },
    /// Show every change of an employee
    History {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// An id, a userName or an email address; an id or a userName once deleted in the identity provider
        employee: String,
    },
    /// Set the tenant's own values; effective where the identity provider does not govern
    Set {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// An id, a userName or an email address; an id or a userName once deleted in the identity provider
        employee: String,
        #[command(flatten)]
        values: LocalArguments,
    },
    /// Archive an employee, as if the identity provider had deactivated them; its next sync may undo it
    Archive {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// An id, a userName or an email address
        employee: String,
    },
    /// Restore an archived employee. One deleted in the identity provider comes back without groups
    Restore {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// An id, a userName or an email address; an id or a userName once deleted in the identity provider
        employee: String,
    },
    /// Remove an archived employee and the whole history, for good
    Erase {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The employee's id
        employee: String,
        /// The employee's id once more
        #[arg(long, value_name = "ID")]
        confirm: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum GroupCommand {
    /// List groups
    List {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// Only the one with this name, in any case
        #[arg(long, value_parser = NonEmptyStringValueParser::new())]
        name: Option<String>,
        /// Only those with a word of the name that starts so, in any case
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, value_parser = search_text)]
        search: String,
        /// At most so many
        #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
        limit: Option<u32>,
    },
    /// Show a group
    Show {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// An id, or a name in any case
        group: String,
        /// With all members
        #[arg(long)]
        members: bool,
        /// With every change; by id also of a group that is deleted
        #[arg(long)]
        history: bool,
    },
}

/// New local values; an empty text clears one.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct LocalArguments {
    /// Where the person works; "" clears it
    #[arg(long)]
    pub location: Option<String>,
    /// The department; "" clears it
    #[arg(long)]
    pub department: Option<String>,
    /// The manager's email address, userName or id, or any text; "" clears it
    #[arg(long)]
    pub manager: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScopeArgument {
    /// The identity provider's SCIM calls
    Scim,
    /// The tenant's own administration
    Admin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StageArgument {
    /// The token made last
    Current,
    /// The one before
    Previous,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatusArgument {
    /// With the company
    Active,
    /// Left
    Archived,
    /// All
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArgument {
    /// Comma-separated values with a header
    Csv,
    /// An object on each line
    Jsonl,
}

fn search_text(text: &str) -> Result<String, String> {
    match text.chars().count() <= MOST_SEARCH_CHARS {
        true => Ok(text.to_owned()),
        false => Err(format!("at most {MOST_SEARCH_CHARS} characters")),
    }
}

fn origin(text: &str) -> Result<String, String> {
    match rollcall::config::is_origin(text) {
        true => Ok(text.to_owned()),
        false => Err(rollcall::config::ORIGIN_FORM.to_owned()),
    }
}

fn custom_type(text: &str) -> Result<CustomType, String> {
    CustomType::parse(text).ok_or_else(|| {
        let names = CustomType::ALL.map(CustomType::as_str);
        format!("one of {}", names.join(", "))
    })
}

fn tenant_id(text: &str) -> Result<TenantId, String> {
    TenantId::parse(text)
        .ok_or_else(|| "2 to 32 lower-case letters, digits and inner hyphens".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Arguments, GLOBAL};
    use clap::{Command, CommandFactory};

    fn every_argument(command: &Command, path: &str, check: &mut dyn FnMut(&str, &clap::Arg)) {
        for argument in command.get_arguments() {
            check(&format!("{path} {}", argument.get_id()), argument);
        }
        for below in command.get_subcommands() {
            every_argument(below, &format!("{path} {}", below.get_name()), check);
        }
    }

    #[test]
    fn every_argument_has_a_help_text_and_global_ones_a_heading_of_their_own() {
        let mut command = Arguments::command();
        command.build();
        let (mut all, mut global) = (0, 0);
        every_argument(&command, "rollcall", &mut |path, argument| {
            // The names of subcommands, below the generated `help`.
            if path.contains(" help ") {
                return;
            }
            all += 1;
            assert!(argument.get_help().is_some(), "{path} has no help text");
            if argument.is_global_set() {
                global += 1;
                assert_eq!(argument.get_help_heading(), Some(GLOBAL), "{path}");
            } else {
                assert_eq!(argument.get_help_heading(), None, "{path}");
            }
        });
        assert!(all > 50 && global > 20, "{all} {global}");
    }
}
