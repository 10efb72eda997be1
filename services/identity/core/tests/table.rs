//! The transition tables in the README are what the machines do. `UPDATE=1 cargo test` rewrites them.
#![expect(clippy::unwrap_used, reason = "a test says what it expects by unwrapping")]

use identity_core::account::{self, Account};
use identity_core::invitation::{self, Link, Uses};
use identity_core::login::{self, Throttle};
use identity_core::presence::{self, Code, Presence};
use identity_core::session::{self, Ending, Kind, SignIn};
use kernel::id::SessionId;
use kernel::machine::Machine;
use kernel::time::{Span, Timestamp};
use std::fmt::{Debug, Write as _};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
const START: &str = "<!-- transitions: written by core/tests/table.rs -->\n";
const END: &str = "<!-- end of transitions -->";
const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn later(minutes: i64) -> Timestamp {
    NOW.plus(Span::minutes(minutes))
}

/// One machine: every state against every command.
fn machine<M>(title: &str, states: &[(&str, M)], commands: &[(&str, M::Command)]) -> String
where
    M: Machine + Clone,
    M::Command: Clone,
    M::Event: Debug,
    M::Refusal: Debug,
{
    let mut text = format!("{title}\n\n|");
    for (name, _) in states {
        write!(text, " | {name}").unwrap();
    }
    write!(text, " |\n| ---{} |\n", " | ---".repeat(states.len())).unwrap();
    for (name, command) in commands {
        write!(text, "| {name}").unwrap();
        for (_, state) in states {
            write!(text, " | {}", outcome(state.clone(), command.clone())).unwrap();
        }
        text.push_str(" |\n");
    }
    text + "\n"
}

fn outcome<M: Machine>(state: M, command: M::Command) -> String
where
    M::Event: Debug,
    M::Refusal: Debug,
{
    match state.step(command, NOW) {
        Ok(step) if step.events.is_empty() => step.state.phase().into(),
        Ok(step) => {
            let events: Vec<_> = step.events.iter().map(|event| word(&format!("{event:?}"))).collect();
            format!("{} · {}", step.state.phase(), events.join(", "))
        }
        Err(refusal) => format!("*{}*", word(&format!("{refusal:?}"))),
    }
}

/// `TooMany { until: … }` is read as "too many".
fn word(debug: &str) -> String {
    let name = debug.split([' ', '{']).next().unwrap();
    let spaced: String = name
        .chars()
        .flat_map(|c| if c.is_uppercase() { vec![' ', c.to_ascii_lowercase()] } else { vec![c] })
        .collect();
    spaced.trim().replace("( ", "(")
}

fn throttle() -> String {
    machine(
        "**Throttle** of one account seen from one network; a hold is one minute, doubled each time, fifteen at most",
        &[
            ("open", Throttle::fresh()),
            ("open, 4 tries", Throttle::Open { tries: 4, holds: 0, forget_at: Some(later(1)) }),
            ("held", Throttle::Held { until: later(1), holds: 1 }),
            ("held, over", Throttle::Held { until: NOW, holds: 1 }),
        ],
        &[
            ("try", login::Command::Try),
            ("succeeded", login::Command::Succeeded),
            ("tick", login::Command::Tick),
        ],
    )
}

fn sign_in() -> String {
    let session: SessionId = "01a200c6-eae5-77c8-8a24-e415822e4b75".parse().unwrap();
    let idle = SignIn::open(Kind::Staff, NOW.minus(session::IDLE_STAFF));
    let live = idle.clone().step(session::Command::Live(session), NOW).unwrap().state;
    machine(
        "**Browser** of staff",
        &[
            ("open", SignIn::open(Kind::Staff, NOW)),
            ("open, idle 15 min", idle),
            ("the same, in a live session", live),
            ("ended", SignIn::Ended { why: Ending::Revoked }),
        ],
        &[
            ("seen", session::Command::Seen),
            ("session live", session::Command::Live(session)),
            ("session over", session::Command::Over(session)),
            ("end", session::Command::End(Ending::Revoked)),
            ("tick", session::Command::Tick),
        ],
    )
}

fn link() -> String {
    let issued = |uses, opens_at, expires_at| Link::Issued { uses, opens_at, expires_at };
    machine(
        "**Link**",
        &[
            ("issued, early", issued(Uses::Once, later(1), later(2))),
            ("issued", issued(Uses::Once, NOW, later(1))),
            ("issued, demonstration", issued(Uses::UntilExpiry, NOW, later(1))),
            ("issued, late", issued(Uses::Once, NOW, NOW)),
            ("redeemed", Link::Redeemed),
            ("expired", Link::Expired),
            ("revoked", Link::Revoked),
        ],
        &[
            ("redeem", invitation::Command::Redeem),
            ("revoke", invitation::Command::Revoke),
            ("tick", invitation::Command::Tick),
        ],
    )
}

fn presence() -> String {
    let code = |text| Code::typed(text).unwrap();
    let shown = |tries, expires_at| Presence::Shown { code: code("123456"), expires_at, tries };
    machine(
        "**Presence**",
        &[
            ("unproven", Presence::Unproven),
            ("shown", shown(3, later(10))),
            ("shown, last try", shown(1, later(10))),
            ("shown, late", shown(3, NOW)),
            ("spent", Presence::Spent { again_at: later(1) }),
            ("spent, over", Presence::Spent { again_at: NOW }),
            ("proven", Presence::Proven),
        ],
        &[
            ("show", presence::Command::Show { fresh: code("654321") }),
            ("enter, right", presence::Command::Enter(code("123456"))),
            ("enter, wrong", presence::Command::Enter(code("000000"))),
            ("restart", presence::Command::Restart),
            ("tick", presence::Command::Tick),
        ],
    )
}

fn account() -> String {
    machine(
        "**Account** whose last code belonged to step 10",
        &[
            ("invited", Account::Invited),
            ("password_set", Account::PasswordSet),
            ("active", Account::Active { last_step: 10 }),
        ],
        &[
            ("set password", account::Command::SetPassword),
            ("confirm, step 11", account::Command::Confirm { step: 11 }),
            ("present, step 11", account::Command::Present { step: 11 }),
            ("present, step 10", account::Command::Present { step: 10 }),
            ("tick", account::Command::Tick),
        ],
    )
}

#[test]
#[expect(clippy::disallowed_methods, reason = "UPDATE=1 is how a person asks for a new table")]
fn the_readme_says_what_the_machines_do() {
    let tables = [account(), throttle(), sign_in(), link(), presence()].concat();
    let readme = std::fs::read_to_string(README).unwrap();
    let (before, rest) = readme.split_once(START).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(README, format!("{before}{START}{tables}{END}{after}")).unwrap();
    } else {
        assert_eq!(written, tables, "run UPDATE=1 cargo test -p identity-core and read the difference");
    }
}
