//! The checklist before a dose: every item of clinical.md §3 as data, and what an answer makes of it.

use crate::items::{patient, prescriber, sitter, therapist};
use kernel::role::Role;
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Whose side of the room an item is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// The patient and the room.
    Patient,
    /// The sitter.
    Sitter,
    /// The therapist.
    Therapist,
    /// The prescriber and the on-call lead.
    Prescriber,
}

/// Who has to say yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Every one of these roles.
    All(&'static [Role]),
    /// Any one of them.
    Any(&'static [Role]),
    /// Nobody: a fact the house can check itself.
    Nobody,
}

impl Who {
    /// The roles that may answer.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::All(roles) | Self::Any(roles) => roles,
            Self::Nobody => &[],
        }
    }
}

/// How much an item weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// No dose without it.
    Blocking,
    /// Blocks until someone who can judge it says, with a reason, that it does not apply.
    BlockingUnless {
        /// When it does not apply.
        unless: &'static str,
        /// Who may say so.
        set_aside_by: Role,
    },
    /// May be declined with a reason.
    Advisory,
}

/// How the answer comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The person says so.
    #[serde(rename = "self")]
    Own,
    /// The therapist sees it.
    OnCamera,
    /// A device says so.
    Measured,
    /// A paper or a record says so.
    Document,
    /// The house checks it.
    System,
}

/// A fact the house checks itself, in place of an answer or beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Two readings of blood pressure and pulse, none of them red.
    Circulation,
    /// Oxygen and breaths, none of them red.
    Breathing,
    /// The patient typed or confirmed the address within the hour, before the therapist confirmed it.
    Address,
    /// The newest version of every consent of the patient is signed.
    Consents,
    /// The newest sitter agreement is signed.
    Agreement,
    /// The sitter passed the training in time.
    Training,
    /// The sitter's phone passed its test.
    Phone,
    /// The sitter typed the presence code.
    Presence,
    /// Somebody on the ladder answered this session's page.
    OnCall,
    /// Enough people on the ladder have answered a page lately.
    Contacts,
    /// A watch stands ready.
    Watch,
    /// The therapist heard the alarm on their screen.
    Screen,
    /// An engine of the watch was heard just now, and can write.
    Engine,
    /// The clocks of the house agree.
    Clocks,
    /// A second engine is there.
    Standby,
    /// A watchdog answers.
    Watchdog,
    /// Nothing amber waits for the prescriber's decision.
    Amber,
    /// The last dose known here is long enough ago.
    Interval,
    /// The therapist has no other session under way.
    OneSession,
}

/// One item.
#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id in clinical.md §3.
    pub id: &'static str,
    /// What has to be true.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do when it is not true yet.
    pub todo: &'static str,
    /// Who says so.
    pub who: Who,
    /// Whether it blocks.
    pub weight: Weight,
    /// How the answer comes about.
    pub method: Method,
    /// What the house checks itself.
    pub proof: Option<Proof>,
    /// Where it comes from.
    pub source: &'static str,
}

/// Every item with its group, in the order people meet them.
pub fn all() -> impl Iterator<Item = (Group, &'static Item)> {
    let patient = patient::ITEMS.iter().map(|item| (Group::Patient, item));
    let sitter = sitter::ITEMS.iter().map(|item| (Group::Sitter, item));
    let therapist = therapist::ITEMS.iter().map(|item| (Group::Therapist, item));
    let prescriber = prescriber::ITEMS.iter().map(|item| (Group::Prescriber, item));
    patient.chain(sitter).chain(therapist).chain(prescriber)
}

/// The item with this id.
pub fn find(id: &str) -> Option<&'static Item> {
    all().find(|(_, item)| item.id == id).map(|(_, item)| item)
}

/// What a person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// It is left out, for a reason.
    Declined,
}

impl Answer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Yes, Self::No, Self::Declined];

    /// The word in columns and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Declined => "declined",
        }
    }

    /// The answer behind a word.
    pub fn read(word: &str) -> Option<Self> {
        [Self::Yes, Self::No, Self::Declined].into_iter().find(|answer| answer.as_str() == word)
    }
}

/// The latest answer of one role to one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    /// Which item.
    pub item: String,
    /// In which role it was answered.
    pub role: Role,
    /// What was said.
    pub answer: Answer,
    /// When.
    pub at: Timestamp,
}

/// Why an answer was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such item.
    #[error("no such item")]
    Unknown,
    /// Another role answers it.
    #[error("another role answers this item")]
    NotYours,
    /// The house checks it; nobody can press it true.
    #[error("the house checks this item")]
    Measured,
    /// It may not be declined, or not by this role.
    #[error("this item cannot be declined")]
    Required,
    /// A declined item needs a sentence.
    #[error("a declined item needs a reason")]
    ReasonMissing,
}

/// Shortest reason that can mean something.
pub const REASON_MIN: usize = 5;

/// Whether `role` may give this answer.
///
/// # Errors
/// When the item is unknown, is another's, is measured, or cannot be declined.
pub fn answerable(
    id: &str,
    role: Role,
    answer: Answer,
    reason: Option<&str>,
) -> Result<&'static Item, Refusal> {
    let item = find(id).ok_or(Refusal::Unknown)?;
    if item.who == Who::Nobody {
        return Err(Refusal::Measured);
    }
    match answer {
        Answer::Yes | Answer::No => {
            if item.who.roles().contains(&role) {
                Ok(item)
            } else {
                Err(Refusal::NotYours)
            }
        }
        Answer::Declined => declinable(item, role, reason),
    }
}

/// Nothing is skipped: a blocking item cannot be declined, and the others only with a reason.
fn declinable(item: &'static Item, role: Role, reason: Option<&str>) -> Result<&'static Item, Refusal> {
    match item.weight {
        Weight::Blocking => return Err(Refusal::Required),
        Weight::BlockingUnless { set_aside_by, .. } if set_aside_by != role => return Err(Refusal::Required),
        Weight::Advisory if !item.who.roles().contains(&role) => return Err(Refusal::NotYours),
        Weight::BlockingUnless { .. } | Weight::Advisory => {}
    }
    let said = reason.is_some_and(|reason| reason.trim().chars().count() >= REASON_MIN);
    if said { Ok(item) } else { Err(Refusal::ReasonMissing) }
}

#[cfg(test)]
mod tests;
