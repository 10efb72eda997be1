//! The watch after the discharge: the sitter looks in, and the morning is asked about.

use super::{Aftercare, Counted, Discharge, Event, Morning, Refusal, Stepped, Watch, begun};
use crate::protocol::{Due, Protocol};
use kernel::machine::Step;
use kernel::severity::Severity;
use kernel::time::Timestamp;
use std::cmp::Ordering;

/// From here the sitter looks in, once more at bedtime, and the morning is asked about.
pub(super) fn discharged(
    protocol: Protocol,
    signed: Discharge,
    sequence: i64,
    mut events: Vec<Event>,
) -> Step<Watch, Event> {
    let Discharge { at, morning_at, bedtime_at } = signed;
    let next = protocol.aftercare(at, 0, sequence);
    events.extend(next.map(Event::Scheduled));
    let morning = protocol.morning(morning_at);
    let aftercare = Aftercare {
        protocol,
        discharged_at: at,
        next,
        index: 0,
        last: sequence,
        morning,
        asked: Morning::Waiting,
        bedtime_at: bedtime_at.filter(|bedtime_at| protocol.is_bedtime(at, *bedtime_at, &morning)),
    };
    Step::saying(Watch::Aftercare(aftercare), events)
}

impl Aftercare {
    pub(super) fn due(&self) -> Option<Timestamp> {
        let morning = match self.asked {
            Morning::Waiting => Some(self.morning.due_at),
            Morning::Asked => Some(self.morning.deadline_at),
            Morning::Missed => None,
        };
        [self.next.map(|next| next.deadline_at), morning].into_iter().flatten().min()
    }

    pub(super) fn answered(mut self, sequence: i64, severity: Severity, now: Timestamp) -> Stepped {
        // As while watching: an answer never overtakes the clock.
        let mut events = self.missed(now);
        let next = self.next.map(|next| (sequence.cmp(&next.sequence), now < self.protocol.opens_at(&next)));
        let counted = match next {
            Some((Ordering::Equal, true)) => Counted::Extra,
            Some((Ordering::Equal, false)) => Counted::InTime,
            Some((Ordering::Greater, _)) => return Err(Refusal::UnknownCheckin),
            Some((Ordering::Less, _)) | None => Counted::Late,
        };
        events.push(Event::Answered { sequence, severity, counted });
        if counted == Counted::InTime {
            events.extend(self.advance().map(Event::Scheduled));
        }
        if severity >= Severity::Urgent {
            events.push(Event::Alarming(severity));
        }
        Ok(Step::saying(Watch::Aftercare(self), events))
    }

    pub(super) fn advance(&mut self) -> Option<Due> {
        self.index = self.index.saturating_add(1);
        let sequence = self.last.saturating_add(1);
        let look = self.protocol.aftercare(self.discharged_at, self.index, sequence);
        // Taken, so that it is asked once.
        self.next = look.or_else(|| self.bedtime_at.take().map(|at| self.protocol.at_bedtime(at, sequence)));
        self.last = self.next.map_or(self.last, |next| next.sequence);
        self.next
    }

    fn missed(&mut self, now: Timestamp) -> Vec<Event> {
        let mut events = vec![];
        while let Some(next) = self.next.filter(|next| next.deadline_at <= now) {
            events.push(Event::Missed(next));
            events.extend(self.advance().map(Event::Scheduled));
        }
        events
    }

    pub(super) fn ticked(mut self, now: Timestamp) -> Step<Watch, Event> {
        let mut events = self.missed(now);
        if self.asked == Morning::Waiting && self.morning.due_at <= now {
            self.asked = Morning::Asked;
            events.push(Event::MorningDue(self.morning));
        } else if self.asked == Morning::Asked && self.morning.deadline_at <= now {
            self.asked = Morning::Missed;
            events.push(Event::MorningMissed(self.morning));
        }
        Step::saying(Watch::Aftercare(self), events)
    }

    /// Whatever ends this part overtakes no clock: silence that no tick has reported yet is reported first.
    fn silent(&mut self, now: Timestamp) -> Vec<Event> {
        let mut events = self.missed(now);
        if self.asked != Morning::Missed && self.morning.deadline_at <= now {
            events.push(Event::MorningMissed(self.morning));
            self.asked = Morning::Missed;
        }
        events
    }

    /// A good morning ends the watch; a worrying one raises the alarm and keeps it.
    pub(super) fn morning_answered(mut self, severity: Severity, now: Timestamp) -> Step<Watch, Event> {
        if severity >= Severity::Urgent {
            let mut events = self.silent(now);
            self.asked = Morning::Missed;
            events.push(Event::Alarming(severity));
            return Step::saying(Watch::Aftercare(self), events);
        }
        self.closed(now)
    }

    /// A dose after the discharge starts the whole watch again; its looks are others than those before.
    pub(super) fn dosed(mut self, at: Timestamp, now: Timestamp) -> Step<Watch, Event> {
        let mut events = self.silent(now);
        events.extend(self.cancelled());
        begun(self.protocol, at, self.last.saturating_add(1), events, now)
    }

    pub(super) fn closed(mut self, now: Timestamp) -> Step<Watch, Event> {
        let mut events = self.silent(now);
        events.extend(self.cancelled());
        events.push(Event::Closed);
        Step::saying(Watch::Closed { protocol: self.protocol, last: self.last }, events)
    }

    fn cancelled(&self) -> Option<Event> {
        self.next.map(|next| Event::Cancelled(next.sequence))
    }
}
