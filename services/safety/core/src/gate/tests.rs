//! Each reason alone keeps the gate closed, and says who can settle it.

use super::*;
use crate::vitals::{Reading, assess};
use kernel::time::Pace;

const NOON: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn real() -> Protocol {
    Protocol::new(false, Pace::REAL)
}

/// The whole house is well.
const STANDS: Stands = Stands {
    heard_at: NOON,
    writable: true,
    clocks_agree: true,
    standby: Backing::There,
    watchdog: Backing::There,
};

fn standing(stands: Stands) -> Evidence {
    Evidence { stands: Some(stands), ..complete() }
}

fn reading(pressure: u16, at: Timestamp) -> Reading {
    Reading {
        systolic: pressure,
        diastolic: 70,
        heart_rate: 70,
        spo2: Some(98),
        respiratory_rate: Some(14),
        wrist: false,
        symptoms: false,
        at,
    }
}

fn measured(pressure: u16) -> Assessment {
    let first = NOON.minus(Span::minutes(2));
    assess(&[reading(pressure, first), reading(pressure, first.plus(Span::minutes(1)))], &real())
}

/// Everyone has said yes to everything at noon, and every fact holds.
fn complete() -> Evidence {
    let just_now = Some(NOON.minus(Span::minutes(1)));
    let attestations = checklist::all()
        .flat_map(|(_, item)| {
            item.who.roles().iter().map(|role| Attestation {
                item: item.id.to_owned(),
                role: *role,
                answer: Answer::Yes,
                at: NOON,
            })
        })
        .collect();
    Evidence {
        attestations,
        vitals: measured(120),
        address_at: just_now,
        consents: true,
        agreement: true,
        training_at: just_now,
        phone_at: just_now,
        presence_at: just_now,
        on_call_at: just_now,
        contacts: 2,
        watch_at: just_now,
        screen_at: just_now,
        stands: Some(STANDS),
        ready: Ready { patient: just_now, sitter: just_now, therapist: just_now },
        ..Evidence::default()
    }
}

fn red_ids(evidence: &Evidence, now: Timestamp) -> Vec<String> {
    let mut evidence = evidence.clone();
    // The house is heard every second.
    evidence.stands = evidence.stands.map(|stands| match stands.heard_at {
        NOON => Stands { heard_at: now, ..stands },
        _otherwise => stands,
    });
    verdict(&evidence, &real(), now).red.into_iter().map(|red| red.id).collect()
}

#[test]
fn everything_in_place_opens_the_gate() {
    let verdict = verdict(&complete(), &real(), NOON);
    assert_eq!(verdict, Verdict::default());
    assert!(verdict.is_open());
}

#[test]
fn nothing_known_closes_it_with_every_blocking_item() {
    let red = red_ids(&Evidence::default(), NOON);
    let blocking = checklist::all().filter(|(_, item)| item.weight != Weight::Advisory);
    for (_, item) in blocking {
        let excused = ["RX-AMB"].contains(&item.id);
        assert_eq!(red.contains(&item.id.to_owned()), !excused, "{}", item.id);
    }
    for press in ["READY-PATIENT", "READY-SITTER", "READY-THERAPIST"] {
        assert!(red.contains(&press.to_owned()));
    }
}

#[test]
fn each_answer_alone_closes_the_gate_when_it_is_missing_no_or_declined() {
    for (_, item) in checklist::all().filter(|(_, item)| item.weight != Weight::Advisory) {
        for role in item.who.roles() {
            for changed in [None, Some(Answer::No), Some(Answer::Declined)] {
                let mut evidence = complete();
                evidence.attestations.retain(|answer| answer.item != item.id || answer.role != *role);
                if matches!(item.weight, Weight::BlockingUnless { .. }) && changed == Some(Answer::Declined) {
                    continue;
                }
                evidence.attestations.extend(changed.map(|answer| Attestation {
                    item: item.id.to_owned(),
                    role: *role,
                    answer,
                    at: NOON,
                }));
                assert_eq!(red_ids(&evidence, NOON), [item.id], "{changed:?} by {role:?}");
                let owner = verdict(&evidence, &real(), NOON).red[0].owner;
                assert!(item.proof.is_some() || owner == Owner::Role(*role), "{}: {owner:?}", item.id);
            }
        }
    }
}

#[test]
fn each_fact_alone_closes_the_gate() {
    let old = Some(NOON.minus(Span::hours(24 * 365)));
    let cases: Vec<(&str, Evidence)> = vec![
        ("PT-BP", Evidence { vitals: measured(170), ..complete() }),
        ("PT-LOC", Evidence { address_at: None, ..complete() }),
        ("PT-LOC", Evidence { address_at: old, ..complete() }),
        ("ST-AGREE", Evidence { agreement: false, ..complete() }),
        ("ST-TRAIN", Evidence { training_at: None, ..complete() }),
        ("ST-TRAIN", Evidence { training_at: old, ..complete() }),
        ("ST-PHONE", Evidence { phone_at: None, ..complete() }),
        ("ST-PHONE", Evidence { phone_at: old, ..complete() }),
        ("ST-PRES", Evidence { presence_at: None, ..complete() }),
        ("ST-PRES", Evidence { presence_at: old, ..complete() }),
        ("RX-CALL", Evidence { on_call_at: None, ..complete() }),
        ("WATCH-ARMED", Evidence { watch_at: None, ..complete() }),
        ("WATCH-SCREEN", Evidence { screen_at: None, ..complete() }),
        ("WATCH-LIVE", standing(Stands { writable: false, ..STANDS })),
        ("WATCH-LIVE", standing(Stands { heard_at: NOON.minus(Span::millis(15_001)), ..STANDS })),
        ("WATCH-LIVE", standing(Stands { heard_at: NOON.plus(Span::millis(1)), ..STANDS })),
        ("WATCH-CLOCK", standing(Stands { clocks_agree: false, ..STANDS })),
        ("WATCH-SECOND", standing(Stands { standby: Backing::Missing, ..STANDS })),
        ("WATCH-DOG", standing(Stands { watchdog: Backing::of("asleep"), ..STANDS })),
        ("RX-AMB", Evidence { vitals: measured(150), ..complete() }),
        ("PT-INTV", Evidence { last_dose_at: Some(NOON.minus(Span::hours(71))), ..complete() }),
        ("TH-FIT", Evidence { therapist_elsewhere: true, ..complete() }),
        ("HOLD", Evidence { holds: vec!["the lozenge count was off".to_owned()], ..complete() }),
        ("READY-PATIENT", Evidence { ready: Ready { patient: None, ..complete().ready }, ..complete() }),
        ("READY-SITTER", Evidence { ready: Ready { sitter: old, ..complete().ready }, ..complete() }),
        ("READY-THERAPIST", Evidence { ready: Ready { therapist: None, ..complete().ready }, ..complete() }),
    ];
    for (id, evidence) in cases {
        assert_eq!(red_ids(&evidence, NOON), [id]);
    }
}

#[test]
fn missing_consents_close_both_items_that_ask_for_them() {
    assert_eq!(red_ids(&Evidence { consents: false, ..complete() }, NOON), ["PT-CONS", "TH-CONS"]);
}

#[test]
fn a_missing_oxygen_number_is_red_alone() {
    let mut blind = complete();
    let first = NOON.minus(Span::minutes(2));
    let without = |at| Reading { spo2: None, ..reading(120, at) };
    blind.vitals = assess(&[without(first), without(first.plus(Span::minutes(1)))], &real());
    assert_eq!(red_ids(&blind, NOON), ["PT-SPO2"]);
}

#[test]
fn vitals_older_than_thirty_minutes_do_not_count() {
    let red = red_ids(&complete(), NOON.plus(Span::minutes(29)));
    assert!(!red.contains(&"PT-BP".to_owned()));
    let red = red_ids(&complete(), NOON.plus(Span::minutes(30)));
    assert_eq!(red, ["PT-BP", "PT-SPO2"]);
}

#[test]
fn answers_older_than_an_hour_do_not_count() {
    let evidence = complete();
    let later = NOON.plus(Span::minutes(60)).plus(Span::micros(1));
    let states = standings(&evidence, &real(), later);
    let food = states.iter().find(|(_, item, _)| item.id == "PT-FOOD").unwrap();
    assert_eq!(food.2, Standing::Expired);
    assert!(red_ids(&evidence, later).contains(&"PT-FOOD".to_owned()));
}

#[test]
fn the_prescribers_decision_opens_an_amber_gate_and_a_refusal_does_not() {
    let amber = |proceed| Evidence {
        vitals: measured(150),
        decision: Some(Decision { proceed, at: NOON }),
        ..complete()
    };
    assert!(verdict(&amber(true), &real(), NOON).is_open());
    assert_eq!(red_ids(&amber(false), NOON), ["RX-AMB"]);
}

#[test]
fn a_new_address_has_to_be_confirmed_again() {
    let evidence = Evidence { address_at: Some(NOON.plus(Span::minutes(1))), ..complete() };
    assert_eq!(red_ids(&evidence, NOON.plus(Span::minutes(2))), ["PT-LOC"]);
}

#[test]
fn a_conditional_item_set_aside_by_the_right_role_no_longer_blocks() {
    for (id, right, wrong) in
        [("ST-BACK", Role::Therapist, Role::Patient), ("PT-MED", Role::Prescriber, Role::Patient)]
    {
        let with = |role| {
            let mut evidence = complete();
            evidence.attestations.retain(|answer| answer.item != id);
            evidence.attestations.push(Attestation {
                item: id.to_owned(),
                role,
                answer: Answer::Declined,
                at: NOON,
            });
            red_ids(&evidence, NOON)
        };
        assert!(with(right).is_empty(), "{id}");
        assert_eq!(with(wrong), [id]);
    }
}

#[test]
fn advisory_items_never_close_the_gate_and_are_still_shown() {
    let mut evidence = complete();
    evidence.attestations.retain(|answer| answer.item != "PT-MASK");
    let verdict = verdict(&evidence, &real(), NOON);
    assert!(verdict.is_open());
    assert_eq!(verdict.amber[0].id, "PT-MASK");
}

#[test]
fn a_no_from_one_of_two_people_outweighs_the_others_yes() {
    let mut evidence = complete();
    for answer in &mut evidence.attestations {
        if answer.item == "ST-SOBER" && answer.role == Role::Therapist {
            answer.answer = Answer::No;
        }
    }
    assert_eq!(red_ids(&evidence, NOON), ["ST-SOBER"]);
}

#[test]
fn a_ladder_with_a_hole_says_what_is_missing_and_who_owns_it() {
    let call = |page| {
        let evidence = Evidence { on_call_at: None, page, ..complete() };
        let red = verdict(&evidence, &real(), NOON).red;
        assert_eq!(red.len(), 1, "{page:?}");
        (red[0].owner, red[0].todo.clone())
    };
    let clinic = Owner::Role(Role::Coordinator);
    for page in [Page::Nobody, Page::Unreachable] {
        assert_eq!(call(page).0, clinic, "{page:?}");
    }
    let said =
        [Page::Unknown, Page::Nobody, Page::Unreachable, Page::Planned, Page::Paging, Page::Unanswered];
    let sentences: std::collections::BTreeSet<_> = said.map(|page| call(page).1).into_iter().collect();
    assert_eq!(sentences.len(), said.len(), "each standing has a sentence of its own");
    assert!(sentences.iter().all(|sentence| sentence.ends_with('.')));
    assert_eq!(call(Page::Unanswered).0, Owner::OnCall);
}

#[test]
fn a_hole_is_read_before_how_the_page_stands() {
    assert_eq!(Page::read("planned", Some("nobody")), Page::Nobody);
    assert_eq!(Page::read("paging", Some("unreachable")), Page::Unreachable);
    assert_eq!(Page::read("unanswered", None), Page::Unanswered);
    assert_eq!(Page::read("a word of tomorrow", None), Page::Unknown);
}

#[test]
fn nothing_but_an_answer_opens_the_gate_however_the_page_stands() {
    for page in [Page::Planned, Page::Paging, Page::Unanswered, Page::Answered] {
        let evidence = Evidence { on_call_at: None, page, ..complete() };
        assert_eq!(red_ids(&evidence, NOON), ["RX-CALL"], "{page:?}");
    }
}

#[test]
fn a_house_that_was_never_heard_is_red_in_every_part() {
    let unheard = Evidence { stands: None, ..complete() };
    assert_eq!(red_ids(&unheard, NOON), ["WATCH-LIVE", "WATCH-CLOCK", "WATCH-SECOND", "WATCH-DOG"]);
    for red in verdict(&unheard, &real(), NOON).red {
        assert_eq!(red.owner, Owner::Role(Role::Admin));
    }
}

#[test]
fn one_reachable_person_is_a_warning_of_the_coordinators_and_closes_nothing() {
    let verdict = verdict(&Evidence { contacts: 1, ..complete() }, &real(), NOON);
    assert!(verdict.is_open());
    let amber: Vec<_> = verdict.amber.iter().map(|item| (item.id.as_str(), item.owner)).collect();
    assert_eq!(amber, [("RX-REACH", Owner::Role(Role::Coordinator))]);
}

#[test]
fn what_a_house_says_it_has_not_is_advice_in_plain_words_and_refuses_nobody() {
    let small = Stands { standby: Backing::NotSetUp, watchdog: Backing::NotSetUp, ..STANDS };
    let verdict = verdict(&standing(small), &real(), NOON);
    assert!(verdict.is_open());
    let advice: Vec<_> = verdict.amber.iter().map(|amber| (amber.id.as_str(), amber.todo.as_str())).collect();
    assert_eq!(advice.len(), 2);
    assert!(
        advice[0].1.starts_with("No second engine is set up: if this process dies, only open pages alarm.")
    );
    assert!(advice[1].1.starts_with("No watchdog is set up: if the server dies, only open pages alarm."));
}
