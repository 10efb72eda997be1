//! The registry of stories, benchmarks and drills, and how one is run.
//!
//! `xtask/proofs.toml` names each with one sentence. A proof is a program: progress goes to stderr,
//! the last line of stdout is one JSON object, and exit code 0 says that what happened was right.
//! xtask then judges the object against the bars.

use crate::bars::{self, Bar, Strictness};
use crate::run::{self, Running};
use crate::services::Services;
use crate::tools::{Doors, Node};
use crate::{house, place, tools, web};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

/// What kind of proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something a person does, seen through to its end.
    Story,
    /// Figures.
    Bench,
    /// Something breaks on purpose.
    Drill,
}

/// A program besides the house that a proof needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Need {
    /// `TEST_POSTGRES_URL` and `TEST_REDIS_URL`.
    Stores,
    /// `PROOF_POSTGRES` and `PROOF_REDIS`: programs, for a proof that starts and kills servers of its own.
    Servers,
    /// `PROOF_PYTHON`, which can import aiosmtpd.
    Mail,
    /// `PROOF_NGINX`, `PROOF_HAPROXY` and `PROOF_WRK`.
    Doors,
    /// `PROOF_PYTHON`, which can import schemathesis.
    Schemathesis,
    /// `PROOF_FAKETIME`: a library that a wall clock can be moved with.
    Clock,
    /// `PROOF_JANUS`: another SFU, to measure ours beside.
    Janus,
    /// `PROOF_COTURN`: a relay beside the house.
    Coturn,
}

/// One entry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// What it is called on the command line.
    pub name: String,
    /// What it shows.
    sentence: String,
    /// A browser program, from the top of the work tree. Either this…
    node: Option<PathBuf>,
    /// …or a program of the `tests` package.
    bin: Option<String>,
    /// Its arguments when run alone.
    #[serde(default)]
    arguments: Vec<String>,
    /// Its arguments inside `cargo xtask test`: the same proof with smaller counts.
    small: Option<Vec<String>>,
    /// What its figures must be.
    bars: Vec<String>,
    /// What they must be besides with the full counts.
    #[serde(default)]
    bars_alone: Vec<String>,
    /// What else must be there.
    #[serde(default)]
    needs: Vec<Need>,
    /// After this long it has failed.
    limit_seconds: u64,
}

/// All of them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    #[serde(default)]
    story: Vec<Proof>,
    #[serde(default)]
    bench: Vec<Proof>,
    #[serde(default)]
    drill: Vec<Proof>,
}

impl Registry {
    /// Reads `xtask/proofs.toml`.
    pub fn read() -> Result<Self> {
        let file = place::root().join("xtask/proofs.toml");
        let text = fs::read_to_string(&file).with_context(|| format!("{} is missing", file.display()))?;
        toml::from_str(&text).context("xtask/proofs.toml")
    }

    /// Those of one kind, in the order they are written down.
    pub fn of(&self, kind: Kind) -> &[Proof] {
        match kind {
            Kind::Story => &self.story,
            Kind::Bench => &self.bench,
            Kind::Drill => &self.drill,
        }
    }
}

/// Lists the kind's proofs, or runs the named one alone with its full bar.
pub fn choose(kind: Kind, name: Option<String>, arguments: Vec<String>) -> Result<bool> {
    let registry = Registry::read()?;
    let proofs = registry.of(kind);
    let Some(name) = name else {
        for proof in proofs {
            println!("{:<24} {}", proof.name, proof.sentence);
        }
        return Ok(true);
    };
    let Some(proof) = proofs.iter().find(|proof| proof.name == name) else {
        let names: Vec<_> = proofs.iter().map(|proof| proof.name.as_str()).collect();
        bail!("{name} is none of: {}", names.join(", "));
    };
    let mut proof = proof.clone();
    if !arguments.is_empty() {
        proof.arguments = arguments;
        proof.bars_alone.clear();
    }
    let stage = Stage::set(&[&proof])?;
    match proof.run(&stage, Strictness::Full)? {
        Verdict::Held => Ok(true),
        Verdict::Skipped(why) => {
            eprintln!("{}: SKIPPED, nothing was proved: {why}", proof.name);
            Ok(true)
        }
        Verdict::Broken(reasons) => {
            for reason in &reasons {
                eprintln!("{}: {reason}", proof.name);
            }
            Ok(false)
        }
    }
}

/// What came of a proof.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Held,
    /// This machine cannot make it, and why.
    Skipped(String),
    /// It does not hold, and why.
    Broken(Vec<String>),
}

impl Verdict {
    /// Judges the figures of a program that ended like this. A skip is believed only of one that ended well.
    fn on(figures: &Value, ended: ExitStatus, bars: &[Bar], strictness: Strictness) -> Self {
        if let Some(why) = bars::skipped(figures).filter(|_| ended.success()) {
            return Self::Skipped(why.to_owned());
        }
        let ended = (!ended.success()).then(|| format!("ended with {ended}"));
        let broken = bars.iter().filter_map(|bar| bar.broken_by(figures, strictness));
        let broken: Vec<_> = ended.into_iter().chain(broken).collect();
        if broken.is_empty() { Self::Held } else { Self::Broken(broken) }
    }
}

/// Everything proofs run on: built once, shared by all of a run.
pub struct Stage {
    program: PathBuf,
    chromium: Option<PathBuf>,
    node: Node,
    services: Option<Services>,
    servers: Option<(PathBuf, PathBuf)>,
    doors: Option<Doors>,
    faketime: Option<PathBuf>,
    janus: Option<PathBuf>,
    coturn: Option<PathBuf>,
    /// The Python of each need that has one.
    pythons: Vec<(Need, PathBuf)>,
}

impl Stage {
    /// Builds and starts what these proofs need, and nothing else.
    pub fn set(proofs: &[&Proof]) -> Result<Self> {
        let program = house::built()?;
        let node = Node::find()?;
        let in_browser = proofs.iter().any(|proof| proof.is_in_browser());
        if in_browser {
            web::installed(&node)?;
        }
        let needed = |need| proofs.iter().any(|proof| proof.needs.contains(&need));
        let python = |need, install: fn() -> Result<PathBuf>| {
            needed(need).then(|| install().map(|program| (need, program))).transpose()
        };
        let pythons = [
            python(Need::Mail, tools::python_with_mail_sink)?,
            python(Need::Schemathesis, tools::python_with_schemathesis)?,
        ];
        Ok(Self {
            program,
            chromium: in_browser.then(tools::chromium).transpose()?,
            node,
            services: needed(Need::Stores).then(Services::start).transpose()?,
            servers: needed(Need::Servers).then(servers).transpose()?,
            doors: needed(Need::Doors).then(Doors::find).transpose()?,
            faketime: needed(Need::Clock).then(tools::faketime).transpose()?,
            janus: needed(Need::Janus).then(tools::janus).transpose()?,
            coturn: needed(Need::Coturn).then(tools::coturn).transpose()?,
            pythons: pythons.into_iter().flatten().collect(),
        })
    }
}

fn servers() -> Result<(PathBuf, PathBuf)> {
    Ok((tools::postgres()?, tools::redis_server()?))
}

impl Proof {
    /// Its arguments inside `cargo xtask test`.
    pub fn small(&self) -> &[String] {
        self.small.as_ref().unwrap_or(&self.arguments)
    }

    /// Whether browsers play in it.
    pub fn is_in_browser(&self) -> bool {
        self.node.is_some()
    }

    /// Runs it and judges it. The JSON object is printed as the last line of stdout.
    pub fn run(&self, stage: &Stage, strictness: Strictness) -> Result<Verdict> {
        let (complaints, say) = io::pipe()?;
        let mut running =
            Running::start(self.command(stage, strictness)?.stdout(Stdio::piped()).stderr(say))?;
        let echo = run::Echo::of(complaints);
        let mut last: Option<String> = None;
        let status = running.follow(Duration::from_secs(self.limit_seconds), |line| {
            if let Some(line) = last.replace(line) {
                eprintln!("{line}");
            }
        });
        let status = status.with_context(|| self.name.clone())?;
        let last = last.unwrap_or_default();
        let Some(figures) = serde_json::from_str::<Value>(&last).ok().filter(Value::is_object) else {
            let said = echo.last_lines();
            let why = format!("ended with {status}; its last line is no JSON object: {last}\n{said}");
            return Ok(Verdict::Broken(vec![why]));
        };
        println!("{last}");
        let alone = self.bars_alone.iter().filter(|_| strictness == Strictness::Full);
        let bars = self.bars.iter().chain(alone).map(|bar| Bar::read(bar)).collect::<Result<Vec<_>>>()?;
        let mut verdict = Verdict::on(&figures, status, &bars, strictness);
        if let Verdict::Broken(reasons) = &mut verdict {
            reasons.push(format!("its figures: {last}\n{}", echo.last_lines()));
        }
        Ok(verdict)
    }

    fn command(&self, stage: &Stage, strictness: Strictness) -> Result<Command> {
        let work = place::services().join("proofs").join(&self.name);
        if work.exists() {
            fs::remove_dir_all(&work)?;
        }
        fs::create_dir_all(&work)?;
        let root = place::root();
        let mut command = match (&self.node, &self.bin) {
            (Some(script), None) => {
                let mut command = stage.node.node(&root);
                command.arg(root.join(script));
                command
            }
            (None, Some(bin)) => run::bound(place::built().join("release").join(bin), None),
            (None, None) | (Some(_), Some(_)) => bail!("{} names one of node and bin", self.name),
        };
        command.args(match strictness {
            Strictness::Full => self.arguments.as_slice(),
            Strictness::Busy => self.small(),
        });
        command.current_dir(root).env("PROOF_PROGRAM", &stage.program).env("PROOF_WORK", work);
        command.envs(stage.chromium.as_ref().map(|program| ("PROOF_CHROMIUM", program)));
        let python = stage.pythons.iter().find(|(need, _)| self.needs.contains(need));
        command.envs(python.map(|(_, program)| ("PROOF_PYTHON", program)));
        if let Some((postgres, redis)) = &stage.servers {
            command.env("PROOF_POSTGRES", postgres).env("PROOF_REDIS", redis);
        }
        if let Some(doors) = &stage.doors {
            command.env("PROOF_NGINX", &doors.nginx).env("PROOF_HAPROXY", &doors.haproxy);
            command.env("PROOF_WRK", &doors.wrk);
        }
        command.envs(stage.faketime.as_ref().map(|library| ("PROOF_FAKETIME", library)));
        command.envs(stage.janus.as_ref().map(|program| ("PROOF_JANUS", program)));
        command.envs(stage.coturn.as_ref().map(|program| ("PROOF_COTURN", program)));
        if let Some(services) = &stage.services {
            command.env("TEST_POSTGRES_URL", &services.postgres_url);
            command.env("TEST_REDIS_URL", &services.redis_url);
        }
        Ok(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// What is wrong with a registry; nothing when it can be run.
    fn faults(registry: &Registry) -> Vec<String> {
        let mut names = BTreeSet::new();
        let mut faults = vec![];
        for proof in [Kind::Story, Kind::Bench, Kind::Drill].iter().flat_map(|kind| registry.of(*kind)) {
            let name = &proof.name;
            if !names.insert(name) {
                faults.push(format!("{name}: named twice"));
            }
            if !proof.sentence.ends_with('.') {
                faults.push(format!("{name}: its sentence has no end"));
            }
            if proof.node.is_some() == proof.bin.is_some() {
                faults.push(format!("{name}: names one of node and bin"));
            }
            if proof.node.as_ref().is_some_and(|script| !place::root().join(script).is_file()) {
                faults.push(format!("{name}: its program is missing"));
            }
            if proof.bars.is_empty() {
                faults.push(format!("{name}: has no bar"));
            }
            faults.extend(
                proof
                    .bars
                    .iter()
                    .chain(&proof.bars_alone)
                    .filter_map(|bar| Bar::read(bar).err())
                    .map(|why| format!("{name}: {why}")),
            );
        }
        faults
    }

    #[test]
    fn the_registry_can_be_run_as_it_is_written() {
        assert_eq!(faults(&Registry::read().unwrap()), Vec::<String>::new());
    }

    #[test]
    fn an_entry_that_cannot_be_run_is_named() {
        let entry = "[[story]]\nname='a'\nsentence='Sam sleeps'\nnode='no.mjs'\nbin='b'\nbars=['x']\nlimit_seconds=1\n";
        let registry: Registry = toml::from_str(&entry.repeat(2)).unwrap();
        assert_eq!(faults(&registry).len(), 9, "{:#?}", faults(&registry));
    }

    #[test]
    fn what_cannot_be_made_here_is_skipped_unless_it_failed_as_well() {
        use std::os::unix::process::ExitStatusExt as _;
        let bars = [Bar::read("lost == 0").unwrap()];
        let on = |figures: &str, ended| {
            let figures: Value = serde_json::from_str(figures).unwrap();
            Verdict::on(&figures, ExitStatus::from_raw(ended << 8), &bars, Strictness::Full)
        };
        assert_eq!(on(r#"{"lost": 0}"#, 0), Verdict::Held);
        assert_eq!(on(r#"{"skipped": "no disk"}"#, 0), Verdict::Skipped("no disk".into()));
        assert!(matches!(on(r#"{"skipped": "no disk"}"#, 1), Verdict::Broken(why) if why.len() == 2));
        assert!(matches!(on(r#"{"lost": 1}"#, 0), Verdict::Broken(why) if why.len() == 1));
    }

    #[test]
    fn a_word_that_the_registry_does_not_know_is_refused() {
        assert!(toml::from_str::<Registry>("[[stories]]\nname='a'\n").is_err());
    }
}
