//! How well a stream arrives, as its sender wants to hear it (RFC 3550 §6.4.1, appendix A).

use rtc::rtcp::reception_report::ReceptionReport;
use std::time::Instant;

/// What is counted of one stream.
#[derive(Debug)]
pub struct Reception {
    ticks_per_second: u32,
    began_at: Instant,
    first: Option<u64>,
    newest: u64,
    received: u64,
    /// How many should have come, and how many did, at the last report.
    told: (u64, u64),
    /// Sixteenths of a tick, as in RFC 3550, appendix A.8.
    jitter: u64,
    transit: Option<u32>,
    sender: Option<(u64, Instant)>,
}

impl Reception {
    /// Of a stream that has not begun.
    pub const fn new(ticks_per_second: u32, now: Instant) -> Self {
        Self {
            ticks_per_second,
            began_at: now,
            first: None,
            newest: 0,
            received: 0,
            told: (0, 0),
            jitter: 0,
            transit: None,
            sender: None,
        }
    }

    /// A packet came.
    pub fn note(&mut self, index: u64, timestamp: u32, now: Instant) {
        self.first.get_or_insert(index);
        self.newest = self.newest.max(index);
        self.received += 1;
        let transit = self.ticks(now).wrapping_sub(timestamp);
        if let Some(before) = self.transit.replace(transit) {
            let moved = u64::from(transit.wrapping_sub(before).cast_signed().unsigned_abs());
            self.jitter = (self.jitter + moved).saturating_sub(self.jitter.saturating_add(8) / 16);
        }
    }

    /// The sender said what time it is there.
    pub const fn note_sender(&mut self, ntp: u64, now: Instant) {
        self.sender = Some((ntp, now));
    }

    /// What to tell the sender; nothing while nothing came.
    pub fn report(&mut self, ssrc: u32, now: Instant) -> Option<ReceptionReport> {
        let expected = self.newest - self.first? + 1;
        let (expected_then, received_then) = std::mem::replace(&mut self.told, (expected, self.received));
        let expected_since = expected.saturating_sub(expected_then);
        let lost_since = expected_since.saturating_sub(self.received.saturating_sub(received_then));
        let fraction = (lost_since * 256).checked_div(expected_since).unwrap_or(0);
        let (last_sender_report, delay) = self.sender.map_or((0, 0), |(ntp, at)| {
            let waited = now.saturating_duration_since(at).as_micros() * 65_536 / 1_000_000;
            (middle(ntp), u32::try_from(waited).unwrap_or(u32::MAX))
        });
        Some(ReceptionReport {
            ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            total_lost: u32::try_from(expected.saturating_sub(self.received))
                .unwrap_or(u32::MAX)
                .min(0x7F_FFFF),
            last_sequence_number: u32::try_from(self.newest & 0xFFFF_FFFF).unwrap_or_default(),
            jitter: u32::try_from(self.jitter / 16).unwrap_or(u32::MAX),
            last_sender_report,
            delay,
        })
    }

    fn ticks(&self, now: Instant) -> u32 {
        let micros = now.saturating_duration_since(self.began_at).as_micros();
        let ticks = micros * u128::from(self.ticks_per_second) / 1_000_000;
        u32::try_from(ticks & 0xFFFF_FFFF).unwrap_or_default()
    }
}

/// The middle 32 of the 64 bits of a sender's time.
fn middle(ntp: u64) -> u32 {
    u32::try_from((ntp >> 16) & 0xFFFF_FFFF).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_is_lost_is_told_once_as_new_and_always_in_sum() {
        let start = chassis::clock::monotonic();
        let mut reception = Reception::new(90_000, start);
        for index in [10, 11, 13] {
            reception.note(index, 0, start);
        }
        let told = reception.report(7, start).unwrap();
        assert_eq!((told.fraction_lost, told.total_lost, told.last_sequence_number), (64, 1, 13));
        for index in 14..18 {
            reception.note(index, 0, start);
        }
        let told = reception.report(7, start).unwrap();
        assert_eq!((told.fraction_lost, told.total_lost), (0, 1));
    }

    #[test]
    fn a_steady_stream_has_no_jitter_and_an_unsteady_one_has() {
        let start = chassis::clock::monotonic();
        let (mut steady, mut unsteady) = (Reception::new(1000, start), Reception::new(1000, start));
        for step in 0..100 {
            let at = start + Duration::from_millis(u64::from(step) * 20);
            steady.note(step.into(), step * 20, at);
            let late = Duration::from_millis(if step % 2 == 0 { 0 } else { 10 });
            unsteady.note(step.into(), step * 20, at + late);
        }
        assert_eq!(steady.report(1, start).unwrap().jitter, 0);
        assert!((5..=10).contains(&unsteady.report(1, start).unwrap().jitter));
    }

    #[test]
    fn the_senders_clock_comes_back_with_how_long_we_kept_it() {
        let start = chassis::clock::monotonic();
        let mut reception = Reception::new(48_000, start);
        assert_eq!(reception.report(1, start), None);
        reception.note(0, 0, start);
        reception.note_sender(0x1234_5678_9ABC_DEF0, start);
        let told = reception.report(1, start + Duration::from_millis(500)).unwrap();
        assert_eq!((told.last_sender_report, told.delay), (0x5678_9ABC, 32_768));
    }
}
