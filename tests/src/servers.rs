//! Postgres and Redis of a proof's own, to be killed, frozen and emptied.

use anyhow::{Context as _, bail, ensure};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// How long a server may take to answer, a recovery after kill -9 included.
const START_SECONDS: u64 = 30;
/// Postgres refuses to run as root; Debian's package makes this user.
const POSTGRES_USER: &str = "postgres";

/// A server that can be killed with its children and started again on the same port and files.
pub struct Server {
    program: PathBuf,
    user: Option<&'static str>,
    arguments: Vec<String>,
    /// Words in its environment: a drill may want it to believe something.
    pub environment: Vec<(String, String)>,
    log: PathBuf,
    child: Option<Child>,
    /// Where it listens.
    pub port: u16,
    _folder: tempfile::TempDir,
}

/// An empty Postgres with the settings the house insists on.
///
/// # Errors
/// When it cannot be made or does not answer.
pub fn postgres() -> anyhow::Result<Server> {
    postgres_on(None)
}

/// The same, with its rows on a disk that a drill looks after. Its log and sockets stay off it.
///
/// # Errors
/// When it cannot be made or does not answer.
pub fn postgres_on(disk: Option<&Path>) -> anyhow::Result<Server> {
    let bin = PathBuf::from(crate::told("PROOF_POSTGRES")?);
    let folder = tempfile::Builder::new().prefix("holdspace-").tempdir()?;
    let disk = disk.unwrap_or(folder.path());
    let user = is_root().then_some(POSTGRES_USER);
    if let Some(user) = user {
        succeed(Command::new("chown").arg(user).arg(folder.path()).arg(disk))?;
    }
    let cluster = disk.join("data");
    let mut initdb = as_user(&bin.join("initdb"), user);
    initdb.current_dir(folder.path()).arg("-D").arg(&cluster);
    initdb.args(["-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"]);
    succeed(&mut initdb)?;
    let port = crate::process::free_port()?;
    let mut arguments = vec!["-D".into(), cluster.display().to_string(), "-p".into(), port.to_string()];
    let sockets = format!("unix_socket_directories={}", folder.path().display());
    for setting in [sockets.as_str(), "listen_addresses=127.0.0.1", "max_connections=200", "timezone=UTC"] {
        arguments.extend(["-c".into(), setting.into()]);
    }
    Server::new(bin.join("postgres"), user, arguments, port, folder)
}

/// An empty Redis that keeps what it is told, as in production.
///
/// # Errors
/// When it does not answer.
pub fn redis() -> anyhow::Result<Server> {
    let program = PathBuf::from(crate::told("PROOF_REDIS")?);
    let folder = tempfile::Builder::new().prefix("holdspace-").tempdir()?;
    let port = crate::process::free_port()?;
    let home = folder.path().display().to_string();
    let settings = format!(
        "--bind 127.0.0.1 --port {port} --dir {home} --appendonly yes --appendfsync everysec --save \"\" \
         --maxmemory-policy noeviction"
    );
    let arguments = settings.split(' ').map(|word| word.trim_matches('"').to_owned()).collect();
    Server::new(program, None, arguments, port, folder)
}

impl Server {
    fn new(
        program: PathBuf,
        user: Option<&'static str>,
        arguments: Vec<String>,
        port: u16,
        folder: tempfile::TempDir,
    ) -> anyhow::Result<Self> {
        let log = folder.path().with_extension("log");
        let environment = vec![];
        let mut server =
            Self { program, user, arguments, environment, log, child: None, port, _folder: folder };
        server.start()?;
        Ok(server)
    }

    /// Starts it, after a kill too, and waits until it takes connections. A Postgres whose parent was killed refuses
    /// to start until the last of its orphans has noticed.
    ///
    /// # Errors
    /// When it does not answer in time.
    pub fn start(&mut self) -> anyhow::Result<()> {
        let started = Instant::now();
        while let Err(ended) = self.try_start() {
            ensure!(started.elapsed().as_secs() < START_SECONDS, ended);
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        Ok(())
    }

    fn try_start(&mut self) -> anyhow::Result<()> {
        let log = fs::OpenOptions::new().create(true).append(true).open(&self.log)?;
        // Only it, and not whoever starts it as another user, may see the environment: a preloaded library keeps a lock
        // by process and owner.
        let mut command = as_user(Path::new("env"), self.user);
        command.args(self.environment.iter().map(|(name, word)| format!("{name}={word}")));
        command.arg(&self.program).args(&self.arguments);
        command.current_dir("/").process_group(0).stdin(Stdio::null());
        let mut child = command.stdout(log.try_clone()?).stderr(log).spawn().context("it does not start")?;
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            ensure!(child.try_wait()?.is_none(), "it ended; see {}", self.log.display());
            ensure!(started.elapsed().as_secs() < START_SECONDS, "no answer; see {}", self.log.display());
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        self.child = Some(child);
        Ok(())
    }

    /// kill -9 of the whole group, and waits until it is gone: an unreaped one keeps its lock file valid. Each backend of
    /// Postgres leads a group of its own, and one that waits for a client would keep the files for half a minute.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let backends = crate::proc::children(child.id()).unwrap_or_default();
            signal("KILL", &format!("-{}", child.id()));
            // Already gone is what we want.
            let _ = child.wait();
            for backend in backends {
                signal("KILL", &backend.to_string());
            }
            // Each of them also holds the door open: whoever starts next would take it for its own, and end.
            let killed = Instant::now();
            while killed.elapsed().as_secs() < START_SECONDS
                && TcpStream::connect(("127.0.0.1", self.port)).is_ok()
            {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        }
    }

    /// Redis forgets everything it was told.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn empty(&self) -> anyhow::Result<()> {
        let mut line = TcpStream::connect(("127.0.0.1", self.port))?;
        line.write_all(b"FLUSHALL\r\n")?;
        let mut word = [0; 5];
        line.read_exact(&mut word)?;
        ensure!(&word == b"+OK\r\n", "Redis was not emptied");
        Ok(())
    }

    /// Stops it in the middle of whatever it does; its connections stay open.
    pub fn freeze(&self) {
        self.tell("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.tell("CONT");
    }

    /// It, and those it started: each connection of Postgres is a process, in a group of its own.
    fn tell(&self, word: &str) {
        let Some(child) = &self.child else { return };
        let id = child.id();
        let started = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        signal(word, &format!("-{id} {started}"));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Through the shell's own `kill`: a bare Debian has no program of that name.
pub fn signal(word: &str, to: &str) {
    // It may be gone already.
    let _ =
        Command::new("sh").args(["-c", &format!("kill -s {word} -- {to}")]).stderr(Stdio::null()).status();
}

/// A program that dies with us, as another user when one is named.
pub fn as_user(program: &Path, user: Option<&str>) -> Command {
    let mut command = Command::new("setpriv");
    if let Some(user) = user {
        command.arg(format!("--reuid={user}")).arg(format!("--regid={user}")).arg("--init-groups");
    }
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn succeed(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().context("it cannot be started")?;
    if output.status.success() {
        return Ok(());
    }
    bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))
}
