//! Running programs: loudly, quietly, and such that none outlives us.

use crate::place;
use anyhow::{Context, Result, bail};
use std::io::{self, BufRead, BufReader};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a stopped program may take before it is killed. Postgres writes a checkpoint first.
const STOP: Duration = Duration::from_secs(10);

/// Runs it, its output on our stderr, and says what failed.
pub fn loud(command: &mut Command) -> Result<()> {
    let stderr = io::stderr().as_fd().try_clone_to_owned()?;
    let status = command.stdin(Stdio::null()).stdout(stderr).status();
    let status = status.with_context(|| format!("cannot start {}", words(command)))?;
    if status.success() { Ok(()) } else { bail!("{} ended with {status}", words(command)) }
}

/// Runs it and gives what it printed; its complaints are in the error.
pub fn quiet(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot start {}", words(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    bail!("{} ended with {}: {}", words(command), output.status, String::from_utf8_lossy(&output.stderr))
}

/// Whether it runs and is content.
pub fn works(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

/// The command as a person would type it.
pub fn words(command: &Command) -> String {
    let arguments = command.get_args().map(|word| word.to_string_lossy());
    let words = std::iter::once(command.get_program().to_string_lossy()).chain(arguments);
    words.collect::<Vec<_>>().join(" ")
}

/// A command that dies with us, and runs as `user` when one is named and we are root.
///
/// `setpriv` does both without a process in between; where it is missing (not Linux) the program runs plainly.
pub fn bound(program: impl AsRef<std::ffi::OsStr>, user: Option<&str>) -> Command {
    let Some(setpriv) = place::on_path(&["setpriv"]) else { return Command::new(program) };
    let mut command = Command::new(setpriv);
    if let Some(user) = user.filter(|_| is_root()) {
        command.arg(format!("--reuid={user}")).arg(format!("--regid={user}")).arg("--init-groups");
    }
    command.args(["--pdeathsig", "INT", "--"]).arg(program);
    command
}

/// Whether we may install packages and become other users.
pub fn is_root() -> bool {
    quiet(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// A program in a process group of its own, stopped with its children when dropped.
pub struct Running {
    child: Child,
}

impl Running {
    /// Starts it.
    pub fn start(command: &mut Command) -> Result<Self> {
        let child = command.stdin(Stdio::null()).process_group(0).spawn();
        let child = child.with_context(|| format!("cannot start {}", words(command)))?;
        Ok(Self { child })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its end, if it has ended.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Hands every line it prints to `hear` until its output ends or `limit` has passed, then gives its end.
    pub fn follow(&mut self, limit: Duration, mut hear: impl FnMut(String)) -> Result<ExitStatus> {
        let started = Instant::now();
        let lines = self.lines()?;
        loop {
            match lines.recv_timeout(limit.saturating_sub(started.elapsed())) {
                Ok(line) => hear(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => bail!("still running after {} s", limit.as_secs()),
            }
        }
        while started.elapsed() < limit {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(5));
        }
        bail!("closed its output and is still running after {} s", limit.as_secs())
    }

    /// The lines it prints, as they come. Its stdout must be a pipe, and can be taken once.
    pub fn lines(&mut self) -> Result<mpsc::Receiver<String>> {
        let stdout = self.child.stdout.take().context("its output is not a pipe")?;
        let (say, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if say.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(lines)
    }

    /// Through the shell's own `kill`: a bare Debian has no program of that name.
    fn signal(&self, name: &str) {
        let kill = format!("kill -s {name} -- -{}", self.child.id());
        works(Command::new("sh").args(["-c", &kill]));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let stopped = Instant::now();
        self.signal("INT");
        while stopped.elapsed() < STOP {
            if !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        // The group may hold children that outlived their parent.
        self.signal("KILL");
        if let Err(why) = self.child.wait() {
            eprintln!("cannot wait for {}: {why}", self.child.id());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Running {
        Running::start(bound("sh", None).args(["-c", script]).stdout(Stdio::piped())).unwrap()
    }

    #[test]
    fn every_line_is_heard_and_the_end_is_known() {
        let mut heard = vec![];
        let end = shell("echo one; echo two; exit 3").follow(Duration::from_mins(1), |line| heard.push(line));
        assert_eq!((heard, end.unwrap().code()), (vec!["one".to_owned(), "two".to_owned()], Some(3)));
    }

    #[test]
    fn a_program_past_its_limit_has_failed() {
        assert!(shell("sleep 600").follow(Duration::from_millis(100), drop).is_err());
    }

    #[test]
    fn a_dropped_program_takes_its_children_with_it() {
        let mut running = shell("sleep 600 & echo ready; wait");
        let lines = running.lines().unwrap();
        lines.recv().unwrap();
        drop(running);
        // The pipe closes when its last holder has died.
        assert_eq!(lines.recv_timeout(Duration::from_mins(1)), Err(RecvTimeoutError::Disconnected));
    }
}
