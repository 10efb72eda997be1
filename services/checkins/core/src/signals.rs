//! What a session shows of itself besides its looks, and what its silence means: each sign is weak, several together are
//! the emergency (product.md §3, item 3).
//!
//! The table is clinical judgement in rows. No medical director has approved it until a clinic's does.

use crate::ladder::{Channel, Ladder, Order, Rung, SERIAL_GAP_SECONDS, Who};
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::Span;

/// Changes with every row of [`RULES`] and every patience.
pub const VERSION: i64 = 1;

/// Something that is seen again and again while all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// A page of whoever leads the session.
    TherapistPage,
    /// The sitter's phone.
    SitterPage,
    /// The patient's page.
    PatientPage,
    /// The patient's picture and sound.
    PatientVideo,
    /// A look that was due.
    Look,
    /// The reading that belongs to the peak.
    Vitals,
}

/// How long somebody may be unseen before that is a sign. Never scaled by a drill's pace: networks know none.
const THERAPIST: Span = Span::seconds(20);
const SITTER: Span = Span::seconds(45);
const PATIENT: Span = Span::seconds(45);
const VIDEO: Span = Span::seconds(20);
/// The reading of the peak is due 40 minutes after the dose, and 5 late (clinical.md §4.1).
pub const VITALS_DUE: Span = Span::minutes(45);
/// A reading counts for the peak from then on.
pub const VITALS_FROM: Span = Span::minutes(30);
/// While something is silent, what else fell silent is looked at this often.
pub const LOOK_AGAIN: Span = Span::seconds(5);
/// So long before silence would count, the last sight is written down.
pub const SEEN_AHEAD: Span = Span::seconds(1);

impl Sign {
    /// Those that are kept, and not read off the watch.
    pub const KEPT: [Self; 5] =
        [Self::TherapistPage, Self::SitterPage, Self::PatientPage, Self::PatientVideo, Self::Vitals];

    /// The word in columns and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TherapistPage => "therapist_page",
            Self::SitterPage => "sitter_page",
            Self::PatientPage => "patient_page",
            Self::PatientVideo => "patient_video",
            Self::Look => "look",
            Self::Vitals => "vitals",
        }
    }

    /// The sign of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::KEPT.into_iter().find(|sign| sign.as_str() == word)
    }

    /// Whose page it is.
    pub const fn page_of(role: Role) -> Option<Self> {
        match role {
            Role::Therapist => Some(Self::TherapistPage),
            Role::Sitter => Some(Self::SitterPage),
            Role::Patient => Some(Self::PatientPage),
            Role::Prescriber | Role::Coordinator | Role::Admin | Role::Auditor => None,
        }
    }

    /// How long after it was seen its silence counts; nothing for what has a time of its own.
    pub const fn patience(self) -> Option<Span> {
        match self {
            Self::TherapistPage => Some(THERAPIST),
            Self::SitterPage => Some(SITTER),
            Self::PatientPage => Some(PATIENT),
            Self::PatientVideo => Some(VIDEO),
            Self::Look | Self::Vitals => None,
        }
    }

    /// What several signs of one thing count for once: a dead tablet shows neither page nor picture, and a dead phone
    /// answers no look.
    const fn thing(self) -> Thing {
        match self {
            Self::TherapistPage => Thing::Therapist,
            Self::SitterPage | Self::Look => Thing::Sitter,
            Self::PatientPage | Self::PatientVideo => Thing::PatientsDevice,
            Self::Vitals => Thing::Vitals,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Therapist,
    Sitter,
    PatientsDevice,
    Vitals,
}

/// Of everything that tells of the patient. The therapist's absence is told by itself, for it can be mended at once.
const OF_THE_PATIENT: &[Thing] = &[Thing::Sitter, Thing::PatientsDevice, Thing::Vitals];
/// Nobody in the home can be seen or heard.
const OF_THE_HOME: &[Thing] = &[Thing::Sitter, Thing::PatientsDevice];

/// One row: so many of these things silent at once, in this part of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its id, in records.
    pub id: &'static str,
    of: &'static [Thing],
    at_least: usize,
    /// Minutes after the dose; nothing for any.
    within: Option<(i64, i64)>,
    /// How bad that is.
    pub severity: Severity,
    /// What a person reads.
    pub sentence: &'static str,
}

/// The worst first: the first that holds counts.
pub const RULES: &[Rule] = &[
    Rule {
        id: "LP-1",
        of: OF_THE_PATIENT,
        at_least: 3,
        within: None,
        severity: Severity::Emergency,
        sentence: "The sitter, the patient's device and the reading of the peak are silent at once.",
    },
    Rule {
        id: "LP-2",
        of: OF_THE_HOME,
        at_least: 2,
        within: Some((15, 60)),
        severity: Severity::Emergency,
        sentence: "At the peak, nobody in the home shows themselves: neither the patient's device nor the sitter.",
    },
    Rule {
        id: "LP-3",
        of: OF_THE_PATIENT,
        at_least: 2,
        within: None,
        severity: Severity::Urgent,
        sentence: "Two of these are silent at once: the sitter, the patient's device, the reading of the peak.",
    },
];

/// The rule that holds for what is silent so long after the dose, in protocol minutes.
pub fn judge(silent: &[Sign], minutes: i64) -> Option<&'static Rule> {
    let mut things: Vec<Thing> = silent.iter().map(|sign| sign.thing()).collect();
    things.sort_unstable();
    things.dedup();
    RULES.iter().find(|rule| {
        let is_then = rule.within.is_none_or(|(from, until)| (from..until).contains(&minutes));
        is_then && things.iter().filter(|thing| rule.of.contains(thing)).count() >= rule.at_least
    })
}

/// Cover is paged so long after the therapist was missed (decisions.md: 20 s and 60 s).
const COVER_AFTER_SECONDS: i64 = 40;

/// The clinic's ladder for an absent therapist: whoever can take over sees it at once and is paged soon; from then on it
/// climbs like any other.
#[must_use]
pub fn cover(ladder: &Ladder) -> Ladder {
    let away = [Channel::Screen, Channel::Push, Channel::Mail, Channel::Sms];
    let rung = |after_seconds, channels: &[Channel]| Rung {
        after_seconds,
        who: vec![Who::OnCall, Who::Prescriber],
        channels: channels.to_vec(),
        order: Order::Parallel,
        gap_seconds: SERIAL_GAP_SECONDS,
    };
    let first = [rung(0, &[Channel::Screen, Channel::Push]), rung(COVER_AFTER_SECONDS, &away)];
    let rest = ladder.rungs.iter().skip(2).cloned();
    Ladder { rungs: first.into_iter().chain(rest).collect(), ..ladder.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(silent: &[Sign], minutes: i64) -> Option<&'static str> {
        judge(silent, minutes).map(|rule| rule.id)
    }

    #[test]
    fn a_page_is_of_whoever_has_it_open_and_is_waited_for_as_long_as_theirs() {
        let pages = [Role::Therapist, Role::Sitter, Role::Patient].map(|role| Sign::page_of(role).unwrap());
        assert_eq!(pages, [Sign::TherapistPage, Sign::SitterPage, Sign::PatientPage]);
        let seconds = Sign::KEPT.map(|sign| sign.patience().map(Span::as_seconds));
        assert_eq!(seconds, [Some(20), Some(45), Some(45), Some(20), None]);
        assert_eq!(Sign::page_of(Role::Auditor), None);
    }

    #[test]
    fn one_sign_alone_means_nothing() {
        for sign in [Sign::SitterPage, Sign::PatientPage, Sign::PatientVideo, Sign::Look, Sign::Vitals] {
            assert_eq!(rule(&[sign], 30), None, "{sign:?}");
        }
    }

    #[test]
    fn a_dead_tablet_is_one_sign_and_not_two() {
        assert_eq!(rule(&[Sign::PatientPage, Sign::PatientVideo], 30), None);
    }

    #[test]
    fn a_phone_that_is_gone_answers_no_look_and_is_one_sign() {
        assert_eq!(rule(&[Sign::SitterPage, Sign::Look], 30), None);
    }

    #[test]
    fn an_absent_therapist_is_no_sign_of_the_patient() {
        assert_eq!(rule(&[Sign::TherapistPage, Sign::Look], 30), None);
    }

    #[test]
    fn lp_1_holds_for_all_three_at_any_time() {
        let three = [Sign::Vitals, Sign::SitterPage, Sign::PatientPage];
        for minutes in [1, 30, 200] {
            assert_eq!(rule(&three, minutes), Some("LP-1"));
            assert_eq!(rule(&[Sign::Vitals, Sign::PatientVideo, Sign::Look], minutes), Some("LP-1"));
        }
        assert_eq!(judge(&three, 5).unwrap().severity, Severity::Emergency);
    }

    #[test]
    fn lp_2_holds_at_the_peak_alone() {
        let home = [Sign::SitterPage, Sign::PatientVideo];
        let seen = [14, 15, 59, 60].map(|minutes| rule(&home, minutes));
        assert_eq!(seen, [Some("LP-3"), Some("LP-2"), Some("LP-2"), Some("LP-3")]);
    }

    #[test]
    fn lp_3_holds_for_any_two() {
        let sitter_and_vitals = [Sign::SitterPage, Sign::Vitals];
        for two in [sitter_and_vitals, [Sign::Look, Sign::PatientPage], [Sign::PatientVideo, Sign::Vitals]] {
            assert_eq!(rule(&two, 70), Some("LP-3"), "{two:?}");
        }
        assert_eq!(judge(&sitter_and_vitals, 30).unwrap().severity, Severity::Urgent);
    }

    #[test]
    fn cover_is_paged_forty_seconds_after_the_screens_say_it_and_the_ladder_goes_on() {
        let (own, cover) = (Ladder::default(), cover(&Ladder::default()));
        let after: Vec<_> = cover.rungs.iter().map(|rung| rung.after_seconds).collect();
        assert_eq!(after, [0, 40, 60, 60]);
        assert!(!cover.rungs[0].who.contains(&Who::Therapist));
        assert_eq!((&cover.rungs[2..], cover.repeat_seconds), (&own.rungs[2..], own.repeat_seconds));
    }

    #[test]
    fn every_kept_sign_is_found_by_its_word() {
        for sign in Sign::KEPT {
            assert_eq!(Sign::of(sign.as_str()), Some(sign));
        }
        assert_eq!(Sign::of("look"), None);
    }
}
