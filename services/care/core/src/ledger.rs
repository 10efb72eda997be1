//! The dose ledger: what was taken, folded against what was ordered. It reports; it refuses nothing and suggests nothing.

use crate::dose::Order;
use kernel::id::SessionId;
use kernel::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;

/// One fact about a dose, as the house heard it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The session it was taken in.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
    /// What was said.
    pub fact: Fact,
}

/// What was said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// The dose began through the gate.
    Begun,
    /// Somebody recorded how many lozenges were taken.
    Recorded {
        /// How many.
        lozenges: i64,
        /// Whether the gate had not been passed.
        out_of_order: bool,
    },
}

/// Something in the ledger that a prescriber should look at (clinical.md §5.6: any mismatch is a call).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// A dose was taken and no order covers it.
    NoOrder,
    /// More lozenges were recorded than ordered.
    MoreThanOrdered,
    /// Fewer lozenges were recorded than ordered: the rest must be counted and locked.
    FewerThanOrdered,
    /// A dose began and nobody recorded the count.
    NotCounted,
    /// A dose was recorded that had not passed the gate.
    OutsideTheGate,
    /// The dose came sooner after the one before than the order allows.
    TooSoon,
    /// The order's sessions were used up before this one.
    SeriesUsedUp,
}

impl Finding {
    /// What a person reads.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoOrder => {
                "A dose was taken and no valid order covers it. The prescriber must look at this."
            }
            Self::MoreThanOrdered => "More lozenges were recorded than ordered. Call the prescriber.",
            Self::FewerThanOrdered => "Fewer lozenges were recorded than ordered. Count and lock the rest.",
            Self::NotCounted => "The dose began and nobody has recorded how many lozenges were taken.",
            Self::OutsideTheGate => "A dose was recorded that had not passed the gate.",
            Self::TooSoon => "This dose came sooner after the last one than the order allows.",
            Self::SeriesUsedUp => "The order's sessions were used up before this one.",
        }
    }
}

/// One session's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// When the first lozenge went in, if it did.
    pub dose_at: Option<Timestamp>,
    /// Lozenges recorded; none when nobody counted.
    pub lozenges_recorded: Option<i64>,
    /// Milligrams recorded, by the order's strength.
    pub mg_recorded: Option<i64>,
    /// Sessions of this order with a dose in them, this one included.
    pub sessions_used: i64,
    /// Sessions the order still covers.
    pub sessions_remaining: i64,
    /// Before this, another dose would be sooner than the order allows.
    pub interval_ends_at: Option<Timestamp>,
    /// What a prescriber should look at.
    pub findings: Vec<Finding>,
}

/// Folds every entry of a patient into the account of one session.
///
/// `order` is the order in force for that session; `entries` may come in any order and may repeat.
pub fn account(session: SessionId, order: Option<&Order>, entries: &[Entry]) -> Account {
    let here: Vec<&Entry> = entries.iter().filter(|entry| entry.session == session).collect();
    let dose_at = here.iter().map(|entry| entry.at).min();
    let counts: BTreeSet<(Timestamp, i64)> = here
        .iter()
        .filter_map(|entry| match entry.fact {
            Fact::Recorded { lozenges, .. } => Some((entry.at, lozenges)),
            Fact::Begun => None,
        })
        .collect();
    let lozenges_recorded = (!counts.is_empty()).then(|| counts.iter().map(|(_, lozenges)| lozenges).sum());
    let last = entries.iter().map(|entry| entry.at).max();
    let sessions_used = order.map_or(0, |order| sessions_under(order, entries));
    Account {
        dose_at,
        lozenges_recorded,
        mg_recorded: order.zip(lozenges_recorded).map(|(order, lozenges)| order.mg(lozenges)),
        sessions_used,
        sessions_remaining: order.map_or(0, |order| (order.terms().max_sessions - sessions_used).max(0)),
        interval_ends_at: order.zip(last).map(|(order, last)| last.plus(order.min_interval())),
        findings: dose_at.map_or_else(Vec::new, |dose_at| {
            let taken = Taken { session, dose_at, lozenges_recorded };
            findings(&taken, order, &here, entries)
        }),
    }
}

/// One session's dose.
struct Taken {
    session: SessionId,
    dose_at: Timestamp,
    lozenges_recorded: Option<i64>,
}

fn findings(taken: &Taken, order: Option<&Order>, here: &[&Entry], all: &[Entry]) -> Vec<Finding> {
    let outside = here.iter().any(|entry| matches!(entry.fact, Fact::Recorded { out_of_order: true, .. }));
    let mut found = vec![];
    found.extend(taken.lozenges_recorded.is_none().then_some(Finding::NotCounted));
    found.extend(outside.then_some(Finding::OutsideTheGate));
    let Some(order) = order.filter(|order| order.covers(taken.dose_at)) else {
        found.push(Finding::NoOrder);
        found.sort();
        return found;
    };
    let ordered = order.terms().lozenges;
    found.extend(taken.lozenges_recorded.filter(|taken| *taken > ordered).map(|_| Finding::MoreThanOrdered));
    found.extend(taken.lozenges_recorded.filter(|taken| *taken < ordered).map(|_| Finding::FewerThanOrdered));

    let before = all.iter().filter(|entry| entry.session != taken.session && entry.at < taken.dose_at);
    let last_before = before.clone().map(|entry| entry.at).max();
    let too_soon = last_before.is_some_and(|last| taken.dose_at < last.plus(order.min_interval()));
    found.extend(too_soon.then_some(Finding::TooSoon));
    let before: Vec<Entry> = before.copied().collect();
    let used_up = sessions_under(order, &before) >= order.terms().max_sessions;
    found.extend(used_up.then_some(Finding::SeriesUsedUp));
    found.sort();
    found
}

/// Sessions with a dose in them since the order was written.
fn sessions_under(order: &Order, entries: &[Entry]) -> i64 {
    let sessions: BTreeSet<SessionId> =
        entries.iter().filter(|entry| order.covers(entry.at)).map(|entry| entry.session).collect();
    i64::try_from(sessions.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dose::{Disposal, Terms};
    use kernel::time::Span;

    const WRITTEN: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn session(number: u8) -> SessionId {
        format!("00000000-0000-7000-8000-{number:012}").parse().unwrap()
    }

    fn order() -> Order {
        let terms = Terms {
            strength_mg: 100,
            lozenges: 2,
            hold_minutes: 10,
            disposal: Disposal::Spit,
            max_sessions: 2,
            min_interval_hours: 72,
            valid_until_at: WRITTEN.plus(Span::hours(24 * 60)),
        };
        Order::written(terms, WRITTEN).unwrap()
    }

    fn hours(count: i64) -> Timestamp {
        WRITTEN.plus(Span::hours(count))
    }

    fn begun(number: u8, at: Timestamp) -> Entry {
        Entry { session: session(number), at, fact: Fact::Begun }
    }

    fn counted(number: u8, at: Timestamp, lozenges: i64) -> Entry {
        Entry { session: session(number), at, fact: Fact::Recorded { lozenges, out_of_order: false } }
    }

    fn findings_of(number: u8, entries: &[Entry]) -> Vec<Finding> {
        account(session(number), Some(&order()), entries).findings
    }

    #[test]
    fn a_session_without_a_dose_has_nothing_to_find() {
        let account = account(session(1), Some(&order()), &[]);
        assert_eq!((account.dose_at, account.sessions_remaining), (None, 2));
        assert!(account.findings.is_empty());
    }

    #[test]
    fn a_dose_as_ordered_is_counted_in_milligrams_and_leaves_one_session() {
        let account = account(session(1), Some(&order()), &[begun(1, hours(1)), counted(1, hours(1), 2)]);
        assert_eq!(
            (account.mg_recorded, account.sessions_used, account.sessions_remaining),
            (Some(200), 1, 1)
        );
        assert_eq!(account.interval_ends_at, Some(hours(73)));
        assert!(account.findings.is_empty());
    }

    #[test]
    fn hearing_a_count_twice_does_not_double_it() {
        let twice = [counted(1, hours(1), 2), counted(1, hours(1), 2)];
        assert_eq!(account(session(1), Some(&order()), &twice).lozenges_recorded, Some(2));
    }

    #[test]
    fn a_count_unlike_the_order_is_found() {
        assert_eq!(findings_of(1, &[counted(1, hours(1), 3)]), [Finding::MoreThanOrdered]);
        assert_eq!(findings_of(1, &[counted(1, hours(1), 1)]), [Finding::FewerThanOrdered]);
    }

    #[test]
    fn a_dose_that_nobody_counted_is_found() {
        assert_eq!(findings_of(1, &[begun(1, hours(1))]), [Finding::NotCounted]);
    }

    #[test]
    fn a_dose_sooner_than_the_interval_is_found_and_one_at_its_end_is_not() {
        let first = counted(1, hours(1), 2);
        assert_eq!(findings_of(2, &[first, counted(2, hours(72), 2)]), [Finding::TooSoon]);
        assert_eq!(findings_of(2, &[first, counted(2, hours(73), 2)]), []);
    }

    #[test]
    fn a_third_session_of_a_two_session_order_is_found() {
        let entries = [counted(1, hours(1), 2), counted(2, hours(80), 2), counted(3, hours(160), 2)];
        assert_eq!(findings_of(3, &entries), [Finding::SeriesUsedUp]);
        assert_eq!(findings_of(2, &entries), []);
    }

    #[test]
    fn a_dose_without_a_valid_order_is_found() {
        let late = counted(1, hours(24 * 61), 2);
        assert_eq!(findings_of(1, &[late]), [Finding::NoOrder]);
        assert_eq!(account(session(1), None, &[late]).findings, [Finding::NoOrder]);
    }

    #[test]
    fn a_dose_outside_the_gate_is_found() {
        let fact = Fact::Recorded { lozenges: 2, out_of_order: true };
        assert_eq!(
            findings_of(1, &[Entry { session: session(1), at: hours(1), fact }]),
            [Finding::OutsideTheGate]
        );
    }

    #[test]
    fn every_finding_has_a_sentence() {
        for finding in [Finding::NoOrder, Finding::NotCounted, Finding::TooSoon, Finding::SeriesUsedUp] {
            assert!(finding.sentence().ends_with('.'));
        }
    }
}
