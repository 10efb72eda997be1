//! When check-ins fall due, and how long silence may last.
//!
//! Source: clinical.md §6.1 (default schedule) and decisions.md, "Time". No medical director has approved
//! these numbers until a clinic's does.

use kernel::time::{Pace, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Minutes after the dose at which each phase begins, its interval and its grace. `absorb` 0–15 is asked at +5 and +15,
/// as close as the peak; then the interval of the phase in which the last one fell due.
const PEAK: Phase = Phase { interval: 10, grace: 2 };
const RETURN: Phase = Phase { interval: 15, grace: 3 };
const RECOVER: Phase = Phase { interval: 20, grace: 5 };
/// The first look after the dose.
const FIRST_MINUTES: i64 = 5;
/// After an answer of WATCH somebody looks again this soon (clinical.md §6.1).
const AGAIN_MINUTES: i64 = 5;
/// The sitter looks in after the discharge (clinical.md §6.1, `after`).
const AFTER_MINUTES: [i64; 3] = [60, 120, 240];
/// Silence after the discharge (clinical.md §6.1; bounded to 60 by decisions.md).
const AFTER_GRACE_MINUTES: i64 = 20;
/// An answer this much before its time still counts for it; an earlier one is kept as an extra look.
const EARLY_MINUTES: i64 = 2;
/// The patient's call for support may stay unseen this long before it becomes an incident.
const SUPPORT_GRACE: Span = Span::seconds(30);

/// Furthest a phone's clock may lie from ours before we say so (reliability.md §2.10, rule 4).
const CLOCK_TRUST: Span = Span::minutes(10);

/// Whether a phone's clock cannot be right. It decides nothing: every answer counts from when it was here.
pub fn clock_is_off(answered_at: Option<Timestamp>, received_at: Timestamp) -> bool {
    answered_at.is_none_or(|at| at.since(received_at) > CLOCK_TRUST || received_at.since(at) > CLOCK_TRUST)
}

struct Phase {
    interval: i64,
    grace: i64,
}

fn phase(minute: i64) -> Phase {
    if minute < 60 {
        PEAK
    } else if minute < 120 {
        RETURN
    } else {
        RECOVER
    }
}

/// When somebody must have looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// Which check-in of this watch.
    pub sequence: i64,
    /// When to look.
    pub due_at: Timestamp,
    /// When silence becomes an incident.
    pub deadline_at: Timestamp,
}

/// The schedule of one watch: the protocol at the pace of its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protocol {
    /// Protocol minutes per real minute.
    pub pace: Pace,
}

impl Protocol {
    /// The first look after a dose.
    pub fn first(self, dose_at: Timestamp, sequence: i64) -> Due {
        self.scheduled(sequence, dose_at, FIRST_MINUTES)
    }

    /// The look after the one scheduled at `previous`: counted from that, never from the answer.
    pub fn after(self, dose_at: Timestamp, previous: &Due, sequence: i64) -> Due {
        let minute = self.minute(dose_at, previous.due_at);
        self.scheduled(sequence, dose_at, minute.saturating_add(phase(minute).interval))
    }

    /// The extra look after a worrying answer.
    pub fn again(self, dose_at: Timestamp, now: Timestamp, sequence: i64) -> Due {
        let due_at = now.plus(self.minutes(AGAIN_MINUTES));
        let grace = phase(self.minute(dose_at, due_at)).grace;
        Due { sequence, due_at, deadline_at: due_at.plus(self.minutes(grace)) }
    }

    /// The sitter's looks after the discharge.
    pub fn aftercare(self, discharged_at: Timestamp, index: usize, sequence: i64) -> Option<Due> {
        let minutes = *AFTER_MINUTES.get(index)?;
        let due_at = discharged_at.plus(self.minutes(minutes));
        Some(Due { sequence, due_at, deadline_at: due_at.plus(self.minutes(AFTER_GRACE_MINUTES)) })
    }

    /// Whether bedtime is worth a look of its own: after the silence of the last look, and before the morning's question.
    pub fn is_bedtime(self, discharged_at: Timestamp, bedtime_at: Timestamp, morning: &Due) -> bool {
        let last = AFTER_MINUTES.last().copied().unwrap_or_default().saturating_add(AFTER_GRACE_MINUTES);
        let over_at = discharged_at.plus(self.minutes(last));
        (over_at..morning.due_at.minus(self.minutes(AFTER_GRACE_MINUTES))).contains(&bedtime_at)
    }

    /// The look at bedtime (clinical.md §6.1, `after`): as long a silence as any after the discharge.
    pub fn at_bedtime(self, due_at: Timestamp, sequence: i64) -> Due {
        Due { sequence, due_at, deadline_at: due_at.plus(self.minutes(AFTER_GRACE_MINUTES)) }
    }

    /// The next-morning check. Its time is given; silence lasts as long as any look's after the discharge.
    pub fn morning(self, due_at: Timestamp) -> Due {
        Due { sequence: 0, due_at, deadline_at: due_at.plus(self.minutes(AFTER_GRACE_MINUTES)) }
    }

    /// From when an answer counts for a look.
    pub fn opens_at(self, due: &Due) -> Timestamp {
        due.due_at.minus(self.minutes(EARLY_MINUTES))
    }

    /// When an unseen call for support becomes an incident. A drill leaves people 5 s.
    pub fn support_deadline(self, asked_at: Timestamp) -> Timestamp {
        asked_at.plus(SUPPORT_GRACE.at(self.pace).at_least(Span::seconds(5)))
    }

    fn scheduled(self, sequence: i64, dose_at: Timestamp, minute: i64) -> Due {
        let due_at = dose_at.plus(self.minutes(minute));
        Due { sequence, due_at, deadline_at: due_at.plus(self.minutes(phase(minute).grace)) }
    }

    pub(crate) fn minute(self, dose_at: Timestamp, at: Timestamp) -> i64 {
        at.since(dose_at).times(self.pace.factor()).as_minutes()
    }

    fn minutes(self, count: i64) -> Span {
        Span::minutes(count).at(self.pace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(0);

    fn minutes(protocol: Protocol, count: usize) -> Vec<i64> {
        let first = protocol.first(NOON, 1);
        let next = |due: &Due| Some(protocol.after(NOON, due, due.sequence + 1));
        std::iter::successors(Some(first), next)
            .take(count)
            .map(|due| due.due_at.since(NOON).times(protocol.pace.factor()).as_minutes())
            .collect()
    }

    #[test]
    fn looks_fall_due_as_clinical_6_1_says() {
        let expected = [5, 15, 25, 35, 45, 55, 65, 80, 95, 110, 125, 145, 165];
        assert_eq!(minutes(Protocol { pace: Pace::REAL }, 13), expected);
    }

    #[test]
    fn a_drill_keeps_the_same_schedule_at_every_pace() {
        let real = minutes(Protocol { pace: Pace::REAL }, 13);
        for factor in [6, 60] {
            assert_eq!(minutes(Protocol { pace: Pace::new(factor).unwrap() }, 13), real);
        }
    }

    #[test]
    fn silence_may_last_longer_as_the_medicine_wears_off() {
        let protocol = Protocol { pace: Pace::REAL };
        let grace = |minute| {
            let due = protocol.scheduled(1, NOON, minute);
            due.deadline_at.since(due.due_at).as_minutes()
        };
        assert_eq!([5, 59, 60, 119, 120, 240].map(grace), [2, 2, 3, 3, 5, 5]);
    }

    #[test]
    fn a_clock_ten_minutes_off_is_noticed() {
        let off = |minutes| clock_is_off(Some(NOON.plus(Span::minutes(minutes))), NOON);
        assert_eq!([-11, -10, 0, 10, 11].map(off), [true, false, false, false, true]);
        assert!(clock_is_off(None, NOON));
        assert!(clock_is_off(Some(Timestamp::from_micros(i64::MIN)), NOON));
        assert!(clock_is_off(Some(Timestamp::from_micros(i64::MAX)), NOON));
    }

    #[test]
    fn after_the_discharge_the_sitter_looks_three_times() {
        let protocol = Protocol { pace: Pace::REAL };
        let hours = [0, 1, 2]
            .map(|index| protocol.aftercare(NOON, index, 1).unwrap().due_at.since(NOON).as_minutes());
        assert_eq!(hours, [60, 120, 240]);
        assert!(protocol.aftercare(NOON, 3, 1).is_none());
    }
}
