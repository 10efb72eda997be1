//! One engine as the watchdog hears it: which of its beats are new, and how its own audit goes. Pure.

use kernel::time::{Span, Timestamp};
use proto::beat::{Beat, BootId, REPLAY_WINDOW, SILENCE};
use std::collections::{BTreeSet, VecDeque};

/// Six audits in a row that did not pass (reliability.md §2.4 and P05: noticed within 45 s).
pub(crate) const AUDIT_SILENCE: Span = Span::seconds(30);
/// An engine that was retired is forgotten; by then no beat of it could be said again.
const FORGOTTEN_AFTER: Span = Span::seconds(60);
/// Even an engine that starts anew every second cannot say a beat again while it is fresh.
const BOOTS_MAX: usize = 32;

/// One engine, while it is heard. Its times are of the listening clock (`silence.rs`).
pub(crate) struct Engine {
    heard: Timestamp,
    /// Until an audit passes, this is when the engine was first heard: starting anew does not help it.
    audit_passed: Timestamp,
    /// As its newest beat says.
    is_path_broken: bool,
    boots: VecDeque<Boot>,
}

/// The newest sequences heard of one start of an engine.
struct Boot {
    id: BootId,
    heard: BTreeSet<u64>,
}

impl Engine {
    /// An engine whose first beat has come.
    pub(crate) fn new(first: &Beat, listened: Timestamp) -> Self {
        let audit_passed = audit_passed(first, listened).unwrap_or(listened);
        Self { heard: listened, audit_passed, is_path_broken: false, boots: VecDeque::new() }
    }

    /// Whether this beat is the engine's newest, or `None` when it was heard before.
    pub(crate) fn hear(&mut self, beat: &Beat, listened: Timestamp) -> Option<bool> {
        if !self.boots.iter().any(|boot| boot.id == beat.boot) {
            self.boots.push_back(Boot { id: beat.boot.clone(), heard: BTreeSet::new() });
            self.boots.drain(..self.boots.len().saturating_sub(BOOTS_MAX));
        }
        let is_latest_boot = self.boots.back().is_some_and(|boot| boot.id == beat.boot);
        let boot = self.boots.iter_mut().find(|boot| boot.id == beat.boot)?;
        let is_newest = boot.hear(beat.sequence)? && is_latest_boot;
        self.heard = listened;
        // Never back in time: an engine's clock that jumps cannot make an audit older than it is.
        self.audit_passed = self.audit_passed.max(audit_passed(beat, listened).unwrap_or(self.audit_passed));
        if is_newest {
            self.is_path_broken = beat.alarm_path_broken;
        }
        Some(is_newest)
    }

    pub(crate) fn is_alive(&self, listened: Timestamp) -> bool {
        listened.since(self.heard) < SILENCE
    }

    pub(crate) fn is_remembered(&self, listened: Timestamp) -> bool {
        listened.since(self.heard) < FORGOTTEN_AFTER
    }

    pub(crate) const fn is_path_broken(&self) -> bool {
        self.is_path_broken
    }

    /// As of its last beat: that it fell silent after that is the other trouble.
    pub(crate) fn is_audit_failing(&self) -> bool {
        self.heard.since(self.audit_passed) >= AUDIT_SILENCE
    }
}

fn audit_passed(beat: &Beat, listened: Timestamp) -> Option<Timestamp> {
    let ago = beat.sent_at.since(beat.audit_ok_at?);
    Some(listened.minus(ago.at_least(Span::ZERO)))
}

impl Boot {
    /// Whether nothing newer was heard, or `None` for a sequence that was, or that fell out of the window.
    fn hear(&mut self, sequence: u64) -> Option<bool> {
        let newest = self.heard.last().copied();
        let is_too_old = newest.is_some_and(|newest| sequence.saturating_add(REPLAY_WINDOW) <= newest);
        if is_too_old || !self.heard.insert(sequence) {
            return None;
        }
        let newest = newest.unwrap_or(0).max(sequence);
        self.heard.retain(|heard| heard.saturating_add(REPLAY_WINDOW) > newest);
        Some(sequence == newest)
    }
}
