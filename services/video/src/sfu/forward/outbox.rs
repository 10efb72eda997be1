//! What is to be sent to one viewer: packets one behind the other, so that equal ones leave as one (UDP GSO).

/// The kernel cuts at most so many datagrams out of one (`UDP_MAX_SEGMENTS`), and takes at most 64 KiB.
const RUN_PACKETS_MAX: usize = 64;
const RUN_BYTES_MAX: usize = 60_000;

/// Sealed packets, in order.
#[derive(Debug, Default)]
pub struct Outbox {
    bytes: Vec<u8>,
    lengths: Vec<usize>,
}

impl Outbox {
    /// Adds what `write` appends; nothing when it says that it failed.
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u8>, usize) -> bool) -> bool {
        let start = self.bytes.len();
        let is_whole = write(&mut self.bytes, start);
        if is_whole {
            self.lengths.push(self.bytes.len() - start);
        } else {
            self.bytes.truncate(start);
        }
        is_whole
    }

    /// Adds a packet that is ready.
    pub fn push_ready(&mut self, packet: &[u8]) {
        self.bytes.extend_from_slice(packet);
        self.lengths.push(packet.len());
    }

    /// Hands over runs of packets of one length, of which the last may be shorter, and forgets them.
    pub fn drain(&mut self, mut send: impl FnMut(&[u8], usize)) {
        let mut lengths = self.lengths.as_slice();
        let mut bytes = self.bytes.as_slice();
        while let Some((first, _)) = lengths.split_first() {
            let packets = run(lengths, *first);
            let (taken, rest) = lengths.split_at(packets);
            let (run, after) = bytes.split_at(taken.iter().sum());
            send(run, *first);
            (lengths, bytes) = (rest, after);
        }
        self.bytes.clear();
        self.lengths.clear();
    }
}

/// How many packets can leave together.
fn run(lengths: &[usize], segment: usize) -> usize {
    let most = RUN_PACKETS_MAX.min(RUN_BYTES_MAX / segment.max(1)).max(1);
    let equal = lengths.iter().take(most).take_while(|length| **length == segment).count();
    let is_shorter = lengths.get(equal).is_some_and(|length| *length < segment);
    if is_shorter && equal < most { equal + 1 } else { equal }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(lengths: &[usize]) -> Vec<(usize, usize)> {
        let mut outbox = Outbox::default();
        for length in lengths {
            outbox.push_ready(&vec![7; *length]);
        }
        let mut runs = vec![];
        outbox.drain(|run, segment| runs.push((run.len(), segment)));
        assert_eq!(runs.iter().map(|(bytes, _)| bytes).sum::<usize>(), lengths.iter().sum::<usize>());
        runs
    }

    #[test]
    fn equal_packets_leave_as_one_and_a_shorter_one_ends_the_run() {
        assert_eq!(runs(&[100, 100, 100]), [(300, 100)]);
        assert_eq!(runs(&[100, 100, 40, 40, 100]), [(240, 100), (40, 40), (100, 100)]);
        assert_eq!(runs(&[40, 100]), [(40, 40), (100, 100)]);
        assert_eq!(runs(&[]), []);
    }

    #[test]
    fn no_run_is_more_than_the_kernel_takes() {
        assert_eq!(runs(&[10; 70]), [(640, 10), (60, 10)]);
        assert!(runs(&[1200; 64]).iter().all(|(bytes, _)| *bytes <= RUN_BYTES_MAX));
    }

    #[test]
    fn what_could_not_be_written_is_not_sent() {
        let mut outbox = Outbox::default();
        outbox.push_ready(b"one");
        assert!(!outbox.push(|bytes, _| {
            bytes.extend_from_slice(b"half");
            false
        }));
        let mut sent = vec![];
        outbox.drain(|run, _| sent.extend_from_slice(run));
        assert_eq!(sent, b"one");
    }
}
