//! A disk of a drill's own that can lose its power: ext4 in a file. A shutdown without a flush of its journal drops
//! whatever was not synced, as a power cut does; what a real disk may besides keep in its own cache, it does not.

use crate::servers::signal;
use anyhow::{Context as _, ensure};
use std::error::Error;
use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Enough for the database of a drill and its log; the file has holes until it is written.
const BYTES: u64 = 2 << 30;
/// Those who were killed let go of their files within this time.
const LET_GO: Duration = Duration::from_secs(10);
/// Set once we run with mounts of our own.
const APART: &str = "PROOF_APART";
/// How `unshare` does it.
const APART_WORDS: &[&str] = &["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];
/// `FS_IOC_SHUTDOWN` with `NOLOGFLUSH`: the ioctl that a program of ours may not make itself, for it is unsafe.
const SHUTDOWN: &str = "import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack('I', 2))";

/// Why there can be no such disk here.
#[derive(Debug)]
pub struct Missing(String);

impl fmt::Display for Missing {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl Error for Missing {}

/// A mounted disk. Dropping it unmounts it, and its loop device goes with the mount.
pub struct Disk {
    image: PathBuf,
    folder: tempfile::TempDir,
}

/// Goes on with mounts and processes of its own, which the kernel takes away with us, however we end: a process of a
/// database that was killed may wait for the others for ever, and hold the disk.
///
/// # Errors
/// When the kernel or our rights do not allow it.
pub fn apart() -> Result<(), Missing> {
    if crate::told(APART).is_ok() {
        return Ok(());
    }
    succeed("unshare", APART_WORDS.iter().chain(&["true"]))?;
    let program = std::env::current_exe().map_err(|error| Missing(error.to_string()))?;
    let mut again = Command::new("unshare");
    again.args(APART_WORDS).arg(program).args(std::env::args_os().skip(1)).env(APART, "1");
    // It only comes back when it could not.
    Err(Missing(again.exec().to_string()))
}

impl Disk {
    /// An empty disk whose content lies in `image`.
    ///
    /// # Errors
    /// When a program, a right, or a part of the kernel is not there.
    pub fn new(image: PathBuf) -> Result<Self, Missing> {
        let missing = |error: std::io::Error| Missing(error.to_string());
        let folder = tempfile::Builder::new().prefix("holdspace-disk-").tempdir().map_err(missing)?;
        // The database may run as another user.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).map_err(missing)?;
        File::create(&image).and_then(|file| file.set_len(BYTES)).map_err(missing)?;
        succeed("mkfs.ext4", [OsStr::new("-q"), OsStr::new("-F"), image.as_os_str()])?;
        let disk = Self { image, folder };
        disk.mount()?;
        succeed("chmod", [OsStr::new("755"), disk.path().as_os_str()])?;
        Ok(disk)
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// It must forget what was not synced and keep what was, or a drill on it proves nothing.
    ///
    /// # Errors
    /// As a [`Missing`] when there is no shutdown here; else when the disk is not like that.
    pub fn tried(&self) -> anyhow::Result<()> {
        let (synced, unsynced) = (self.path().join("synced"), self.path().join("unsynced"));
        let mut file = File::create(&synced)?;
        file.write_all(b"kept")?;
        file.sync_all()?;
        File::open(self.path())?.sync_all()?;
        fs::write(&unsynced, "lost")?;
        drop(file);
        self.lose_power()?;
        self.back()?;
        ensure!(fs::read(&synced)? == b"kept", "what was synced is gone");
        ensure!(fs::read(&unsynced).unwrap_or_default().is_empty(), "what was not synced came back");
        Ok(fs::remove_file(synced)?)
    }

    /// From now on nothing reaches it, and what was not synced is gone.
    ///
    /// # Errors
    /// When the kernel cannot do it.
    pub fn lose_power(&self) -> anyhow::Result<()> {
        let python = crate::told("PROOF_PYTHON")?;
        let words = [OsStr::new("-c"), OsStr::new(SHUTDOWN), self.path().as_os_str()];
        Ok(succeed(&python, words)?)
    }

    /// The power is back, and the journal is replayed. Whoever works in a folder of it lost their power too: Postgres
    /// makes each of its processes a group of its own, and one that is stuck in a write does not see its parent die.
    ///
    /// # Errors
    /// When somebody holds it, or it cannot be mounted.
    pub fn back(&self) -> anyhow::Result<()> {
        self.unmount(LET_GO)?;
        Ok(self.mount()?)
    }

    fn mount(&self) -> Result<(), Missing> {
        let words = ["-t", "ext4", "-o", "loop"].map(OsStr::new);
        succeed("mount", words.into_iter().chain([self.image.as_os_str(), self.path().as_os_str()]))
    }

    fn unmount(&self, patience: Duration) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            self.workers().iter().for_each(|id| signal("KILL", id));
            let Err(failed) = succeed("umount", [self.path()]) else { return Ok(()) };
            if begun.elapsed() > patience {
                return Err(failed).context("somebody holds the disk");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The processes whose folder lies on it: nobody's but ours can see it.
    fn workers(&self) -> Vec<String> {
        let processes = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
        let here = |path: PathBuf| fs::read_link(path).is_ok_and(|folder| folder.starts_with(self.path()));
        let ours = processes.filter(|process| here(process.path().join("cwd")));
        ours.filter_map(|process| process.file_name().into_string().ok()).collect()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.unmount(LET_GO).is_err() {
            // Whoever still holds it keeps it alive alone; nobody else finds it any more.
            let _ = succeed("umount", [OsStr::new("--lazy"), self.path().as_os_str()]);
        }
        // The next run would sweep it too.
        let _ = fs::remove_file(&self.image);
    }
}

fn succeed<S: AsRef<OsStr>>(program: &str, words: impl IntoIterator<Item = S>) -> Result<(), Missing> {
    // Debian keeps some of these where only root's PATH looks.
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let output = Command::new(program).args(words).env("PATH", path).output();
    let output = output.map_err(|error| Missing(format!("{program}: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Missing(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim())))
}
