//! What one store did.

use serde_json::{Value, json};
use tests::night::figures::ranked;

/// One store's figures.
#[derive(Debug, Default)]
pub struct Figures {
    /// Incidents in the rows.
    pub incidents: usize,
    /// Watches whose silence nobody heard of.
    pub untold: usize,
    /// Watches whose silence was announced more than once.
    pub told_twice: usize,
    /// On-call mails, one a session.
    pub mails: usize,
    /// From the deadline until the announcement was heard.
    pub lag_p50_ms: f64,
    /// The same, for one in a hundred.
    pub lag_p99_ms: f64,
    /// The same, for the last of all.
    pub lag_ms_max: f64,
    /// From the ladder's second step until the mail was taken, for one in a hundred.
    pub mail_p99_ms: f64,
    /// The engine's processor time, from the first deadline until the last mail.
    pub cpu_seconds: f64,
    /// How long that was.
    pub seconds: f64,
    /// The most memory the engine held.
    pub rss_mb: f64,
}

impl Figures {
    /// Every silence is an incident, told once, with a mail.
    pub fn is_right(&self, watches: usize) -> bool {
        (self.incidents, self.untold, self.told_twice, self.mails) == (watches, 0, 0, watches)
    }

    /// As the last line says it.
    pub fn json(&self) -> Value {
        json!({
            "incidents": self.incidents, "untold": self.untold, "told_twice": self.told_twice,
            "mails": self.mails, "lag_p50_ms": self.lag_p50_ms, "lag_p99_ms": self.lag_p99_ms,
            "lag_ms_max": self.lag_ms_max, "mail_p99_ms": self.mail_p99_ms, "cpu_seconds": self.cpu_seconds,
            "seconds": self.seconds, "rss_mb": self.rss_mb,
        })
    }
}

/// The smallest of `sorted` that `percent` of all are not above; nothing of nothing.
pub fn percentile(sorted: &[i64], percent: usize) -> f64 {
    rounded(ranked(sorted, percent))
}

/// Microseconds as milliseconds, with one digit.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a proof's figures are far below 2^52"
)]
pub fn rounded(micros: i64) -> f64 {
    (micros as f64 / 100.0).round() / 10.0
}
