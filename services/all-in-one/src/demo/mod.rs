//! `holdspace demo`: a seeded clinic whose session is under way, at T+22 with a look due soon.
#![expect(clippy::print_stdout, reason = "the links are what the command is for")]

pub mod clinic;
pub mod session;

use crate::house::House;
use crate::inside::Inside;
use crate::setup;
use anyhow::{Context as _, bail};
use chassis::clock::Clock;
use chassis::config::{Budgets, Config, Relay, Watchdog};
use clap::Args;
use clinic::People;
use kernel::id::SessionId;
use kernel::time::Pace;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

/// The pace at which a person watches (decisions.md, "Drills and pace").
const PACE: i64 = 6;
/// Who a demo's mail is from.
const SENDER: &str = "Holdspace <no-reply@holdspace.example>";

/// How to show the house.
#[derive(Args)]
pub struct Options {
    /// Where to listen on this machine; 0 takes any free port.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The folder for the demo's data; it must be empty or new.
    #[arg(long, default_value = "holdspace-demo")]
    data: PathBuf,
    /// Prints one JSON line in place of words.
    #[arg(long)]
    json: bool,
    /// Seeds the people but no session: stories book their own.
    #[arg(long)]
    no_session: bool,
    /// Seeds the people, prints the links, writes `demo.toml` and ends: for a house that is then split.
    #[arg(long)]
    seed_only: bool,
    /// Protocol minutes per real minute, 1 to 60.
    #[arg(long, default_value_t = PACE)]
    pace: i64,
    /// Sends mail to this server (host:port) in place of the mailbox page; without TLS on this machine only.
    #[arg(long)]
    smtp: Option<String>,
    /// A certificate to trust for that server; then it speaks TLS on this machine too.
    #[arg(long)]
    smtp_ca: Option<PathBuf>,
    /// Requests a second, and sign-ins a minute, that are let through: a drill asks faster than people do.
    #[arg(long)]
    requests: Option<u32>,
    /// Uses this database in place of the embedded one.
    #[arg(long)]
    database: Option<String>,
    /// A watchdog that hears this house's beats: its address…
    #[arg(long, requires = "watchdog_key")]
    watchdog: Option<String>,
    /// …and its public key.
    #[arg(long)]
    watchdog_key: Option<String>,
    /// The ways to a relay beside the house, in place of its own…
    #[arg(long, requires = "relay_secret")]
    relay: Vec<String>,
    /// …and its secret.
    #[arg(long)]
    relay_secret: Option<String>,
}

/// Stands the house up, tells its past, and serves until stopped.
///
/// # Errors
/// When the folder is in use, or the house cannot stand.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let pace = Pace::new(options.pace)?;
    let is_back = is_there(&options.data)?;
    let socket = TcpListener::bind(("127.0.0.1", options.port)).context("cannot listen on that port")?;
    let port = socket.local_addr()?.port();
    let house = House::stand_up(config(&options, port)?, Clock::system()).await?;
    let inside = Inside::new(&house.ground, &house.mounted).await?;
    let (people, session) =
        if is_back { (clinic::known(), None) } else { seed(&house, &inside, &options, pace).await? };
    let links = links(&house, &people, session, port).await?;
    announce(&options, port, &links, &people, session);
    if options.seed_only {
        let text = toml::to_string_pretty(&*house.ground.config)?;
        return Ok(std::fs::write(options.data.join("demo.toml"), text)?);
    }
    house.serve(socket).await
}

async fn seed(
    house: &House,
    inside: &Inside,
    options: &Options,
    pace: Pace,
) -> anyhow::Result<(People, Option<SessionId>)> {
    let people = clinic::found(house, inside).await?;
    let session =
        if options.no_session { None } else { Some(session::tell(house, inside, &people, pace).await?) };
    Ok((people, session))
}

/// Whether this folder holds a demo that was stopped: then it goes on where it was.
fn is_there(data: &Path) -> anyhow::Result<bool> {
    if data.join("holdspace.toml").exists() {
        bail!("{} holds a real clinic; choose another folder for the demo", data.display());
    }
    Ok(data.join("holdspace.keys").exists())
}

fn config(options: &Options, port: u16) -> anyhow::Result<Config> {
    let smtp = options.smtp.as_deref();
    let smtp = smtp.map(|server| setup::mail(server, SENDER, options.smtp_ca.clone())).transpose()?;
    let base = Config::default();
    let watchdog = options.watchdog.clone().zip(options.watchdog_key.clone());
    Ok(Config {
        watchdog: watchdog.map(|(url, key)| Watchdog { url, key, ca: None }),
        data_dir: options.data.clone(),
        database_url: options.database.clone().unwrap_or(base.database_url),
        public_url: format!("http://localhost:{port}"),
        listen: format!("127.0.0.1:{port}"),
        relay: Some(relay(options)),
        demo: true,
        demo_pace: Pace::new(options.pace)?,
        smtp: smtp.clone(),
        alarm_smtp: smtp,
        budgets: options.requests.map_or(base.budgets, |all| Budgets {
            address: all,
            person: all,
            clinic: all,
            entries_a_minute: all,
        }),
        ..Config::default()
    })
}

/// Its own, unless it is told of another.
fn relay(options: &Options) -> Relay {
    match &options.relay_secret {
        Some(secret) => Relay::Other { urls: options.relay.clone(), secret: secret.clone() },
        None => Relay::Own { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)) },
    }
}

/// One link a role, each on a name of its own: separate cookies, and still a secure context.
async fn links(
    house: &House,
    people: &People,
    session: Option<SessionId>,
    port: u16,
) -> anyhow::Result<BTreeMap<&'static str, String>> {
    let mut links = BTreeMap::new();
    // Without a session there is a clinic to set up first, and only its administrator adds staff.
    let admin = session.is_none().then_some(("admin", people.admin));
    for (role, person) in people.by_role().into_iter().chain(admin) {
        let is_sitter = role == "sitter";
        if is_sitter && session.is_none() {
            continue;
        }
        let scope = session.filter(|_session| is_sitter);
        let token = house.identity.demonstration(people.clinic, person, scope).await;
        let token = token.map_err(|failure| anyhow::anyhow!("no link for the {role}: {failure}"))?;
        let page = if is_sitter { "s" } else { "link" };
        links.insert(role, format!("http://{role}.localhost:{port}/{page}#{token}"));
    }
    Ok(links)
}

fn announce(
    options: &Options,
    port: u16,
    links: &BTreeMap<&'static str, String>,
    people: &People,
    session: Option<SessionId>,
) {
    if options.json {
        let line = serde_json::json!({
            "port": port, "links": links, "clinic": people.clinic, "session": session, "people": clinic::ids(),
        });
        println!("{line}");
        return;
    }
    let with = if session.is_some() { " with a session under way" } else { "" };
    println!("\nA made-up clinic{with}. Nobody here took anything.\n");
    for (role, link) in links {
        println!("  {role:<12} {link}");
    }
    if session.is_some() {
        println!("\nA look is due soon. Watch it go late, or answer it on the sitter's page.");
    }
    if options.smtp.is_none() {
        println!("Mail is on the mailbox page of the therapist.");
    }
    if !options.seed_only {
        println!("Control-C stops the house.");
    }
    println!();
}
