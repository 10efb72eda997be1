//! The line to one viewer: every packet on it has a number, and from what the viewer says of them we learn how much it
//! carries. It is lowered when packets queue or are lost, and raised while neither happens.

use crate::sfu::forward::queueing::Queueing;
use rtc::interceptor::{LossController, RateCalculator, RateController, convert_twcc};
use rtc::rtcp::transport_feedbacks::transport_layer_cc::TransportLayerCc;
use std::time::Instant;

/// A viewer answers within a second; so many packets are more than two seconds of the busiest.
const REMEMBERED: usize = 2048;

/// Most homes carry a room, so a line starts with all of it and gives way as soon as it queues (bits a second).
const AT_FIRST: f64 = 8_000_000.0;
/// Less than sound alone is not asked for: sound is never held back.
const AT_LEAST: f64 = 50_000.0;
const AT_MOST: f64 = 30_000_000.0;

#[derive(Debug, Clone, Copy, Default)]
struct Sent {
    /// Since the line began; nothing that was never sent has a size.
    micros: u64,
    bytes: u16,
}

/// What is known of the line.
pub struct Downstream {
    began_at: Instant,
    number: u16,
    sent: Vec<Sent>,
    received: RateCalculator,
    queueing: Queueing,
    by_delay: RateController,
    by_loss: LossController,
    is_told: bool,
}

impl Downstream {
    /// Nothing yet.
    pub fn new(now: Instant) -> Self {
        Self {
            began_at: now,
            number: 0,
            sent: vec![Sent::default(); REMEMBERED],
            received: RateCalculator::default(),
            queueing: Queueing::new(now),
            by_delay: RateController::new(AT_FIRST, AT_LEAST, AT_MOST),
            by_loss: LossController::new(AT_FIRST, AT_LEAST, AT_MOST),
            is_told: false,
        }
    }

    /// The number of a packet that goes out now.
    pub fn number(&mut self, bytes: usize, now: Instant) -> u16 {
        self.number = self.number.wrapping_add(1);
        let micros = now.saturating_duration_since(self.began_at).as_micros();
        if let Some(place) = self.sent.get_mut(place(self.number)) {
            let micros = u64::try_from(micros).unwrap_or(u64::MAX);
            *place = Sent { micros, bytes: u16::try_from(bytes).unwrap_or(u16::MAX) };
        }
        self.number
    }

    /// The viewer says when packets came, and which did not.
    pub fn heed(&mut self, feedback: &TransportLayerCc, now: Instant) {
        let (mut told, mut lost, mut least_delay) = (0, 0, None::<i64>);
        // The last chunk is filled up with packets that nobody speaks of; the library takes them for lost.
        let spoken_of = usize::from(feedback.packet_status_count);
        for said in convert_twcc(feedback).into_iter().take(spoken_of) {
            let Some(sent) = self.remembered(said.sequence_number) else { continue };
            told += 1;
            if !said.arrived {
                lost += 1;
                continue;
            }
            self.received.add(now, sent.bytes.into());
            let arrived = said.arrival.and_then(|arrival| i64::try_from(arrival.as_micros()).ok());
            let delay = arrived.map(|arrived| arrived - i64::try_from(sent.micros).unwrap_or(i64::MAX));
            least_delay = least_delay.into_iter().chain(delay).min();
        }
        if told == 0 {
            return;
        }
        let received = self.received.rate_bits_per_second(now);
        if let Some(delay) = least_delay {
            let usage = self.queueing.note(delay, now);
            self.by_delay.update(now, usage, received);
        }
        self.by_loss.update(now, lost, told);
        self.is_told = true;
    }

    /// How many bits a second it carries; nothing while the viewer has not said anything.
    pub fn carries(&self) -> Option<f64> {
        self.is_told.then(|| self.by_delay.target().min(self.by_loss.target()))
    }

    fn remembered(&self, number: u16) -> Option<Sent> {
        let is_recent = usize::from(self.number.wrapping_sub(number)) < REMEMBERED;
        let sent = self.sent.get(place(number)).copied();
        sent.filter(|sent| is_recent && sent.bytes > 0)
    }
}

fn place(number: u16) -> usize {
    usize::from(number) % REMEMBERED
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sfu::forward::arrivals::Arrivals;
    use std::collections::VecDeque;
    use std::time::Duration;

    /// Five seconds of 1,000 packets a second over a line that carries so many of them and then queues; from every
    /// `lost`-th nothing is heard.
    fn after(carried_per_second: u32, lost: u32) -> f64 {
        let start = chassis::clock::monotonic();
        let (mut line, mut far) = (Downstream::new(start), Arrivals::new(start));
        let spacing = Duration::from_secs(1) / carried_per_second;
        let (mut free_at, mut under_way) = (start, VecDeque::new());
        for packet in 1..=5_000_u32 {
            let now = start + Duration::from_millis(packet.into());
            free_at = free_at.max(now) + spacing;
            let number = line.number(1_200, now);
            under_way.extend((packet % lost != 0).then_some((number, free_at + Duration::from_millis(20))));
            while let Some((number, at)) = under_way.pop_front_if(|(_, at)| *at <= now) {
                far.note(number, at);
            }
            if packet % 50 == 0
                && let Some(feedback) = far.feedback(1)
            {
                line.heed(&feedback, now + Duration::from_millis(40));
            }
        }
        line.carries().unwrap()
    }

    const NEVER: u32 = u32::MAX;

    #[test]
    fn a_line_that_queues_is_given_less_and_one_that_does_not_is_not() {
        assert!(after(10_000, NEVER) >= AT_FIRST, "{}", after(10_000, NEVER));
        assert!(after(300, NEVER) < 3_500_000.0, "{}", after(300, NEVER));
    }

    #[test]
    fn a_line_that_loses_much_is_given_less() {
        assert!(after(10_000, 5) < AT_FIRST / 4.0);
        assert!(after(10_000, 100) >= AT_FIRST);
    }

    #[test]
    fn nothing_is_known_before_the_viewer_speaks_of_what_was_sent() {
        let now = chassis::clock::monotonic();
        let (mut line, mut far) = (Downstream::new(now), Arrivals::new(now));
        line.number(1_200, now);
        far.note(900, now);
        line.heed(&far.feedback(1).unwrap(), now);
        assert_eq!(line.carries(), None);
    }
}
