//! What one night came to.

use serde::Serialize;

/// One night's figures.
#[derive(Debug, Default, Serialize)]
pub struct Figures {
    /// How many silences there were to tell of.
    pub deadlines: usize,
    /// Of how many nobody was told by mail, or no screen could know.
    pub lost: usize,
    /// How often an engine was killed.
    pub kills: usize,
    /// How often the database was.
    pub database_kills: usize,
    /// Of how many somebody was told before the deadline.
    pub early: usize,
    /// From the deadline until mail and screen had it: the median.
    pub p50_s: f64,
    /// The same, for one in a hundred.
    pub p99_s: f64,
    /// The same, for the last of all.
    pub max_s: f64,
    /// Until the mail server had taken it, for one in a hundred.
    pub mail_p99_s: f64,
    /// The same, for the last of all.
    pub mail_max_s: f64,
    /// When the last screen could know, in microseconds since 1970.
    pub shown_at: i64,
    /// Until a screen could know: the median.
    pub screen_p50_s: f64,
    /// The same, for one in a hundred.
    pub screen_p99_s: f64,
    /// The same, for the last of all.
    pub screen_max_s: f64,
    /// Mails that came more than once.
    pub came_again: usize,
    /// The same, of a hundred.
    pub duplicates_pct: f64,
    /// Incidents that a person closed meanwhile.
    pub closed: usize,
    /// What the rows say that may not be (reliability.md §2.3).
    pub violations: Vec<String>,
}

/// The smallest of `sorted` that `percent` of all are not above, in seconds; nothing of nothing.
pub fn percentile(sorted: &[i64], percent: usize) -> f64 {
    seconds(ranked(sorted, percent))
}

/// The same as it was counted, in microseconds.
pub fn ranked(sorted: &[i64], percent: usize) -> i64 {
    let rank = sorted.len().saturating_mul(percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// Microseconds as seconds, with three digits.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a proof's figures are far below 2^52"
)]
fn seconds(micros: i64) -> f64 {
    (micros as f64 / 1000.0).round() / 1000.0
}

/// So many of so many, of a hundred.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a proof's figures are far below 2^52"
)]
pub fn percent(part: usize, of: usize) -> f64 {
    (part as f64 * 10_000.0 / of.max(1) as f64).round() / 100.0
}
