//! The `rollcall` command: the local server, and everything an operator does to tenants, tokens and employees.

mod cli;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = cli::arguments::Arguments::parse();
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("rollcall: {failure:#}");
            cli::exit::code_of(&failure)
        }
    }
}
