//! Instants, lengths, and the pace of a drill. Time is always an argument.

use serde::{Deserialize, Serialize};

/// A UTC instant, in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, schemars::JsonSchema))]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A length of time, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, schemars::JsonSchema))]
#[serde(transparent)]
pub struct Span(i64);

impl Timestamp {
    /// From microseconds since 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970, as stored in rows.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970, as browsers count.
    pub const fn millis(self) -> i64 {
        self.0 / 1_000
    }

    /// Whole seconds since 1970, as tokens count.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This instant, `span` later.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// This instant, `span` earlier.
    #[must_use]
    pub const fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }

    /// How long after `earlier` this is; negative when it is before.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// From microseconds.
    pub const fn micros(count: i64) -> Self {
        Self(count)
    }

    /// From milliseconds.
    pub const fn millis(count: i64) -> Self {
        Self(count.saturating_mul(1_000))
    }

    /// From seconds.
    pub const fn seconds(count: i64) -> Self {
        Self(count.saturating_mul(1_000_000))
    }

    /// From minutes.
    pub const fn minutes(count: i64) -> Self {
        Self::seconds(count.saturating_mul(60))
    }

    /// From hours.
    pub const fn hours(count: i64) -> Self {
        Self::minutes(count.saturating_mul(60))
    }

    /// In microseconds.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// In whole milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0 / 1_000
    }

    /// In whole seconds.
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1_000_000
    }

    /// In whole minutes.
    pub const fn as_minutes(self) -> i64 {
        self.as_seconds() / 60
    }

    /// This length in a drill that runs at `pace`.
    #[must_use]
    pub const fn at(self, pace: Pace) -> Self {
        Self(self.0 / pace.factor())
    }

    /// So much less.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// `times` of it.
    #[must_use]
    pub const fn times(self, times: i64) -> Self {
        Self(self.0.saturating_mul(times))
    }

    /// The shorter of the two.
    #[must_use]
    pub const fn at_most(self, ceiling: Self) -> Self {
        if self.0 > ceiling.0 { ceiling } else { self }
    }

    /// The longer of the two.
    #[must_use]
    pub const fn at_least(self, floor: Self) -> Self {
        if self.0 < floor.0 { floor } else { self }
    }
}

/// How many protocol minutes pass in one real minute. 1 with a real patient, up to 60 in a drill.
///
/// Pace scales protocol minutes and ladder steps; never leases, network time-outs or reconnects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, schemars::JsonSchema))]
#[serde(try_from = "i64", into = "i64")]
pub struct Pace(i64);

/// A pace outside 1 to 60.
#[derive(Debug, thiserror::Error)]
#[error("a pace is between 1 and 60")]
pub struct NotAPace;

impl Pace {
    /// Real time: every session with a real patient.
    pub const REAL: Self = Self(1);

    /// A drill's pace.
    ///
    /// # Errors
    /// When `factor` is outside 1 to 60.
    pub const fn new(factor: i64) -> Result<Self, NotAPace> {
        if factor >= 1 && factor <= 60 { Ok(Self(factor)) } else { Err(NotAPace) }
    }

    /// The factor, 1 to 60.
    pub const fn factor(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for Pace {
    type Error = NotAPace;

    fn try_from(factor: i64) -> Result<Self, NotAPace> {
        Self::new(factor)
    }
}

impl From<Pace> for i64 {
    fn from(pace: Pace) -> Self {
        pace.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drill_scales_protocol_minutes_and_real_sessions_do_not() {
        assert_eq!(Span::minutes(10).at(Pace::REAL), Span::minutes(10));
        assert_eq!(Span::minutes(10).at(Pace::new(60).unwrap()), Span::seconds(10));
    }

    #[test]
    fn a_pace_outside_its_bounds_is_refused() {
        assert!(Pace::new(0).is_err() && Pace::new(61).is_err());
    }
}
