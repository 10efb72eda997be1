//! A dose order: what a prescriber wrote, and the bounds it must stay in.
//!
//! Bounds are for display and for catching a slip of the pen. The house never proposes a value inside them.

use kernel::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// 10 mg is the smallest compounded strength in use, 450 mg the largest single session (clinical.md §5.1, JOYOUS, HULL).
pub const STRENGTH_MG: RangeInclusive<i64> = 10..=450;
/// 50 to 450 mg: the widest range published for at-home sessions (clinical.md §5.1, AYCART, HULL).
pub const SESSION_MG: RangeInclusive<i64> = 50..=450;
/// Nine 50 mg lozenges are the 450 mg above; more than that is a slip (clinical.md §5.1, KTC).
pub const LOZENGES: RangeInclusive<i64> = 1..=9;
/// 7 to 15 minutes in the mouth (clinical.md §5.3, default).
pub const HOLD_MINUTES: RangeInclusive<i64> = 7..=15;
/// At most six sessions an order (clinical.md §5.5, CHOOSE; series length, default).
pub const SESSIONS: RangeInclusive<i64> = 1..=6;
/// 72 hours hard (clinical.md §5.5, default); 90 days, after which a clinician looks again anyway (§13, MB-RETURN).
pub const INTERVAL_HOURS: RangeInclusive<i64> = 72..=2_160;
/// Six months is the law's limit for Schedule III (clinical.md §5.6, CFR1306); 180 days is inside any six of them.
pub const VALID_DAYS_MAX: i64 = 180;

/// What happens to the saliva after holding. Exposure differs (clinical.md §5.2, §5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposal {
    /// Spat out.
    Spit,
    /// Swallowed.
    Swallow,
}

/// What the prescriber wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Milligrams in one lozenge.
    pub strength_mg: i64,
    /// Lozenges in one session.
    pub lozenges: i64,
    /// Minutes in the mouth.
    pub hold_minutes: i64,
    /// Spit or swallow.
    pub disposal: Disposal,
    /// How many sessions it covers.
    pub max_sessions: i64,
    /// Hours from one dose to the next, at least.
    pub min_interval_hours: i64,
    /// The last moment it may be used.
    pub valid_until_at: Timestamp,
}

/// An order within its bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    terms: Terms,
    written_at: Timestamp,
}

/// One value outside its bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutOfBounds {
    /// The field, as on the wire.
    pub field: &'static str,
    /// The least it may be, in the field's unit.
    pub least: i64,
    /// The most it may be.
    pub most: i64,
}

/// Why an order is not taken down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Values outside their bounds, all of them at once.
    #[error("values outside their bounds")]
    OutOfBounds(Vec<OutOfBounds>),
}

impl Order {
    /// Takes the terms down as written at `now`.
    ///
    /// # Errors
    /// With every value outside its bounds.
    pub fn written(terms: Terms, now: Timestamp) -> Result<Self, Refusal> {
        let session_mg = terms.strength_mg.saturating_mul(terms.lozenges);
        let valid_days = terms.valid_until_at.since(now).as_seconds().div_euclid(86_400);
        let bounds = [
            ("strength_mg", terms.strength_mg, STRENGTH_MG),
            ("lozenges", terms.lozenges, LOZENGES),
            ("session_mg", session_mg, SESSION_MG),
            ("hold_minutes", terms.hold_minutes, HOLD_MINUTES),
            ("max_sessions", terms.max_sessions, SESSIONS),
            ("min_interval_hours", terms.min_interval_hours, INTERVAL_HOURS),
            ("valid_days", valid_days, 0..=VALID_DAYS_MAX),
        ];
        let outside = bounds.into_iter().filter(|(_, value, range)| !range.contains(value));
        let outside: Vec<_> = outside
            .map(|(field, _, range)| OutOfBounds { field, least: *range.start(), most: *range.end() })
            .collect();
        if outside.is_empty() {
            Ok(Self { terms, written_at: now })
        } else {
            Err(Refusal::OutOfBounds(outside))
        }
    }

    /// An order read back from its row: it was checked when it was written.
    pub const fn recalled(terms: Terms, written_at: Timestamp) -> Self {
        Self { terms, written_at }
    }

    /// What was written.
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// When it was written.
    pub const fn written_at(&self) -> Timestamp {
        self.written_at
    }

    /// Milligrams of `lozenges` of this order.
    pub const fn mg(&self, lozenges: i64) -> i64 {
        self.terms.strength_mg.saturating_mul(lozenges)
    }

    /// Hours from one dose to the next, as a length.
    pub const fn min_interval(&self) -> Span {
        Span::hours(self.terms.min_interval_hours)
    }

    /// Whether it may be used at `at`.
    pub fn covers(&self, at: Timestamp) -> bool {
        self.written_at <= at && at <= self.terms.valid_until_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn terms() -> Terms {
        Terms {
            strength_mg: 100,
            lozenges: 2,
            hold_minutes: 10,
            disposal: Disposal::Spit,
            max_sessions: 6,
            min_interval_hours: 168,
            valid_until_at: NOW.plus(Span::hours(24 * 90)),
        }
    }

    fn refused(terms: Terms) -> Vec<&'static str> {
        match Order::written(terms, NOW) {
            Ok(_) => vec![],
            Err(Refusal::OutOfBounds(outside)) => outside.iter().map(|bound| bound.field).collect(),
        }
    }

    #[test]
    fn an_order_within_its_bounds_is_taken_down() {
        assert_eq!(refused(terms()), Vec::<&str>::new());
    }

    #[test]
    fn a_session_of_more_than_450_mg_is_refused() {
        assert_eq!(refused(Terms { lozenges: 5, ..terms() }), ["session_mg"]);
    }

    #[test]
    fn doses_closer_than_72_hours_are_refused() {
        assert_eq!(refused(Terms { min_interval_hours: 71, ..terms() }), ["min_interval_hours"]);
    }

    #[test]
    fn a_hold_outside_7_to_15_minutes_is_refused() {
        assert_eq!(refused(Terms { hold_minutes: 6, ..terms() }), ["hold_minutes"]);
        assert_eq!(refused(Terms { hold_minutes: 16, ..terms() }), ["hold_minutes"]);
    }

    #[test]
    fn an_order_valid_past_six_months_or_already_over_is_refused() {
        assert_eq!(
            refused(Terms { valid_until_at: NOW.plus(Span::hours(24 * 181)), ..terms() }),
            ["valid_days"]
        );
        assert_eq!(refused(Terms { valid_until_at: NOW.minus(Span::seconds(1)), ..terms() }), ["valid_days"]);
    }

    #[test]
    fn every_slip_is_named_at_once() {
        let slips = refused(Terms { strength_mg: 1_000, max_sessions: 7, hold_minutes: 1, ..terms() });
        assert_eq!(slips, ["strength_mg", "session_mg", "hold_minutes", "max_sessions"]);
    }

    #[test]
    fn an_order_covers_no_moment_past_its_end() {
        let order = Order::written(terms(), NOW).unwrap();
        assert!(order.covers(order.terms().valid_until_at));
        assert!(!order.covers(order.terms().valid_until_at.plus(Span::micros(1))));
    }
}
