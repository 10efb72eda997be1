//! Identity over its own routes: invitations, sign-in, sitters, and which browsers count.
#![expect(clippy::unwrap_used, reason = "a test says what it expects by unwrapping")]
#![expect(clippy::indexing_slicing, reason = "answers are JSON")]

mod house;

use house::House;
use kernel::role::Role;
use kernel::time::Span;
use proto::standing::{Reach, Touch};
use serde_json::json;

#[actix_web::test]
async fn an_invitation_opens_an_account_and_opens_it_once() {
    let house = House::new().await;
    let lee = house.person(Role::Therapist, "lee@clinic.example").await;
    let token = house.identity.invitation(house.clinic, lee).await.unwrap();
    let (status, cookie, body) = house.redeem(&token).await;
    assert_eq!((status, body["next"].as_str()), (200, Some("account")));
    let standing = house.standing(&cookie).await.unwrap();
    assert_eq!((standing.person, standing.reach), (lee, Reach::Account));
    let (again, _, body) = house.redeem(&token).await;
    assert_eq!((again, body["code"].as_str()), (410, Some("link.refused")));
}

#[actix_web::test]
async fn a_link_that_never_was_gives_the_answer_of_a_used_one() {
    let house = House::new().await;
    let lee = house.person(Role::Therapist, "lee@clinic.example").await;
    let token = house.identity.invitation(house.clinic, lee).await.unwrap();
    house.redeem(&token).await;
    let (used, never) = (house.redeem(&token).await, house.redeem("never-made").await);
    assert_eq!((used.0, used.2), (never.0, never.2));
}

#[actix_web::test]
async fn password_and_app_make_an_account_and_sign_in() {
    let house = House::new().await;
    let account = house.account(Role::Patient, "sam@home.example").await;
    let (status, cookie, body) =
        house.sign_in("sam@home.example", &account.password, &account.next_code()).await;
    assert_eq!((status, body["role"].as_str()), (200, Some("patient")));
    assert_eq!(house.standing(&cookie).await.unwrap().reach, Reach::Full);
}

#[actix_web::test]
async fn a_code_from_the_app_works_once() {
    let house = House::new().await;
    let account = house.account(Role::Therapist, "lee@clinic.example").await;
    let code = account.next_code();
    assert_eq!(house.sign_in("lee@clinic.example", &account.password, &code).await.0, 200);
    let (status, _, body) = house.sign_in("lee@clinic.example", &account.password, &code).await;
    assert_eq!((status, body["code"].as_str()), (401, Some("sign_in.refused")));
}

#[actix_web::test]
async fn an_unknown_person_a_wrong_password_and_a_wrong_code_look_the_same() {
    let house = House::new().await;
    let account = house.account(Role::Therapist, "lee@clinic.example").await;
    let code = account.next_code();
    let unknown = house.sign_in("nobody@clinic.example", &account.password, &code).await;
    let password = house.sign_in("lee@clinic.example", "not the password", &code).await;
    let app = house.sign_in("lee@clinic.example", &account.password, "000000").await;
    assert_eq!((unknown.0, &unknown.2), (401, &password.2));
    assert_eq!((password.0, &password.2), (401, &app.2));
}

#[actix_web::test]
async fn the_sixth_try_waits_and_another_network_does_not() {
    let house = House::new().await;
    let account = house.account(Role::Therapist, "lee@clinic.example").await;
    for _ in 0..5 {
        assert_eq!(house.sign_in("lee@clinic.example", "not the password", "000000").await.0, 401);
    }
    let (status, _, body) =
        house.sign_in("lee@clinic.example", &account.password, &account.next_code()).await;
    assert_eq!((status, body["code"].as_str()), (429, Some("sign_in.throttled")));
    let elsewhere = house.sign_in_from("198.51.100.9", "lee@clinic.example", &account).await;
    assert_eq!(elsewhere.0, 200);
    house.pass(Span::minutes(1));
    let later = house.sign_in("lee@clinic.example", "not the password", "000000").await;
    assert_eq!(later.0, 401);
}

#[actix_web::test]
async fn a_field_we_do_not_know_is_refused() {
    let house = House::new().await;
    let body = json!({"email": "a@b.example", "password": "x", "totp": "000000", "role": "admin"});
    let (status, _, body) = house.post_public("/sign-in", &body).await;
    assert_eq!((status, body["code"].as_str()), (422, Some("field.unknown")));
}

#[actix_web::test]
async fn a_weak_password_is_refused_with_the_reason() {
    let house = House::new().await;
    let lee = house.person(Role::Therapist, "lee@clinic.example").await;
    let who = house.invited(lee, Role::Therapist).await;
    let (status, body) = house.post(&who, "/account", &json!({"password": "short"})).await;
    assert_eq!((status, body["fields"][0]["code"].as_str()), (422, Some("password.short")));
}

#[actix_web::test]
async fn only_a_browser_behind_an_invitation_sets_a_password() {
    let house = House::new().await;
    let account = house.account(Role::Therapist, "lee@clinic.example").await;
    let (_, cookie, _) = house.sign_in("lee@clinic.example", &account.password, &account.next_code()).await;
    let who = house.standing(&cookie).await.unwrap();
    let (status, body) = house.post(&who, "/account", &json!({"password": "the heron waits again"})).await;
    assert_eq!((status, body["code"].as_str()), (409, Some("account.state")));
}

#[actix_web::test]
async fn a_repeated_command_gives_the_first_secret_and_no_row_holds_it() {
    let house = House::new().await;
    let lee = house.person(Role::Therapist, "lee@clinic.example").await;
    let who = house.invited(lee, Role::Therapist).await;
    let (key, body) = (chassis::ids::fresh(), json!({"password": "the heron waits in the reeds"}));
    let first = house.post_with(&who, key, "/account", &body).await;
    let second = house.post_with(&who, key, "/account", &body).await;
    assert_eq!((first.0, &first.1), (200, &second.1));
    assert!(!house.kept_answers().await.contains(first.1["secret"].as_str().unwrap()));
}

#[actix_web::test]
async fn a_coordinator_adds_patients_and_not_staff() {
    let house = House::new().await;
    let maya = house.signed_in(Role::Coordinator, "maya@clinic.example").await;
    let add = |role: &str, email: &str| {
        json!({"role": role, "first_name": "Sam", "last_name": "Okoye", "email": email,
            "phone": "+1 555 0100 200", "time_zone": "America/New_York"})
    };
    assert_eq!(house.post(&maya, "/people", &add("patient", "sam@home.example")).await.0, 200);
    assert_eq!(house.post(&maya, "/people", &add("therapist", "new@clinic.example")).await.0, 403);
    let (status, body) = house.post(&maya, "/people", &add("patient", "SAM@home.example")).await;
    assert_eq!((status, body["code"].as_str()), (409, Some("person.email_taken")));
}

#[actix_web::test]
async fn people_are_listed_by_first_name_and_a_patient_sees_no_patients() {
    let house = House::new().await;
    let sam = house.signed_in(Role::Patient, "sam@home.example").await;
    house.person(Role::Therapist, "lee@clinic.example").await;
    let (status, body) = house.get(&sam, "/people?role=therapist").await;
    assert_eq!(
        (status, body[0]["first_name"].as_str(), body[0]["last_initial"].as_str()),
        (200, Some("Lee"), Some("T"))
    );
    assert!(body[0].get("email").is_none());
    assert_eq!(house.get(&sam, "/people?role=patient").await.0, 403);
    house.person(Role::Patient, "kim@home.example").await;
    let (_, everyone) = house.get(&sam, "/people").await;
    let names: Vec<_> =
        everyone.as_array().unwrap().iter().filter_map(|one| one["first_name"].as_str()).collect();
    assert_eq!(names, ["Sam", "Lee"]);
    assert_eq!(house.get(&sam, "/people?role=nurse").await.0, 422);
}

#[actix_web::test]
async fn signing_out_ends_the_browser() {
    let house = House::new().await;
    let (cookie, who) = house.browser(Role::Patient, "sam@home.example").await;
    assert_eq!(house.post(&who, "/sign-out", &json!({})).await.0, 204);
    assert!(house.standing(&cookie).await.is_none());
}

#[actix_web::test]
async fn idle_staff_are_signed_out_and_a_poll_keeps_nobody_in() {
    let house = House::new().await;
    let (cookie, _) = house.browser(Role::Therapist, "lee@clinic.example").await;
    for _ in 0..14 {
        house.pass(Span::minutes(1));
        assert!(house.identity.resolve(&cookie, Touch::Poll).await.unwrap().is_some());
    }
    house.pass(Span::minutes(1));
    assert!(house.identity.resolve(&cookie, Touch::Poll).await.unwrap().is_none());
}

#[actix_web::test]
async fn idle_never_signs_out_a_member_of_a_live_session() {
    let house = House::new().await;
    let (cookie, lee) = house.browser(Role::Therapist, "lee@clinic.example").await;
    let session = house.session(lee.person, None, None).await;
    house.phase(session, "dosed").await;
    house.pass(Span::hours(3));
    house.tick().await;
    assert!(house.identity.resolve(&cookie, Touch::Poll).await.unwrap().is_some());
    house.phase(session, "discharged").await;
    house.pass(Span::minutes(15));
    assert!(house.identity.resolve(&cookie, Touch::Poll).await.unwrap().is_none());
}

#[actix_web::test]
async fn an_absolute_limit_of_twelve_hours_ends_a_busy_browser() {
    let house = House::new().await;
    let (cookie, _) = house.browser(Role::Therapist, "lee@clinic.example").await;
    for _ in 0..71 {
        house.pass(Span::minutes(10));
        assert!(house.standing(&cookie).await.is_some());
    }
    house.pass(Span::minutes(10));
    assert!(house.standing(&cookie).await.is_none());
}

#[actix_web::test]
async fn a_demonstration_link_exists_only_in_a_demonstration() {
    let house = House::new().await;
    let lee = house.person(Role::Therapist, "lee@clinic.example").await;
    assert!(house.identity.demonstration(house.clinic, lee, None).await.is_err());
    let show = House::demonstration().await;
    let lee = show.person(Role::Therapist, "lee@clinic.example").await;
    let token = show.identity.demonstration(show.clinic, lee, None).await.unwrap();
    for _ in 0..2 {
        let (status, cookie, body) = show.redeem(&token).await;
        assert_eq!((status, body["next"].as_str()), (200, Some("home")));
        assert_eq!(show.standing(&cookie).await.unwrap().reach, Reach::Full);
    }
}

#[actix_web::test]
async fn the_published_keys_are_the_signing_keys() {
    let house = House::new().await;
    let (status, body) = house.get_public("/keys").await;
    assert_eq!((status, body["keys"][0]["alg"].as_str()), (200, Some("EdDSA")));
    assert!(body["keys"][0].get("d").is_none());
}

#[actix_web::test]
async fn the_time_for_an_unknown_person_is_the_time_for_a_wrong_password() {
    let house = House::new().await;
    house.account(Role::Therapist, "lee@clinic.example").await;
    let (mut known, mut unknown) = (vec![], vec![]);
    for round in 0..4 {
        let start = chassis::clock::monotonic();
        house
            .sign_in_as(&format!("192.0.2{round}.1"), "lee@clinic.example", "not the password", "000000")
            .await;
        let middle = chassis::clock::monotonic();
        house
            .sign_in_as(&format!("192.0.2{round}.1"), "nobody@clinic.example", "not the password", "000000")
            .await;
        known.push(middle - start);
        unknown.push(middle.elapsed());
    }
    let (known, unknown) = (known.into_iter().min().unwrap(), unknown.into_iter().min().unwrap());
    // One of the two being without its hash would be ten times faster; the fine bar belongs to a quiet machine.
    assert!(known < unknown * 5 && unknown < known * 5, "{known:?} {unknown:?}");
}
