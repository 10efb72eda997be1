//! What each command does to an open room. The only place where its rules are written down.

use crate::member::{Device, Line, Member, Place, Seat};
use crate::room::{Command, Event, HOLD, OpenRoom, Refusal, Room};
use kernel::id::PersonId;
use kernel::machine::Step;
use kernel::role::Role;
use kernel::time::Timestamp;

type Decision = Result<Step<Room, Event>, Refusal>;

impl OpenRoom {
    pub(crate) fn step(self, command: Command, now: Timestamp) -> Decision {
        match command {
            Command::Expect { person, role, seat } => self.expect(person, role, seat),
            Command::Excuse { person } => Ok(self.excuse(person)),
            Command::Move { window } => Ok(Step::stay(Room::Open(Self { window, ..self }))),
            Command::Hold => Ok(Step::stay(Room::Open(Self { held: true, ..self }))),
            Command::Arrive { person, device, line } => self.arrive(person, device, line, now),
            Command::Admit { person, by } => self.admit(person, by, now),
            Command::Remove { person, by } => self.remove(person, by),
            Command::Leave { person, line } => Ok(self.leave(person, &line)),
            Command::Lose { person, line } => Ok(self.lose(person, &line, now)),
            Command::Restart => Ok(self.restart(now)),
            Command::Close => Ok(Step::to(Room::Closed, Event::Closed)),
            Command::Tick => Ok(self.tick(now)),
        }
    }

    fn expect(mut self, person: PersonId, role: Role, seat: Seat) -> Decision {
        // Hearing the same event twice is normal, and a removed person stays removed.
        if self.members.iter().any(|member| member.person == person) {
            return Ok(self.stay());
        }
        let taken =
            self.members.iter().filter(|member| member.seat == seat && holds_its_seat(member)).count();
        if taken >= seat.places() {
            return Err(Refusal::SeatTaken);
        }
        self.members.push(Member::expected(person, role, seat));
        Ok(self.stay())
    }

    fn excuse(mut self, person: PersonId) -> Step<Room, Event> {
        let Some(member) = self.members.iter().find(|member| member.person == person) else {
            return self.stay();
        };
        match member.place {
            // Forgetting a removal would be a way back.
            Place::Removed => self.stay(),
            Place::Expected | Place::Admitted => {
                self.members.retain(|member| member.person != person);
                self.stay()
            }
            Place::Waiting { .. } | Place::Present { .. } | Place::Lost { .. } => {
                self.members.retain(|member| member.person != person);
                self.say(vec![Event::Left { person }])
            }
        }
    }

    fn arrive(mut self, person: PersonId, device: Device, line: Line, now: Timestamp) -> Decision {
        let early = now < self.window.opens_at;
        let late = now >= self.window.closes_at && !self.held;
        let member = self.find(person)?;
        // Who was sent out hears that first, whatever the hour.
        if member.place == Place::Removed {
            return Err(Refusal::Removed);
        }
        if early {
            return Err(Refusal::TooEarly);
        }
        if late {
            return Err(Refusal::TooLate);
        }
        let entered = Place::Present { device: device.clone(), line: line.clone(), since_at: now };
        let (place, event) = match &member.place {
            Place::Removed => return Err(Refusal::Removed),
            Place::Waiting { device: held, .. } | Place::Present { device: held, .. } if *held != device => {
                return Ok(self.say(vec![Event::OtherDeviceRefused { person }]));
            }
            Place::Expected if member.opens_the_door() => (entered, Some(Event::Entered { person })),
            Place::Expected => {
                (Place::Waiting { device, line, since_at: now }, Some(Event::Knocked { person }))
            }
            // The newer tab of the same browser takes over; since when they wait or are there does not change.
            Place::Waiting { since_at, .. } => (Place::Waiting { device, line, since_at: *since_at }, None),
            Place::Present { since_at, .. } => (Place::Present { device, line, since_at: *since_at }, None),
            Place::Admitted => (entered, Some(Event::Entered { person })),
            // A line that is lost holds the seat against nobody: the phone may have died, and the laptop is here.
            Place::Lost { .. } => (entered, Some(Event::Returned { person })),
        };
        member.place = place;
        Ok(self.say(event.into_iter().collect()))
    }

    fn admit(mut self, person: PersonId, by: PersonId, now: Timestamp) -> Decision {
        self.doorkeeper(by)?;
        let member = self.find(person)?;
        match &member.place {
            Place::Waiting { device, line, .. } => {
                let (device, line) = (device.clone(), line.clone());
                member.place = Place::Present { device, line, since_at: now };
                Ok(self.say(vec![Event::Admitted { person, by }, Event::Entered { person }]))
            }
            Place::Expected => Err(Refusal::NotWaiting),
            Place::Removed => Err(Refusal::Removed),
            Place::Admitted | Place::Present { .. } | Place::Lost { .. } => Ok(self.stay()),
        }
    }

    fn remove(mut self, person: PersonId, by: PersonId) -> Decision {
        self.doorkeeper(by)?;
        let member = self.find(person)?;
        if member.opens_the_door() {
            return Err(Refusal::CannotRemoveTherapist);
        }
        match member.place {
            Place::Removed => Ok(self.stay()),
            Place::Expected
            | Place::Waiting { .. }
            | Place::Admitted
            | Place::Present { .. }
            | Place::Lost { .. } => {
                member.place = Place::Removed;
                Ok(self.say(vec![Event::Removed { person, by }]))
            }
        }
    }

    /// Leaving over a line that is no longer the one they are on is an old tab's last word, and means nothing.
    fn leave(mut self, person: PersonId, line: &Line) -> Step<Room, Event> {
        let Some(member) = self.on_line(person, line) else { return self.stay() };
        member.place = match &member.place {
            Place::Waiting { .. } => Place::Expected,
            Place::Present { .. } | Place::Lost { .. } => Place::Admitted,
            Place::Expected | Place::Admitted | Place::Removed => return self.stay(),
        };
        self.say(vec![Event::Left { person }])
    }

    fn lose(mut self, person: PersonId, line: &Line, now: Timestamp) -> Step<Room, Event> {
        let Some(member) = self.on_line(person, line) else { return self.stay() };
        let event = match &member.place {
            Place::Waiting { .. } => {
                member.place = Place::Expected;
                Event::Left { person }
            }
            Place::Present { .. } => {
                hold_seat(member, now);
                Event::Dropped { person }
            }
            Place::Lost { .. } | Place::Expected | Place::Admitted | Place::Removed => return self.stay(),
        };
        self.say(vec![event])
    }

    fn restart(mut self, now: Timestamp) -> Step<Room, Event> {
        let mut events = vec![];
        for member in &mut self.members {
            let person = member.person;
            match &member.place {
                Place::Waiting { .. } => {
                    member.place = Place::Expected;
                    events.push(Event::Left { person });
                }
                Place::Present { .. } => {
                    hold_seat(member, now);
                    events.push(Event::Dropped { person });
                }
                Place::Expected | Place::Admitted | Place::Lost { .. } | Place::Removed => {}
            }
        }
        self.say(events)
    }

    fn tick(mut self, now: Timestamp) -> Step<Room, Event> {
        let mut events = vec![];
        for member in &mut self.members {
            match &member.place {
                Place::Lost { until_at, .. } if *until_at <= now => {
                    events.push(Event::Left { person: member.person });
                    member.place = Place::Admitted;
                }
                Place::Lost { .. }
                | Place::Expected
                | Place::Waiting { .. }
                | Place::Admitted
                | Place::Present { .. }
                | Place::Removed => {}
            }
        }
        self.say(events)
    }

    fn find(&mut self, person: PersonId) -> Result<&mut Member, Refusal> {
        self.members.iter_mut().find(|member| member.person == person).ok_or(Refusal::NotAMember)
    }

    fn on_line(&mut self, person: PersonId, line: &Line) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.person == person && member.place.line() == Some(line))
    }

    fn doorkeeper(&self, by: PersonId) -> Result<(), Refusal> {
        let may = self.members.iter().any(|member| member.person == by && member.opens_the_door());
        if may { Ok(()) } else { Err(Refusal::NotADoorkeeper) }
    }

    fn stay(self) -> Step<Room, Event> {
        Step::stay(Room::Open(self))
    }

    fn say(self, events: Vec<Event>) -> Step<Room, Event> {
        Step::saying(Room::Open(self), events)
    }
}

/// Someone who was sent out no longer takes a place from whoever comes in their stead.
const fn holds_its_seat(member: &Member) -> bool {
    !matches!(member.place, Place::Removed)
}

fn hold_seat(member: &mut Member, now: Timestamp) {
    if let Place::Present { device, line, .. } = &member.place {
        let (device, line) = (device.clone(), line.clone());
        member.place = Place::Lost { device, line, since_at: now, until_at: now.plus(HOLD) };
    }
}
