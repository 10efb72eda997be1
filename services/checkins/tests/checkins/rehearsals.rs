//! Rehearsals: only in a drill, scored from what is on record, and no real alarm is ever played with.

use crate::house::House;
use crate::provider::Provider;
use actix_web::http::StatusCode;
use chassis::ids;
use kernel::id::SessionId;
use kernel::time::Span;
use proto::events::safety::{DoseBegun, SessionOpened};
use serde_json::{Value, json};

/// A drill under way.
async fn drilled(house: &House) -> SessionId {
    let session = ids::fresh();
    house.hears(&SessionOpened { drill: true, ..house.opened(session) }).await;
    house.hears(&DoseBegun { session, at: house.now() }).await;
    session
}

async fn begin(house: &House, session: SessionId, kind: &str) -> (StatusCode, Value) {
    house.post(house.mia, &format!("/sessions/{session}/rehearsals"), json!({ "kind": kind })).await
}

async fn score(house: &House, session: SessionId) -> Value {
    let (status, all) = house.get(house.mia, &format!("/sessions/{session}/rehearsals")).await;
    assert_eq!(status, StatusCode::OK, "{all}");
    all[0].clone()
}

/// What came of each line: `noticed came`.
fn lines(score: &Value) -> Vec<String> {
    let word =
        |line: &Value| format!("{} {}", line["mark"].as_str().unwrap(), line["standing"].as_str().unwrap());
    score["lines"].as_array().unwrap().iter().map(word).collect()
}

#[actix_web::test]
async fn a_sitter_who_fell_asleep_is_scored_from_the_deadline_to_the_last_word() {
    House::on_every_store(async |house| {
        let session = drilled(house).await;
        assert_eq!(begin(house, session, "sitter_asleep").await.0, StatusCode::OK);
        assert_eq!(lines(&score(house, session).await)[0], "noticed waiting");
        house.pass(Span::minutes(7)).await;
        house.pass(Span::minutes(1)).await;
        house.press("/links/acknowledge", &house.link(house.noor).await).await;
        house.pass(Span::seconds(30)).await;
        let path = house.incident_path(session, "resolve").await;
        house.post(house.dr_lee, &path, json!({ "outcome": "sitter_reached" })).await;
        let score = score(house, session).await;
        assert_eq!(
            lines(&score),
            ["noticed came", "outside_told came", "taken came", "closed came"],
            "{score}"
        );
        assert_eq!(
            (&score["came"], &score["due"], &score["taken_by"]),
            (&json!(4), &json!(4), &json!(house.noor.id))
        );
    })
    .await;
}

#[actix_web::test]
async fn what_nobody_did_is_missed() {
    House::on_every_store(async |house| {
        let session = drilled(house).await;
        begin(house, session, "sitter_asleep").await;
        house.pass(Span::minutes(7)).await;
        for _minute in 0..11 {
            house.pass(Span::minutes(1)).await;
        }
        let score = score(house, session).await;
        assert_eq!(lines(&score)[2..], ["taken missed", "closed missed"], "{score}");
        assert_eq!(score["taken_by"], Value::Null);
    })
    .await;
}

#[actix_web::test]
async fn nothing_is_played_in_a_real_session_or_before_a_dose() {
    House::on_every_store(async |house| {
        let real = house.dosed().await;
        let (status, problem) = begin(house, real, "mail_dead").await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("rehearsal.real")), "{problem}");
        let standing = ids::fresh();
        house.hears(&SessionOpened { drill: true, ..house.opened(standing) }).await;
        let (status, problem) = begin(house, standing, "sitter_asleep").await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::CONFLICT, &json!("rehearsal.unwatched")),
            "{problem}"
        );
        let (status, _) = begin(house, standing, "fire").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[actix_web::test]
async fn a_mail_server_that_is_played_dead_is_dead_for_that_drill_alone_and_the_text_has_it() {
    let provider = Provider::start();
    House::set_up(
        |config| {
            config.demo = true;
            provider.telephony(config);
        },
        async |house| {
            let (real, drill) = (house.dosed().await, drilled(house).await);
            begin(house, drill, "mail_dead").await;
            house.pass(Span::minutes(7)).await;
            house.pass(Span::minutes(1)).await;
            let score = house
                .awaited(async || {
                    let score = score(house, drill).await;
                    (lines(&score)[..3] == ["noticed came", "mail_refused came", "other_channel came"])
                        .then_some(score)
                })
                .await;
            assert_eq!(score["kind"], "mail_dead");
            // The real patient's alarm is in the mailbox, and the drill's is not.
            let mailed = house
                .awaited(async || {
                    Some(house.ground.mailbox.of(house.sam.clinic)).filter(|mails| !mails.is_empty())
                })
                .await;
            assert!(mailed.iter().all(|mail| !mail.subject.starts_with("[Drill]")));
            assert!(crate::rows::told(house, real).await.contains(&"2 Noor mail".to_owned()));
        },
    )
    .await;
}
