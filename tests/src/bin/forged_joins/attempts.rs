//! What was tried, what became of it, and what should have.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::room::Room;
use tests::room::company::PATIENCE;

/// What a socket says to somebody who is in, or at the door.
const INSIDE: [&str; 5] = ["waiting", "admitted", "roster", "slots", "answer"];
/// Close codes (`proto/signalling.md`).
const NO_TICKET: u16 = 4401;
const CLOSED_FOR_GOOD: u16 = 4403;

/// Counts, and what was not as it should be.
#[derive(Default)]
pub struct Ledger {
    /// Tries that must fail.
    pub attempts: usize,
    /// Those that did not.
    pub joined: usize,
    /// Tries that must not fail, and did not.
    pub accepted: usize,
    /// How often each kind was refused with which code.
    pub reasons: BTreeMap<String, usize>,
    /// What was not as it should be.
    pub faults: Vec<String>,
}

impl Ledger {
    /// This must be so.
    pub fn holds(&mut self, fault: &str, holds: bool) {
        if !holds {
            self.faults.push(fault.to_owned());
        }
    }

    /// An attempt was refused with this code, or was not.
    pub fn note(&mut self, kind: &str, code: Option<&str>, wanted: &str) {
        self.attempts += 1;
        self.joined += usize::from(code.is_none());
        let said = code.unwrap_or("joined");
        *self.reasons.entry(format!("{kind}: {said}")).or_default() += 1;
        self.holds(&format!("{kind}: {said}, and {wanted} was wanted"), code == Some(wanted));
    }

    /// A token that must open nothing.
    ///
    /// # Errors
    /// When there is no house.
    pub fn refuses(&mut self, room: &Room, kind: &str, token: &str, wanted: &str) -> anyhow::Result<()> {
        let mut line = room.knock(token)?;
        let said = line.waits_for(&[&["ended"], INSIDE.as_slice()].concat(), PATIENCE);
        let code = said.as_ref().and_then(code);
        let silent = said.is_none();
        let closes = line.runs_out(PATIENCE);
        let right = if wanted == super::tickets::REFUSED { NO_TICKET } else { CLOSED_FOR_GOOD };
        self.holds(&format!("{kind}: the house said nothing"), !silent);
        self.holds(&format!("{kind}: closed with {closes:?}"), closes == Some(right));
        self.note(kind, if silent { Some("silence") } else { code }, wanted);
        Ok(())
    }

    /// A token that must open, or the others prove nothing.
    ///
    /// # Errors
    /// When there is no house.
    pub fn accepts(&mut self, room: &Room, kind: &str, token: &str) -> anyhow::Result<()> {
        let mut line = room.knock(token)?;
        let said = line.waits_for(&["ended", "admitted"], PATIENCE);
        let is_in = said.as_ref().is_some_and(|said| code(said).is_none());
        self.accepted += usize::from(is_in);
        self.holds(&format!("{kind} was refused: {said:?}"), is_in);
        if is_in {
            line.say(&json!({ "type": "bye" }))?;
        }
        line.runs_out(PATIENCE);
        Ok(())
    }
}

/// The code of a last word; nothing of every other word.
pub fn code(said: &Value) -> Option<&str> {
    said.get("code").and_then(Value::as_str)
}
