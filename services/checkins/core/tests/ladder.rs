//! A clinic's ladder: what it may set, and what no setting may cross (T-BAD-79).

use checkins_core::ladder::{Channel, Ladder, Order, Rung, Who};
use kernel::role::Role;
use kernel::time::Span;

fn shipped() -> Ladder {
    Ladder::default()
}

/// The fields at fault after one change to the shipped ladder.
fn faults(change: impl FnOnce(&mut Ladder)) -> Vec<String> {
    let mut ladder = shipped();
    change(&mut ladder);
    ladder.faults().into_iter().map(|fault| fault.field).collect()
}

fn rung(after_seconds: i64) -> Rung {
    Rung {
        after_seconds,
        who: vec![Who::OnCall],
        channels: vec![Channel::Mail],
        order: Order::Serial,
        gap_seconds: 15,
    }
}

#[test]
fn the_shipped_ladder_is_within_its_own_bounds() {
    assert_eq!(shipped().faults(), vec![]);
    assert_eq!([1, 2, 3, 4, 5].map(|step| shipped().gap(step)), [60; 5].map(Span::seconds));
    assert_eq!((shipped().last(), shipped().hold()), (4, Span::seconds(120)));
}

#[test]
fn steps_count_from_one_and_end() {
    let ladder = shipped();
    assert_eq!(ladder.rung(1), ladder.rungs.first());
    assert_eq!(ladder.rung(4), ladder.rungs.last());
    assert_eq!([0, 5, -1, i64::MIN].map(|step| ladder.rung(step)), [None; 4]);
}

#[test]
fn a_gap_is_the_next_steps_own_and_the_last_one_repeats() {
    let mut ladder = shipped();
    ladder.rungs[1].after_seconds = 10;
    ladder.repeat_seconds = 90;
    assert_eq!([1, 2, 4].map(|step| ladder.gap(step)), [10, 60, 90].map(Span::seconds));
}

#[test]
fn steps_may_follow_from_ten_seconds_to_two_minutes() {
    let after = |seconds| faults(|ladder| ladder.rungs[2].after_seconds = seconds);
    assert_eq!(after(10), Vec::<String>::new());
    assert_eq!(after(120), Vec::<String>::new());
    for out in [9, 121, 0, -60, i64::MIN, i64::MAX] {
        assert_eq!(after(out), ["rungs/2/after_seconds"], "{out}");
    }
}

#[test]
fn the_first_step_is_taken_at_the_deadline_itself() {
    assert_eq!(faults(|ladder| ladder.rungs[0].after_seconds = 1), ["rungs/0/after_seconds"]);
}

#[test]
fn an_acknowledgement_holds_half_a_minute_to_two() {
    for (seconds, is_bad) in [(29, true), (30, false), (120, false), (121, true)] {
        assert_eq!(faults(|ladder| ladder.hold_seconds = seconds) == ["hold_seconds"], is_bad, "{seconds}");
    }
}

#[test]
fn the_last_step_comes_again_every_half_minute_to_two() {
    for (seconds, is_bad) in [(29, true), (30, false), (120, false), (121, true)] {
        assert_eq!(
            faults(|ladder| ladder.repeat_seconds = seconds) == ["repeat_seconds"],
            is_bad,
            "{seconds}"
        );
    }
}

#[test]
fn a_ladder_has_two_to_eight_steps() {
    assert_eq!(faults(|ladder| ladder.rungs.clear()), ["rungs"]);
    assert_eq!(faults(|ladder| ladder.rungs.truncate(2)), Vec::<String>::new());
    assert_eq!(
        faults(|ladder| ladder.rungs = (0..6).map(|_| rung(10)).fold(shipped().rungs, pushed)),
        ["rungs"]
    );
    assert_eq!(
        faults(|ladder| ladder.rungs = (0..4).map(|_| rung(10)).fold(shipped().rungs, pushed)),
        Vec::<String>::new()
    );
}

fn pushed(mut rungs: Vec<Rung>, rung: Rung) -> Vec<Rung> {
    rungs.push(rung);
    rungs
}

#[test]
fn every_step_tells_somebody_over_something() {
    assert_eq!(faults(|ladder| ladder.rungs[1].channels.clear()), ["rungs/1/channels"]);
    assert_eq!(faults(|ladder| ladder.rungs[2].who.clear()), ["rungs/2/who"]);
}

#[test]
fn the_shipped_ladder_calls_the_second_contact_once_beside_the_prescriber() {
    let turns: Vec<_> = shipped().rungs.iter().map(Rung::second_contacts_turn).collect();
    assert_eq!(turns, [None, None, Some(2), None]);
    assert!(shipped().rungs[2].who.contains(&Who::Prescriber));
}

#[test]
fn a_second_contact_alone_is_nobody_and_no_member_is_one() {
    assert_eq!(faults(|ladder| ladder.rungs[1].who = vec![Who::SecondContact]), ["rungs/1/who"]);
    assert_eq!(
        faults(|ladder| ladder.rungs[1].who = vec![Who::SecondContact, Who::OnCall]),
        Vec::<String>::new()
    );
    let step = Rung { who: vec![Who::SecondContact], ..rung(10) };
    for role in Role::ALL {
        assert_eq!(step.turn(role, true), None, "{role:?}");
    }
}

#[test]
fn from_the_second_step_on_somebody_away_from_a_screen_is_reached() {
    assert_eq!(faults(|ladder| ladder.rungs[1].channels = vec![Channel::Screen]), ["rungs/1/channels"]);
    for away in Channel::ALL.into_iter().skip(1) {
        assert_eq!(faults(|ladder| ladder.rungs[1].channels = vec![away]), Vec::<String>::new(), "{away:?}");
    }
}

#[test]
fn the_therapists_screen_comes_first() {
    assert_eq!(faults(|ladder| ladder.rungs[0].who = vec![Who::Sitter]), ["rungs/0"]);
    assert_eq!(faults(|ladder| ladder.rungs[0].channels = vec![Channel::Mail]), ["rungs/0"]);
}

#[test]
fn the_last_step_reaches_whoever_is_on_call() {
    assert_eq!(faults(|ladder| ladder.rungs[3].who = vec![Who::Prescriber]), ["rungs/3"]);
}

#[test]
fn somebody_outside_of_the_session_hears_within_two_minutes() {
    let slow = |ladder: &mut Ladder| {
        ladder.rungs[1].who = vec![Who::Therapist];
        ladder.rungs[1].after_seconds = 61;
    };
    assert_eq!(faults(slow), ["rungs"]);
    let just = |ladder: &mut Ladder| ladder.rungs[1].who = vec![Who::Sitter];
    assert_eq!(faults(just), Vec::<String>::new());
}

#[test]
fn a_fault_names_the_bound_and_its_reason() {
    let mut ladder = shipped();
    ladder.rungs[1].after_seconds = 5;
    let fault = ladder.faults().remove(0);
    assert!(fault.why.starts_with("10 to 120: "), "{}", fault.why);
    ladder = shipped();
    ladder.rungs[0].after_seconds = 5;
    let first = ladder.faults().remove(0).why;
    assert!(first.starts_with("0: ") && first.contains("at the deadline itself"), "{first}");
}

#[test]
fn whom_a_step_tells_is_what_they_are_to_the_session() {
    assert!(Who::Therapist.is(Role::Therapist, false) && !Who::Therapist.is(Role::Coordinator, true));
    assert!(Who::Sitter.is(Role::Sitter, false) && !Who::Sitter.is(Role::Patient, false));
    assert!(Who::Prescriber.is(Role::Prescriber, false) && !Who::Prescriber.is(Role::Therapist, true));
    assert!(Who::OnCall.is(Role::Coordinator, true) && !Who::OnCall.is(Role::Coordinator, false));
}

#[test]
fn h30_every_bound_is_a_fault_on_both_sides_and_says_why() {
    let set = |ladder: &mut Ladder, field: &str, value: i64| match field {
        "rungs" => {
            let rung = ladder.rungs[1].clone();
            ladder.rungs.truncate(1);
            ladder.rungs.extend((1..value).map(|_| rung.clone()));
        }
        "after_seconds" => ladder.rungs[1].after_seconds = value,
        "gap_seconds" => ladder.rungs[1].gap_seconds = value,
        "repeat_seconds" => ladder.repeat_seconds = value,
        "hold_seconds" => ladder.hold_seconds = value,
        other => panic!("{other}"),
    };
    for bound in Ladder::BOUNDS {
        for (value, is_wrong) in
            [(bound.least - 1, true), (bound.least, false), (bound.most, false), (bound.most + 1, true)]
        {
            let mut ladder = shipped();
            set(&mut ladder, bound.field, value);
            let why = ladder.faults().into_iter().any(|fault| fault.why.ends_with(bound.why));
            assert_eq!(why, is_wrong, "{} {value}", bound.field);
        }
    }
}

#[test]
fn a_serial_step_tells_one_after_the_other_in_the_order_it_names_them() {
    let mut step = Rung { who: vec![Who::OnCall, Who::Prescriber], ..rung(60) };
    let turns = [(Role::Prescriber, false), (Role::Coordinator, true), (Role::Therapist, false)];
    assert_eq!(turns.map(|(role, on_call)| step.turn(role, on_call)), [Some(1), Some(0), None]);
    step.gap_seconds = 20;
    assert_eq!(step.pause(), Span::seconds(20));
    step.order = Order::Parallel;
    assert_eq!(step.pause(), Span::seconds(0));
}

#[test]
fn a_ladder_from_before_the_pause_could_be_set_still_loads() {
    let old = r#"{"after_seconds":60,"who":["on_call"],"channels":["mail"],"order":"serial"}"#;
    let read: Rung = serde_json::from_str(old).unwrap();
    assert_eq!(read.gap_seconds, 15);
    assert_eq!(serde_json::to_string(&read).unwrap(), old);
    let set = Rung { gap_seconds: 20, ..read };
    assert!(serde_json::to_string(&set).unwrap().contains(r#""gap_seconds":20"#));
}

#[test]
fn a_word_is_the_same_in_a_column_and_in_a_document() {
    let quoted = |word: &str| serde_json::Value::from(word);
    for who in Who::ALL {
        assert_eq!(serde_json::to_value(who).unwrap(), quoted(who.as_str()));
    }
    for order in Order::ALL {
        assert_eq!(serde_json::to_value(order).unwrap(), quoted(order.as_str()));
    }
    for channel in Channel::ALL {
        assert_eq!(serde_json::to_value(channel).unwrap(), quoted(channel.as_str()));
    }
}

#[test]
fn what_the_clinic_shares_carries_nobodys_link_and_neither_does_what_anybody_may_read() {
    let those = |is: fn(Channel) -> bool| Channel::ALL.into_iter().filter(|way| is(*way)).collect::<Vec<_>>();
    assert_eq!(those(Channel::is_shared), [Channel::Ntfy, Channel::Webhook]);
    let with_link = [Channel::Screen, Channel::Mail, Channel::Sms, Channel::Voice];
    assert_eq!(those(Channel::carries_link), with_link);
    assert_eq!(those(Channel::reaches_strangers), [Channel::Mail, Channel::Sms, Channel::Voice]);
}

#[test]
fn whoever_is_outside_hears_as_soon_as_the_first_step_that_names_them() {
    assert_eq!(shipped().outside_after(), Span::seconds(60));
    let mut later = shipped();
    later.rungs[1].who = vec![Who::Therapist];
    assert_eq!(later.outside_after(), Span::seconds(120));
}

#[test]
fn the_first_step_may_be_a_screen_alone() {
    assert_eq!(faults(|ladder| ladder.rungs[0].channels = vec![Channel::Screen]), Vec::<String>::new());
}

#[test]
fn channels_keep_their_words() {
    let words = Channel::ALL.map(Channel::as_str);
    assert_eq!(words, ["screen", "mail", "push", "sms", "voice", "ntfy", "webhook"]);
}

#[test]
fn what_failed_is_followed_by_the_next_channel_that_can_be_used_and_never_by_a_screen() {
    let next = |failed: Channel, usable: &[Channel]| failed.after(|channel| usable.contains(&channel));
    let all = Channel::ALL;
    assert_eq!(next(Channel::Mail, &all), Some(Channel::Push));
    assert_eq!(next(Channel::Mail, &[Channel::Screen, Channel::Mail, Channel::Voice]), Some(Channel::Voice));
    assert_eq!(next(Channel::Webhook, &all), Some(Channel::Mail));
    assert_eq!(next(Channel::Sms, &[Channel::Sms, Channel::Mail]), Some(Channel::Mail));
    assert_eq!(next(Channel::Mail, &[Channel::Screen, Channel::Mail]), None);
}

#[test]
fn every_channel_is_its_own_word() {
    for channel in Channel::ALL {
        assert_eq!(channel.as_str().parse(), Ok(channel));
    }
    assert!("pigeon".parse::<Channel>().is_err());
}
