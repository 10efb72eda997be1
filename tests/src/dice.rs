//! Chance from a seed: the same seed gives the same day.

use kernel::time::Span;

/// A small generator.
pub struct Dice(u64);

impl Dice {
    /// Of one seed. Neighbouring seeds are stirred well apart, and the generator never starts at nothing.
    pub fn new(seed: u64) -> Self {
        let mut stirred = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        stirred = (stirred ^ (stirred >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        stirred = (stirred ^ (stirred >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self((stirred ^ (stirred >> 31)) | 1)
    }

    /// A whole number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % bound.max(1)
    }

    /// A length between the two.
    pub fn between(&mut self, least: Span, most: Span) -> Span {
        let room = u64::try_from(most.as_micros().saturating_sub(least.as_micros())).unwrap_or(0);
        let more = i64::try_from(self.below(room.saturating_add(1))).unwrap_or(0);
        Span::micros(least.as_micros().saturating_add(more))
    }

    /// True this often in a thousand.
    pub fn chance(&mut self, in_thousand: u64) -> bool {
        self.below(1000) < in_thousand
    }

    /// A place in a list of this length.
    pub fn index(&mut self, length: usize) -> usize {
        let bound = u64::try_from(length).unwrap_or(1);
        usize::try_from(self.below(bound)).unwrap_or(0)
    }

    /// One of these, of which there is at least one.
    #[expect(clippy::indexing_slicing, reason = "a place in a list is within it")]
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }
}
