//! What an engine still knows when its rows cannot be reached, and whom it tells from that alone (reliability.md §2.7).
//!
//! ```text
//!            2 s without a look at the rows            a look at the rows
//!   (with) ─────────────────────────────────▶ alone ─────────────────────▶ (with)
//!                                             │   ▲
//!                          what falls due is told, and again every 60 s
//! ```
//! What nobody could write down counts as not done: a look that came in meanwhile is told as missed. An alarm too many
//! is the right failure.

use kernel::id::{ClinicId, SessionId};
use kernel::time::{Span, Timestamp};
use std::collections::BTreeMap;

/// After so long without a good look the rows count as gone (reliability.md §2.7).
pub const ALONE_AFTER: Span = Span::seconds(2);
/// How far ahead the mirror sees: longer than any cadence.
pub const AHEAD: Span = Span::minutes(30);
/// Nobody can say "I'm on it" to an engine that cannot write it down, so it says it again (reliability.md §2.5, step 4).
const REPEAT: Span = Span::seconds(60);
/// What no server took is tried again (reliability.md §2.4, step 4).
const TRY_AGAIN: Span = Span::seconds(5);

/// One thing that somebody must be told of unless it is settled before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Whose clinic.
    pub clinic: ClinicId,
    /// Which session.
    pub session: SessionId,
    /// What: a look, a morning, an incident's next step.
    pub kind: String,
    /// When it falls due.
    pub at: Timestamp,
}

/// What is to be told now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tell<T> {
    /// Of what.
    pub key: Key,
    /// How often it was told before: engines that count alike write the same message.
    pub round: i64,
    /// Whom.
    pub to: T,
}

/// The copy, and what was told from it.
#[derive(Debug)]
pub struct Mirror<T> {
    looked_at: Timestamp,
    copied: BTreeMap<Key, T>,
    told: BTreeMap<Key, Told>,
}

#[derive(Debug)]
struct Told {
    rounds: i64,
    again_at: Timestamp,
}

impl<T: Clone> Mirror<T> {
    /// Nothing is known yet, and the rows were just seen.
    pub fn new(now: Timestamp) -> Self {
        Self { looked_at: now, copied: BTreeMap::new(), told: BTreeMap::new() }
    }

    /// The rows were read: this is all that falls due.
    pub fn copied(&mut self, all: impl IntoIterator<Item = (Key, T)>) {
        self.copied = all.into_iter().collect();
    }

    /// The timers looked at the rows. Whatever was told before is theirs again.
    pub fn looked(&mut self, now: Timestamp) {
        self.looked_at = self.looked_at.max(now);
        self.told.clear();
    }

    /// When the timers last looked at the rows.
    pub const fn looked_at(&self) -> Timestamp {
        self.looked_at
    }

    /// Whether the rows are gone.
    pub fn is_alone(&self, now: Timestamp) -> bool {
        now.since(self.looked_at) >= ALONE_AFTER
    }

    /// What falls due next, soonest first.
    pub fn next(&self, count: usize) -> Vec<&Key> {
        let mut keys: Vec<_> = self.copied.keys().collect();
        keys.sort_by_key(|key| key.at);
        keys.truncate(count);
        keys
    }

    /// Whoever may have to be told, for all that is due next.
    pub fn people(&self) -> impl Iterator<Item = &T> {
        self.copied.values()
    }

    /// What to tell now; nothing while the rows can be reached.
    pub fn due(&mut self, now: Timestamp) -> Vec<Tell<T>> {
        if !self.is_alone(now) {
            return vec![];
        }
        let mut due = vec![];
        for (key, to) in self.copied.iter().filter(|(key, _)| key.at <= now) {
            let told = self.told.entry(key.clone()).or_insert(Told { rounds: 0, again_at: key.at });
            if told.again_at <= now {
                due.push(Tell { key: key.clone(), round: told.rounds, to: to.clone() });
                told.rounds = told.rounds.saturating_add(1);
                told.again_at = now.plus(REPEAT);
            }
        }
        due
    }

    /// Nobody took this one.
    pub fn not_taken(&mut self, key: &Key, now: Timestamp) {
        if let Some(told) = self.told.get_mut(key) {
            told.rounds = told.rounds.saturating_sub(1);
            told.again_at = now.plus(TRY_AGAIN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn key(seconds: i64) -> Key {
        let id = "018f0000-0000-7000-9000-000000000051";
        Key {
            clinic: id.parse().unwrap(),
            session: id.parse().unwrap(),
            kind: "look".into(),
            at: at(seconds),
        }
    }

    fn mirror() -> Mirror<&'static str> {
        let mut mirror = Mirror::new(at(100));
        mirror.copied([(key(103), "noor"), (key(200), "noor")]);
        mirror
    }

    fn told(mirror: &mut Mirror<&'static str>, seconds: i64) -> Vec<(i64, i64)> {
        mirror.due(at(seconds)).iter().map(|tell| (tell.key.at.seconds(), tell.round)).collect()
    }

    #[test]
    fn nothing_is_told_while_the_rows_can_be_reached() {
        let mut mirror = mirror();
        mirror.looked(at(150));
        assert_eq!(told(&mut mirror, 151), []);
    }

    #[test]
    fn alone_it_tells_what_falls_due_once_and_again_every_minute() {
        let mut mirror = mirror();
        assert_eq!(told(&mut mirror, 102), []);
        assert_eq!(told(&mut mirror, 103), [(103, 0)]);
        assert_eq!(told(&mut mirror, 162), []);
        assert_eq!(told(&mut mirror, 163), [(103, 1)]);
        assert_eq!(told(&mut mirror, 200), [(200, 0)]);
    }

    #[test]
    fn what_nobody_took_is_told_again_soon_as_the_same_message() {
        let mut mirror = mirror();
        assert_eq!(told(&mut mirror, 103), [(103, 0)]);
        mirror.not_taken(&key(103), at(104));
        assert_eq!(told(&mut mirror, 108), []);
        assert_eq!(told(&mut mirror, 109), [(103, 0)]);
    }

    #[test]
    fn a_look_at_the_rows_ends_it_and_the_next_loss_begins_anew() {
        let mut mirror = mirror();
        assert_eq!(told(&mut mirror, 103), [(103, 0)]);
        mirror.looked(at(104));
        assert_eq!(told(&mut mirror, 105), []);
        assert_eq!(told(&mut mirror, 106), [(103, 0)]);
        mirror.looked(at(90));
        assert!(mirror.is_alone(at(106)), "a late word of an earlier look changes nothing");
    }

    #[test]
    fn the_next_are_the_soonest() {
        let mut mirror = mirror();
        mirror.copied([(key(300), "b"), (key(200), "a"), (key(400), "c")]);
        assert_eq!(mirror.next(2).iter().map(|key| key.at.seconds()).collect::<Vec<_>>(), [200, 300]);
    }

    #[test]
    fn everybody_who_may_have_to_be_told_is_known() {
        assert_eq!(mirror().people().collect::<Vec<_>>(), [&"noor", &"noor"]);
    }
}
