//! What forwarding a packet costs: ours beside an SFU on str0m, Janus, and a relay that does nothing else.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a proof answers on standard output, and tells its story beside"
)]

use anyhow::{Context as _, bail};
use media::compare::Comparison;
use media::compare::subject::{Programs, Stand, Subject};
use media::floor::{self, Flow};
use media::janus;
use media::load::crowd::Crowd;
use media::load::{Burden, Load};
use media::namespace::Place;
use media::reference;
use media::words::Words;
use std::net::SocketAddr;
use std::path::PathBuf;

const USAGE: &str = "compare [--rounds N] [--seconds N] [--rooms N] [--people N] [--pps N] [--only a,b] [--place own|machine]
serve str0m --udp ADDR --tcp ADDR
serve floor --udp ADDR --to ADDR… [--runs true]
load --sfu|--janus|--relay ADDR --pid N [--rooms N] [--people N] [--pps N] [--payload N] [--slower N] [--seconds N]";

fn main() -> anyhow::Result<()> {
    let all: Vec<String> = std::env::args().skip(1).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    match all.as_slice() {
        ["serve", "str0m", words @ ..] => {
            let words = Words::read(words, &["udp", "tcp"])?;
            reference::serve(words.value("udp")?, words.value("tcp")?)
        }
        ["serve", "floor", words @ ..] => {
            let words = Words::read(words, &["udp", "to", "runs"])?;
            floor::serve(words.value("udp")?, &words.values("to")?, words.value_or("runs", false)?)
        }
        ["load", words @ ..] => {
            let burden = loaded(words)?;
            println!("{}", serde_json::to_string(&burden)?);
            Ok(())
        }
        ["compare", words @ ..] => compared(words),
        _other => bail!("{USAGE}"),
    }
}

/// The load of the command line. What is not said is what everybody is compared under.
fn load(words: &Words<'_>) -> anyhow::Result<Load> {
    Ok(Load {
        rooms: words.value_or("rooms", 8)?,
        people: words.value_or("people", 4)?,
        pps: words.value_or("pps", 300)?,
        payload: words.value_or("payload", 1100)?,
        slower: words.value_or("slower", 1)?,
        seconds: words.value_or("seconds", 5)?,
    })
}

fn loaded(words: &[&str]) -> anyhow::Result<Burden> {
    let known = ["sfu", "janus", "relay", "pid", "rooms", "people", "pps", "payload", "slower", "seconds"];
    let words = Words::read(words, &known)?;
    let (load, id) = (load(&words)?, words.value("pid")?);
    if words.has("relay") {
        let SocketAddr::V4(relay) = words.value("relay")? else { bail!("an address of version 4") };
        return Flow::new((*relay.ip()).into())?.put_on(relay, id, load.seconds);
    }
    if words.has("janus") {
        // The talks are sessions: who is in a room stays there while they are held.
        let (mut crowd, _talks) = janus::crowd::enter(&load, words.value("janus")?)?;
        return load.put_on(&mut crowd, id);
    }
    let sfu: SocketAddr = words.value("sfu")?;
    load.put_on(&mut Crowd::enter(&load, sfu, sfu.ip())?, id)
}

fn compared(words: &[&str]) -> anyhow::Result<()> {
    let words = Words::read(words, &["rounds", "seconds", "rooms", "people", "pps", "only", "place"])?;
    let only = match words.value_or("only", String::new())?.as_str() {
        "" => Subject::ALL.to_vec(),
        names => names.split(',').map(subject).collect::<anyhow::Result<_>>()?,
    };
    let place = match words.value_or("place", "own".to_owned())?.as_str() {
        "own" => Place::own()?,
        "machine" => Place::Machine,
        other => bail!("--place own or machine, not {other}"),
    };
    let folder = tempfile::tempdir()?;
    let stand = Stand { place, programs: programs(&only)?, folder: folder.path().to_owned() };
    // Whoever asks for some of them asks for a short one.
    let with_more_rooms = !words.has("only");
    let comparison =
        Comparison { rounds: words.value_or("rounds", 3)?, only, load: load(&words)?, with_more_rooms };
    let figures = comparison.run(&stand, |line| eprintln!("{line}"))?;
    println!("{figures}");
    Ok(())
}

fn subject(name: &str) -> anyhow::Result<Subject> {
    let known = Subject::ALL.into_iter().find(|subject| subject.as_str() == name);
    known.with_context(|| format!("--only takes some of {}", Subject::ALL.map(Subject::as_str).join(",")))
}

/// Ours lies beside this one; Janus is where the environment says, or on PATH, and is only looked for when it takes part.
fn programs(only: &[Subject]) -> anyhow::Result<Programs> {
    let named = |name| std::env::var_os(name).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let janus =
        only.contains(&Subject::Janus).then(|| janus::program(named("PROOF_JANUS"), &path)).transpose()?;
    let own = std::env::current_exe()?;
    let ours = own.with_file_name("ours");
    Ok(Programs { ours, own, janus })
}
