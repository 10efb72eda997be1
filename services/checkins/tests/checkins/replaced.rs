//! Another sitter takes the place. The clock does not stop for it.

use crate::door::well;
use crate::house::{House, Person};
use actix_web::http::StatusCode;
use chassis::ids;
use kernel::time::Span;
use serde_json::{Value, json};

#[actix_web::test]
async fn a_sitter_paired_within_ninety_seconds_finds_the_due_times_as_they_were() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        let before = house.watch(session).await["next"].clone();
        house.pass(Span::minutes(4)).await;

        let kit = Person { id: ids::fresh(), name: "Kit", ..house.ana };
        let mut opened = house.opened(session);
        for member in &mut opened.people {
            if member.person == house.ana.id {
                member.person = kit.id;
            }
        }
        house.hears(&opened).await;
        house.pass(Span::seconds(90)).await;
        assert_eq!(house.watch(session).await["next"], before);

        // Ana's answer is nobody's; Kit's counts, from the time it was due.
        assert_eq!(house.looks(session, 1, well()).await.0, StatusCode::NOT_FOUND);
        let look = json!({ "sequence": 1, "answers": well(), "answered_at": house.now() });
        let (_, taken) = house.post(kit, &format!("/sessions/{session}/checkins"), look).await;
        assert_eq!(taken["counted"], "in_time", "{taken}");
        let watch = house.watch(session).await;
        assert_eq!((&watch["incidents"], &watch["missed"]), (&json!([]), &json!(0)), "{watch}");
        assert_ne!(watch["next"], Value::Null);
    })
    .await;
}
