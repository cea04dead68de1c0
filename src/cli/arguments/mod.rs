//! The command line's grammar.

pub mod serve;
pub mod demo;
pub mod sign_in_link;
pub mod destination;
pub mod dynamodb;
pub mod tenant;
pub mod token;
pub mod settings;
pub mod attribute;
pub mod employee;
pub mod group;
pub mod event;
pub mod sso;
pub mod pepper;
mod value_parsers;

use attribute::AttributeCommand;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use demo::DemoArguments;
use destination::DestinationCommand;
use dynamodb::DynamodbArguments;
use employee::EmployeeCommand;
use event::EventCommand;
use group::GroupCommand;
use pepper::PepperCommand;
use serve::ServeArguments;
use settings::SettingsCommand;
use sign_in_link::OpenArguments;
use sso::SsoCommand;
use std::path::PathBuf;
use tenant::TenantCommand;
use token::TokenCommand;
use value_parsers::origin;

/// A SCIM 2.0 service provider. It keeps a company's employee list in step with its identity provider.
///
/// Without a command, it runs the local server. The first start creates a demo tenant.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "\
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such tenant, employee, group or data,
4 refused by a rule, 5 damaged data, 6 no AWS region or credentials."
)]
pub struct Arguments {
    #[command(flatten)]
    pub deployment: Deployment,

    /// Print JSON instead of text, for results and for errors
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub json: bool,

    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The heading of the options of every command.
const GLOBAL: &str = "Global options";

/// A deployment of Rollcall: its table, its pepper and its public URL.
#[derive(Debug, Args)]
#[command(next_help_heading = GLOBAL)]
pub struct Deployment {
    /// The data folder: the database, and secret.json with the key of all tokens
    #[arg(long, global = true, value_name = "DIR", env = "ROLLCALL_DATA", default_value = "data")]
    pub data: PathBuf,

    /// The DynamoDB table on AWS to use instead of the database in the data folder. The region and the credentials
    /// come from the settings of the AWS CLI. With --dynamodb-endpoint, this is the name of the table at that URL, by
    /// default rollcall
    #[arg(long, global = true, value_name = "NAME", env = "ROLLCALL_TABLE")]
    pub table: Option<String>,

    /// The URL of a DynamoDB API to use instead of the database in the data folder. The commands serve, tenant create
    /// and tenant sample create the table if it is missing
    #[arg(long, global = true, value_name = "URL", env = "ROLLCALL_DYNAMODB_ENDPOINT")]
    pub dynamodb_endpoint: Option<String>,

    /// The ARN of the secret in AWS Secrets Manager with the key of all tokens (the pepper), instead of secret.json in
    /// the data folder. A table on AWS needs it
    #[arg(long, global = true, value_name = "ARN", env = "ROLLCALL_SECRET_ARN")]
    pub secret_arn: Option<String>,

    /// The URL at which identity providers reach the service. Tenant URLs begin with it [default: the address of the
    /// local server]
    #[arg(long, global = true, value_name = "URL", env = "ROLLCALL_PUBLIC_URL", value_parser = origin)]
    pub public_url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the local server until Ctrl-C. This is the default command
    Serve(ServeArguments),
    /// Run a demo until Ctrl-C: a tenant with 200 people, a month of history, and an Okta that goes on. It uses no other
    /// data
    Demo(DemoArguments),
    /// Sign in to a tenant's console: make a link that works once, for 10 minutes, and open it in the browser
    Open(OpenArguments),
    /// Serve the database of the data folder as a DynamoDB API, for Lambda functions under sam local
    Dynamodb(DynamodbArguments),
    /// Create, list, show, check and delete tenants
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Create, replace, revoke and list a tenant's tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Configure single sign-on of a tenant's administrators, and end their sessions
    #[command(subcommand)]
    Sso(SsoCommand),
    /// Show and change the attributes that a tenant's identity provider governs
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Declare, list and remove a tenant's custom attributes
    #[command(subcommand)]
    Attribute(AttributeCommand),
    /// List, import, export, show, change and erase employees
    #[command(subcommand)]
    Employee(EmployeeCommand),
    /// List and show the groups that the identity provider pushed
    #[command(subcommand)]
    Group(GroupCommand),
    /// List and follow a tenant's events: every change, once
    #[command(subcommand)]
    Event(EventCommand),
    /// Create, change, pause and remove the destinations of a tenant's events: webhooks, Slack and Teams
    #[command(subcommand)]
    Destination(DestinationCommand),
    /// Seal secrets under the current pepper
    #[command(subcommand)]
    Pepper(PepperCommand),
    /// Print the completion script of a shell
    Completions {
        /// The shell that runs the script
        shell: Shell,
    },
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
            // The arguments of the generated `help` are the names of subcommands.
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
