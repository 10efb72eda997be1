//! Who is told of an incident, when, and over what: a clinic's own ladder, within bounds that no setting may cross.
//!
//! The shipped ladder is reliability.md §2.5. No medical director has approved it until a clinic's does.

mod bounds;

use bounds::{AFTER, GAP, HOLD, REPEAT, STEPS, fault};
pub use bounds::{Bound, Fault};
use kernel::role::Role;
use kernel::time::Span;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// One step's people and ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// How long after the step before it; the first is taken at the deadline itself.
    pub after_seconds: i64,
    /// Whom it tells.
    pub who: Vec<Who>,
    /// Over what.
    pub channels: Vec<Channel>,
    /// All at once, or one person after the other.
    #[serde(default)]
    pub order: Order,
    /// Between two people, when they are told one after the other.
    #[serde(default = "usual_gap", skip_serializing_if = "is_usual_gap")]
    pub gap_seconds: i64,
}

/// A clinic's ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// The steps, in order.
    pub rungs: Vec<Rung>,
    /// The last step is taken again this often, until a person closes the incident.
    pub repeat_seconds: i64,
    /// How long "I'm on it" holds the ladder.
    pub hold_seconds: i64,
}

/// Whom a step tells, by what they are to the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Whoever leads the session.
    Therapist,
    /// The adult in the home.
    Sitter,
    /// The prescriber.
    Prescriber,
    /// Whoever is on call now.
    OnCall,
    /// Whom the patient named to be called when nobody in the home can be reached; no member of the session.
    SecondContact,
}

/// A way to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// An open page of ours, by push and by poll.
    Screen,
    /// Mail, over the second account when the first fails.
    Mail,
    /// A browser's own notification.
    Push,
    /// A text message.
    Sms,
    /// A call that wants a digit.
    Voice,
    /// The clinic's own pager service.
    Ntfy,
    /// The clinic's own system.
    Webhook,
}

/// A word that is no channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownChannel;

/// How a step's people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// All at once.
    #[default]
    Parallel,
    /// One after the other, until somebody acknowledges.
    Serial,
}

/// Between two people of a serial step, unless the clinic says otherwise: long enough to read a message.
pub const SERIAL_GAP_SECONDS: i64 = 15;

const fn usual_gap() -> i64 {
    SERIAL_GAP_SECONDS
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_usual_gap(seconds: &i64) -> bool {
    *seconds == SERIAL_GAP_SECONDS
}

/// Somebody outside of the session must be told this soon after the deadline.
const OUTSIDE: Span = Span::seconds(120);

impl Default for Ladder {
    fn default() -> Self {
        use Channel::{Mail, Push, Screen, Sms, Voice};
        let rung = |after_seconds, who: &[Who], channels: &[Channel]| Rung {
            after_seconds,
            who: who.to_vec(),
            channels: channels.to_vec(),
            order: Order::Parallel,
            gap_seconds: SERIAL_GAP_SECONDS,
        };
        Self {
            rungs: vec![
                rung(0, &[Who::Therapist, Who::Sitter], &[Screen, Push]),
                rung(60, &[Who::OnCall], &[Screen, Push, Mail, Sms]),
                // Called once, and not with every round of the last step: they may be driving there.
                rung(
                    60,
                    &[Who::OnCall, Who::Prescriber, Who::SecondContact],
                    &[Screen, Push, Mail, Sms, Voice],
                ),
                rung(60, &[Who::OnCall, Who::Prescriber, Who::Therapist], &[Screen, Push, Mail, Sms, Voice]),
            ],
            repeat_seconds: 60,
            hold_seconds: 120,
        }
    }
}

impl Who {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Therapist, Self::Sitter, Self::Prescriber, Self::OnCall, Self::SecondContact];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Therapist => "therapist",
            Self::Sitter => "sitter",
            Self::Prescriber => "prescriber",
            Self::OnCall => "on_call",
            Self::SecondContact => "second_contact",
        }
    }

    /// Whether this is a member of the session of these standings.
    pub const fn is(self, role: Role, on_call: bool) -> bool {
        match self {
            Self::Therapist => matches!(role, Role::Therapist),
            Self::Sitter => matches!(role, Role::Sitter),
            Self::Prescriber => matches!(role, Role::Prescriber),
            Self::OnCall => on_call,
            // Whoever the patient named belongs to no session until they sit in it.
            Self::SecondContact => false,
        }
    }

    /// Whether they are of the clinic, and need not be in the session to be told.
    pub(crate) const fn is_outside(self) -> bool {
        match self {
            Self::OnCall | Self::Prescriber => true,
            Self::Therapist | Self::Sitter | Self::SecondContact => false,
        }
    }
}

impl Order {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Parallel, Self::Serial];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parallel => "parallel",
            Self::Serial => "serial",
        }
    }
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Screen, Self::Mail, Self::Push, Self::Sms, Self::Voice, Self::Ntfy, Self::Webhook];

    /// The word in columns and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Mail => "mail",
            Self::Push => "push",
            Self::Sms => "sms",
            Self::Voice => "voice",
            Self::Ntfy => "ntfy",
            Self::Webhook => "webhook",
        }
    }

    /// Whether it reaches somebody who has no page of ours open.
    pub const fn reaches_away(self) -> bool {
        match self {
            Self::Screen => false,
            Self::Mail | Self::Push | Self::Sms | Self::Voice | Self::Ntfy | Self::Webhook => true,
        }
    }

    /// Whether it is the clinic's and not one person's: it is told once for all who are told at a step.
    pub const fn is_shared(self) -> bool {
        match self {
            Self::Ntfy | Self::Webhook => true,
            Self::Screen | Self::Mail | Self::Push | Self::Sms | Self::Voice => false,
        }
    }

    /// Whether it reaches somebody who has no account here.
    pub const fn reaches_strangers(self) -> bool {
        match self {
            Self::Mail | Self::Sms | Self::Voice => true,
            Self::Screen | Self::Push | Self::Ntfy | Self::Webhook => false,
        }
    }

    /// Whether it reaches one person alone, who may answer with a press of a link in it.
    pub const fn carries_link(self) -> bool {
        match self {
            Self::Screen | Self::Mail | Self::Sms | Self::Voice => true,
            Self::Push | Self::Ntfy | Self::Webhook => false,
        }
    }

    /// What to use at once when this one failed: the next that can be used, in their order and round to the first
    /// (reliability.md §2.4, step 4).
    pub fn after(self, can_be_used: impl Fn(Self) -> bool) -> Option<Self> {
        let place = Self::ALL.iter().position(|channel| *channel == self).unwrap_or_default();
        let later = Self::ALL.iter().skip(place.saturating_add(1)).chain(Self::ALL.iter().take(place));
        later.copied().find(|channel| channel.reaches_away() && can_be_used(*channel))
    }
}

impl FromStr for Channel {
    type Err = UnknownChannel;

    fn from_str(word: &str) -> Result<Self, UnknownChannel> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == word).ok_or(UnknownChannel)
    }
}

impl Ladder {
    /// What no clinic may cross, for whoever sets a ladder up.
    pub const BOUNDS: [Bound; 5] = [STEPS, AFTER, GAP, REPEAT, HOLD];

    /// The highest step: it repeats.
    pub fn last(&self) -> i64 {
        i64::try_from(self.rungs.len()).unwrap_or(i64::MAX)
    }

    /// A step's people and ways; steps count from 1.
    pub fn rung(&self, step: i64) -> Option<&Rung> {
        self.rungs.get(usize::try_from(step.checked_sub(1)?).ok()?)
    }

    /// From this step to the one after it.
    pub fn gap(&self, step: i64) -> Span {
        let next = self.rung(step.saturating_add(1));
        Span::seconds(next.map_or(self.repeat_seconds, |rung| rung.after_seconds))
    }

    /// From the deadline to the step that tells somebody outside of the session; a ladder without one is out of bounds.
    pub fn outside_after(&self) -> Span {
        let mut seconds = 0_i64;
        for rung in &self.rungs {
            seconds = seconds.saturating_add(rung.after_seconds);
            if rung.who.iter().any(|who| who.is_outside()) {
                break;
            }
        }
        Span::seconds(seconds)
    }

    /// How long an acknowledgement holds it.
    pub const fn hold(&self) -> Span {
        Span::seconds(self.hold_seconds)
    }

    /// Everything that no clinic may set so; empty when it may stand.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = vec![];
        STEPS.check("rungs", self.last(), &mut faults);
        REPEAT.check("repeat_seconds", self.repeat_seconds, &mut faults);
        HOLD.check("hold_seconds", self.hold_seconds, &mut faults);
        for (index, rung) in self.rungs.iter().enumerate() {
            rung.check(index, &mut faults);
        }
        self.check_ends(&mut faults);
        faults
    }

    /// The first step must reach who leads, somebody outside must hear soon, and the last must reach who is on call.
    fn check_ends(&self, faults: &mut Vec<Fault>) {
        let (Some(first), Some(last)) = (self.rungs.first(), self.rungs.last()) else { return };
        if !first.who.contains(&Who::Therapist) || !first.channels.contains(&Channel::Screen) {
            faults
                .push(fault("rungs/0", "the therapist's screen comes first: they see and hear the patient"));
        }
        if !last.who.contains(&Who::OnCall) || !last.channels.iter().any(|channel| channel.reaches_away()) {
            let field = format!("rungs/{}", self.rungs.len().saturating_sub(1));
            faults.push(fault(field, "the last step reaches whoever is on call, also away from a screen"));
        }
        let mut seconds = 0_i64;
        let outside = self.rungs.iter().find_map(|rung| {
            seconds = seconds.saturating_add(rung.after_seconds);
            rung.who.iter().any(|who| who.is_outside()).then_some(seconds)
        });
        if outside.is_none_or(|seconds| Span::seconds(seconds) > OUTSIDE) {
            faults.push(fault("rungs", "somebody outside of the session is told within two minutes"));
        }
    }
}

impl Rung {
    /// Between two people who are told: nothing when all are told at once.
    pub const fn pause(&self) -> Span {
        match self.order {
            Order::Parallel => Span::seconds(0),
            Order::Serial => Span::seconds(self.gap_seconds),
        }
    }

    /// Whose turn somebody of these standings is, counted from 0 in the order that the step names them; nobody's when it
    /// does not tell them.
    pub fn turn(&self, role: Role, on_call: bool) -> Option<usize> {
        self.who.iter().position(|who| who.is(role, on_call))
    }

    /// The second contact's turn, counted in the same way; nothing when the step does not name them.
    pub fn second_contacts_turn(&self) -> Option<usize> {
        self.who.iter().position(|who| *who == Who::SecondContact)
    }

    fn check(&self, index: usize, faults: &mut Vec<Fault>) {
        let field = |name: &str| format!("rungs/{index}/{name}");
        if index == 0 {
            let why = "the first step is taken at the deadline itself";
            let at_once = Bound { least: 0, most: 0, why, ..AFTER };
            at_once.check(&field("after_seconds"), self.after_seconds, faults);
        } else {
            AFTER.check(&field("after_seconds"), self.after_seconds, faults);
        }
        GAP.check(&field("gap_seconds"), self.gap_seconds, faults);
        if self.who.iter().all(|who| *who == Who::SecondContact) {
            let why = "a step tells somebody, and not a second contact alone: a session may have none";
            faults.push(fault(field("who"), why));
        }
        if self.channels.is_empty() {
            faults.push(fault(field("channels"), "a step has a way to tell"));
        } else if index > 0 && !self.channels.iter().any(|channel| channel.reaches_away()) {
            let why = "from the second step on a person may be away from every screen";
            faults.push(fault(field("channels"), why));
        }
    }
}
