//! The journal is the patient's.

use crate::house::{House, person};
use actix_web::http::StatusCode;
use kernel::role::Role;
use proto::events::care::JournalShared;
use serde_json::{Value, json};
use std::fs;

async fn writes(house: &House, text: &str) -> Value {
    let (status, kept) = house.post(house.sam, "/journal", json!({ "text": text })).await;
    assert_eq!(status, StatusCode::OK, "{kept}");
    kept["record"].clone()
}

async fn texts(house: &House, who: crate::house::Person) -> Vec<String> {
    let (_, rows) = house.get(who, "/journal").await;
    rows.as_array().unwrap().iter().map(|row| row["text"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn an_entry_is_the_patients_alone_until_shared_and_again_when_taken_back() {
    for mut house in House::on_every_store().await {
        house.session().await;
        let record = writes(&house, "A red door.").await;
        writes(&house, "Only for me.").await;
        assert_eq!(texts(&house, house.dr_lee).await, Vec::<String>::new());

        let sharing = format!("/journal/{}/sharing", record.as_str().unwrap());
        house.post(house.sam, &sharing, json!({ "shared": true })).await;
        assert_eq!(texts(&house, house.dr_lee).await, ["A red door."]);
        assert!(house.says::<JournalShared>().await.shared);

        house.post(house.sam, &sharing, json!({ "shared": false })).await;
        assert_eq!(texts(&house, house.dr_lee).await, Vec::<String>::new());
        assert_eq!(texts(&house, house.sam).await.len(), 2);
    }
}

#[actix_web::test]
async fn what_is_shared_reaches_the_patients_own_therapist_and_no_other() {
    for house in House::on_every_store().await {
        house.session().await;
        house.post(house.sam, "/journal", json!({ "text": "For Dr. Lee.", "shared": true })).await;
        assert_eq!(texts(&house, person(Role::Therapist)).await, Vec::<String>::new());
        assert_eq!(texts(&house, person(Role::Patient)).await, Vec::<String>::new());
        assert_eq!(house.get(house.ana, "/journal").await.0, StatusCode::FORBIDDEN);
        assert_eq!(house.get(house.dr_okafor, "/journal").await.0, StatusCode::FORBIDDEN);
    }
}

#[actix_web::test]
async fn nobody_shares_another_persons_entry() {
    for house in House::on_every_store().await {
        let record = writes(&house, "A red door.").await;
        let sharing = format!("/journal/{}/sharing", record.as_str().unwrap());
        let stranger = person(Role::Patient);
        let (status, _) = house.post(stranger, &sharing, json!({ "shared": true })).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}

#[actix_web::test]
async fn an_entry_about_someone_elses_session_is_not_taken() {
    for house in House::on_every_store().await {
        let session = house.session().await;
        let body = json!({ "text": "Not mine.", "session": session });
        assert_eq!(house.post(person(Role::Patient), "/journal", body).await.0, StatusCode::NOT_FOUND);
    }
}

#[actix_web::test]
async fn no_word_of_the_journal_rests_in_the_clear() {
    for house in House::on_every_store().await {
        writes(&house, "Unmistakable-lighthouse").await;
        for file in fs::read_dir(house.folder.path()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            let found = bytes.windows(12).any(|window| window == b"Unmistakable");
            assert!(!found, "the words are in a file");
        }
    }
}
