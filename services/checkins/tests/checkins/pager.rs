//! The page before a session: it comes by itself, goes from one to the next, and only a real answer ends it.

use crate::house::{House, Person};
use actix_web::http::StatusCode;
use chassis::ids;
use kernel::id::SessionId;
use kernel::role::Role;
use kernel::time::Span;
use proto::events::checkins::{OnCallConfirmed, PagerChanged};
use proto::events::safety::{DoseBegun, Member, PhaseChanged, SessionEnded, SessionOpened};
use serde_json::{Value, json};

const CONFIRM: &str = "/links/on-call-confirmation";

/// A session that begins in an hour.
async fn booked(house: &House) -> SessionId {
    let session = ids::fresh();
    house.hears(&in_an_hour(house, session)).await;
    session
}

fn in_an_hour(house: &House, session: SessionId) -> SessionOpened {
    let starts_at = house.now().plus(Span::hours(1));
    SessionOpened { starts_at, ends_at: starts_at.plus(Span::hours(4)), ..house.opened(session) }
}

/// The same with other people in it.
async fn booked_with(house: &House, people: &[(Person, bool)]) -> SessionId {
    let session = ids::fresh();
    let member =
        |(one, on_call): &(Person, bool)| Member { person: one.id, role: one.role, on_call: *on_call };
    let people = people.iter().map(member).collect();
    house.hears(&SessionOpened { people, ..in_an_hour(house, session) }).await;
    session
}

async fn pager(house: &House, session: SessionId) -> Value {
    house.watch(session).await["pager"].clone()
}

/// Who was asked, in order.
async fn asked(house: &House, session: SessionId) -> Vec<String> {
    let pager = pager(house, session).await;
    let people = [house.dr_lee, house.dr_okafor, house.noor, house.mia];
    let name = |id: &Value| people.iter().find(|one| json!(one.id) == *id).unwrap().name;
    let word = |page: &Value| {
        format!("{} {} {}", page["round"], name(&page["person"]), page["channel"].as_str().unwrap())
    };
    pager["pages"].as_array().unwrap().iter().map(word).collect()
}

/// Ten minutes before the start.
async fn paged(house: &House) -> SessionId {
    let session = booked(house).await;
    house.pass(Span::minutes(50)).await;
    session
}

#[actix_web::test]
async fn the_page_comes_by_itself_ten_minutes_before_the_start_and_not_before() {
    House::on_every_store(async |house| {
        let session = booked(house).await;
        let planned = pager(house, session).await;
        assert_eq!(planned["page_at"], json!(house.now().plus(Span::minutes(50))), "{planned}");
        house.pass(Span::micros(Span::minutes(50).as_micros() - 1)).await;
        assert_eq!(asked(house, session).await, Vec::<String>::new());
        house.pass(Span::micros(1)).await;
        assert_eq!(asked(house, session).await, ["0 Noor mail"]);
        assert_eq!(house.watch(session).await["on_call_confirmed_at"], Value::Null);
    })
    .await;
}

#[actix_web::test]
async fn unanswered_for_a_minute_it_is_the_next_ones_and_a_press_ends_it() {
    House::on_every_store(async |house| {
        let session = paged(house).await;
        house.pass(Span::seconds(59)).await;
        assert_eq!(asked(house, session).await.len(), 1);
        house.pass(Span::seconds(1)).await;
        let told = ["0 Noor mail", "1 Dr. Okafor mail"];
        assert_eq!(asked(house, session).await, told);
        let token = house.link(house.dr_okafor).await;
        assert_eq!(house.press(CONFIRM, &token).await.0, StatusCode::OK);
        let confirmed = house.says::<OnCallConfirmed>().await;
        assert_eq!((confirmed.session, confirmed.person), (session, house.dr_okafor.id));
        let answered = pager(house, session).await;
        assert_eq!(
            (&answered["state"], &answered["answered_by"], &answered["answered_at"]),
            (&json!("answered"), &json!(house.dr_okafor.id), &json!(house.now())),
            "{answered}"
        );
        house.pass(Span::minutes(30)).await;
        assert_eq!(asked(house, session).await, told);
    })
    .await;
}

#[actix_web::test]
async fn nobody_answers_ten_pages_and_the_house_says_so() {
    House::on_every_store(async |house| {
        let session = paged(house).await;
        for _minute in 0..12 {
            house.pass(Span::minutes(1)).await;
        }
        let asked = asked(house, session).await;
        assert_eq!((asked.len(), asked.last().unwrap().as_str()), (10, "9 Dr. Okafor mail"));
        assert_eq!(pager(house, session).await["state"], "unanswered");
        // A late press is an answer all the same.
        assert_eq!(house.press(CONFIRM, &house.link(house.noor).await).await.0, StatusCode::OK);
        assert_eq!(pager(house, session).await["answered_by"], json!(house.noor.id));
    })
    .await;
}

#[actix_web::test]
async fn whoever_arrives_early_starts_the_page_and_only_once() {
    House::on_every_store(async |house| {
        let session = booked(house).await;
        for _twice in 0..2 {
            house.hears(&PhaseChanged { session, phase: "arriving".into(), at: house.now() }).await;
        }
        assert_eq!(asked(house, session).await, ["0 Noor mail"]);
    })
    .await;
}

#[actix_web::test]
async fn a_link_pressed_by_somebody_who_is_in_the_home_now_answers_nothing() {
    House::on_every_store(async |house| {
        let session = paged(house).await;
        let token = house.link(house.noor).await;
        // Noor has come to sit with Sam herself.
        let mut opened = in_an_hour(house, session);
        opened.people.retain(|member| member.person != house.noor.id);
        opened.people.push(Member { person: house.noor.id, role: Role::Sitter, on_call: true });
        house.hears(&opened).await;
        let (status, problem) = house.press(CONFIRM, &token).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::FORBIDDEN, &json!("page.not_yours")),
            "{problem}"
        );
        assert_eq!(house.watch(session).await["on_call_confirmed_at"], Value::Null);
        // And she is not asked any more.
        for _minute in 0..2 {
            house.pass(Span::minutes(1)).await;
        }
        assert_eq!(asked(house, session).await[1..], ["1 Dr. Okafor mail", "2 Dr. Okafor mail"]);
    })
    .await;
}

#[actix_web::test]
async fn a_ladder_that_names_nobody_outside_is_known_at_the_booking() {
    House::on_every_store(async |house| {
        let session =
            booked_with(house, &[(house.sam, false), (house.ana, false), (house.dr_lee, true)]).await;
        let fact = house.says::<PagerChanged>().await;
        assert_eq!((fact.session, fact.hole.as_deref()), (session, Some("nobody")));
        assert_eq!(pager(house, session).await["hole"], "nobody");
        house.pass(Span::hours(1)).await;
        assert_eq!(asked(house, session).await, Vec::<String>::new());
        assert!(house.trail(session).await.iter().any(|row| row.starts_with("on_call.unreachable")));
    })
    .await;
}

#[actix_web::test]
async fn a_person_without_a_way_to_them_is_a_hole_until_there_is_one() {
    House::on_every_store(async |house| {
        let session = booked_with(
            house,
            &[(house.sam, false), (house.ana, false), (house.dr_lee, false), (house.mia, true)],
        )
        .await;
        assert_eq!(house.says::<PagerChanged>().await.hole.as_deref(), Some("unreachable"));
        house.hears(&house.reached(house.mia)).await;
        // The first fact may be told twice.
        while house.says::<PagerChanged>().await.hole.is_some() {}
        assert_eq!(pager(house, session).await["hole"], Value::Null);
        house.pass(Span::minutes(50)).await;
        assert_eq!(asked(house, session).await, ["0 Mia mail"]);
    })
    .await;
}

#[actix_web::test]
async fn an_answer_counts_for_thirty_days_whatever_it_was_to() {
    House::on_every_store(async |house| {
        let alarmed = house.dosed().await;
        house.pass(Span::minutes(8)).await;
        house.press("/links/acknowledge", &house.link(house.noor).await).await;
        let path = house.incident_path(alarmed, "resolve").await;
        house.post(house.dr_lee, &path, json!({ "outcome": "sitter_reached" })).await;
        let answered_at = house.now();
        house
            .hears(&SessionEnded { session: alarmed, kind: "withdrawn".into(), dosed: true, at: answered_at })
            .await;
        let session = booked(house).await;
        let standing = async || {
            let contacts = pager(house, session).await["contacts"].clone();
            let word = |one: &Value| (one["answered_at"].clone(), one["current"].clone());
            contacts.as_array().unwrap().iter().map(word).collect::<Vec<_>>()
        };
        assert_eq!(standing().await, [(json!(answered_at), json!(true)), (Value::Null, json!(false))]);
        house.ground.clock.advance(Span::micros(Span::hours(24 * 30).as_micros() + 1));
        assert_eq!(standing().await[0], (json!(answered_at), json!(false)));
    })
    .await;
}

#[actix_web::test]
async fn once_somebody_answered_the_others_may_be_asked_and_their_answer_counts_too() {
    House::on_every_store(async |house| {
        let session = paged(house).await;
        house.press(CONFIRM, &house.link(house.noor).await).await;
        let path = format!("/sessions/{session}/on-call/page");
        assert_eq!(house.post(house.dr_lee, &path, json!({})).await.0, StatusCode::OK);
        assert_eq!(asked(house, session).await, ["0 Noor mail", "1 Dr. Okafor mail"]);
        assert_eq!(house.press(CONFIRM, &house.link(house.dr_okafor).await).await.0, StatusCode::OK);
        let pager = pager(house, session).await;
        let current: Vec<_> =
            pager["contacts"].as_array().unwrap().iter().map(|one| &one["current"]).collect();
        assert_eq!((current, &pager["answered_by"]), (vec![&json!(true); 2], &json!(house.noor.id)));
        // Both have answered lately: asking again asks nobody.
        house.post(house.dr_lee, &path, json!({})).await;
        assert_eq!(asked(house, session).await.len(), 2);
    })
    .await;
}

#[actix_web::test]
async fn a_session_that_was_called_off_or_dosed_pages_nobody() {
    House::on_every_store(async |house| {
        let (off, dosed) = (booked(house).await, booked(house).await);
        house
            .hears(&SessionEnded { session: off, kind: "without_dose".into(), dosed: false, at: house.now() })
            .await;
        house.hears(&DoseBegun { session: dosed, at: house.now() }).await;
        house.pass(Span::hours(1)).await;
        for session in [off, dosed] {
            assert_eq!(asked(house, session).await, Vec::<String>::new());
        }
    })
    .await;
}

#[actix_web::test]
async fn the_home_does_not_see_who_is_asked() {
    House::on_every_store(async |house| {
        let session = paged(house).await;
        for home in [house.sam, house.ana] {
            let (status, watch) = house.get(home, &format!("/sessions/{session}/watch")).await;
            assert_eq!((status, &watch["pager"]), (StatusCode::OK, &Value::Null));
            assert!(
                !crate::rows::said_to(house, home, session)
                    .await
                    .contains(&"checkins.pager_changed.v1".into())
            );
        }
    })
    .await;
}
