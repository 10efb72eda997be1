//! After a session: what to leave alone until when, what to write about, and the visit that follows.

use kernel::time::{Pace, Span, Timestamp};

/// Alcohol, cannabis, decisions, sedatives and the least for driving: one day
/// (clinical.md §7.3, NERVANA, ISHA, MAYO, ZEN; the stricter where sources differ).
const DAY: Span = Span::hours(24);
/// The sitter stays at least four hours more (clinical.md §13, `sitter.stay_after_discharge_h`, default).
const COMPANY: Span = Span::hours(4);
/// An integration visit within 72 hours (clinical.md §9, default).
const INTEGRATION: Span = Span::hours(72);

/// The next morning is six hours away at the earliest (clinical.md §7.4, default).
const MORNING: Span = Span::hours(6);

/// The body is the last to forget, and the easiest to ask.
pub const FIRST_PROMPT: &str = "Where in your body do you still feel it?";
/// One prompt a day, in the order in which such a state is forgotten (clinical.md §9, TRACY).
const PROMPTS: [&str; 5] = [
    FIRST_PROMPT,
    "Which feeling was the strongest, and what did it want?",
    "Which image comes back? Describe it as if to someone who was not there.",
    "Who was with you in it, and what would you tell them now?",
    "What is one small thing you want to do because of it?",
];

/// Something to leave alone for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// What, in words to the patient.
    pub text: &'static str,
    /// Until when.
    pub until_at: Timestamp,
}

/// A session whose discharge was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Discharged {
    /// When.
    pub at: Timestamp,
    /// When the next-morning check falls due.
    pub next_morning_at: Timestamp,
    /// Protocol minutes per real minute.
    pub pace: Pace,
}

impl Discharged {
    /// What to leave alone, the shortest first (clinical.md §7.3).
    pub fn restrictions(&self) -> Vec<Restriction> {
        let day = self.at.plus(DAY.at(self.pace));
        let drive = day.max(self.next_morning_at);
        let mut all = vec![
            Restriction {
                text: "Keep your sitter with you. Do not stay alone.",
                until_at: self.at.plus(COMPANY.at(self.pace)),
            },
            Restriction {
                text: "No baths or pools, no heights, no stove, and no looking after children on your own.",
                until_at: self.next_morning_at,
            },
            Restriction { text: "No alcohol or cannabis.", until_at: day },
            Restriction {
                text: "Ask your prescriber before taking anything that makes you sleepy, or an opioid. Do not stop \
                       a prescribed medicine on your own.",
                until_at: day,
            },
            Restriction { text: "No important decisions, and nothing to sign.", until_at: day },
            Restriction {
                text: "No driving, cycling or machines, and only after a night of good sleep.",
                until_at: drive,
            },
        ];
        all.sort_by_key(|restriction| restriction.until_at);
        all
    }

    /// The prompt of the day: a new one each day, round and round.
    pub fn journal_prompt(&self, now: Timestamp) -> &'static str {
        let day = DAY.at(self.pace).as_micros().max(1);
        let days = now.since(self.at).as_micros().max(0) / day;
        let days = usize::try_from(days).unwrap_or_default();
        PROMPTS.get(days % PROMPTS.len()).copied().unwrap_or(FIRST_PROMPT)
    }

    /// From when "all is well" may be said: six hours on, or when the check falls due if that is sooner (a drill's).
    pub fn morning_opens_at(&self) -> Timestamp {
        self.at.plus(MORNING.at(self.pace)).min(self.next_morning_at)
    }

    /// By when the integration visit should be.
    pub fn integration_by_at(&self) -> Timestamp {
        self.at.plus(INTEGRATION.at(self.pace))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn discharged(next_morning_hours: i64) -> Discharged {
        Discharged { at: AT, next_morning_at: AT.plus(Span::hours(next_morning_hours)), pace: Pace::REAL }
    }

    fn until(discharged: &Discharged, word: &str) -> Timestamp {
        let restrictions = discharged.restrictions();
        restrictions.iter().find(|restriction| restriction.text.contains(word)).unwrap().until_at
    }

    #[test]
    fn driving_waits_for_the_later_of_a_day_and_the_next_morning() {
        assert_eq!(until(&discharged(14), "driving"), AT.plus(Span::hours(24)));
        assert_eq!(until(&discharged(30), "driving"), AT.plus(Span::hours(30)));
    }

    #[test]
    fn the_sitter_stays_four_hours_and_the_stove_stays_cold_until_morning() {
        assert_eq!(until(&discharged(14), "sitter"), AT.plus(Span::hours(4)));
        assert_eq!(until(&discharged(14), "stove"), AT.plus(Span::hours(14)));
    }

    #[test]
    fn the_nearest_end_is_shown_first() {
        let ends: Vec<_> =
            discharged(14).restrictions().iter().map(|restriction| restriction.until_at).collect();
        assert!(ends.is_sorted());
    }

    #[test]
    fn every_day_has_its_prompt_and_the_first_comes_back() {
        let discharged = discharged(14);
        let on_day = |day: i64| discharged.journal_prompt(AT.plus(Span::hours(24 * day)));
        assert_ne!(on_day(0), on_day(1));
        assert_eq!(on_day(0), on_day(5));
        assert_eq!(discharged.journal_prompt(AT.minus(Span::hours(1))), on_day(0));
    }

    #[test]
    fn the_morning_opens_after_six_hours_and_a_drills_when_it_falls_due() {
        assert_eq!(discharged(14).morning_opens_at(), AT.plus(Span::hours(6)));
        let drill = Discharged { next_morning_at: AT.plus(Span::seconds(30)), ..discharged(14) };
        assert_eq!(drill.morning_opens_at(), AT.plus(Span::seconds(30)));
    }

    #[test]
    fn the_visit_that_follows_is_due_within_three_days() {
        assert_eq!(discharged(14).integration_by_at(), AT.plus(Span::hours(72)));
    }

    #[test]
    fn a_drill_lives_through_its_day_at_its_own_pace() {
        let drill = Discharged { pace: Pace::new(60).unwrap(), ..discharged(14) };
        assert_eq!(until(&drill, "alcohol"), AT.plus(Span::minutes(24)));
    }
}
