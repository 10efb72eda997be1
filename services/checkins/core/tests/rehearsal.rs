//! The score of a rehearsal, from recorded times.

use checkins_core::rehearsal::{Began, Kind, Mark, Standing};
use kernel::time::{Span, Timestamp};
use std::collections::BTreeMap;

const NOON: Timestamp = Timestamp::from_micros(0);

fn at(seconds: i64) -> Timestamp {
    NOON.plus(Span::seconds(seconds))
}

/// Begun at noon; the next look is missed a minute and a half later, and the ladder reaches out after a minute.
fn began() -> Began {
    Began { at: NOON, deadline_at: at(90), outside_after: Span::seconds(60) }
}

fn score(kind: Kind, came: &[(Mark, i64)], now: i64) -> Vec<(Mark, Standing)> {
    let came: BTreeMap<_, _> = came.iter().map(|(mark, seconds)| (*mark, at(*seconds))).collect();
    kind.score(&began(), &came, at(now)).iter().map(|line| (line.mark, line.standing)).collect()
}

#[test]
fn all_that_came_in_time_came() {
    let came = [(Mark::Noticed, 90), (Mark::OutsideTold, 151), (Mark::Taken, 200), (Mark::Closed, 400)];
    let score = score(Kind::SitterAsleep, &came, 1000);
    assert!(score.iter().all(|(_, standing)| *standing == Standing::Came), "{score:?}");
}

#[test]
fn what_came_late_is_late_and_what_never_came_is_missed_once_it_was_due() {
    let came = [(Mark::Noticed, 93)];
    assert_eq!(
        score(Kind::SitterAsleep, &came, 1000),
        [
            (Mark::Noticed, Standing::Late),
            (Mark::OutsideTold, Standing::Missed),
            (Mark::Taken, Standing::Missed),
            (Mark::Closed, Standing::Missed),
        ]
    );
}

#[test]
fn nothing_is_held_against_anybody_before_its_time() {
    for kind in Kind::ALL {
        assert!(score(kind, &[], 0).iter().all(|(_, standing)| *standing == Standing::Waiting), "{kind:?}");
    }
}

#[test]
fn who_takes_it_at_once_need_not_wait_for_the_ladder() {
    let came = [(Mark::Noticed, 90), (Mark::Taken, 100)];
    assert_eq!(score(Kind::SitterAsleep, &came, 1000)[1], (Mark::OutsideTold, Standing::NotNeeded));
    let late = [(Mark::Noticed, 90), (Mark::Taken, 180)];
    assert_eq!(score(Kind::SitterAsleep, &late, 1000)[1], (Mark::OutsideTold, Standing::Missed));
}

#[test]
fn a_dead_mail_server_is_answered_by_another_channel() {
    let came = [(Mark::Noticed, 90), (Mark::MailRefused, 150), (Mark::OtherChannel, 152)];
    let score = score(Kind::MailDead, &came, 165);
    assert_eq!(score[..3].iter().filter(|(_, standing)| *standing == Standing::Came).count(), 3, "{score:?}");
}

#[test]
fn each_kind_has_a_word_of_its_own_and_ends_with_somebody_who_closes_it() {
    for kind in Kind::ALL {
        assert_eq!(Kind::read(kind.as_str()), Some(kind));
        assert!(!kind.causes().is_empty());
        assert_eq!(kind.expected(&began()).last().map(|(mark, _)| *mark), Some(Mark::Closed));
    }
}
