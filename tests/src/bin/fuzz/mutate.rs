//! Changes of real inputs, from a seed.

use tests::dice::Dice;

/// Longer than any message that is read at all.
const LENGTH_MAX: usize = 70_000;
/// Most changes are few.
const CHANGES_MAX: usize = 6;
/// Numbers at the edges.
const NUMBERS: [&str; 10] =
    ["0", "-1", "1", "255", "256", "65535", "65536", "4294967296", "99999999999999999999", "1e9"];
/// Texts that readers stumble over.
const TEXTS: [&str; 14] = [
    "\r\n",
    "\n",
    "\0",
    " ",
    "=",
    ":",
    "/",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
    "a=mid:",
    "a=ssrc:",
    "\u{feff}",
    "\u{1f600}",
    "{\"type\":\"bye\"}",
    "\\ud800",
];
/// Bytes at the edges.
const BYTES: [u8; 8] = [0, 1, 0x7F, 0x80, 0x90, 0xBF, 0xC8, 0xFF];

/// Real inputs, and the chance to change them.
pub struct Mutator {
    dice: Dice,
    corpus: Vec<Vec<u8>>,
    is_text: bool,
}

impl Mutator {
    /// From these.
    pub fn new(seed: u64, corpus: Vec<Vec<u8>>, is_text: bool) -> Self {
        Self { dice: Dice::new(seed), corpus, is_text }
    }

    /// One that is worth changing further.
    pub fn keep(&mut self, input: Vec<u8>) {
        self.corpus.push(input);
    }

    /// The next.
    pub fn next(&mut self) -> Vec<u8> {
        let mut input = self.any();
        for _change in 0..=self.dice.index(CHANGES_MAX) {
            if self.is_text && self.dice.chance(700) {
                self.change_lines(&mut input);
            } else {
                self.change_bytes(&mut input);
            }
        }
        input.truncate(LENGTH_MAX);
        input
    }

    /// One of the corpus; empty without one.
    fn any(&mut self) -> Vec<u8> {
        let at = self.dice.index(self.corpus.len());
        self.corpus.get(at).cloned().unwrap_or_default()
    }

    /// Two places, in order.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let (one, other) = (self.dice.index(length + 1), self.dice.index(length + 1));
        (one.min(other), one.max(other))
    }

    fn change_bytes(&mut self, input: &mut Vec<u8>) {
        let (from, to) = self.range(input.len());
        match self.dice.below(9) {
            0 => {
                let bit = self.dice.below(8);
                input.get_mut(from).into_iter().for_each(|byte| *byte ^= 1 << bit);
            }
            1 => {
                let edge = self.dice.pick(&BYTES);
                input.get_mut(from).into_iter().for_each(|byte| *byte = edge);
            }
            2 => {
                let more = self.dice.below(u64::MAX).to_le_bytes();
                input.splice(from..from, more);
            }
            3 => drop(input.drain(from..to.min(from + 40))),
            4 => {
                let again =
                    input.get(from..to.min(from + 200)).unwrap_or_default().repeat(1 + self.dice.index(3));
                input.splice(to..to, again);
            }
            5 => input.truncate(from),
            6 => {
                let other = self.any();
                let (start, end) = self.range(other.len());
                input.splice(from..to, other.get(start..end).unwrap_or_default().iter().copied());
            }
            7 => input.get_mut(from..(from + 2).min(to)).into_iter().flatten().for_each(|byte| *byte = 0xFF),
            _shift => {
                let by = u8::try_from(self.dice.below(256)).unwrap_or_default();
                input.get_mut(from).into_iter().for_each(|byte| *byte = byte.wrapping_add(by));
            }
        }
    }

    fn change_lines(&mut self, input: &mut Vec<u8>) {
        let text = String::from_utf8_lossy(input).into_owned();
        let mut lines: Vec<String> = text.split_inclusive(['\n', ',', '"', ' ']).map(str::to_owned).collect();
        let (from, to) = self.range(lines.len());
        match self.dice.below(7) {
            0 => drop(lines.drain(from..to.min(from + 3))),
            1 => {
                let times = if self.dice.chance(20) { 2_000 } else { 1 + self.dice.index(4) };
                let again = lines.get(from..to.min(from + 12)).unwrap_or_default().to_vec();
                lines.splice(to..to, again.into_iter().cycle().take(times * 12));
            }
            2 if from < lines.len() && to < lines.len() => lines.swap(from, to),
            3 => {
                let number = self.dice.pick(&NUMBERS);
                lines.get_mut(from).into_iter().for_each(|line| *line = with_number(line, number));
            }
            4 => {
                let text = self.dice.pick(&TEXTS);
                lines.insert(from, text.to_owned());
            }
            5 => {
                let other = self.any();
                let other = String::from_utf8_lossy(&other).into_owned();
                let others: Vec<_> = other.split_inclusive('\n').collect();
                let (start, end) = self.range(others.len());
                lines.splice(
                    from..from,
                    others.get(start..end).unwrap_or_default().iter().map(|&line| line.to_owned()),
                );
            }
            _cut => lines.truncate(to),
        }
        *input = lines.concat().into_bytes();
    }
}

/// The last number in a text is another.
fn with_number(text: &str, number: &str) -> String {
    let ends_with_digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let tail = text.strip_prefix(ends_with_digits).unwrap_or_default();
    let head = ends_with_digits.trim_end_matches(|letter: char| letter.is_ascii_digit());
    format!("{head}{number}{tail}")
}

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_changes_and_they_are_changes() {
        let real = b"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\nm=audio 9 UDP 111\r\n".to_vec();
        let some = |seed| {
            let mut mutator = Mutator::new(seed, vec![real.clone()], true);
            std::iter::repeat_with(|| mutator.next()).take(50).collect::<Vec<_>>()
        };
        assert_eq!(some(7), some(7));
        assert_ne!(some(7), some(8));
        assert!(some(7).iter().filter(|input| **input != real).count() > 40);
    }
}
