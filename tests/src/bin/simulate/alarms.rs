//! Incidents as those know them who were told, and how long each may then be silent.

use crate::agenda::{Agenda, Check, Happening};
use checkins_core::escalation::Cause;
use kernel::time::{Span, Timestamp};

/// An incident, as those know it who were told.
#[derive(Debug)]
pub struct Alarm {
    /// Which session.
    pub session: usize,
    /// What it is about.
    pub cause: Cause,
    /// The last step and repetition anybody was told of.
    pub step: (i64, i64),
    /// When they were, or when somebody took it.
    pub last_at: Timestamp,
    /// How long it may then be silent.
    pub wait: Span,
    /// Whether somebody has it.
    pub is_held: bool,
    /// Who resolved it, and when.
    pub resolved_at: Option<Timestamp>,
    /// When its silence began to count, and how unwell the house had been by then.
    pub owed: Option<(Timestamp, Span)>,
}

impl Alarm {
    /// Nothing more is owed for so long. Where that ends sooner than before, the book looks sooner.
    pub fn wait_from(
        &mut self,
        now: Timestamp,
        wait: Span,
        is_held: bool,
        incident: usize,
        agenda: &mut Agenda,
    ) {
        if now.plus(wait) < self.last_at.plus(self.wait) {
            agenda.put(now.plus(wait), Happening::Check(Check::GoesOn(incident)));
        }
        (self.last_at, self.wait, self.is_held) = (now, wait, is_held);
    }
}

/// Somebody was told: what they read.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// Which incident.
    pub incident: usize,
    /// Which session.
    pub session: usize,
    /// What it is about.
    pub cause: Cause,
    /// Since when.
    pub opened_at: Timestamp,
    /// Which step and repetition.
    pub step: (i64, i64),
    /// When it was written, as it says itself.
    pub written_at: Timestamp,
}
