//! The `rollcall` command: the local server, and the operator's commands for tenants, tokens and employees.

mod cli;

use clap::Parser;
use std::process::ExitCode;

/// jemalloc replaces the C library's allocator: a GET, a PATCH or a page takes a fifth less CPU.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let arguments = match cli::arguments::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let json = std::env::args_os().any(|argument| argument == "--json");
            return cli::exit::report_usage(&error, json);
        }
    };
    let json = arguments.json;
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => cli::exit::report(&failure, json),
    }
}
