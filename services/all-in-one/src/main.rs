//! `holdspace`: serve, setup, demo, split, backup, audit verify.
#![expect(clippy::print_stdout, reason = "a command answers on standard output")]

use anyhow::Context as _;
use chassis::alone;
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::keys::Keys;
use chassis::{audit, points, telemetry};
use clap::{Parser, Subcommand};
use holdspace::house::House;
use holdspace::{backup, demo, setup, split};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;

/// Coordinates at-home sessions: scheduling, video, safety checklists, and a watch that tells people.
#[derive(Parser)]
#[command(name = "holdspace", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the house.
    Serve {
        /// The configuration `holdspace setup` wrote.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Makes an empty clinic: folder, keys, configuration, and the first administrator's link.
    Setup(Box<setup::Answers>),
    /// Runs a seeded clinic with a session under way. Everyone in it is made up.
    Demo(demo::Options),
    /// Cuts a house on Postgres into a folder per process: configuration, keys and role of each, and no other's.
    Split(split::Options),
    /// Prints what a watchdog's configuration must be told of this house: the id of the key that signs beats, and the key.
    BeatKey {
        /// The configuration.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Copies the database into one file while the house runs.
    Backup {
        /// The configuration.
        #[arg(long)]
        config: Option<PathBuf>,
        /// The file to write.
        #[arg(long)]
        to: PathBuf,
    },
    /// Looks into the trail.
    Audit {
        #[command(subcommand)]
        what: Audit,
    },
}

#[derive(Subcommand)]
enum Audit {
    /// Recomputes every hash chain and names the first row of each that was changed.
    Verify {
        /// The configuration.
        #[arg(long)]
        config: Option<PathBuf>,
        /// The folder of a demo, in place of a configuration.
        #[arg(long)]
        data: Option<PathBuf>,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    telemetry::start("info,rtc_dtls=error,rtc=error,sea_orm_migration=warn");
    let _points = points::set();
    actix_web::rt::System::new().block_on(async {
        match Cli::parse().command {
            Command::Serve { config } => serve(Config::read(config.as_deref())?).await,
            Command::Setup(answers) => setup::run(*answers).await.map(|()| ExitCode::SUCCESS),
            Command::Demo(options) => demo::run(options).await.map(|()| ExitCode::SUCCESS),
            Command::Split(options) => split::run(&options).await.map(|()| ExitCode::SUCCESS),
            Command::BeatKey { config } => {
                let keys =
                    Keys::load(&Config::read(config.as_deref())?.key_file()).context("the key file")?;
                let (id, key) = checkins::beats::introduce(&keys.beat_key("checkins"));
                println!("{}", serde_json::json!({ "key_id": id, "public_key": key }));
                Ok(ExitCode::SUCCESS)
            }
            Command::Backup { config, to } => {
                let copied = backup::run(&Config::read(config.as_deref())?, &to).await?;
                println!("{copied}");
                Ok(ExitCode::SUCCESS)
            }
            Command::Audit { what: Audit::Verify { config, data } } => {
                let mut config = Config::read(config.as_deref())?;
                config.data_dir = data.unwrap_or(config.data_dir);
                verify(config).await
            }
        }
    })
}

async fn serve(config: Config) -> anyhow::Result<ExitCode> {
    let _alone = alone::hold(&config)?;
    let socket =
        TcpListener::bind(&config.listen).with_context(|| format!("cannot listen on {}", config.listen))?;
    let house = House::stand_up(config, Clock::system()).await?;
    tracing::info!(listen = %house.ground.config.listen, "the house stands");
    house.serve(socket).await?;
    Ok(ExitCode::SUCCESS)
}

async fn verify(mut config: Config) -> anyhow::Result<ExitCode> {
    // Looking must not send anything: a house that only verifies has no way out and no media.
    (config.telephony, config.ntfy, config.webhook, config.relay) = (None, None, None, None);
    (config.smtp, config.alarm_smtp, config.media_listen) = (None, None, "127.0.0.1:0".into());
    let stores = backup::stores(config).await?;
    let mut verdicts = vec![];
    for store in &stores {
        verdicts.push(audit::verify(store).await.map_err(|failure| anyhow::anyhow!("{failure}"))?);
    }
    let is_whole = verdicts.iter().all(|verdict| verdict.broken.is_empty());
    println!("{}", serde_json::json!({ "whole": is_whole, "services": verdicts }));
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
