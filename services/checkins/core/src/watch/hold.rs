//! What fell due while nobody could look: a house that was restored from a backup, or stood still, begins with one word
//! a session and not with every alarm of the time between (reliability.md §4.5, F-49).

use super::{Aftercare, Event, Morning, Watch, Watching};
use kernel::machine::Step;
use kernel::time::{Span, Timestamp};

/// What is overdue for longer is not alarmed about row by row (reliability.md §4.5). Never scaled by a drill's pace: it
/// is the house that was away.
pub const STALE: Span = Span::minutes(10);

/// Whether nobody looked for so long. A wall clock that was put forward says so too, and then the machine knows better,
/// where an engine of this very machine looked: what fell due is told, and not held.
pub fn nobody_looked(by_clock: Span, by_uptime: Option<Span>) -> bool {
    by_clock > STALE && by_uptime.is_none_or(|since| since > STALE)
}

impl Watching {
    /// Every look of the time between was missed, and counts so; the watch goes on with the next.
    pub(super) fn held(mut self, now: Timestamp) -> Step<Watch, Event> {
        let mut events = vec![];
        if now.since(self.current().deadline_at) > STALE {
            while self.current().deadline_at <= now {
                events.push(Event::Overslept(self.current()));
                events.push(Event::Scheduled(self.advance()));
            }
        }
        Step::saying(Watch::Watching(self), events)
    }
}

impl Aftercare {
    /// The same after the discharge. A morning whose time ran out meanwhile, asked about or not, is part of it.
    pub(super) fn held(mut self, now: Timestamp) -> Step<Watch, Event> {
        let mut events = vec![];
        if self.next.is_some_and(|next| now.since(next.deadline_at) > STALE) {
            while let Some(next) = self.next.filter(|next| next.deadline_at <= now) {
                events.push(Event::Overslept(next));
                events.extend(self.advance().map(Event::Scheduled));
            }
        }
        if self.asked != Morning::Missed && now.since(self.morning.deadline_at) > STALE {
            self.asked = Morning::Missed;
            events.push(Event::Overslept(self.morning));
        }
        Step::saying(Watch::Aftercare(self), events)
    }
}
