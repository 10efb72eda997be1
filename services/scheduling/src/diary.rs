//! What is known around a wished time: the therapist's week, what is taken, who is on call.

use crate::zone::IanaZone;
use kernel::id::PersonId;
use kernel::time::{Pace, Span, Timestamp};
use scheduling_core::availability::{self, Kind, NEAREST_DAYS, Weekly, free, offered, offered_to_a_drill};
use scheduling_core::local::Block;
use scheduling_core::on_call::{self, Duty};

/// What somebody asks for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// What it is for.
    pub kind: Kind,
    /// Its pace, if it is a drill.
    pub drill: Option<Pace>,
    /// The wished start.
    pub starts_at: Timestamp,
}

/// One therapist's time, and what else bounds it.
#[derive(Debug, Clone)]
pub struct Diary {
    /// Whose.
    pub therapist: PersonId,
    /// Their zone and week; without one they see nobody.
    pub week: Option<(IanaZone, Weekly)>,
    /// What therapist and patient have booked.
    pub taken: Vec<Block>,
    /// Everyone's duties.
    pub roster: Vec<Duty>,
}

impl Asked {
    /// How long the block is.
    pub fn length(&self) -> Span {
        self.kind.length(self.drill.unwrap_or(Pace::REAL))
    }

    /// The block that is wished for.
    pub fn block(&self) -> Block {
        Block::lasting(self.starts_at, self.length())
    }

    /// The days in which the nearest free slots are looked for.
    pub fn surroundings(&self) -> Block {
        let days = Span::hours(24 * NEAREST_DAYS);
        Block { starts_at: self.starts_at.minus(days), ends_at: self.starts_at.plus(days) }
    }
}

impl Diary {
    /// The blocks the week offers in `span`, taken or not.
    pub fn offered(&self, asked: &Asked, span: Block, now: Timestamp) -> Vec<Block> {
        if asked.drill.is_some() {
            return offered_to_a_drill(now, asked.length(), span);
        }
        let Some((zone, week)) = &self.week else { return vec![] };
        let openings = week.openings(zone, span);
        offered(zone, &openings, asked.length(), span)
    }

    /// The free blocks in `span`.
    pub fn free(&self, asked: &Asked, span: Block, now: Timestamp) -> Vec<Block> {
        free(&self.offered(asked, span, now), &self.taken, now)
    }

    /// Who is on call through all of a block.
    pub fn cover(&self, block: Block) -> Option<PersonId> {
        on_call::cover(&self.roster, block, self.therapist)
    }

    /// The two nearest blocks that could really be booked.
    pub fn nearest(&self, asked: &Asked, now: Timestamp) -> Vec<Block> {
        let mut free = self.free(asked, asked.surroundings(), now);
        free.retain(|block| asked.kind == Kind::Integration || self.cover(*block).is_some());
        availability::nearest(&free, asked.starts_at)
    }
}
