//! What the tables themselves refuse, whatever the code above them does.

use super::is_overlap;
use crate::tests::house::{House, houses};
use crate::tests::{HOUR, MONDAY_NINE, wish};
use chassis::service::Service as _;
use kernel::role::Role::Patient;
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait as _, Database, Statement};
use serde_json::Value;

/// Makes a database for one test house.
pub(crate) async fn create_database(server: &str, name: &str) {
    let db = Database::connect(server).await.unwrap();
    db.execute_unprepared(&format!("create database {name}")).await.unwrap();
    db.close().await.unwrap();
}

/// What is kept of the reasons, byte by byte.
pub(crate) async fn reasons(house: &House) -> Vec<u8> {
    let store = house.service().store();
    let rows =
        store.db().query_all_raw(store.sql("select reason from scheduling_booking", [])).await.unwrap();
    let kept: Vec<u8> =
        rows.iter().flat_map(|row| row.try_get::<Vec<u8>>("", "reason").unwrap_or_default()).collect();
    assert!(!kept.is_empty());
    kept
}

/// How often this was done, as the trail has it.
pub(crate) async fn done(house: &House, action: &str) -> usize {
    let store = house.service().store();
    let sql = "select sequence from scheduling_audit where action = $1";
    store.db().query_all_raw(store.sql(sql, [action.into()])).await.unwrap().len()
}

fn id(booked: &Value) -> Uuid {
    booked["session"].as_str().unwrap().parse().unwrap()
}

/// Two bookings of one therapist, one after the other.
async fn neighbours(house: &House) -> (Uuid, Uuid) {
    let first = wish(house, MONDAY_NINE, "2026-11-30T09:00");
    let (_, first) = house.post(Patient, house.sam, "/bookings", &first).await;
    let second = wish(house, MONDAY_NINE + 4 * HOUR, "2026-11-30T13:00");
    let (_, second) = house.post(Patient, house.newcomer(Patient).await, "/bookings", &second).await;
    (id(&first), id(&second))
}

#[actix_web::test]
async fn no_booking_can_be_moved_onto_another() {
    for house in houses().await {
        let (_, second) = neighbours(&house).await;
        let store = house.service().store();
        let sql = "update scheduling_booking set starts_at = $1 where id = $2";
        let moved = store.sql(sql, [MONDAY_NINE.into(), second.into()]);
        assert!(is_overlap(&store.db().execute_raw(moved).await.unwrap_err()));
    }
}

#[actix_web::test]
async fn no_cancelled_booking_comes_back_over_another() {
    for house in houses().await {
        let (first, second) = neighbours(&house).await;
        let store = house.service().store();
        let phase = |phase: &str, id: Uuid| -> Statement {
            store.sql("update scheduling_booking set phase = $1 where id = $2", [phase.into(), id.into()])
        };
        store.db().execute_raw(phase("cancelled", first)).await.unwrap();
        let sql = "update scheduling_booking set starts_at = $1 where id = $2";
        store.db().execute_raw(store.sql(sql, [MONDAY_NINE.into(), second.into()])).await.unwrap();
        assert!(is_overlap(&store.db().execute_raw(phase("booked", first)).await.unwrap_err()));
    }
}

#[actix_web::test]
async fn no_patient_is_in_two_places() {
    for house in houses().await {
        let (first, second) = neighbours(&house).await;
        let store = house.service().store();
        // Another therapist, the same patient: the second rule alone must hold.
        let sql = "update scheduling_booking set therapist_id = $1, starts_at = $2,
            patient_id = (select patient_id from scheduling_booking where id = $3) where id = $4";
        let values = [house.noor.0.into(), MONDAY_NINE.into(), first.into(), second.into()];
        assert!(is_overlap(&store.db().execute_raw(store.sql(sql, values)).await.unwrap_err()));
    }
}
