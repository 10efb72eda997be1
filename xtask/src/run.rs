//! Running programs: loudly, quietly, and such that none outlives us.

use crate::place;
use anyhow::{Context, Result, bail};
use std::collections::{BTreeSet, VecDeque};
use std::io::{self, BufRead, BufReader, PipeReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a stopped program may take before it is killed. Postgres writes a checkpoint first.
const STOP: Duration = Duration::from_secs(10);

/// How many last lines of a failure are told again at the end, where a reader looks first.
const TOLD_AGAIN: usize = 30;

/// Runs it, its output on our stderr, and says what failed with its last lines.
pub fn loud(command: &mut Command) -> Result<()> {
    tested(command).map(drop)
}

/// The same, for what runs tests: the names of those that passed.
pub fn tested(command: &mut Command) -> Result<BTreeSet<String>> {
    let (output, say) = io::pipe()?;
    let child = command.stdin(Stdio::null()).stdout(say.try_clone()?).stderr(say).spawn();
    // The command holds its ends of the pipe until they are replaced.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let echo = Echo::of(output);
    let mut child = child.with_context(|| format!("cannot start {}", words(command)))?;
    let status = child.wait()?;
    if status.success() {
        return Ok(echo.passed());
    }
    bail!("{} ended with {status}\n{}", words(command), echo.last_lines())
}

/// What a program prints, passed on to our stderr line by line.
pub struct Echo {
    last: Arc<Mutex<VecDeque<String>>>,
    passed: Arc<Mutex<BTreeSet<String>>>,
    ended: mpsc::Receiver<()>,
}

impl Echo {
    /// Passes on all that comes out of the pipe.
    pub fn of(output: PipeReader) -> Self {
        let last = Arc::new(Mutex::new(VecDeque::new()));
        let (end, ended) = mpsc::channel();
        let kept = Arc::clone(&last);
        let passed: Arc<Mutex<BTreeSet<String>>> = Arc::default();
        let heard = Arc::clone(&passed);
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                eprintln!("{line}");
                if let Some(name) = passed_test(&line) {
                    heard.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
                }
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.truncate(TOLD_AGAIN - 1);
                kept.push_front(line);
            }
            drop(end);
        });
        Self { last, passed, ended }
    }

    /// Every test that it said has passed.
    fn passed(&self) -> BTreeSet<String> {
        let _ended = self.ended.recv_timeout(Duration::from_secs(1));
        self.passed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The last of it. A child that outlived the program may still hold the pipe, and is not waited for.
    pub fn last_lines(&self) -> String {
        let _ended = self.ended.recv_timeout(Duration::from_secs(1));
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().rev().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
    }
}

/// The name of a test that passed, as cargo or vitest says it: `test a::b ... ok`, or `✓ file > title 12ms`.
pub fn passed_test(line: &str) -> Option<String> {
    judged_test(line, "ok", "✓ ")
}

/// The name of one that failed: `test a::b ... FAILED`, or `× file > title 12ms`.
pub fn failed_test(line: &str) -> Option<String> {
    judged_test(line, "FAILED", "× ")
}

fn judged_test(line: &str, word: &str, mark: &str) -> Option<String> {
    let by_cargo = line.strip_prefix("test ").and_then(|line| line.strip_suffix(word)?.strip_suffix(" ... "));
    if let Some(name) = by_cargo {
        return Some(name.to_owned());
    }
    let name = line.trim().strip_prefix(mark)?;
    let without_time =
        name.rsplit_once(' ').filter(|(_, last)| last.ends_with("ms")).map_or(name, |(name, _)| name);
    Some(without_time.to_owned())
}

/// Runs it and hands every line it prints to `hear`, beside our stderr. Nothing when it still runs after `limit`: then it
/// is stopped with all it started.
pub fn heard(
    command: &mut Command,
    limit: Duration,
    mut hear: impl FnMut(&str),
) -> Result<Option<ExitStatus>> {
    let (output, say) = io::pipe()?;
    let running = Running::start(command.stdout(say.try_clone()?).stderr(say));
    // The command holds its ends of the pipe until they are replaced.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = running?;
    let hear = |line: String| {
        eprintln!("{line}");
        hear(&line);
    };
    Ok(running.follow_to(&lines_of(output), limit, hear).ok())
}

/// What it prints, line by line, as it comes.
fn lines_of(output: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (say, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if say.send(line).is_err() {
                break;
            }
        }
    });
    lines
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
    pub fn follow(&mut self, limit: Duration, hear: impl FnMut(String)) -> Result<ExitStatus> {
        let lines = self.lines()?;
        self.follow_to(&lines, limit, hear)
    }

    fn follow_to(
        &mut self,
        lines: &mpsc::Receiver<String>,
        limit: Duration,
        mut hear: impl FnMut(String),
    ) -> Result<ExitStatus> {
        let started = Instant::now();
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
        Ok(lines_of(self.child.stdout.take().context("its output is not a pipe")?))
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
    fn a_failure_comes_with_its_last_lines() {
        let script = "seq 100; echo why >&2; exit 3";
        let why = loud(Command::new("sh").args(["-c", script])).unwrap_err().to_string();
        assert!(why.contains("exit status: 3") && why.ends_with("    100\n    why"), "{why}");
        assert_eq!(why.lines().count(), 1 + TOLD_AGAIN, "{why}");
    }

    #[test]
    fn every_line_is_heard_and_the_end_is_known() {
        let mut heard = vec![];
        let end = shell("echo one; echo two; exit 3").follow(Duration::from_mins(1), |line| heard.push(line));
        assert_eq!((heard, end.unwrap().code()), (vec!["one".to_owned(), "two".to_owned()], Some(3)));
    }

    #[test]
    fn tests_are_told_apart_by_what_came_of_them() {
        let failed = ["test watch::late ... FAILED", "   × src/a.test.ts > says so 12ms"].map(failed_test);
        assert_eq!(failed, [Some("watch::late".to_owned()), Some("src/a.test.ts > says so".to_owned())]);
        assert_eq!(["test a ... ok", "✓ b", "error: c"].map(failed_test), [None, None, None]);
        assert_eq!(["test a ... FAILED", "× b"].map(passed_test), [None, None]);
    }

    #[test]
    fn what_does_not_end_is_stopped_and_says_nothing() {
        let mut said = vec![];
        let hear = |line: &str| said.push(line.to_owned());
        let mut command = Command::new("sh");
        let ended = heard(command.args(["-c", "echo one; sleep 600"]), Duration::from_millis(300), hear);
        assert_eq!((ended.unwrap(), said), (None, vec!["one".to_owned()]));
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
