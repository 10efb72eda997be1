//! Bars: what a proof's figures must be, written as `lag_p99_ms <= 1000`.

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Inside `cargo xtask test` other work runs beside it: a time bar fails only past five times its value, and a bar on
/// how much is done in a time only below a fifth of it.
const BUSY: f64 = 5.0;

/// How strictly time is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Run alone: the full bar.
    Full,
    /// Run in the whole suite: correctness as always, times at five times the bar.
    Busy,
}

/// One bar.
#[derive(Debug, PartialEq)]
pub struct Bar {
    field: String,
    relation: Relation,
    value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Equal,
    AtMost,
    AtLeast,
}

impl Bar {
    /// Reads `field == value`, `field <= number` or `field >= number`.
    pub fn read(text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [field, relation, value] = words.as_slice() else { bail!("a bar is three words: {text}") };
        let relation = match *relation {
            "==" => Relation::Equal,
            "<=" => Relation::AtMost,
            ">=" => Relation::AtLeast,
            other => bail!("{other} is none of ==, <=, >=: {text}"),
        };
        let value: Value = serde_json::from_str(value).with_context(|| format!("not a value: {text}"))?;
        if relation != Relation::Equal && !value.is_number() {
            bail!("only numbers have an order: {text}");
        }
        Ok(Self { field: (*field).to_owned(), relation, value })
    }

    /// Why these figures are below the bar; nothing when they hold.
    pub fn broken_by(&self, figures: &Value, strictness: Strictness) -> Option<String> {
        let Some(found) = figures.get(&self.field) else { return Some(format!("{} is missing", self.field)) };
        let holds = match self.relation {
            Relation::Equal => {
                *found == self.value || found.as_f64().is_some() && found.as_f64() == self.value.as_f64()
            }
            Relation::AtMost => self.compared(found, |found, bar| found <= bar * self.time_slack(strictness)),
            Relation::AtLeast => {
                self.compared(found, |found, bar| found >= bar / self.rate_slack(strictness))
            }
        };
        (!holds)
            .then(|| format!("{} is {found}, the bar is {} {}", self.field, self.relation.sign(), self.value))
    }

    fn compared(&self, found: &Value, holds: impl Fn(f64, f64) -> bool) -> bool {
        found.as_f64().zip(self.value.as_f64()).is_some_and(|(found, bar)| holds(found, bar))
    }

    /// Times are known by their unit, which the house writes last or before a rank (`_ms`, `_ms_p99`, `_p99_ms`).
    fn time_slack(&self, strictness: Strictness) -> f64 {
        self.slack(strictness, &["us", "ms", "s", "seconds", "minutes"])
    }

    /// So are rates (`_rps`), and one rate measured by another (`ours_to_nginx`).
    fn rate_slack(&self, strictness: Strictness) -> f64 {
        self.slack(strictness, &["rps", "to"])
    }

    fn slack(&self, strictness: Strictness, units: &[&str]) -> f64 {
        let is_of_time = self.field.split('_').any(|word| units.contains(&word));
        if is_of_time && strictness == Strictness::Busy { BUSY } else { 1.0 }
    }
}

/// Why a proof could not be made here at all, where its figures say so in words. There is nothing to judge then, and it
/// has not passed either.
pub fn skipped(figures: &Value) -> Option<&str> {
    figures.get("skipped").and_then(Value::as_str).filter(|why| !why.trim().is_empty())
}

impl Relation {
    const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn holds(bar: &str, figures: &Value, strictness: Strictness) -> bool {
        Bar::read(bar).unwrap().broken_by(figures, strictness).is_none()
    }

    #[test]
    fn a_count_is_judged_alike_alone_and_in_company() {
        for strictness in [Strictness::Full, Strictness::Busy] {
            assert!(holds("lost == 0", &json!({"lost": 0}), strictness));
            assert!(!holds("lost == 0", &json!({"lost": 1}), strictness));
            assert!(!holds("rss_mb <= 120", &json!({"rss_mb": 121}), strictness));
            assert!(!holds("sessions >= 5", &json!({"sessions": 4}), strictness));
        }
    }

    #[test]
    fn a_time_may_be_five_times_longer_in_company_and_no_more() {
        assert!(!holds("lag_p99_ms <= 100", &json!({"lag_p99_ms": 101}), Strictness::Full));
        assert!(holds("lag_p99_ms <= 100", &json!({"lag_p99_ms": 500}), Strictness::Busy));
        assert!(!holds("lag_p99_ms <= 100", &json!({"lag_p99_ms": 501}), Strictness::Busy));
    }

    #[test]
    fn a_rate_may_be_a_fifth_in_company_and_no_less() {
        assert!(!holds("ours_to_nginx >= 0.85", &json!({"ours_to_nginx": 0.84}), Strictness::Full));
        assert!(holds("ours_to_nginx >= 0.85", &json!({"ours_to_nginx": 0.17}), Strictness::Busy));
        assert!(!holds("ours_rps >= 1000", &json!({"ours_rps": 199}), Strictness::Busy));
    }

    #[test]
    fn a_figure_that_is_not_there_breaks_its_bar() {
        assert!(!holds("lost == 0", &json!({}), Strictness::Full));
        assert!(!holds("lag_ms <= 100", &json!({"lag_ms": null}), Strictness::Busy));
    }

    #[test]
    fn a_proof_is_skipped_only_as_a_whole_and_with_a_reason() {
        assert_eq!(skipped(&json!({"skipped": "no loop device"})), Some("no loop device"));
        let judged = [
            json!({"lost": 0}),
            json!({"skipped": ""}),
            json!({"skipped": " "}),
            json!({"skipped": true}),
            json!({"lost": 0, "sqlite": {"skipped": "one process writes"}}),
        ];
        for figures in judged {
            assert_eq!(skipped(&figures), None, "{figures}");
        }
    }

    #[test]
    fn a_bar_that_cannot_be_read_is_refused() {
        for text in ["lost", "lost < 1", "lost <= few", "ok <= true"] {
            assert!(Bar::read(text).is_err(), "{text}");
        }
    }
}
