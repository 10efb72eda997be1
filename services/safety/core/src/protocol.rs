//! The numbers one session runs by, kept with it so that a later change of policy changes nothing under way.
//!
//! No medical director or safety officer has approved any of them (clinical.md §13, `2026-11-22-draft`).

use kernel::time::{Pace, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// The policy these numbers come from (clinical.md §13).
pub const VERSION: &str = "2026-11-22-draft";

/// How long the medicine takes to leave the mouth, in protocol minutes from the dose (clinical.md §1.3).
const ABSORB_MINUTES: i64 = 15;
/// When the effect has set in (clinical.md §1.3, SAGE).
const ONSET_MINUTES: i64 = 20;
/// When the strongest part is over (clinical.md §1.3, SAGE; ROLAN).
const PEAK_MINUTES: i64 = 60;
/// The earliest discharge after the last dose (clinical.md §1.3, SPRAV by analogy).
const EARLIEST_DISCHARGE_MINUTES: i64 = 120;
/// When the observation runs long and the prescriber is told (clinical.md §1.3).
const PROLONGED_ALERT_MINUTES: i64 = 240;
/// When it runs so long that emergency care is considered (clinical.md §1.3).
const PROLONGED_URGENT_MINUTES: i64 = 360;
/// The later edge of the next-morning window, so that the patient has slept (clinical.md §13, followup).
const NEXT_MORNING_HOURS: i64 = 18;
/// A drill's next morning (decisions, Drills and pace).
const DRILL_NEXT_MORNING_SECONDS: i64 = 30;
/// How long the sitter has to witness. Never scaled: people press it (decisions, Drills and pace).
const OFFER_SECONDS: i64 = 30;
/// How long an answer counts (clinical.md §13, `attestation_ttl_min`).
const ATTESTATION_MINUTES: i64 = 60;
/// How long a set of vitals counts (clinical.md §13, `vitals_ttl_min`).
const VITALS_MINUTES: i64 = 30;
/// Between the two readings of a set (clinical.md §4.2, CODEX).
const READING_GAP_SECONDS: i64 = 60;
/// The same in a drill: nobody's pulse is waiting to settle.
const DRILL_READING_GAP_SECONDS: i64 = 5;
/// Two readings further apart than this are not one set: the first belongs to an earlier rest.
const READING_GAP_MINUTES_MAX: i64 = 10;
/// Quiet rest before an amber set is measured again (clinical.md §13, `recheck_after_min`).
const RECHECK_MINUTES: i64 = 10;
/// Sets that count within the window (clinical.md §13, `max_sets`).
const SETS_MAX: usize = 3;
/// The window for them (clinical.md §13, `window_min`).
const SETS_WINDOW_MINUTES: i64 = 60;
/// How early people may arrive (clinical.md §1.3: `arrive` opens an hour before).
const ARRIVAL_MINUTES: i64 = 60;
/// How long a proven presence counts: the block and the hour before it (clinical.md §13, `block_min` 210).
const PRESENCE_MINUTES: i64 = 270;
/// How long a finished training counts: six months (clinical.md §13, `training_valid_months`).
const TRAINING_DAYS: i64 = 180;
/// The hard minimum between two doses (clinical.md §13, `min_interval_h`).
const INTERVAL_HOURS: i64 = 72;

/// One session's numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// Which policy they come from.
    pub version: String,
    /// Whether the patient is made up.
    pub drill: bool,
    /// Protocol minutes per real minute.
    pub pace: Pace,
    /// Dose to onset.
    pub absorb_until: Span,
    /// Dose to peak.
    pub onset_until: Span,
    /// Dose to return.
    pub peak_until: Span,
    /// Last dose to the earliest discharge, and so to recovery.
    pub earliest_discharge: Span,
    /// First dose to the first alert that it runs long.
    pub prolonged_alert: Span,
    /// First dose to the urgent alert.
    pub prolonged_urgent: Span,
    /// Discharge to the next-morning check.
    pub next_morning: Span,
    /// How long a begun dose waits for its witness.
    pub offer: Span,
    /// How long an answer counts.
    pub attestation: Span,
    /// How long vitals count, and with them a signed discharge proposal.
    pub vitals: Span,
    /// Least time between two readings of a set.
    pub reading_gap: Span,
    /// Most time between them.
    pub reading_gap_max: Span,
    /// Rest before an amber set is repeated.
    pub recheck: Span,
    /// Sets that count in the window.
    pub sets_max: usize,
    /// That window.
    pub sets_window: Span,
    /// How early people may arrive.
    pub arrival: Span,
    /// How long presence counts.
    pub presence: Span,
    /// How long training counts.
    pub training: Span,
    /// Least time between two doses.
    pub interval: Span,
}

impl Protocol {
    /// The numbers for a session: shipped defaults, at its pace, with a drill's own where scaling makes no sense.
    ///
    /// What people press or measure at human speed is not scaled: answers, vitals and the witness window.
    pub fn new(drill: bool, pace: Pace) -> Self {
        let minutes = |count| Span::minutes(count).at(pace);
        Self {
            version: VERSION.to_owned(),
            drill,
            pace,
            absorb_until: minutes(ABSORB_MINUTES),
            onset_until: minutes(ONSET_MINUTES),
            peak_until: minutes(PEAK_MINUTES),
            earliest_discharge: minutes(EARLIEST_DISCHARGE_MINUTES),
            prolonged_alert: minutes(PROLONGED_ALERT_MINUTES),
            prolonged_urgent: minutes(PROLONGED_URGENT_MINUTES),
            next_morning: if drill {
                Span::seconds(DRILL_NEXT_MORNING_SECONDS)
            } else {
                Span::hours(NEXT_MORNING_HOURS)
            },
            offer: Span::seconds(OFFER_SECONDS),
            attestation: Span::minutes(ATTESTATION_MINUTES),
            vitals: Span::minutes(VITALS_MINUTES),
            reading_gap: Span::seconds(if drill { DRILL_READING_GAP_SECONDS } else { READING_GAP_SECONDS }),
            reading_gap_max: Span::minutes(READING_GAP_MINUTES_MAX),
            recheck: minutes(RECHECK_MINUTES),
            sets_max: SETS_MAX,
            sets_window: Span::minutes(SETS_WINDOW_MINUTES),
            arrival: Span::minutes(ARRIVAL_MINUTES),
            presence: Span::minutes(PRESENCE_MINUTES),
            training: Span::hours(24 * TRAINING_DAYS),
            interval: Span::hours(INTERVAL_HOURS),
        }
    }
}

/// Whether something said at `at` still counts at `now`. What comes from the future does not.
pub fn fresh(at: Timestamp, valid: Span, now: Timestamp) -> bool {
    at <= now && now.since(at) <= valid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pace_shortens_the_protocol_and_never_the_witness_window() {
        let drill = Protocol::new(true, Pace::new(60).unwrap());
        assert_eq!(drill.earliest_discharge, Span::minutes(2));
        assert_eq!(drill.prolonged_alert, Span::minutes(4));
        assert_eq!(drill.next_morning, Span::seconds(30));
        assert_eq!(drill.offer, Span::seconds(30));
        assert_eq!(drill.attestation, Span::minutes(60));
    }

    #[test]
    fn a_real_session_keeps_every_minute() {
        let real = Protocol::new(false, Pace::REAL);
        assert_eq!(real.earliest_discharge, Span::minutes(120));
        assert_eq!(real.reading_gap, Span::minutes(1));
        assert_eq!(real.next_morning, Span::hours(18));
    }

    #[test]
    fn nothing_counts_before_it_was_said_or_after_it_ran_out() {
        let noon = Timestamp::from_micros(0);
        let hour = Span::hours(1);
        assert!(fresh(noon, hour, noon.plus(hour)));
        assert!(!fresh(noon, hour, noon.plus(hour).plus(Span::micros(1))));
        assert!(!fresh(noon, hour, noon.minus(Span::micros(1))));
    }
}
