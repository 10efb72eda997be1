//! Throwaway Postgres and Redis, with the settings the house insists on. Gone when dropped.

use crate::run::{self, Running};
use crate::{place, tools};
use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// How long a server may take to answer. An empty Postgres takes half a second on a quiet machine.
const START: Duration = Duration::from_mins(1);
/// Linux refuses longer names for sockets (108 with the closing zero, and the server adds `.s.PGSQL.port`).
const SOCKET_FOLDER_MAX: usize = 85;
/// The unprivileged user that Debian's package makes; Postgres refuses to run as root.
const POSTGRES_USER: &str = "postgres";

/// Both servers, for the length of a test run.
pub struct Services {
    _postgres: Running,
    _redis: Running,
    folder: PathBuf,
    /// Where Postgres listens, as its superuser.
    pub postgres_url: String,
    /// Where Redis listens.
    pub redis_url: String,
}

impl Services {
    /// Starts both, empty.
    pub fn start() -> Result<Self> {
        let bin = tools::postgres()?;
        let redis_server = tools::redis_server()?;
        let folder = folder()?;
        let (postgres, postgres_url) = postgres(&bin, &folder)?;
        let (redis, redis_url) = redis(&redis_server, &folder)?;
        Ok(Self { _postgres: postgres, _redis: redis, folder, postgres_url, redis_url })
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        // The servers hold their files open a moment longer; what stays is swept by the next start.
        let _swept = fs::remove_dir_all(&self.folder);
    }
}

/// Starts both and says where, until a person stops us.
pub fn show() -> Result<bool> {
    let services = Services::start()?;
    println!("export TEST_POSTGRES_URL={} TEST_REDIS_URL={}", services.postgres_url, services.redis_url);
    loop {
        thread::park();
    }
}

/// Removes what runs that were killed left behind: folders named after a process that is gone.
fn sweep() {
    let folders = fs::read_dir(place::services()).into_iter().flatten().filter_map(Result::ok);
    for folder in folders.map(|entry| entry.path()) {
        let process =
            folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<u32>().ok());
        if process.is_some_and(|process| !Path::new("/proc").join(process.to_string()).exists()) {
            let _swept = fs::remove_dir_all(&folder);
        }
    }
}

/// A fresh folder that Postgres' user can enter: under `target/` unless a folder above it is closed to others.
fn folder() -> Result<PathBuf> {
    sweep();
    let name = process::id().to_string();
    let folder = place::services().join(&name);
    fs::create_dir_all(&folder)?;
    let mut enter = run::bound("test", Some(POSTGRES_USER));
    if run::works(enter.arg("-x").arg(&folder)) {
        return Ok(folder);
    }
    fs::remove_dir_all(&folder)?;
    let folder = env::temp_dir().join(format!("holdspace-{name}"));
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// initdb with data checksums and fsync on, so that tests meet the durability that patients get (reliability.md §4.3).
fn postgres(bin: &Path, folder: &Path) -> Result<(Running, String)> {
    let home = folder.join("postgres");
    fs::create_dir_all(&home)?;
    if run::is_root() {
        run::quiet(Command::new("chown").arg(POSTGRES_USER).arg(&home))?;
    }
    let cluster = home.join("data");
    let mut initdb = run::bound(bin.join("initdb"), Some(POSTGRES_USER));
    initdb.current_dir(&home).arg("-D").arg(&cluster);
    initdb.args(["-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"]);
    run::quiet(&mut initdb)?;

    let port = free_port()?;
    let sockets = if home.as_os_str().len() <= SOCKET_FOLDER_MAX { home.as_path() } else { Path::new("") };
    let mut server = run::bound(bin.join("postgres"), Some(POSTGRES_USER));
    server.current_dir(&home).arg("-D").arg(&cluster).arg("-p").arg(port.to_string());
    server.arg("-c").arg(format!("unix_socket_directories={}", sockets.display()));
    for setting in [
        "listen_addresses=127.0.0.1",
        "fsync=on",
        "synchronous_commit=on",
        "full_page_writes=on",
        "wal_level=replica",
        "max_connections=200",
        "timezone=UTC",
        "log_parameter_max_length=0",
        "log_parameter_max_length_on_error=0",
        "log_min_error_statement=panic",
    ] {
        server.args(["-c", setting]);
    }
    let log = fs::File::create(folder.join("postgres.log"))?;
    let running = Running::start(server.stdout(log.try_clone()?).stderr(log))?;
    let ready = bin.join("pg_isready");
    let answers = || run::works(Command::new(&ready).args(["-h", "127.0.0.1", "-p", &port.to_string()]));
    let running = awaited("postgres", running, &folder.join("postgres.log"), answers)?;
    Ok((running, format!("postgres://postgres@127.0.0.1:{port}/postgres")))
}

fn redis(program: &Path, folder: &Path) -> Result<(Running, String)> {
    let home = folder.join("redis");
    fs::create_dir_all(&home)?;
    let port = free_port()?;
    let mut server = run::bound(program, None);
    server.args(["--bind", "127.0.0.1", "--port"]).arg(port.to_string()).arg("--dir").arg(&home);
    server.args(["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]);
    server.args(["--maxmemory-policy", "noeviction"]);
    let log = fs::File::create(folder.join("redis.log"))?;
    let running = Running::start(server.stdout(log).stderr(Stdio::null()))?;
    let running = awaited("redis", running, &folder.join("redis.log"), || says_pong(port))?;
    Ok((running, format!("redis://127.0.0.1:{port}/")))
}

fn says_pong(port: u16) -> bool {
    let wait = Duration::from_secs(1);
    let pong = || -> std::io::Result<bool> {
        let mut line = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), wait)?;
        line.set_read_timeout(Some(wait))?;
        line.write_all(b"PING\r\n")?;
        let mut answer = [0; 5];
        line.read_exact(&mut answer)?;
        Ok(&answer == b"+PONG")
    };
    pong().unwrap_or(false)
}

/// A port nobody listens on now.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The server once it answers; its log when it does not.
fn awaited(name: &str, mut server: Running, log: &Path, answers: impl Fn() -> bool) -> Result<Running> {
    let started = Instant::now();
    while !answers() {
        let ended = server.ended()?;
        if ended.is_some() || started.elapsed() > START {
            let log = fs::read_to_string(log).context("its log is gone too")?;
            bail!("{name} does not answer:\n{log}");
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_answer_with_the_settings_of_production_and_are_gone_when_dropped() {
        let services = Services::start().unwrap();
        let psql = tools::postgres().unwrap().join("psql");
        for setting in ["data_checksums", "fsync", "synchronous_commit", "full_page_writes"] {
            let show = format!("show {setting}");
            let shown =
                run::quiet(Command::new(&psql).args([&services.postgres_url, "-Atc", &show])).unwrap();
            assert_eq!(shown.trim(), "on", "{setting}");
        }
        let port = services.redis_url.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
        assert!(says_pong(port));

        let folder = services.folder.clone();
        drop(services);
        assert!(!says_pong(port) && !folder.exists());
    }
}
