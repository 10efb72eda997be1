//! The second contact: named, asked, and let into the sitter's place when the ladder calls them. Nobody else is.
#![expect(clippy::unwrap_used, reason = "a test says what it expects by unwrapping")]
#![expect(clippy::indexing_slicing, reason = "answers are JSON")]

mod house;

use house::House;
use kernel::id::{PersonId, SessionId};
use kernel::role::Role;
use kernel::time::Span;
use proto::envelope::Envelope;
use proto::events::identity::{SecondContactChanged, SitterReplaced};
use proto::sealed::LINK;
use proto::standing::{Reach, Standing};
use serde_json::{Value, json};

/// Sam is the patient, Lee leads, Ana sits; Bruno is whom Sam has named beside her.
struct Evening {
    house: House,
    sam: Standing,
    lee: Standing,
    ana: PersonId,
    bruno: PersonId,
    session: SessionId,
}

/// Sam names somebody who may be in the home.
async fn named(house: &House, sam: &Standing, first_name: &str, email: &str, phone: &str) -> PersonId {
    let name = json!({"first_name": first_name, "last_name": "Reyes", "email": email, "phone": phone, "adult": true});
    let (status, body) = house.post(sam, "/sitters", &name).await;
    assert_eq!(status, 200, "{body}");
    body["person"].as_str().unwrap().parse().unwrap()
}

impl Evening {
    async fn new() -> Self {
        Self::at(House::new().await).await
    }

    async fn at(house: House) -> Self {
        let sam = house.signed_in(Role::Patient, "sam@home.example").await;
        let lee = house.signed_in(Role::Therapist, "lee@clinic.example").await;
        let ana = named(&house, &sam, "Ana", "ana@home.example", "+1 555 0100 300").await;
        let bruno = named(&house, &sam, "Bruno", "bruno@town.example", "+1 555 0100 301").await;
        let session = house.session(lee.person, Some(sam.person), Some(ana)).await;
        Self { house, sam, lee, ana, bruno, session }
    }

    fn path(&self, rest: &str) -> String {
        format!("/sessions/{}/{rest}", self.session)
    }

    async fn names(&self, who: &Standing, person: PersonId) -> (u16, Value) {
        self.house.post(who, &self.path("second-contact"), &json!({ "person": person })).await
    }

    async fn shown(&self, who: &Standing) -> Value {
        let (status, body) = self.house.get(who, &self.path("second-contact")).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// What the page of the question shows before anybody presses.
    async fn looks(&self, token: &str) -> (u16, Value) {
        let (status, _cookie, body) =
            self.house.post_public("/links/second-contact/question", &json!({ "token": token })).await;
        (status, body)
    }

    async fn says(&self, token: &str, reachable: bool) -> u16 {
        let body = json!({ "token": token, "reachable": reachable });
        self.house.post_public("/links/second-contact", &body).await.0
    }

    /// Bruno was asked and said yes.
    async fn confirmed(&self) {
        assert_eq!(self.names(&self.sam, self.bruno).await.0, 200);
        assert_eq!(self.says(&self.house.mailed(self.bruno).await, true).await, 204);
    }

    async fn last(&self) -> SecondContactChanged {
        self.house.said().await.iter().rev().find_map(Envelope::open::<SecondContactChanged>).unwrap()
    }

    /// The code in Bruno's message, as checkins opens it.
    async fn code(&self) -> String {
        let vault = chassis::service::Service::store(&*self.house.identity).vault();
        let sealed = self.last().await.sealed.unwrap();
        String::from_utf8(vault.open_from_bus(LINK, self.bruno, &sealed).unwrap()).unwrap()
    }

    /// Safety says that somebody else sits now.
    async fn seated(&self, sitter: PersonId) {
        let people =
            [(self.sam.person, Role::Patient), (self.lee.person, Role::Therapist), (sitter, Role::Sitter)];
        self.house.people(self.session, &people).await;
    }
}

#[actix_web::test]
async fn nobody_is_a_second_contact_until_they_say_yes() {
    for house in House::on_every_store().await {
        let evening = Evening::at(house).await;
        assert_eq!(evening.shown(&evening.lee).await["standing"], "none");
        assert_eq!(evening.names(&evening.sam, evening.bruno).await.0, 200);
        let asked = evening.last().await;
        assert_eq!((asked.standing.as_str(), asked.sealed), ("asked", None));
        assert_eq!(evening.shown(&evening.lee).await["standing"], "asked");

        let link = evening.house.mailed(evening.bruno).await;
        let (starts_at, ends_at) =
            (evening.house.now().plus(Span::hours(1)), evening.house.now().plus(Span::hours(5)));
        let within = json!({ "starts_at": starts_at, "ends_at": ends_at });
        assert_eq!(evening.looks(&link).await, (200, within));
        assert_eq!(evening.says(&link, true).await, 204);
        assert_eq!(evening.looks(&link).await.0, 410, "what is answered is asked no more");
        let shown = evening.shown(&evening.lee).await;
        assert_eq!(
            (&shown["standing"], &shown["first_name"], &shown["phone"]),
            (&json!("confirmed"), &json!("Bruno"), &json!("+1 555 0100 301"))
        );
        assert_eq!(evening.shown(&evening.sam).await["phone"], Value::Null);
        assert_eq!(evening.says(&link, false).await, 410, "the link works once");
    }
}

#[actix_web::test]
async fn a_no_is_shown_and_gives_no_code() {
    let evening = Evening::new().await;
    evening.names(&evening.lee, evening.bruno).await;
    assert_eq!(evening.says(&evening.house.mailed(evening.bruno).await, false).await, 204);
    assert_eq!(evening.shown(&evening.sam).await["standing"], "declined");
    assert_eq!(evening.last().await.sealed, None);
}

#[actix_web::test]
async fn the_sitter_is_nobodys_second_contact_nor_is_their_telephone() {
    let evening = Evening::new().await;
    let twin = named(&evening.house, &evening.sam, "Kit", "kit@town.example", "555 0100300").await;
    let alias = named(&evening.house, &evening.sam, "Ola", "Ana@Home.example", "+1 555 0100 399").await;
    for person in [evening.ana, twin, alias] {
        let (status, problem) = evening.names(&evening.sam, person).await;
        assert_eq!((status, &problem["code"]), (422, &json!("second_contact.sits")));
        assert!(problem["detail"].as_str().unwrap().starts_with("Name somebody else"));
    }
    assert_eq!(evening.shown(&evening.lee).await["standing"], "none");
}

#[actix_web::test]
async fn only_whom_the_patient_has_named_is_asked_and_only_while_there_is_time() {
    let evening = Evening::new().await;
    let stranger = evening.house.person(Role::Sitter, "stranger@home.example").await;
    assert_eq!(evening.names(&evening.lee, stranger).await.0, 404);
    assert_eq!(evening.names(&evening.lee, evening.lee.person).await.0, 404);
    let other = evening.house.signed_in(Role::Therapist, "other@clinic.example").await;
    assert_eq!(evening.names(&other, evening.bruno).await.0, 404);
    evening.house.phase(evening.session, "discharged").await;
    assert_eq!(evening.names(&evening.lee, evening.bruno).await.0, 409);
}

#[actix_web::test]
async fn another_one_takes_the_place_of_the_first_and_the_links_of_the_first_are_dead() {
    let evening = Evening::new().await;
    evening.confirmed().await;
    let code = evening.code().await;
    let kit = named(&evening.house, &evening.sam, "Kit", "kit@town.example", "+1 555 0100 302").await;
    evening.names(&evening.lee, kit).await;
    let shown = evening.shown(&evening.lee).await;
    assert_eq!((&shown["standing"], &shown["person"]), (&json!("asked"), &json!(kit)));
    evening.house.phase(evening.session, "dosed").await;
    assert_eq!(evening.house.redeem(&code).await.0, 410);
}

#[actix_web::test]
async fn the_code_opens_the_sitters_page_once_and_gives_them_the_place() {
    for house in House::on_every_store().await {
        let evening = Evening::at(house).await;
        evening.confirmed().await;
        let code = evening.code().await;
        evening.house.phase(evening.session, "dosed").await;
        let (status, cookie, body) = evening.house.redeem(&code).await;
        assert_eq!((status, body["next"].as_str()), (200, Some("sitter")), "{body}");
        let bruno = evening.house.standing(&cookie).await.unwrap();
        assert_eq!(
            (bruno.person, bruno.reach, bruno.session),
            (evening.bruno, Reach::Preparing, Some(evening.session))
        );
        let said = evening.house.said().await;
        let fact = said.iter().rev().find_map(Envelope::open::<SitterReplaced>).unwrap();
        assert_eq!((fact.person, fact.replaced), (evening.bruno, evening.ana));
        assert_eq!(evening.house.redeem(&code).await.0, 410, "the code works once");

        // What safety said before it heard of it changes nothing.
        evening.seated(evening.ana).await;
        assert!(evening.house.standing(&cookie).await.is_some());
        evening.seated(evening.bruno).await;
        assert_eq!(evening.shown(&evening.lee).await["standing"], "sits");
        let (_, shown) = evening.house.get(&evening.sam, &evening.path("presence-code")).await;
        let digits = json!({ "code": shown["code"] });
        assert_eq!(evening.house.post(&bruno, &evening.path("presence"), &digits).await.0, 200);
        assert_eq!(evening.house.standing(&cookie).await.unwrap().reach, Reach::Present);
        // And if somebody else sits after all, they are out like every sitter.
        evening.seated(evening.ana).await;
        assert!(evening.house.standing(&cookie).await.is_none());
    }
}

#[actix_web::test]
async fn the_code_opens_nothing_before_the_dose_nor_after_the_discharge_nor_late() {
    let evening = Evening::new().await;
    evening.confirmed().await;
    let code = evening.code().await;
    for phase in ["gate", "discharged", "closed"] {
        evening.house.phase(evening.session, phase).await;
        let (status, cookie, problem) = evening.house.redeem(&code).await;
        assert_eq!((status, cookie.as_str(), &problem["code"]), (410, "", &json!("link.refused")), "{phase}");
    }
    evening.house.phase(evening.session, "dosed").await;
    evening.house.pass(Span::hours(7));
    evening.house.tick().await;
    assert_eq!(evening.house.redeem(&code).await.0, 410, "two hours after the session it is late");
    assert!(evening.house.said().await.iter().all(|one| one.name != "identity.sitter_replaced.v1"));
}

#[actix_web::test]
async fn a_question_opens_no_page_and_a_code_answers_no_question() {
    let evening = Evening::new().await;
    evening.names(&evening.sam, evening.bruno).await;
    let question = evening.house.mailed(evening.bruno).await;
    evening.house.phase(evening.session, "dosed").await;
    assert_eq!(evening.house.redeem(&question).await.0, 410);
    assert_eq!(evening.says(&question, true).await, 204, "what was refused was not used up");
    let code = evening.code().await;
    assert_eq!(evening.says(&code, false).await, 410);
    assert_eq!(evening.says("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", true).await, 410);
    assert_eq!(evening.shown(&evening.lee).await["standing"], "confirmed");
}

#[actix_web::test]
async fn whoever_is_given_the_place_by_hand_is_called_no_more() {
    let evening = Evening::new().await;
    evening.confirmed().await;
    let code = evening.code().await;
    evening.house.phase(evening.session, "dosed").await;
    let replace = json!({ "person": evening.bruno });
    assert_eq!(evening.house.post(&evening.lee, &evening.path("sitter-replacement"), &replace).await.0, 200);
    evening.seated(evening.bruno).await;
    let said = evening.last().await;
    assert_eq!((said.standing.as_str(), said.sealed), ("sits", None));
    assert_eq!(evening.house.redeem(&code).await.0, 410);
}

#[actix_web::test]
async fn no_code_rests_in_the_clear_and_none_is_said_so() {
    let evening = Evening::new().await;
    evening.confirmed().await;
    let code = evening.code().await;
    let said = serde_json::to_string(&evening.house.said().await).unwrap();
    let (links, kept) = (evening.house.links().await, evening.house.kept_answers().await);
    for text in [said, kept] {
        assert!(!text.contains(&code));
    }
    assert!(!links.windows(code.len()).any(|window| window == code.as_bytes()));
}
