//! Pages, a picture, a reading: what their silence means, alone and together.

use crate::house::{House, Person};
use crate::rows;
use chassis::service::Service as _;
use kernel::id::SessionId;
use kernel::time::Span;
use proto::events::safety::Discharged;
use proto::events::video::{PersonJoined, PersonLeft};
use serde_json::{Value, json};

/// A page polls this often.
const POLL: Span = Span::seconds(5);

impl House {
    async fn polls(&self, who: Person, session: SessionId) -> Value {
        self.get(who, &format!("/sessions/{session}/watch")).await.1
    }

    /// So many seconds in which these people's pages ask.
    async fn seconds_with(&self, seconds: i64, session: SessionId, open: &[Person]) {
        for _ in 0..seconds / POLL.as_seconds() {
            self.pass(POLL).await;
            for who in open {
                self.polls(*who, session).await;
            }
        }
    }

    async fn causes(&self, session: SessionId) -> Vec<(String, String)> {
        let watch = self.polls(self.noor, session).await;
        let word = |incident: &Value, field: &str| incident[field].as_str().unwrap().to_owned();
        let incidents = watch["incidents"].as_array().unwrap();
        incidents.iter().map(|incident| (word(incident, "cause"), word(incident, "severity"))).collect()
    }
}

fn incident(cause: &str, severity: &str) -> Vec<(String, String)> {
    vec![(cause.to_owned(), severity.to_owned())]
}

#[actix_web::test]
async fn a_therapist_whose_pages_stop_asking_is_missed_after_twenty_seconds_and_cover_is_paged_after_sixty() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        let lee = house.dr_lee;
        house.seconds_with(60, session, &[lee]).await;
        assert_eq!(house.causes(session).await, []);

        house.seconds_with(15, session, &[]).await;
        assert_eq!(house.causes(session).await, []);
        house.seconds_with(5, session, &[]).await;
        assert_eq!(house.causes(session).await, incident("therapist_lost", "urgent"));
        assert_eq!(rows::told(house, session).await, ["1 Dr. Okafor screen", "1 Noor screen"]);

        house.seconds_with(40, session, &[]).await;
        let told = rows::told(house, session).await;
        assert!(told.contains(&"2 Noor mail".to_owned()), "{told:?}");
        house.seconds_with(20, session, &[lee]).await;
        assert_eq!(house.causes(session).await, incident("therapist_lost", "urgent"), "a person closes it");
    })
    .await;
}

#[actix_web::test]
async fn a_board_that_shows_all_sessions_is_a_page_too() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.polls(house.dr_lee, session).await;
        for _ in 0..8 {
            house.pass(POLL).await;
            house.get(house.dr_lee, "/incidents?open=true").await;
        }
        assert_eq!(house.causes(session).await, []);
    })
    .await;
}

#[actix_web::test]
async fn a_phone_that_is_gone_is_shown_and_alone_alarms_nobody() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.polls(house.ana, session).await;
        let silent_since = house.now().plus(Span::seconds(45));
        house.seconds_with(60, session, &[]).await;
        let watch = house.polls(house.noor, session).await;
        let sign = watch["signs"].as_array().unwrap().iter().find(|sign| sign["sign"] == "sitter_page");
        assert_eq!(sign.unwrap()["silent_since"], json!(silent_since));
        assert_eq!(watch["incidents"], json!([]));

        house.polls(house.ana, session).await;
        let watch = house.polls(house.noor, session).await;
        let mut signs = watch["signs"].as_array().unwrap().iter();
        assert!(signs.all(|sign| sign["silent_since"].is_null()), "{watch}");
    })
    .await;
}

#[actix_web::test]
async fn a_phone_and_a_picture_gone_at_once_are_one_incident_that_a_missed_look_joins() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        let at = house.now();
        house.hears(&PersonJoined { session, person: house.sam.id, at }).await;
        house.polls(house.ana, session).await;
        house.seconds_with(30, session, &[house.ana]).await;
        house.hears(&PersonLeft { session, person: house.sam.id, at: house.now() }).await;
        house.seconds_with(40, session, &[]).await;
        assert_eq!(house.causes(session).await, []);
        house.seconds_with(10, session, &[]).await;
        assert_eq!(house.causes(session).await, incident("lost_patient", "urgent"));

        // The look falls due at five minutes, and at seven it is missed: the phone it belongs to is silent already.
        house.seconds_with(4 * 60, session, &[]).await;
        assert_eq!(house.causes(session).await, incident("lost_patient", "urgent"), "it was told of");
        house.seconds_with(2 * 60, session, &[]).await;
        assert_eq!(house.causes(session).await, incident("lost_patient", "urgent"));
        assert_eq!(house.polls(house.noor, session).await["missed"], json!(1));
    })
    .await;
}

#[actix_web::test]
async fn what_comes_back_is_forgotten_and_anybody_elses_picture_is_no_sign() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        let at = house.now();
        house.polls(house.ana, session).await;
        for person in [house.sam.id, house.dr_lee.id] {
            house.hears(&PersonLeft { session, person, at }).await;
        }
        house.hears(&PersonJoined { session, person: house.sam.id, at }).await;
        house.seconds_with(90, session, &[]).await;
        assert_eq!(house.causes(session).await, []);
    })
    .await;
}

#[actix_web::test]
async fn an_engine_that_could_not_look_gives_everybody_time_to_show_themselves() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.polls(house.dr_lee, session).await;
        house.pass(Span::seconds(60)).await;
        house.seconds_with(15, session, &[]).await;
        assert_eq!(house.causes(session).await, []);
        house.seconds_with(10, session, &[]).await;
        assert_eq!(house.causes(session).await, incident("therapist_lost", "urgent"));
    })
    .await;
}

#[actix_web::test]
async fn an_engine_whose_look_failed_was_as_blind() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.polls(house.dr_lee, session).await;
        rows::renamed(house, "checkins_sign", "checkins_sign_away").await;
        house.ground.clock.advance(Span::seconds(60));
        house.checkins.tick().await.unwrap_err();
        rows::renamed(house, "checkins_sign_away", "checkins_sign").await;
        house.pass(Span::ZERO).await;
        assert_eq!(house.causes(session).await, []);
    })
    .await;
}

#[actix_web::test]
async fn after_the_discharge_nobody_is_waited_for() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.polls(house.dr_lee, session).await;
        let (at, next_morning_at) = (house.now(), house.now().plus(Span::hours(14)));
        house.hears(&Discharged { session, at, next_morning_at }).await;
        house.seconds_with(60, session, &[]).await;
        assert_eq!(house.causes(session).await, []);
    })
    .await;
}

#[actix_web::test]
async fn a_page_is_written_down_half_as_often_as_it_asks_and_is_missed_from_its_last_word() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        let written = "select max(seen_at) from checkins_sign where sign = 'therapist_page'";
        let mut sights = vec![];
        for _poll in 0..4 {
            house.polls(house.dr_lee, session).await;
            sights.push(rows::count(house, written).await);
            house.pass(POLL).await;
        }
        assert!(sights[0] == sights[1] && sights[1] < sights[2] && sights[2] == sights[3], "{sights:?}");
        // The last word came 5 s ago, and what is written 10 s ago.
        house.seconds_with(10, session, &[]).await;
        house.pass(Span::seconds(4)).await;
        assert_eq!(house.causes(session).await, []);
        house.pass(Span::seconds(1)).await;
        assert_eq!(house.causes(session).await, incident("therapist_lost", "urgent"));
    })
    .await;
}
