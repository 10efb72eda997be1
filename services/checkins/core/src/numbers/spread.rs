//! Percentiles and shares that say what they rest on, and say nothing where that is too little.

use kernel::time::Span;

/// How a number stands to its bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is within.
    Kept,
    /// It is not.
    Broken,
    /// Too little is known to say.
    Unknown,
    /// Nobody set a bar.
    NoBar,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Kept, Self::Broken, Self::Unknown, Self::NoBar];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::Unknown => "unknown",
            Self::NoBar => "no_bar",
        }
    }

    const fn of(is_kept: Option<bool>) -> Self {
        match is_kept {
            Some(true) => Self::Kept,
            Some(false) => Self::Broken,
            None => Self::Unknown,
        }
    }
}

/// How long something took, over many times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// How many times are known.
    pub known: i64,
    /// How often it happened, or had to, and nobody wrote down when.
    pub unknown: i64,
    /// Half of them took no longer.
    pub p50: Option<Span>,
    /// 95 of 100 took no longer.
    pub p95: Option<Span>,
    /// 99 of 100 took no longer.
    pub p99: Option<Span>,
    /// The longest.
    pub worst: Option<Span>,
    /// How it stands to its bar.
    pub verdict: Verdict,
}

impl Spread {
    /// From all of them, in any order.
    pub fn of(lengths: &[Option<Span>]) -> Self {
        let mut known: Vec<Span> = lengths.iter().flatten().copied().collect();
        known.sort_unstable();
        let unknown = lengths.len().saturating_sub(known.len());
        Self {
            known: count(known.len()),
            unknown: count(unknown),
            p50: percentile(&known, 50),
            p95: percentile(&known, 95),
            p99: percentile(&known, 99),
            worst: known.last().copied(),
            verdict: Verdict::NoBar,
        }
    }

    /// Judged by its 99th percentile.
    #[must_use]
    pub fn judged_at_p99(self, bar: Span) -> Self {
        Self { verdict: Verdict::of(self.within(self.p99, bar)), ..self }
    }

    /// Judged by its 95th percentile.
    #[must_use]
    pub fn judged_at_p95(self, bar: Span) -> Self {
        Self { verdict: Verdict::of(self.within(self.p95, bar)), ..self }
    }

    /// What nobody wrote down is not fine: a bar is kept only by what is known of all.
    fn within(self, length: Option<Span>, bar: Span) -> Option<bool> {
        let is_within = length? <= bar;
        (!is_within || self.unknown == 0).then_some(is_within)
    }
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// So many.
    pub part: i64,
    /// Of so many.
    pub whole: i64,
    /// How it stands to its bar.
    pub verdict: Verdict,
}

impl Share {
    /// So many of so many.
    pub const fn of(part: i64, whole: i64) -> Self {
        Self { part, whole, verdict: Verdict::NoBar }
    }

    /// Judged by how rare it is; among fewer than that nobody can say.
    #[must_use]
    pub fn rarer_than_one_in(self, many: i64) -> Self {
        let is_kept = (self.whole >= many).then(|| self.part.saturating_mul(many) < self.whole);
        Self { verdict: Verdict::of(is_kept), ..self }
    }
}

/// The nearest rank of sorted lengths. It is said only where at least one of them may lie beyond it: of twelve times
/// the 99th of a hundred is not known.
fn percentile(sorted: &[Span], percent: usize) -> Option<Span> {
    let beyond = sorted.len().saturating_mul(100_usize.saturating_sub(percent));
    if beyond < 100 {
        return None;
    }
    let rank = sorted.len().saturating_mul(percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(range: std::ops::RangeInclusive<i64>) -> Vec<Option<Span>> {
        range.rev().map(|count| Some(Span::seconds(count))).collect()
    }

    #[test]
    fn percentiles_are_nearest_ranks_of_what_is_known() {
        let spread = Spread::of(&seconds(1..=200));
        let seconds =
            [spread.p50, spread.p95, spread.p99, spread.worst].map(|span| span.unwrap().as_seconds());
        assert_eq!((seconds, spread.known), ([100, 190, 198, 200], 200));
    }

    #[test]
    fn a_percentile_that_rests_on_too_little_is_not_said() {
        let said = |count| {
            let Spread { p50, p95, p99, worst, .. } = Spread::of(&seconds(1..=count));
            [p50, p95, p99, worst].map(|span| span.is_some())
        };
        assert_eq!(said(0), [false; 4]);
        assert_eq!(said(1), [false, false, false, true]);
        assert_eq!(said(2), [true, false, false, true]);
        assert_eq!((said(19)[1], said(20)[1]), (false, true));
        assert_eq!((said(99)[2], said(100)[2]), (false, true));
    }

    #[test]
    fn a_bar_is_kept_only_by_what_is_known_of_all() {
        let bar = Span::seconds(200);
        let mut lengths = seconds(1..=200);
        assert_eq!(Spread::of(&lengths).judged_at_p99(bar).verdict, Verdict::Kept);
        assert_eq!(Spread::of(&lengths).judged_at_p99(Span::seconds(197)).verdict, Verdict::Broken);
        assert_eq!(Spread::of(&lengths[..99]).judged_at_p99(bar).verdict, Verdict::Unknown);
        lengths.push(None);
        assert_eq!(Spread::of(&lengths).judged_at_p99(bar).verdict, Verdict::Unknown);
        assert_eq!(Spread::of(&[]).judged_at_p95(bar).verdict, Verdict::Unknown);
    }

    #[test]
    fn one_in_twenty_is_one_too_many_and_among_nineteen_nobody_can_say() {
        let verdict = |part, whole| Share::of(part, whole).rarer_than_one_in(20).verdict;
        assert_eq!([verdict(0, 0), verdict(0, 19), verdict(5, 19)], [Verdict::Unknown; 3]);
        assert_eq!([verdict(0, 20), verdict(1, 21)], [Verdict::Kept; 2]);
        assert_eq!([verdict(1, 20), verdict(3, 60)], [Verdict::Broken; 2]);
    }
}
