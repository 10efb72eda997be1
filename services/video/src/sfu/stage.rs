//! Who is shown in whose slots, and whose device may hold keys. Pure: lines come and go, seatings and rosters come out.

use crate::devices::{DeviceKey, Member};
use crate::sfu::engine::{PeerId, Route, SLOTS};
use kernel::id::{PersonId, SessionId};
use std::collections::HashMap;
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
    /// Not given to another line of this room while anybody is in it.
    number: u16,
    /// Nothing for a browser that cannot encrypt.
    key: Option<DeviceKey>,
    /// Who is shown in each slot. A person keeps theirs for as long as they have a line.
    slots: Vec<Option<PersonId>>,
}

/// Who comes on.
#[derive(Debug)]
pub struct Entrant {
    /// Where to.
    pub room: SessionId,
    /// Who.
    pub person: PersonId,
    /// With which key, if with any.
    pub key: Option<DeviceKey>,
    /// How many others can be shown to them.
    pub slots: usize,
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
    /// The number last given in each room that somebody is in.
    numbers: HashMap<SessionId, u16>,
}

impl Stage {
    /// A line comes on. Older lines of the same person give way to it.
    pub fn enter(&mut self, peer: PeerId, entrant: Entrant, now: Instant) {
        let Entrant { room, person, key, slots } = entrant;
        for line in &mut self.lines {
            if line.room == room && line.person == person {
                line.retires_at.get_or_insert(now + OVERLAP);
            }
        }
        let last = self.numbers.entry(room).or_default();
        // A session sees dozens of lines; after 65,535 in a room that was never empty, the first numbers are long gone.
        *last = last.checked_add(1).unwrap_or(1);
        self.lines.push(Line {
            peer,
            room,
            person,
            connected: false,
            pictures: true,
            retires_at: None,
            number: *last,
            key,
            slots: vec![None; slots.min(SLOTS)],
        });
    }

    /// The devices of a room that may hold its keys.
    pub fn devices(&self, room: SessionId) -> Vec<Member> {
        let lines = self.lines.iter().filter(|line| line.room == room);
        let member = |line: &Line| {
            let DeviceKey { device, public_key } = line.key.clone()?;
            Some(Member { number: line.number, person: line.person, device, public_key })
        };
        lines.filter_map(member).collect()
    }

    /// The number of a line.
    pub fn number_of(&self, peer: PeerId) -> Option<u16> {
        self.lines.iter().find(|line| line.peer == peer).map(|line| line.number)
    }

    /// The line with a number in the room of another.
    pub fn roommate(&self, peer: PeerId, number: u16) -> Option<PeerId> {
        let room = self.room_of(peer)?;
        self.lines.iter().find(|line| line.room == room && line.number == number).map(|line| line.peer)
    }

    /// Everybody on the stage of a room.
    pub fn peers(&self, room: SessionId) -> impl Iterator<Item = PeerId> {
        self.lines.iter().filter(move |line| line.room == room).map(|line| line.peer)
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
        if self.peers(room).next().is_none() {
            self.numbers.remove(&room);
        }
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
    use crate::devices::RosterSigner;
    use video_core::member::Device;

    const ROOM: SessionId = SessionId(uuid::Uuid::from_u128(1));
    const OTHER_ROOM: SessionId = SessionId(uuid::Uuid::from_u128(2));
    const LEE: PersonId = PersonId(uuid::Uuid::from_u128(11));
    const SAM: PersonId = PersonId(uuid::Uuid::from_u128(12));
    const ANA: PersonId = PersonId(uuid::Uuid::from_u128(13));

    fn entrant(room: SessionId, person: PersonId) -> Entrant {
        let device = Device(format!("{person}-phone"));
        let public_key = RosterSigner::new(&[person.0.as_bytes()[15]; 32]).unwrap().public_key();
        let key = DeviceKey { device, public_key: public_key.try_into().unwrap() };
        Entrant { room, person, key: Some(key), slots: SLOTS }
    }

    fn numbers(stage: &Stage) -> Vec<(u16, PersonId)> {
        stage.devices(ROOM).iter().map(|member| (member.number, member.person)).collect()
    }

    fn stage(people: &[(u64, PersonId)]) -> (Stage, Instant) {
        let (mut stage, now) = (Stage::default(), chassis::clock::monotonic());
        for (peer, person) in people {
            stage.enter(PeerId(*peer), entrant(ROOM, *person), now);
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
        stage.enter(PeerId(2), entrant(OTHER_ROOM, SAM), now);
        assert_eq!(seating(&mut stage, 1).people, [None; SLOTS]);
    }

    #[test]
    fn a_person_keeps_their_slot_when_another_leaves_and_returns() {
        let (mut stage, now) = stage(&[(1, LEE), (2, SAM), (3, ANA)]);
        seating(&mut stage, 1);
        assert_eq!(stage.leave(PeerId(2)), Some(ROOM));
        assert_eq!(seating(&mut stage, 1).people, [None, Some(ANA), None, None]);
        stage.enter(PeerId(4), entrant(ROOM, SAM), now);
        assert_eq!(seating(&mut stage, 1).people, [Some(SAM), Some(ANA), None, None]);
    }

    #[test]
    fn an_older_line_carries_on_until_the_newer_one_has_shaken_hands() {
        let (mut stage, now) = stage(&[(1, LEE), (2, SAM)]);
        stage.enter(PeerId(3), entrant(ROOM, SAM), now);
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
    fn a_number_is_given_once_for_as_long_as_anybody_is_there() {
        let (mut stage, now) = stage(&[(1, LEE), (2, SAM)]);
        assert_eq!(numbers(&stage), [(1, LEE), (2, SAM)]);
        stage.leave(PeerId(2));
        stage.enter(PeerId(3), entrant(ROOM, SAM), now);
        assert_eq!(numbers(&stage), [(1, LEE), (3, SAM)]);
        assert_eq!((stage.leave(PeerId(1)), stage.leave(PeerId(3))), (Some(ROOM), Some(ROOM)));
        stage.enter(PeerId(4), entrant(ROOM, ANA), now);
        assert_eq!(numbers(&stage), [(1, ANA)]);
    }

    #[test]
    fn both_lines_of_a_person_who_comes_again_hold_keys_until_the_older_ends() {
        let (mut stage, now) = stage(&[(1, LEE), (2, SAM)]);
        stage.enter(PeerId(3), entrant(ROOM, SAM), now);
        assert_eq!(numbers(&stage), [(1, LEE), (2, SAM), (3, SAM)]);
    }

    #[test]
    fn a_browser_that_cannot_encrypt_is_on_no_roster_of_devices() {
        let (mut stage, now) = stage(&[(1, LEE)]);
        stage.enter(PeerId(2), Entrant { key: None, ..entrant(ROOM, SAM) }, now);
        assert_eq!(numbers(&stage), [(1, LEE)]);
    }

    #[test]
    fn a_letter_goes_to_nobody_in_another_room() {
        let (mut stage, now) = stage(&[(1, LEE), (2, SAM)]);
        stage.enter(PeerId(3), entrant(OTHER_ROOM, ANA), now);
        assert_eq!(stage.roommate(PeerId(1), 2), Some(PeerId(2)));
        assert_eq!(stage.roommate(PeerId(3), 2), None);
        assert_eq!(stage.roommate(PeerId(9), 1), None);
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
