//! The sitter's way in: named, approved, by link, by six digits, on one device, and out again.
#![expect(clippy::unwrap_used, reason = "a test says what it expects by unwrapping")]
#![expect(clippy::indexing_slicing, reason = "answers are JSON")]

mod house;

use house::House;
use kernel::id::{PersonId, SessionId};
use kernel::role::Role;
use kernel::time::Span;
use proto::envelope::Envelope;
use proto::events::identity::SitterReplaced;
use proto::standing::{Reach, Standing};
use serde_json::{Value, json};

/// Sam is the patient, Lee leads, Ana sits.
struct Evening {
    house: House,
    sam: Standing,
    lee: Standing,
    ana: PersonId,
    session: SessionId,
}

impl Evening {
    async fn new() -> Self {
        Self::at(House::new().await).await
    }

    async fn at(house: House) -> Self {
        let sam = house.signed_in(Role::Patient, "sam@home.example").await;
        let lee = house.signed_in(Role::Therapist, "lee@clinic.example").await;
        let name = json!({"first_name": "Ana", "last_name": "Reyes", "email": "ana@home.example",
            "phone": "+1 555 0100 300", "adult": true});
        let (status, body) = house.post(&sam, "/sitters", &name).await;
        assert_eq!(status, 200);
        let ana = body["person"].as_str().unwrap().parse().unwrap();
        let session = house.session(lee.person, Some(sam.person), Some(ana)).await;
        Self { house, sam, lee, ana, session }
    }

    fn path(&self, rest: &str) -> String {
        format!("/sessions/{}/{rest}", self.session)
    }

    /// The token in the mail, as notify would open it.
    async fn invited(&self) -> String {
        let (status, _) = self.house.post(&self.lee, &self.path("sitter-invitation"), &json!({})).await;
        assert_eq!(status, 200);
        self.house.mailed(self.ana).await
    }

    /// Ana's phone: the cookie and how it stands.
    async fn phone(&self) -> (String, Standing) {
        let (status, cookie, body) = self.house.redeem(&self.invited().await).await;
        assert_eq!((status, body["next"].as_str()), (200, Some("sitter")));
        let standing = self.house.standing(&cookie).await.unwrap();
        (cookie, standing)
    }

    async fn code(&self) -> String {
        let (status, body) = self.house.get(&self.sam, &self.path("presence-code")).await;
        assert_eq!(status, 200);
        body["code"].as_str().unwrap().into()
    }

    async fn types(&self, ana: &Standing, code: &str) -> (u16, Value) {
        self.house.post(ana, &self.path("presence"), &json!({ "code": code })).await
    }
}

fn other_than(code: &str) -> &'static str {
    if code == "111111" { "222222" } else { "111111" }
}

#[actix_web::test]
async fn a_link_lets_the_sitter_prepare_and_six_digits_let_them_in() {
    let evening = Evening::new().await;
    let (cookie, ana) = evening.phone().await;
    assert_eq!((ana.reach, ana.session), (Reach::Preparing, Some(evening.session)));
    let code = evening.code().await;
    assert_eq!(evening.types(&ana, &code).await.0, 200);
    assert_eq!(evening.house.standing(&cookie).await.unwrap().reach, Reach::Present);
    let (_, me) = evening.house.get(&ana, "/me").await;
    assert_eq!((me["first_name"].as_str(), me["presence"].as_bool()), (Some("Ana"), Some(true)));
}

#[actix_web::test]
async fn the_ways_in_and_out_are_the_same_on_every_store() {
    for house in House::on_every_store().await {
        let evening = Evening::at(house).await;
        let (cookie, ana) = evening.phone().await;
        let code = evening.code().await;
        assert_eq!(evening.types(&ana, other_than(&code)).await.0, 409);
        assert_eq!(evening.types(&ana, &code).await.0, 200);
        evening.house.phase(evening.session, "dosed").await;
        evening.house.pass(Span::hours(1));
        evening.house.tick().await;
        assert_eq!(evening.house.standing(&cookie).await.unwrap().reach, Reach::Present);
        let (status, _) =
            evening.house.post(&evening.lee, &evening.path("sitter-revocation"), &json!({})).await;
        assert_eq!(status, 204);
        assert!(evening.house.standing(&cookie).await.is_none());
        for _ in 0..5 {
            assert_eq!(
                evening.house.sign_in("lee@clinic.example", "not the password", "000000").await.0,
                401
            );
        }
        assert_eq!(evening.house.sign_in("lee@clinic.example", "not the password", "000000").await.0, 429);
        evening.house.pass(Span::minutes(20));
        evening.house.tick().await;
        evening.house.tick().await;
        assert_eq!(evening.house.get(&evening.sam, "/people").await.0, 200);
    }
}

#[actix_web::test]
async fn three_wrong_codes_spend_it_for_everyone() {
    let evening = Evening::new().await;
    let (_, ana) = evening.phone().await;
    let code = evening.code().await;
    let codes = [
        evening.types(&ana, other_than(&code)).await,
        evening.types(&ana, other_than(&code)).await,
        evening.types(&ana, other_than(&code)).await,
        evening.types(&ana, &code).await,
    ];
    let codes = codes.map(|(_, body)| body["code"].as_str().unwrap().to_owned());
    let (wrong, spent) = ("presence.code_refused", "presence.code_spent");
    assert_eq!(codes, [wrong, wrong, spent, spent]);
    evening.house.pass(Span::minutes(10));
    let fresh = evening.code().await;
    assert_eq!(evening.types(&ana, &fresh).await.0, 200);
}

#[actix_web::test]
async fn a_repeated_wrong_try_counts_once() {
    let evening = Evening::new().await;
    let (_, ana) = evening.phone().await;
    let code = evening.code().await;
    let (key, body) = (chassis::ids::fresh(), json!({ "code": other_than(&code) }));
    for _ in 0..5 {
        let (status, _) = evening.house.post_with(&ana, key, &evening.path("presence"), &body).await;
        assert_eq!(status, 409);
    }
    assert_eq!(evening.types(&ana, &code).await.0, 200);
}

#[actix_web::test]
async fn a_code_dies_after_ten_minutes() {
    let evening = Evening::new().await;
    let (_, ana) = evening.phone().await;
    let code = evening.code().await;
    evening.house.pass(Span::minutes(10));
    assert_eq!(evening.types(&ana, &code).await.0, 409);
}

#[actix_web::test]
async fn a_second_device_replaces_the_first_and_proves_presence_again() {
    let evening = Evening::new().await;
    let (first, ana) = evening.phone().await;
    let code = evening.code().await;
    evening.types(&ana, &code).await;
    let (second, again) = evening.phone().await;
    assert!(evening.house.standing(&first).await.is_none());
    assert_eq!(again.reach, Reach::Preparing);
    assert!(evening.house.standing(&second).await.is_some());
}

#[actix_web::test]
async fn an_earlier_link_stops_working_when_a_new_one_is_sent() {
    let evening = Evening::new().await;
    let old = evening.invited().await;
    let new = evening.invited().await;
    assert_eq!(evening.house.redeem(&old).await.0, 410);
    assert_eq!(evening.house.redeem(&new).await.0, 200);
}

#[actix_web::test]
async fn a_revoked_sitter_is_out_at_once_and_the_house_hears() {
    let evening = Evening::new().await;
    let (cookie, ana) = evening.phone().await;
    let code = evening.code().await;
    evening.types(&ana, &code).await;
    let (status, _) = evening.house.post(&evening.sam, &evening.path("sitter-revocation"), &json!({})).await;
    assert_eq!(status, 204);
    assert!(evening.house.standing(&cookie).await.is_none());
    let said = evening.house.said().await;
    for name in ["identity.sitter_revoked.v1", "identity.sign_in_revoked.v1", "identity.sitter_absent.v1"] {
        assert!(said.iter().any(|envelope| envelope.name == name), "{name}");
    }
}

#[actix_web::test]
async fn after_the_discharge_little_is_left_and_after_the_morning_nothing() {
    let evening = Evening::new().await;
    let (cookie, _) = evening.phone().await;
    evening.house.phase(evening.session, "discharged").await;
    assert_eq!(evening.house.standing(&cookie).await.unwrap().reach, Reach::After);
    evening.house.morning_answered(evening.session).await;
    assert!(evening.house.standing(&cookie).await.is_none());
}

#[actix_web::test]
async fn a_sitter_taken_off_the_session_loses_access() {
    let evening = Evening::new().await;
    let (cookie, _) = evening.phone().await;
    evening.house.people(evening.session, &[(evening.sam.person, Role::Patient)]).await;
    assert!(evening.house.standing(&cookie).await.is_none());
}

#[actix_web::test]
async fn a_new_sitter_of_the_session_proves_their_own_presence() {
    let evening = Evening::new().await;
    let (_, ana) = evening.phone().await;
    let code = evening.code().await;
    evening.types(&ana, &code).await;
    let kit = evening.house.person(Role::Sitter, "kit@home.example").await;
    let people =
        [(evening.sam.person, Role::Patient), (evening.lee.person, Role::Therapist), (kit, Role::Sitter)];
    evening.house.people(evening.session, &people).await;
    evening.house.post(&evening.lee, &evening.path("sitter-invitation"), &json!({})).await;
    let (_, cookie, _) = evening.house.redeem(&evening.house.mailed(kit).await).await;
    let kit = evening.house.standing(&cookie).await.unwrap();
    assert_eq!(kit.reach, Reach::Preparing);
    let code = evening.code().await;
    assert_eq!(evening.types(&kit, &code).await.0, 200);
    assert_eq!(evening.house.standing(&cookie).await.unwrap().reach, Reach::Present);
}

#[actix_web::test]
async fn another_sitter_is_named_in_the_middle_of_a_session_and_gets_a_link() {
    let evening = Evening::new().await;
    let (cookie, _) = evening.phone().await;
    let name = json!({"first_name": "Kit", "last_name": "Reyes", "email": "kit@home.example",
        "phone": "+1 555 0100 301", "adult": true});
    let kit: PersonId = evening.house.post(&evening.sam, "/sitters", &name).await.1["person"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let replace = async |person: PersonId| {
        let path = evening.path("sitter-replacement");
        evening.house.post(&evening.lee, &path, &json!({ "person": person })).await.0
    };
    assert_eq!(replace(kit).await, 409, "nobody is dosed");
    evening.house.phase(evening.session, "dosed").await;
    let stranger = evening.house.person(Role::Sitter, "stranger@home.example").await;
    assert_eq!([replace(stranger).await, replace(evening.ana).await], [404, 409]);
    assert_eq!(replace(kit).await, 200);

    let said = evening.house.said().await;
    let fact = said.iter().rev().find_map(Envelope::open::<SitterReplaced>).unwrap();
    assert_eq!((fact.person, fact.replaced), (kit, evening.ana));
    // Safety says who belongs to it now: Ana is out, and no alarm is raised about her.
    let people =
        [(evening.sam.person, Role::Patient), (evening.lee.person, Role::Therapist), (kit, Role::Sitter)];
    evening.house.people(evening.session, &people).await;
    assert!(evening.house.standing(&cookie).await.is_none());
    assert!(evening.house.said().await.iter().all(|envelope| envelope.name != "identity.sitter_revoked.v1"));
    let (_, cookie, _) = evening.house.redeem(&evening.house.mailed(kit).await).await;
    let kit = evening.house.standing(&cookie).await.unwrap();
    let code = evening.code().await;
    assert_eq!(evening.types(&kit, &code).await.0, 200);
}

#[actix_web::test]
async fn a_stranger_to_the_session_learns_nothing_of_it() {
    let evening = Evening::new().await;
    let other = evening.house.signed_in(Role::Therapist, "other@clinic.example").await;
    let (status, body) = evening.house.get(&other, &evening.path("presence-code")).await;
    assert_eq!((status, body["code"].as_str()), (404, Some("not_found")));
}

#[actix_web::test]
async fn a_minor_cannot_be_named() {
    let evening = Evening::new().await;
    let name = json!({"first_name": "Kit", "last_name": "Reyes", "email": "kit@home.example",
        "phone": "+1 555 0100 300", "adult": false});
    let (status, body) = evening.house.post(&evening.sam, "/sitters", &name).await;
    assert_eq!((status, body["fields"][0]["name"].as_str()), (422, Some("/adult")));
}

#[actix_web::test]
async fn contacts_and_tokens_travel_sealed_and_no_name_is_in_clear() {
    let evening = Evening::new().await;
    evening.invited().await;
    let said = serde_json::to_string(&evening.house.said().await).unwrap();
    assert!(said.contains("identity.contact_changed.v1"));
    for personal in ["Ana", "Reyes", "ana@home.example", "0100 300"] {
        assert!(!said.contains(personal), "{personal}");
    }
}

#[actix_web::test]
async fn the_people_of_a_session_know_each_others_first_names() {
    let evening = Evening::new().await;
    let (status, body) = evening.house.get(&evening.lee, &evening.path("people")).await;
    let names: Vec<_> =
        body.as_array().unwrap().iter().filter_map(|one| one["first_name"].as_str()).collect();
    assert_eq!((status, names.len()), (200, 3));
    assert!(names.contains(&"Ana") && body[0].get("last_name").is_none());
}
