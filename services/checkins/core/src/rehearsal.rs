//! A rehearsal that a clinic runs in a drill session: what must come, by when, and how it went (product.md §3, item 23).
//!
//! Nothing here happens by itself. The session is a real one with a made-up patient, its alarms are real ones, and the
//! score is read off the times that the rows and the trail have of them.

use kernel::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nobody answers the next look.
    SitterAsleep,
    /// The sitter's phone is locked: its page is silent, and so is the next look.
    PhoneLocked,
    /// A reading of 190/110.
    Pressure,
    /// The therapist's page is gone.
    TherapistOffline,
    /// Nobody answers the next look, and no mail about it leaves.
    MailDead,
}

/// What must come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The console shows that the phone is silent.
    PhoneSilent,
    /// The incident opens.
    Noticed,
    /// A mail about it did not leave.
    MailRefused,
    /// Another way had it.
    OtherChannel,
    /// Somebody outside of the session was told, away from a screen.
    OutsideTold,
    /// Somebody said "I'm on it".
    Taken,
    /// Somebody said what came of it.
    Closed,
}

/// How one of them went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is not due yet.
    Waiting,
    /// It came in time.
    Came,
    /// It came, and too late.
    Late,
    /// It should have come, and did not.
    Missed,
    /// Somebody had it in hand before: nobody else was to be told.
    NotNeeded,
}

/// When one began, and what its times are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Began {
    /// When.
    pub at: Timestamp,
    /// When the look that was next then is missed.
    pub deadline_at: Timestamp,
    /// From an incident to the ladder's step that tells somebody outside, at the session's pace.
    pub outside_after: Span,
}

/// One line of the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// What.
    pub mark: Mark,
    /// By when.
    pub due_by: Timestamp,
    /// When it came.
    pub came_at: Option<Timestamp>,
    /// How it went.
    pub standing: Standing,
}

/// In a drill people still need time to act (decisions.md, "Drills and pace").
pub const FLOOR: Span = Span::seconds(5);
/// From the deadline to the incident (reliability.md P01).
const NOTICED: Span = Span::seconds(2);
/// A reading is typed first.
const TYPED: Span = Span::seconds(15);
/// The pages ask every 5 s; a phone that does not for 45 s is silent (reliability.md §2.7), a therapist's page after 20 s.
const PHONE_SILENT: Span = Span::seconds(51);
const THERAPIST_SILENT: Span = Span::seconds(26);
/// Whoever covers for a lost therapist is paged 40 s after the incident.
const COVER_PAGED: Span = Span::seconds(66);
/// From a step of the ladder to the next channel at the latest (reliability.md §2.7).
const NEXT_CHANNEL: Span = Span::seconds(7);
/// "I'm on it" within two minutes, and what came of it within ten: ours, to be set by the clinic's own training.
const TAKEN: Span = Span::minutes(2);
const CLOSED: Span = Span::minutes(10);

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::SitterAsleep, Self::PhoneLocked, Self::Pressure, Self::TherapistOffline, Self::MailDead];

    /// The word in columns and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SitterAsleep => "sitter_asleep",
            Self::PhoneLocked => "phone_locked",
            Self::Pressure => "pressure",
            Self::TherapistOffline => "therapist_offline",
            Self::MailDead => "mail_dead",
        }
    }

    /// The kind behind a word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The causes of the incident that must open.
    pub const fn causes(self) -> &'static [&'static str] {
        match self {
            Self::SitterAsleep | Self::PhoneLocked | Self::MailDead => &["missed_checkin", "lost_patient"],
            Self::Pressure => &["vitals"],
            Self::TherapistOffline => &["therapist_lost"],
        }
    }

    /// What must come, and by when.
    pub fn expected(self, began: &Began) -> Vec<(Mark, Timestamp)> {
        let outside = Span::micros(began.outside_after.as_micros().saturating_add(NEXT_CHANNEL.as_micros()));
        let missed = |after: Span| began.deadline_at.plus(after);
        let since = |after: Span| began.at.plus(after);
        match self {
            Self::SitterAsleep => vec![
                (Mark::Noticed, missed(NOTICED)),
                (Mark::OutsideTold, missed(outside)),
                (Mark::Taken, missed(TAKEN)),
                (Mark::Closed, missed(CLOSED)),
            ],
            Self::PhoneLocked => vec![
                (Mark::PhoneSilent, since(PHONE_SILENT)),
                (Mark::Noticed, missed(NOTICED)),
                (Mark::OutsideTold, missed(outside)),
                (Mark::Taken, missed(TAKEN)),
                (Mark::Closed, missed(CLOSED)),
            ],
            Self::Pressure => vec![
                (Mark::Noticed, since(TYPED)),
                (Mark::OutsideTold, since(TYPED).plus(outside)),
                (Mark::Taken, since(TAKEN)),
                (Mark::Closed, since(CLOSED)),
            ],
            Self::TherapistOffline => vec![
                (Mark::Noticed, since(THERAPIST_SILENT)),
                (Mark::OutsideTold, since(COVER_PAGED)),
                (Mark::Taken, since(TAKEN)),
                (Mark::Closed, since(CLOSED)),
            ],
            Self::MailDead => vec![
                (Mark::Noticed, missed(NOTICED)),
                (Mark::MailRefused, missed(outside)),
                (Mark::OtherChannel, missed(outside).plus(NEXT_CHANNEL)),
                (Mark::Taken, missed(TAKEN)),
                (Mark::Closed, missed(CLOSED)),
            ],
        }
    }

    /// How it went, by what is known now.
    pub fn score(self, began: &Began, came: &BTreeMap<Mark, Timestamp>, now: Timestamp) -> Vec<Line> {
        let taken_at = came.get(&Mark::Taken).copied();
        let line = |(mark, due_by): (Mark, Timestamp)| {
            let came_at = came.get(&mark).copied();
            let is_in_hand = mark.is_told() && taken_at.is_some_and(|at| at <= due_by);
            let standing = match came_at {
                Some(at) if at <= due_by => Standing::Came,
                Some(_) => Standing::Late,
                None if is_in_hand => Standing::NotNeeded,
                None if now <= due_by => Standing::Waiting,
                None => Standing::Missed,
            };
            Line { mark, due_by, came_at, standing }
        };
        self.expected(began).into_iter().map(line).collect()
    }
}

impl Mark {
    /// Whether it is somebody being told, which ends once somebody has it.
    const fn is_told(self) -> bool {
        match self {
            Self::MailRefused | Self::OtherChannel | Self::OutsideTold => true,
            Self::PhoneSilent | Self::Noticed | Self::Taken | Self::Closed => false,
        }
    }
}
