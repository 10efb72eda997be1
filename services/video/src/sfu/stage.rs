//! Who is shown in whose slots. Pure: lines come and go, seatings come out.

use crate::sfu::engine::{PeerId, Route, SLOTS};
use kernel::id::{PersonId, SessionId};
use std::time::{Duration, Instant};

/// How long an older line of the same browser carries media while the newer one shakes hands.
pub const OVERLAP: Duration = Duration::from_secs(3);

/// One coming-in on the stage.
#[derive(Debug)]
struct Line {
    peer: PeerId,
    room: SessionId,
    person: PersonId,
    connected: bool,
    pictures: bool,
    retires_at: Option<Instant>,
    /// Who is shown in each slot. A person keeps theirs for as long as they have a line.
    slots: Vec<Option<PersonId>>,
}

/// What one viewer is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seating {
    /// The viewer.
    pub viewer: PeerId,
    /// Whom each slot names.
    pub people: Vec<Option<PersonId>>,
    /// Which line each slot gets its media from.
    pub routes: Vec<Option<Route>>,
}

/// All lines of all rooms.
#[derive(Debug, Default)]
pub struct Stage {
    lines: Vec<Line>,
}

impl Stage {
    /// A line comes on, with so many slots. Older lines of the same person give way to it.
    pub fn enter(&mut self, peer: PeerId, room: SessionId, person: PersonId, slots: usize, now: Instant) {
        for line in &mut self.lines {
            if line.room == room && line.person == person {
                line.retires_at.get_or_insert(now + OVERLAP);
            }
        }
        let slots = vec![None; slots.min(SLOTS)];
        self.lines.push(Line {
            peer,
            room,
            person,
            connected: false,
            pictures: true,
            retires_at: None,
            slots,
        });
    }

    /// A line has shaken hands. Names the older lines of the same person, which are no longer needed.
    pub fn connect(&mut self, peer: PeerId) -> Vec<PeerId> {
        let Some(line) = self.lines.iter_mut().find(|line| line.peer == peer) else { return vec![] };
        line.connected = true;
        let (room, person) = (line.room, line.person);
        let older = |line: &&Line| line.room == room && line.person == person && line.peer < peer;
        self.lines.iter().filter(older).map(|line| line.peer).collect()
    }

    /// A line has been replaced: it ends when its successor has shaken hands, or soon.
    pub fn retire(&mut self, peer: PeerId, now: Instant) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.peer == peer) {
            line.retires_at.get_or_insert(now + OVERLAP);
        }
    }

    /// The lines whose time has come.
    pub fn retired(&self, now: Instant) -> Vec<PeerId> {
        let due = |line: &&Line| line.retires_at.is_some_and(|at| at <= now);
        self.lines.iter().filter(due).map(|line| line.peer).collect()
    }

    /// Whether this viewer wants pictures. Sound always goes through.
    pub fn set_pictures(&mut self, peer: PeerId, pictures: bool) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.peer == peer) {
            line.pictures = pictures;
        }
    }

    /// A line goes off. Names its room, whose seatings change.
    pub fn leave(&mut self, peer: PeerId) -> Option<SessionId> {
        let room = self.room_of(peer)?;
        self.lines.retain(|line| line.peer != peer);
        Some(room)
    }

    /// The room a line is in.
    pub fn room_of(&self, peer: PeerId) -> Option<SessionId> {
        self.lines.iter().find(|line| line.peer == peer).map(|line| line.room)
    }

    /// Whether nobody is on it at all.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What every viewer of a room is to be shown now.
    pub fn seat(&mut self, room: SessionId) -> Vec<Seating> {
        let sources = self.sources(room);
        let lines = self.lines.iter_mut().filter(|line| line.room == room);
        lines
            .map(|line| {
                line.fill_slots(&sources);
                let routes = line.slots.iter().map(|slot| {
                    let person = (*slot)?;
                    let source = sources.iter().find(|(other, _)| *other == person)?.1;
                    Some(Route { source, pictures: line.pictures })
                });
                Seating { viewer: line.peer, people: line.slots.clone(), routes: routes.collect() }
            })
            .collect()
    }

    /// Each person of a room with the line their media comes from: the newest that has shaken hands, else the newest.
    fn sources(&self, room: SessionId) -> Vec<(PersonId, PeerId)> {
        let mut sources = Vec::<(PersonId, PeerId, bool)>::new();
        for line in self.lines.iter().filter(|line| line.room == room) {
            match sources.iter_mut().find(|(person, _, _)| *person == line.person) {
                Some(found) if line.connected || !found.2 => {
                    *found = (line.person, line.peer, line.connected);
                }
                Some(_) => {}
                None => sources.push((line.person, line.peer, line.connected)),
            }
        }
        sources.into_iter().map(|(person, peer, _)| (person, peer)).collect()
    }
}

impl Line {
    fn fill_slots(&mut self, sources: &[(PersonId, PeerId)]) {
        for slot in &mut self.slots {
            if slot.is_some_and(|person| !sources.iter().any(|(other, _)| *other == person)) {
                *slot = None;
            }
        }
        for (person, _) in sources {
            if *person == self.person || self.slots.contains(&Some(*person)) {
                continue;
            }
            if let Some(free) = self.slots.iter_mut().find(|slot| slot.is_none()) {
                *free = Some(*person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: SessionId = SessionId(uuid::Uuid::from_u128(1));
    const LEE: PersonId = PersonId(uuid::Uuid::from_u128(11));
    const SAM: PersonId = PersonId(uuid::Uuid::from_u128(12));
    const ANA: PersonId = PersonId(uuid::Uuid::from_u128(13));

    fn stage(people: &[(u64, PersonId)]) -> (Stage, Instant) {
        let (mut stage, now) = (Stage::default(), chassis::clock::monotonic());
        for (peer, person) in people {
            stage.enter(PeerId(*peer), ROOM, *person, SLOTS, now);
            stage.connect(PeerId(*peer));
        }
        (stage, now)
    }

    fn seating(stage: &mut Stage, viewer: u64) -> Seating {
        stage.seat(ROOM).into_iter().find(|seating| seating.viewer == PeerId(viewer)).unwrap()
    }

    fn sources(seating: &Seating) -> Vec<u64> {
        seating.routes.iter().flatten().map(|route| route.source.0).collect()
    }

    #[test]
    fn everyone_sees_everyone_else_and_nobody_sees_themselves() {
        let (mut stage, _) = stage(&[(1, LEE), (2, SAM), (3, ANA)]);
        assert_eq!(seating(&mut stage, 2).people, [Some(LEE), Some(ANA), None, None]);
        assert_eq!(sources(&seating(&mut stage, 1)), [2, 3]);
    }

    #[test]
    fn rooms_do_not_hear_each_other() {
        let (mut stage, now) = stage(&[(1, LEE)]);
        stage.enter(PeerId(2), SessionId(uuid::Uuid::from_u128(2)), SAM, SLOTS, now);
        assert_eq!(seating(&mut stage, 1).people, [None; SLOTS]);
    }

    #[test]
    fn a_person_keeps_their_slot_when_another_leaves_and_returns() {
        let (mut stage, now) = stage(&[(1, LEE), (2, SAM), (3, ANA)]);
        seating(&mut stage, 1);
        assert_eq!(stage.leave(PeerId(2)), Some(ROOM));
        assert_eq!(seating(&mut stage, 1).people, [None, Some(ANA), None, None]);
        stage.enter(PeerId(4), ROOM, SAM, SLOTS, now);
        assert_eq!(seating(&mut stage, 1).people, [Some(SAM), Some(ANA), None, None]);
    }

    #[test]
    fn an_older_line_carries_on_until_the_newer_one_has_shaken_hands() {
        let (mut stage, now) = stage(&[(1, LEE), (2, SAM)]);
        stage.enter(PeerId(3), ROOM, SAM, SLOTS, now);
        assert_eq!(sources(&seating(&mut stage, 1)), [2]);
        assert_eq!(stage.connect(PeerId(3)), [PeerId(2)]);
        assert_eq!(sources(&seating(&mut stage, 1)), [3]);
    }

    #[test]
    fn a_replaced_line_ends_soon_even_if_nothing_follows() {
        let (mut stage, now) = stage(&[(1, LEE), (2, SAM)]);
        stage.retire(PeerId(2), now);
        assert_eq!(stage.retired(now), []);
        assert_eq!(stage.retired(now + OVERLAP), [PeerId(2)]);
    }

    #[test]
    fn a_viewer_may_do_without_pictures() {
        let (mut stage, _) = stage(&[(1, LEE), (2, SAM)]);
        stage.set_pictures(PeerId(1), false);
        let route = Route { source: PeerId(2), pictures: false };
        assert_eq!(seating(&mut stage, 1).routes.first(), Some(&Some(route)));
        assert!(seating(&mut stage, 2).routes.iter().flatten().all(|route| route.pictures));
    }
}
