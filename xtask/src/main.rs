//! The commands a person runs: `cargo xtask demo | build | test | hazards | story | bench | drill`.
#![expect(clippy::print_stdout, reason = "a development tool: its answer is what it prints")]
#![expect(
    clippy::disallowed_methods,
    reason = "a development tool outside the house: it times programs, waits for them, and reads PATH"
)]

mod bars;
mod demo;
mod hazards;
mod house;
mod http;
mod place;
mod proofs;
mod run;
mod services;
mod suite;
mod tools;
mod web;

use clap::{Parser, Subcommand};
use proofs::Kind;
use std::process::ExitCode;

/// Sets the house up, shows it, and proves it.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the house and runs it with a seeded clinic, one link a role.
    Demo {
        /// Starts it, signs in as all five roles, prints the figures and stops.
        #[arg(long)]
        check: bool,
        /// Where to listen.
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Builds the pages and every program, as `docker compose` and a clinic need them.
    Build,
    /// Everything that must be green.
    Test,
    /// Takes each control of tests/hazards.toml away on purpose, and wants its test to turn red.
    Hazards {
        /// A hazard, as H-07, or one of its controls, as H-07/2; all without it.
        which: Option<String>,
        /// Also those that only a drill or a story finds: each is a release build.
        #[arg(long)]
        proofs: bool,
    },
    /// Writes the generated documents and types anew.
    Generate,
    /// Runs throwaway Postgres and Redis for tests, until stopped.
    Stores,
    /// Runs one story; lists them without a name.
    Story(Choice),
    /// Runs one benchmark; lists them without a name.
    Bench(Choice),
    /// Runs one drill; lists them without a name.
    Drill(Choice),
}

/// Which one, and how.
#[derive(clap::Args)]
struct Choice {
    /// Its name in xtask/proofs.toml.
    name: Option<String>,
    /// Arguments in place of its own.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

fn main() -> ExitCode {
    match obeyed(Xtask::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why:#}");
            ExitCode::FAILURE
        }
    }
}

/// True when what was asked for holds.
fn obeyed(command: Command) -> anyhow::Result<bool> {
    match command {
        Command::Demo { check: true, .. } => demo::check(),
        Command::Demo { check: false, port } => demo::show(port),
        Command::Build => house::built().map(|program| {
            println!("{} and what lies beside it", program.display());
            true
        }),
        Command::Test => suite::run(),
        Command::Hazards { which, proofs } => hazards::removal::choose(which.as_deref(), proofs),
        Command::Generate => suite::generate(),
        Command::Stores => services::show(),
        Command::Story(choice) => proofs::choose(Kind::Story, choice.name, choice.arguments),
        Command::Bench(choice) => proofs::choose(Kind::Bench, choice.name, choice.arguments),
        Command::Drill(choice) => proofs::choose(Kind::Drill, choice.name, choice.arguments),
    }
}
