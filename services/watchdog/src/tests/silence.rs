//! The rules of silence, with plain values: each alarm fires, does not fire early, and fires after an outage.

use super::{DR_LEE, NOOR, beat, dr_lee, word};
use crate::silence::{Input, Kept, Mail, Now, Refusal, Standing, Trouble, Watch};
use kernel::time::{Span, Timestamp};
use proto::beat::{Address, Beat};

/// A watchdog, its two clocks, and engines that go by the steady one. A mail is taken at once, if it can be.
struct Night {
    watch: Watch,
    now: Now,
    sequence: u64,
    can_mail: bool,
}

impl Night {
    fn begins() -> Self {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let now = Now { steady: now, wall: now };
        Self { watch: Watch::new(dr_lee(), Kept::default(), now), now, sequence: 0, can_mail: true }
    }

    fn well() -> Self {
        let mut night = Self::begins();
        night.hears(|_| {}).unwrap();
        night
    }

    fn hears(&mut self, change: impl FnOnce(&mut Beat)) -> Result<Vec<Mail>, Refusal> {
        self.sequence += 1;
        let mut beat = beat(self.sequence, self.now.steady);
        change(&mut beat);
        self.watch.step(Input::Beat(&beat), self.now)
    }

    /// A look every second, as the desk does, and the mails of that time.
    fn passes(&mut self, seconds: i64) -> Vec<Mail> {
        (0..seconds).flat_map(|_| self.stands_still(Span::seconds(1))).collect()
    }

    fn stands_still(&mut self, span: Span) -> Vec<Mail> {
        self.now = Now { steady: self.now.steady.plus(span), wall: self.now.wall.plus(span) };
        let mails = self.watch.step(Input::Tick, self.now).unwrap();
        for mail in &mails {
            let outcome = if self.can_mail { Input::Taken(mail) } else { Input::NotTaken(mail) };
            self.watch.step(outcome, self.now).unwrap();
        }
        mails
    }

    /// With what the store gives back, after a time in which nobody listened.
    fn starts_anew(&mut self, down: Span) {
        let kept = serde_json::to_string(&self.watch.kept()).unwrap();
        let now = self.now.wall.plus(down);
        self.now = Now { steady: now, wall: now };
        self.watch = Watch::new(dr_lee(), serde_json::from_str(&kept).unwrap(), self.now);
    }
}

/// The only mail, which must go to Dr. Lee and Noor.
#[track_caller]
fn only(mut mails: Vec<Mail>) -> Mail {
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].to.iter().map(Address::as_str).eq([DR_LEE, NOOR]));
    mails.remove(0)
}

#[test]
fn thirty_seconds_without_a_beat_page_everybody_and_not_one_second_earlier() {
    let mut night = Night::well();
    assert_eq!(night.passes(29), []);
    let mail = only(night.passes(1));
    assert_eq!((mail.trouble, mail.is_calm, mail.number), (Trouble::Silent, false, 1));
    assert_eq!(mail.since_at, night.now.wall.minus(Span::seconds(30)), "the same after a crash");
    assert_eq!((mail.silent_for, night.watch.standing()), (Span::seconds(30), Standing::Silent));
}

#[test]
fn a_page_is_repeated_every_minute_for_as_long_as_the_silence_lasts() {
    let mut night = Night::well();
    night.passes(30);
    assert_eq!((night.passes(59), only(night.passes(1)).number), (vec![], 2));
    assert_eq!(night.passes(24 * 3600).last().unwrap().number, 2 + 24 * 60);
}

#[test]
fn a_page_counts_the_looks_that_fell_due_since_and_names_nobody() {
    let mut night = Night::well();
    let (first, second) = (only(night.passes(30)), only(night.passes(60)));
    assert_eq!((first.live_sessions, first.fallen_due, second.fallen_due), (2, 1, 2));
    let text = second.text();
    assert!(text.starts_with("For 90 seconds the watchdog has heard nothing from the engines."), "{text}");
    assert!(text.contains("2 sessions were under way. 2 looks have fallen due since."), "{text}");
    assert!(text.contains("This is page 2.") && !text.contains('@'), "{text}");
}

#[test]
fn engines_that_are_heard_again_bring_one_calm_mail_to_whoever_was_paged() {
    let mut night = Night::well();
    let first = only(night.passes(30));
    night.hears(|beat| beat.pagers = [].into_iter().collect()).unwrap();
    assert_eq!(night.watch.standing(), Standing::Ok);
    assert!(only(night.passes(20)).is_calm);
    for _ in 0..6 {
        night.hears(|_| {}).unwrap();
        assert_eq!(night.passes(20), []);
    }
    let mail = only(night.passes(10));
    assert!(!mail.is_calm && mail.number == 1, "the next silence is a new one: {mail:?}");
    assert_ne!(mail.message_id(), first.message_id());
}

#[test]
fn a_silence_that_begins_while_a_calm_mail_is_still_owed_is_paged() {
    let mut night = Night::well();
    night.passes(30);
    night.can_mail = false;
    night.hears(|_| {}).unwrap();
    let calm = night.passes(29).pop().unwrap();
    assert!(calm.is_calm && !only(night.passes(1)).is_calm);
    // That the calm mail is taken at last says nothing about the new silence.
    night.watch.step(Input::Taken(&calm), night.now).unwrap();
    assert_eq!((night.passes(4), only(night.passes(1)).is_calm), (vec![], false));
}

#[test]
fn a_silence_that_ends_before_anybody_was_paged_is_not_mailed() {
    let mut night = Night::well();
    assert_eq!(night.passes(29), []);
    night.now.steady = night.now.steady.plus(Span::seconds(1));
    assert_eq!(night.hears(|beat| beat.sent_at = beat.sent_at.minus(Span::hours(1))), Err(Refusal::NotFresh));
    assert_eq!(night.watch.standing(), Standing::Silent);
    night.hears(|_| {}).unwrap();
    assert_eq!(night.passes(29), []);
}

#[test]
fn one_engine_that_is_heard_is_enough() {
    let mut night = Night::well();
    for _ in 0..6 {
        assert_eq!(night.passes(20), []);
        night.hears(|beat| beat.engine = word("b")).unwrap();
    }
    assert_eq!((night.watch.alive(), night.watch.standing()), (1, Standing::Ok));
}

#[test]
fn a_page_that_no_server_took_is_tried_every_five_seconds_under_one_id() {
    let mut night = Night::well();
    night.can_mail = false;
    let mails = night.passes(40);
    assert!(mails.len() == 3 && mails.iter().all(|mail| mail.message_id() == mails[0].message_id()));
    night.can_mail = true;
    assert_eq!((only(night.passes(5)).number, night.passes(59)), (1, vec![]));
}

#[test]
fn an_audit_that_does_not_pass_for_thirty_seconds_pages_in_other_words_until_it_passes() {
    let mut night = Night::well();
    let (passed_at, mut mails) = (Some(night.now.steady), vec![]);
    for _ in 0..4 {
        assert_eq!(mails, []);
        mails = night.passes(10);
        night.hears(|beat| beat.audit_ok_at = passed_at).unwrap();
    }
    assert_eq!(
        (only(mails).trouble, night.watch.standing()),
        (Trouble::AuditFailing, Standing::AuditFailing)
    );
    night.hears(|_| {}).unwrap();
    assert_eq!(only(night.passes(29)).subject(), "Holdspace passes its own audit again");
}

#[test]
fn an_engine_whose_alarms_arrive_nowhere_pages_at_once_and_calms_when_they_do_again() {
    let mut night = Night::well();
    night.hears(|beat| beat.alarm_path_broken = true).unwrap();
    let mail = only(night.passes(1));
    assert_eq!(
        (mail.trouble, mail.subject()),
        (Trouble::PathBroken, "Holdspace: alarm path broken, please look now")
    );
    assert_eq!(night.watch.standing(), Standing::PathBroken);
    night.hears(|_| {}).unwrap();
    assert_eq!((only(night.passes(1)).is_calm, night.watch.standing()), (true, Standing::Ok));
}

#[test]
fn a_house_that_proves_no_path_is_not_paged_about_it() {
    let mut night = Night::well();
    for _ in 0..6 {
        assert_eq!(night.passes(10), []);
        night.hears(|_| {}).unwrap();
    }
}

#[test]
fn an_engine_that_starts_anew_again_and_again_cannot_hide_that_its_audit_never_passes() {
    for ahead in [None, Some(Span::hours(1))] {
        let (mut night, mut mails) = (Night::begins(), vec![]);
        night.hears(|beat| beat.audit_ok_at = ahead.map(|ahead| beat.sent_at.plus(ahead))).unwrap();
        for start in ["one", "two", "three", "four"] {
            assert_eq!(mails, []);
            mails = night.passes(10);
            night.hears(|beat| (beat.boot, beat.audit_ok_at) = (word(start), None)).unwrap();
        }
        assert_eq!(only(mails).trouble, Trouble::AuditFailing);
    }
}

#[test]
fn a_silence_is_paged_in_place_of_an_audit_that_failed_before_it() {
    let mut night = Night::begins();
    night.hears(|beat| beat.audit_ok_at = Some(beat.sent_at.minus(Span::seconds(40)))).unwrap();
    assert_eq!(only(night.passes(29)).trouble, Trouble::AuditFailing);
    let mails = night.passes(600);
    assert!(mails.len() == 10 && mails.iter().all(|mail| mail.trouble == Trouble::Silent), "{mails:?}");
}

#[test]
fn a_watchdog_that_never_heard_an_engine_pages_nobody() {
    let mut night = Night::begins();
    assert_eq!((night.passes(3600), night.watch.standing()), (vec![], Standing::Starting));
}

#[test]
fn a_watchdog_that_was_killed_remembers_whom_to_page_and_since_when() {
    let mut night = Night::well();
    night.starts_anew(Span::seconds(30));
    assert_eq!((night.passes(29), night.watch.standing()), (vec![], Standing::Starting));
    let mail = only(night.passes(1));
    assert_eq!((mail.number, mail.silent_for, mail.fallen_due), (1, Span::seconds(60), 2));
}

#[test]
fn a_watchdog_that_was_killed_in_a_silence_goes_on_with_the_next_page() {
    let mut night = Night::well();
    let first = only(night.passes(50));
    night.starts_anew(Span::seconds(10));
    assert_eq!((night.watch.standing(), night.passes(29)), (Standing::Silent, vec![]));
    let second = only(night.passes(1));
    assert_eq!((second.since_at, second.number), (first.since_at, 2));
    night.starts_anew(Span::hours(1));
    assert_eq!(only(night.passes(1)).number, 3, "overdue: at once");
}

#[test]
fn a_page_that_was_sent_and_not_yet_marked_is_sent_again_under_its_id() {
    let mut night = Night::well();
    night.passes(29);
    night.now.steady = night.now.steady.plus(Span::seconds(1));
    let mail = only(night.watch.step(Input::Tick, night.now).unwrap());
    night.starts_anew(Span::seconds(2));
    assert_eq!(only(night.passes(1)).message_id(), mail.message_id());
}

#[test]
fn a_calm_mail_is_still_owed_after_a_crash() {
    let mut night = Night::well();
    night.passes(30);
    night.hears(|_| {}).unwrap();
    night.starts_anew(Span::minutes(2));
    assert!(only(night.passes(5)).is_calm);
}

#[test]
fn a_restart_while_the_engines_beat_pages_nobody() {
    let mut night = Night::well();
    night.starts_anew(Span::hours(1));
    assert_eq!(night.passes(29), []);
    night.hears(|_| {}).unwrap();
    assert_eq!(night.passes(29), []);
}

#[test]
fn no_jump_of_the_wall_clock_hides_or_invents_a_silence() {
    for jump in [Span::hours(26), Span::hours(-26)] {
        let mut night = Night::well();
        night.now.wall = night.now.wall.plus(jump);
        assert_eq!(night.passes(29), []);
        night.hears(|_| {}).unwrap();
        assert_eq!(night.passes(29), []);
        let mail = only(night.passes(1));
        assert_eq!((mail.silent_for, mail.fallen_due), (Span::seconds(30), 1), "{jump:?}");
    }
}

#[test]
fn a_clock_that_was_wrong_at_the_start_and_is_put_right_lets_the_engines_be_heard() {
    let mut night = Night::begins();
    night.now.steady = night.now.steady.minus(Span::hours(1));
    let engines = night.now.wall;
    assert_eq!(night.hears(|beat| beat.sent_at = engines), Ok(vec![]));
}

#[test]
fn a_wall_clock_that_jumped_between_two_starts_neither_hides_nor_hurries_a_page() {
    for down in [Span::hours(26), Span::hours(-26)] {
        let mut night = Night::well();
        night.starts_anew(down);
        assert_eq!(night.passes(29), []);
        assert_eq!(
            only(night.passes(1)).silent_for,
            Span::micros(30_000_000 + down.at_least(Span::ZERO).as_micros())
        );
        night.starts_anew(Span::hours(-1));
        assert_eq!((night.passes(59), night.passes(1).len()), (vec![], 1), "{down:?}");
    }
}

#[test]
fn two_that_look_at_once_neither_turn_time_back_nor_count_it_twice() {
    let mut night = Night::well();
    for seconds in [1, 28] {
        assert_eq!(night.passes(seconds), []);
        let before = Now { steady: night.now.steady.minus(Span::seconds(3)), ..night.now };
        assert_eq!(night.watch.step(Input::Tick, before), Ok(vec![]));
    }
    only(night.passes(1));
}

#[test]
fn a_watchdog_that_stood_still_itself_listens_again_before_it_pages() {
    let mut night = Night::well();
    assert_eq!(night.stands_still(Span::minutes(10)), []);
    assert_eq!((night.passes(24), night.passes(1).len()), (vec![], 1));
}

#[test]
fn a_machine_too_busy_to_look_in_time_pages_late_and_not_never() {
    let mut night = Night::well();
    let mails = (0..6).flat_map(|_| night.stands_still(Span::seconds(10)));
    assert_eq!(only(mails.collect()).number, 1);
}

#[test]
fn a_beat_proves_life_only_within_ten_seconds_of_its_sending() {
    let mut night = Night::well();
    for away in [-10, 0, 10] {
        let heard = night.hears(|beat| beat.sent_at = beat.sent_at.plus(Span::seconds(away)));
        assert_eq!(heard, Ok(vec![]), "{away}");
    }
    for away in [-11, 11] {
        let heard = night.hears(|beat| beat.sent_at = beat.sent_at.plus(Span::seconds(away)));
        assert_eq!(heard, Err(Refusal::NotFresh), "{away}");
    }
}

#[test]
fn a_beat_is_heard_once_and_an_overtaken_one_only_within_the_window_and_for_nothing_new() {
    let mut night = Night::begins();
    let mut says = |boot, sequence, pager: Option<&str>| {
        night.hears(|beat| {
            (beat.boot, beat.sequence) = (word(boot), sequence);
            beat.pagers = pager.map(word).into_iter().collect();
        })
    };
    let overtaken = None;
    let heard = [("a", 7, Some(NOOR)), ("a", 10, Some(NOOR)), ("a", 8, overtaken), ("b", 1, Some(NOOR))];
    for (boot, sequence, pager) in heard.into_iter().chain([("a", 11, overtaken)]) {
        assert_eq!(says(boot, sequence, pager), Ok(vec![]), "{boot} {sequence}");
    }
    for (boot, sequence) in [("a", 11), ("a", 10), ("a", 8), ("a", 7), ("b", 1)] {
        assert_eq!(says(boot, sequence, None), Err(Refusal::Replayed), "{boot} {sequence}");
    }
    only(night.passes(30));
}

#[test]
fn a_seventeenth_engine_is_refused_until_one_is_forgotten() {
    let mut night = Night::begins();
    for engine in 0..16 {
        night.hears(|beat| beat.engine = word(&format!("engine-{engine}"))).unwrap();
    }
    assert_eq!(night.hears(|_| {}), Err(Refusal::TooManyEngines));
    night.passes(60);
    assert_eq!(night.hears(|_| {}), Ok(vec![]));
}
