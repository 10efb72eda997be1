//! What may be asked of a session, what it says, and why it says no.

use super::EndKind;
use crate::discharge::Unmet;
use crate::gate::{Red, Verdict};
use kernel::id::PersonId;
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::Timestamp;

/// What may be asked of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Patient, sitter or therapist: I am here.
    Arrive {
        /// As what.
        role: Role,
    },
    /// Patient, sitter or therapist: I am ready.
    PressReady {
        /// As what.
        role: Role,
    },
    /// The therapist begins the dose.
    OfferDose {
        /// Who.
        by: PersonId,
        /// The gate's answer at this moment.
        verdict: Verdict,
    },
    /// The sitter sees the first lozenge go in.
    WitnessDose {
        /// The gate's answer at this moment: it is asked again.
        verdict: Verdict,
    },
    /// A dose was taken: a fact.
    RecordDose {
        /// When, as the person says.
        taken_at: Timestamp,
        /// How many.
        lozenges: i64,
    },
    /// The therapist signs the criteria.
    ProposeDischarge {
        /// Who.
        by: PersonId,
        /// What is missing, at this moment.
        unmet: Vec<Unmet>,
    },
    /// The sitter takes over.
    AcceptDischarge {
        /// Who.
        by: PersonId,
        /// Whether the sitter repeated the rules.
        read_back: bool,
        /// What is missing by now that was not when the therapist signed.
        unmet: Vec<Unmet>,
    },
    /// Somebody ends it another way.
    End {
        /// How.
        kind: EndKind,
        /// Who.
        by: PersonId,
        /// As what.
        role: Role,
    },
    /// The booking was cancelled.
    Cancel,
    /// A person signs that it is over.
    Close {
        /// Who.
        by: PersonId,
        /// Whether the next-morning check was answered.
        morning_answered: bool,
        /// Whether the signature comes with a sentence.
        noted: bool,
    },
    /// Time has passed.
    Tick,
}

/// What the house hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Somebody arrived, pressed ready or signed: screens show it.
    Prepared,
    /// It is somewhere else now.
    PhaseChanged,
    /// The sitter is asked to witness.
    DoseOffered {
        /// Until when.
        until_at: Timestamp,
    },
    /// The dose began through the gate.
    DoseBegun {
        /// When.
        at: Timestamp,
    },
    /// A dose was recorded.
    DoseRecorded {
        /// When it was taken, as far as it counts.
        at: Timestamp,
        /// How many.
        lozenges: i64,
        /// Whether it was outside the gate.
        out_of_order: bool,
    },
    /// The medicine's next phase began.
    ProtocolPhaseBegan,
    /// The observation runs long.
    Prolonged {
        /// How urgent.
        severity: Severity,
    },
    /// Both signed.
    Discharged {
        /// When the next-morning check falls due.
        next_morning_at: Timestamp,
    },
    /// It ended another way.
    Ended {
        /// How.
        kind: EndKind,
        /// Whether a dose was taken.
        dosed: bool,
    },
    /// A person signed that it is over.
    Closed {
        /// Who.
        by: PersonId,
    },
}

/// Why a session said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not at that step.
    #[error("the session is at another step")]
    NotAtThisStep,
    /// The doors are not open yet.
    #[error("it is too early to arrive")]
    TooEarly {
        /// When they open.
        opens_at: Timestamp,
    },
    /// The booked time is over.
    #[error("the booked time is over")]
    BlockOver,
    /// The gate is closed.
    #[error("the gate is closed")]
    GateClosed(Vec<Red>),
    /// The time to witness has passed.
    #[error("the offer is over")]
    OfferOver,
    /// The medicine still works.
    #[error("too early to discharge")]
    DischargeEarly {
        /// When it may be asked again.
        earliest_at: Timestamp,
    },
    /// Not every criterion is met.
    #[error("criteria are unmet")]
    DischargeUnmet(Vec<Unmet>),
    /// There is no fresh signature of the therapist to accept.
    #[error("no discharge is proposed")]
    NothingProposed,
    /// The sitter has not repeated the rules.
    #[error("the restrictions were not read back")]
    NotReadBack,
    /// A dose was taken: only a discharge or a hand-over ends it.
    #[error("a dose was taken")]
    AlreadyDosed,
    /// This person may not end it in this way.
    #[error("not this person's to end")]
    NotYours,
    /// The next-morning check is still to come.
    #[error("the next morning is still to come")]
    MorningOpen {
        /// When it falls due.
        next_morning_at: Timestamp,
    },
    /// Nobody answered the next-morning check: the signature needs a sentence.
    #[error("the closure needs a note")]
    NoteMissing,
}
