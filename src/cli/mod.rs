//! The command line: reads arguments, and prints tables or JSON. The command uses the store directly, without HTTP.

pub mod arguments;
pub mod exit;
mod open;
mod table_location;
mod data_folder;
mod aws_login;
mod output;
mod paging;
mod pepper;
mod history;
mod input;
mod actor;
mod serve;
mod demo;
mod sign_in_link;
mod browser;
mod destination;
mod destination_output;
mod dynamodb;
mod http_server;
mod stop_signal;
mod tenant;
mod check;
mod token;
mod settings;
mod sso;
mod sso_output;
mod attribute;
mod employee;
mod employee_import;
mod employee_search;
mod group;
mod event;

use arguments::serve::ServeArguments;
use arguments::{Arguments, Command};
use clap::{CommandFactory, Parser};

/// Runs the command that the arguments name.
pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let Arguments { deployment, json, command } = arguments;
    // The arguments are parsed anew, so that the environment can set the address.
    let serve = || Command::Serve(ServeArguments::parse_from(["rollcall"]));
    let command = command.unwrap_or_else(serve);
    runtime.block_on(async {
        match command {
            Command::Serve(arguments) => serve::serve(&deployment, &arguments, json).await,
            Command::Open(arguments) => sign_in_link::run(&deployment, arguments, json).await,
            Command::Demo(arguments) => demo::run(&arguments, json).await,
            Command::Dynamodb(arguments) => dynamodb::serve(&deployment, &arguments, json).await,
            Command::Tenant(command) => tenant::run(&deployment, command, json).await,
            Command::Token(command) => token::run(&deployment, command, json).await,
            Command::Sso(command) => sso::run(&deployment, command, json).await,
            Command::Settings(command) => settings::run(&deployment, command, json).await,
            Command::Attribute(command) => attribute::run(&deployment, command, json).await,
            Command::Employee(command) => employee::run(&deployment, command, json).await,
            Command::Group(command) => group::run(&deployment, command, json).await,
            Command::Event(command) => event::run(&deployment, command, json).await,
            Command::Destination(command) => destination::run(&deployment, command, json).await,
            Command::Pepper(command) => pepper::run(&deployment, command, json).await,
            Command::Completions { shell } => {
                // The text goes through memory: the generator panics if standard output is closed.
                let (mut command, mut text) = (Arguments::command(), Vec::new());
                clap_complete::generate(shell, &mut command, "rollcall", &mut text);
                output::print(&String::from_utf8_lossy(&text))
            }
        }
    })
}
