//! The rules of the room, with plain values. Dr. Lee leads, Sam is the patient, Ana sits, Noor covers.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its scene should stop")]

use kernel::id::PersonId;
use kernel::machine::{Machine, Step};
use kernel::role::Role;
use kernel::time::{Span, Timestamp};
use video_core::member::{Device, Line, Member, Place, Seat};
use video_core::room::{Command, Event, HOLD, OpenRoom, Refusal, Room, Standing, Window};

const LEE: PersonId = person(1);
const SAM: PersonId = person(2);
const ANA: PersonId = person(3);
const NOOR: PersonId = person(4);
const STRANGER: PersonId = person(9);
const START: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

const fn person(number: u128) -> PersonId {
    PersonId(uuid::Uuid::from_u128(number))
}

fn device(name: &str) -> Device {
    Device(name.to_owned())
}

fn line(name: &str) -> Line {
    Line(name.to_owned())
}

fn arrive(person: PersonId, from: &str, over: &str) -> Command {
    Command::Arrive { person, device: device(from), line: line(over) }
}

fn decide(room: &Room, command: Command, now: Timestamp) -> Result<Step<Room, Event>, Refusal> {
    room.clone().step(command, now)
}

fn after(room: Room, commands: impl IntoIterator<Item = Command>, now: Timestamp) -> Room {
    commands.into_iter().fold(room, |room, command| room.step(command, now).unwrap().state)
}

/// A room of Dr. Lee, Sam and Ana, in which nobody is.
fn room() -> Room {
    let window = Window::around(START, START.plus(Span::hours(3)));
    let people = [
        (LEE, Role::Therapist, Seat::Therapist),
        (SAM, Role::Patient, Seat::Patient),
        (ANA, Role::Sitter, Seat::Sitter),
    ];
    after(Room::new(window), people.map(|(person, role, seat)| Command::Expect { person, role, seat }), START)
}

fn with_sam_in() -> Room {
    after(room(), [arrive(SAM, "phone", "s1"), Command::Admit { person: SAM, by: LEE }], START)
}

#[test]
fn a_patient_waits_until_the_therapist_lets_them_in_by_name() {
    let knocked = decide(&room(), arrive(SAM, "phone", "s1"), START).unwrap();
    assert_eq!(knocked.events, [Event::Knocked { person: SAM }]);
    assert_eq!(knocked.state.standing(SAM, &line("s1")), Standing::Waiting(START));
    let admitted = decide(&knocked.state, Command::Admit { person: SAM, by: LEE }, START).unwrap();
    assert_eq!(admitted.events, [Event::Admitted { person: SAM, by: LEE }, Event::Entered { person: SAM }]);
    assert_eq!(admitted.state.standing(SAM, &line("s1")), Standing::Present);
}

#[test]
fn admitting_one_person_admits_nobody_else() {
    let both = after(room(), [arrive(SAM, "phone", "s1"), arrive(ANA, "tablet", "a1")], START);
    let one = after(both, [Command::Admit { person: SAM, by: LEE }], START);
    assert_eq!(one.standing(ANA, &line("a1")), Standing::Waiting(START));
}

#[test]
fn a_therapist_enters_without_asking() {
    let step = decide(&room(), arrive(LEE, "desk", "l1"), START).unwrap();
    assert_eq!(step.events, [Event::Entered { person: LEE }]);
}

#[test]
fn only_a_therapist_of_this_room_admits_or_removes() {
    let waiting = after(room(), [arrive(SAM, "phone", "s1")], START);
    for by in [SAM, ANA, NOOR, STRANGER] {
        let refused = Err(Refusal::NotADoorkeeper);
        assert_eq!(decide(&waiting, Command::Admit { person: SAM, by }, START), refused);
        assert_eq!(decide(&waiting, Command::Remove { person: ANA, by }, START), refused);
    }
}

#[test]
fn a_removed_person_has_no_way_back() {
    let removed = after(with_sam_in(), [Command::Remove { person: SAM, by: LEE }], START);
    assert_eq!(removed.standing(SAM, &line("s1")), Standing::Removed);
    let tried = after(
        removed,
        [
            Command::Expect { person: SAM, role: Role::Patient, seat: Seat::Patient },
            Command::Excuse { person: SAM },
            Command::Expect { person: SAM, role: Role::Patient, seat: Seat::Patient },
            Command::Restart,
        ],
        START,
    );
    assert_eq!(decide(&tried, arrive(SAM, "phone", "s2"), START), Err(Refusal::Removed));
    assert_eq!(decide(&tried, Command::Admit { person: SAM, by: LEE }, START), Err(Refusal::Removed));
}

#[test]
fn a_removed_sitter_leaves_the_seat_to_another() {
    let removed = after(room(), [Command::Remove { person: ANA, by: LEE }], START);
    let other = Command::Expect { person: NOOR, role: Role::Sitter, seat: Seat::Sitter };
    assert!(decide(&removed, other, START).unwrap().state.member(NOOR).is_some());
}

#[test]
fn the_therapist_cannot_be_removed() {
    let refused = decide(&room(), Command::Remove { person: LEE, by: LEE }, START);
    assert_eq!(refused, Err(Refusal::CannotRemoveTherapist));
}

#[test]
fn seats_are_one_one_one_and_two() {
    for (role, seat, free) in [
        (Role::Therapist, Seat::Therapist, 0),
        (Role::Patient, Seat::Patient, 0),
        (Role::Sitter, Seat::Sitter, 0),
        (Role::Prescriber, Seat::Invited, 2),
    ] {
        let mut full = room();
        for number in 0..free {
            full = after(full, [Command::Expect { person: person(20 + number), role, seat }], START);
        }
        let one_more = Command::Expect { person: person(30), role, seat };
        assert_eq!(decide(&full, one_more, START), Err(Refusal::SeatTaken), "{seat:?}");
    }
}

#[test]
fn the_same_device_replaces_its_older_line() {
    let replaced = decide(&with_sam_in(), arrive(SAM, "phone", "s2"), START).unwrap();
    assert_eq!(replaced.events, []);
    assert_eq!(replaced.state.standing(SAM, &line("s1")), Standing::Replaced);
    assert_eq!(replaced.state.standing(SAM, &line("s2")), Standing::Present);
    let late_word = after(replaced.state, [Command::Leave { person: SAM, line: line("s1") }], START);
    assert_eq!(late_word.standing(SAM, &line("s2")), Standing::Present);
}

#[test]
fn another_device_is_refused_and_the_therapist_hears_of_it() {
    let step = decide(&with_sam_in(), arrive(SAM, "laptop", "s2"), START).unwrap();
    assert_eq!(step.events, [Event::OtherDeviceRefused { person: SAM }]);
    assert_eq!(step.state, with_sam_in());
}

#[test]
fn a_dropped_line_holds_the_seat_for_five_seconds() {
    let lost = decide(&with_sam_in(), Command::Lose { person: SAM, line: line("s1") }, START).unwrap();
    assert_eq!(lost.events, [Event::Dropped { person: SAM }]);
    assert_eq!(lost.state.due(), Some(START.plus(HOLD)));
    let early = decide(&lost.state, Command::Tick, START.plus(Span::seconds(4))).unwrap();
    assert_eq!(early.events, []);
    let late = decide(&lost.state, Command::Tick, START.plus(HOLD)).unwrap();
    assert_eq!(late.events, [Event::Left { person: SAM }]);
    assert_eq!(late.state.due(), None);
}

#[test]
fn an_admitted_person_comes_back_without_asking_again() {
    for gone in
        [Command::Lose { person: SAM, line: line("s1") }, Command::Leave { person: SAM, line: line("s1") }]
    {
        let away = after(with_sam_in(), [gone], START);
        let back = after(away, [arrive(SAM, "phone", "s2")], START);
        assert_eq!(back.standing(SAM, &line("s2")), Standing::Present);
    }
}

#[test]
fn someone_who_leaves_the_door_must_knock_again() {
    let left =
        after(room(), [arrive(SAM, "phone", "s1"), Command::Lose { person: SAM, line: line("s1") }], START);
    assert_eq!(decide(&left, Command::Admit { person: SAM, by: LEE }, START), Err(Refusal::NotWaiting));
}

#[test]
fn a_room_opens_fifteen_minutes_before_and_closes_ten_after() {
    let end = START.plus(Span::hours(3));
    for (now, expected) in [
        (START.minus(Span::minutes(15)).minus(Span::micros(1)), Err(Refusal::TooEarly)),
        (START.minus(Span::minutes(15)), Ok(())),
        (end.plus(Span::minutes(10)).minus(Span::micros(1)), Ok(())),
        (end.plus(Span::minutes(10)), Err(Refusal::TooLate)),
    ] {
        assert_eq!(decide(&room(), arrive(SAM, "phone", "s1"), now).map(drop), expected);
    }
}

#[test]
fn a_dose_holds_the_room_open_until_the_session_ends() {
    let long_after = START.plus(Span::hours(9));
    let held = after(room(), [Command::Hold], START);
    assert!(decide(&held, arrive(SAM, "phone", "s1"), long_after).is_ok());
    let closed = after(held, [Command::Close], long_after);
    assert_eq!(decide(&closed, arrive(LEE, "desk", "l1"), long_after), Err(Refusal::Closed));
}

#[test]
fn a_stranger_is_not_a_member() {
    assert_eq!(decide(&room(), arrive(STRANGER, "phone", "x1"), START), Err(Refusal::NotAMember));
}

#[test]
fn an_excused_person_is_gone_and_may_be_expected_again() {
    let excused = decide(&with_sam_in(), Command::Excuse { person: SAM }, START).unwrap();
    assert_eq!(excused.events, [Event::Left { person: SAM }]);
    assert_eq!(excused.state.standing(SAM, &line("s1")), Standing::Excused);
    let again = Command::Expect { person: SAM, role: Role::Patient, seat: Seat::Patient };
    let back = after(excused.state, [again, arrive(SAM, "phone", "s2")], START);
    assert_eq!(back.standing(SAM, &line("s2")), Standing::Waiting(START));
}

#[test]
fn a_restart_drops_every_line_and_keeps_who_was_let_in() {
    let inside = after(with_sam_in(), [arrive(ANA, "tablet", "a1")], START);
    let step = decide(&inside, Command::Restart, START).unwrap();
    assert_eq!(step.events, [Event::Dropped { person: SAM }, Event::Left { person: ANA }]);
    let back = after(step.state, [arrive(SAM, "phone", "s2")], START);
    assert_eq!(back.standing(SAM, &line("s2")), Standing::Present);
}

#[test]
fn a_stored_room_reads_back_as_it_was() {
    let lost = after(with_sam_in(), [Command::Lose { person: SAM, line: line("s1") }], START);
    for room in [room(), lost, Room::Closed] {
        let stored = serde_json::to_string(&room).unwrap();
        assert_eq!(serde_json::from_str::<Room>(&stored).unwrap(), room);
    }
}

// The table of README.md: every place of a patient × every command, seen from a second after the place was taken.

fn places() -> [Place; 6] {
    let (device, line, since_at) = (device("phone"), line("s1"), START);
    [
        Place::Expected,
        Place::Waiting { device: device.clone(), line: line.clone(), since_at },
        Place::Admitted,
        Place::Present { device: device.clone(), line: line.clone(), since_at },
        Place::Lost { device, line, since_at, until_at: START.plus(HOLD) },
        Place::Removed,
    ]
}

fn commands() -> Vec<(&'static str, Command)> {
    vec![
        ("expect", Command::Expect { person: SAM, role: Role::Patient, seat: Seat::Patient }),
        ("excuse", Command::Excuse { person: SAM }),
        ("move", Command::Move { window: Window::around(START, START.plus(Span::hours(4))) }),
        ("hold", Command::Hold),
        ("arrive, same device", arrive(SAM, "phone", "s2")),
        ("arrive, other device", arrive(SAM, "laptop", "s2")),
        ("admit", Command::Admit { person: SAM, by: LEE }),
        ("remove", Command::Remove { person: SAM, by: LEE }),
        ("leave", Command::Leave { person: SAM, line: line("s1") }),
        ("leave, older line", Command::Leave { person: SAM, line: line("s0") }),
        ("lose", Command::Lose { person: SAM, line: line("s1") }),
        ("restart", Command::Restart),
        ("close", Command::Close),
        ("tick, in time", Command::Tick),
    ]
}

fn outcome(place: &Place, command: Command) -> String {
    let window = Window::around(START, START.plus(Span::hours(3)));
    let lee = Member::expected(LEE, Role::Therapist, Seat::Therapist);
    let sam = Member { place: place.clone(), ..Member::expected(SAM, Role::Patient, Seat::Patient) };
    let room = Room::Open(OpenRoom { window, held: false, members: vec![lee, sam] });
    match room.step(command, START.plus(Span::seconds(1))) {
        Err(refusal) => format!("*{refusal}*"),
        Ok(step) => {
            let there = step.state.member(SAM).map_or("gone", |member| member.place.word()).to_owned();
            let said = step.events.iter().map(word).collect::<Vec<_>>();
            if said.is_empty() { there } else { format!("{there} · {}", said.join(", ")) }
        }
    }
}

fn word(event: &Event) -> &'static str {
    match event {
        Event::Knocked { .. } => "knocked",
        Event::Admitted { .. } => "admitted",
        Event::Entered { .. } => "entered",
        Event::Dropped { .. } => "dropped",
        Event::Returned { .. } => "returned",
        Event::Left { .. } => "left",
        Event::Removed { .. } => "removed",
        Event::OtherDeviceRefused { .. } => "other device refused",
        Event::Closed => "closed",
    }
}

fn table() -> String {
    let places = places();
    let head = places.iter().map(Place::word).collect::<Vec<_>>().join(" | ");
    let rule = vec!["---"; places.len() + 1].join(" | ");
    let rows = commands().into_iter().map(|(name, command)| {
        let cells = places.iter().map(|place| outcome(place, command.clone())).collect::<Vec<_>>();
        format!("| {name} | {} |", cells.join(" | "))
    });
    let rows = rows.collect::<Vec<_>>().join("\n");
    format!("| | {head} |\n| {rule} |\n{rows}\n")
}

#[test]
fn the_table_in_the_readme_is_what_the_room_does() {
    const BEGIN: &str = "<!-- transitions: written by core/tests/room.rs -->\n";
    const END: &str = "<!-- end of transitions -->";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("README.md has a place for the table");
    let (written, after) = rest.split_once(END).expect("the place for the table ends");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
    } else {
        assert_eq!(written, table(), "run UPDATE=1 cargo test -p video-core and read the difference");
    }
}
