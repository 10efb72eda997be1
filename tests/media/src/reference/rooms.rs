//! Who is in which room of the reference SFU, and whose packets go to whom.

use super::Leaving;
use super::person::{Person, Told};
use std::collections::HashMap;
use std::net::{SocketAddr, SocketAddrV4};
use std::time::Instant;
use str0m::media::{MediaKind, Mid};
use str0m::rtp::RtpPacket;

/// Everybody.
#[derive(Default)]
pub struct Rooms {
    people: HashMap<u64, Person>,
    by_room: HashMap<u32, Vec<u64>>,
    by_address: HashMap<SocketAddrV4, u64>,
    by_ufrag: HashMap<String, u64>,
    /// Who was given something to send, each once.
    written: Vec<u64>,
}

impl Rooms {
    /// Somebody comes.
    pub fn enter(&mut self, id: u64, person: Person) {
        self.by_room.entry(person.room).or_default().push(id);
        self.by_ufrag.insert(person.ufrag.clone(), id);
        self.people.insert(id, person);
        self.stir(id);
    }

    /// Somebody goes.
    pub fn leave(&mut self, id: u64) {
        let Some(person) = self.people.remove(&id) else { return };
        self.by_ufrag.remove(&person.ufrag);
        self.by_address.retain(|_, owner| *owner != id);
        if let Some(room) = self.by_room.get_mut(&person.room) {
            room.retain(|other| *other != id);
        }
        self.assign(person.room);
    }

    /// A datagram came: to the person it is from, or to nobody. str0m wants to be drained after each.
    pub fn receive(
        &mut self,
        at: Instant,
        (from, bytes): (SocketAddrV4, &[u8]),
        to: SocketAddr,
        leaving: &mut Leaving,
    ) {
        let called = called_by(bytes).and_then(|ufrag| self.by_ufrag.get(ufrag).copied());
        if let Some(id) = called {
            self.by_address.insert(from, id);
        }
        let Some(id) = called.or_else(|| self.by_address.get(&from).copied()) else { return };
        let mut told = Told::default();
        if let Some(person) = self.people.get_mut(&id) {
            person.receive(at, from.into(), to, bytes);
            person.drain(leaving, &mut told);
        }
        self.act(at, id, told);
    }

    /// Wakes those whose time has come.
    pub fn wake(&mut self, at: Instant) {
        let due = self.people.iter().filter(|(_, person)| person.due_at <= at).map(|(id, _)| *id);
        due.collect::<Vec<_>>().into_iter().for_each(|id| self.stir(id));
    }

    /// Those who were given something send it: once for all of a batch.
    pub fn settle(&mut self, at: Instant, leaving: &mut Leaving) {
        while let Some(id) = self.written.pop() {
            let mut told = Told::default();
            if let Some(person) = self.people.get_mut(&id) {
                person.is_stirred = false;
                person.wake(at);
                person.drain(leaving, &mut told);
            }
            self.act(at, id, told);
        }
    }

    fn stir(&mut self, id: u64) {
        if let Some(person) = self.people.get_mut(&id)
            && !std::mem::replace(&mut person.is_stirred, true)
        {
            self.written.push(id);
        }
    }

    fn act(&mut self, at: Instant, id: u64, told: Told) {
        if told.has_new_lines
            && let Some(room) = self.people.get(&id).map(|person| person.room)
        {
            self.assign(room);
        }
        for packet in &told.packets {
            self.forward(at, id, packet);
        }
        for mid in told.keys {
            self.ask_for_key(at, id, mid);
        }
    }

    fn forward(&mut self, at: Instant, from: u64, packet: &RtpPacket) {
        let Some(source) = self.people.get(&from) else { return };
        let kind = source.kind(packet);
        let mut begins = false;
        for id in self.by_room.get(&source.room).into_iter().flatten().filter(|id| **id != from) {
            let Some(person) = self.people.get_mut(id) else { continue };
            begins |= person.write(from, kind, packet);
            if !std::mem::replace(&mut person.is_stirred, true) {
                self.written.push(*id);
            }
        }
        if begins
            && kind == MediaKind::Video
            && let Some(source) = self.people.get_mut(&from)
        {
            source.ask_for_key(at);
            self.stir(from);
        }
    }

    fn ask_for_key(&mut self, at: Instant, id: u64, mid: Mid) {
        let line = self.people.get(&id).and_then(|person| person.lines.iter().find(|line| line.is(mid)));
        let Some(who) = line.and_then(|line| line.who) else { return };
        if let Some(person) = self.people.get_mut(&who) {
            person.ask_for_key(at);
            self.stir(who);
        }
    }

    /// Puts everybody in a room on a free line of everybody else; who is on one stays there.
    fn assign(&mut self, room: u32) {
        let Some(present) = self.by_room.get(&room) else { return };
        for id in present {
            let Some(person) = self.people.get_mut(id) else { continue };
            for line in
                person.lines.iter_mut().filter(|line| line.who.is_some_and(|who| !present.contains(&who)))
            {
                line.show(None);
            }
            for kind in [MediaKind::Audio, MediaKind::Video] {
                for other in present.iter().filter(|other| *other != id) {
                    let mut lines = person.lines.iter_mut().filter(|line| line.kind() == kind);
                    if lines.any(|line| line.who == Some(*other)) {
                        continue;
                    }
                    let mut lines = person.lines.iter_mut().filter(|line| line.kind() == kind);
                    if let Some(free) = lines.find(|line| line.who.is_none()) {
                        free.show(Some(*other));
                    }
                }
            }
        }
    }
}

/// Whose ufrag a STUN binding request is addressed to (RFC 8489 §5, §14.3; RFC 8445 §7.2.2).
fn called_by(bytes: &[u8]) -> Option<&str> {
    let (header, mut attributes) = bytes.split_at_checked(20)?;
    if header.get(..2)? != [0, 1] || header.get(4..8)? != [0x21, 0x12, 0xa4, 0x42] {
        return None;
    }
    while let Some((&[kind_high, kind_low, length_high, length_low], rest)) =
        attributes.split_first_chunk::<4>()
    {
        let length = usize::from(u16::from_be_bytes([length_high, length_low]));
        if [kind_high, kind_low] == [0, 6] {
            return std::str::from_utf8(rest.get(..length)?).ok()?.split(':').next();
        }
        attributes = rest.get(length.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_request_says_whom_it_is_for() {
        let mut request = vec![0, 1, 0, 20, 0x21, 0x12, 0xa4, 0x42];
        request.extend([7; 12]);
        request.extend([0x80, 0x22, 0, 3, b'a', b'n', b'a', 0]);
        request.extend([0, 6, 0, 7, b'n', b'o', b'o', b'r', b':', b'l', b'e', 0]);
        assert_eq!(called_by(&request), Some("noor"));
        assert_eq!(called_by(&request[..36]), None);
        request[0] = 0x80;
        assert_eq!(called_by(&request), None);
    }
}
