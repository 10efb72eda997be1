//! What the tables hold, for tests that look behind the routes.

use crate::house::{House, Person};
use chassis::ids;
use chassis::service::Service as _;
use kernel::id::{CommandId, NotificationId, PersonId, SessionId};
use kernel::time::Timestamp;
use proto::envelope::Envelope;
use sea_orm::{ConnectionTrait as _, Database, QueryResult, Value};
use serde_json::{Value as Json, json};

async fn all(house: &House, sql: &str, values: Vec<Value>) -> Vec<QueryResult> {
    let store = house.checkins.store();
    store.db().query_all_raw(store.sql(sql, values)).await.unwrap()
}

/// The number a query answers.
pub async fn count(house: &House, sql: &str) -> i64 {
    all(house, sql, vec![]).await[0].try_get_by_index(0).unwrap()
}

/// Everything a query finds in one column of bytes.
pub async fn bytes(house: &House, sql: &str) -> Vec<u8> {
    let rows = all(house, sql, vec![]).await;
    rows.iter().flat_map(|row| row.try_get_by_index::<Vec<u8>>(0).unwrap()).collect()
}

/// Whether checkins has noted this fact as heard.
pub async fn has_heard(house: &House, envelope: &Envelope) -> bool {
    let sql = "select 1 from checkins_inbox where event_id = $1";
    !all(house, sql, vec![envelope.id.0.into()]).await.is_empty()
}

/// How many clocks have run out.
pub async fn due(house: &House) -> i64 {
    let now = house.now().micros();
    let sql = format!(
        "select (select count(*) from checkins_watch where due_at <= {now})
         + (select count(*) from checkins_incident where due_at <= {now})
         + (select count(*) from checkins_pager where due_at <= {now})
         + (select count(*) from checkins_support where state = 'armed' and deadline_at <= {now})"
    );
    count(house, &sql).await
}

/// Who was told of a session's incidents, in the order of the ladder: `2 Noor mail`, and `4.1` for a repetition.
pub async fn told(house: &House, session: SessionId) -> Vec<String> {
    let sql = "select step, round, person_id, channel from checkins_notification
               where session_id = $1 and kind in ('incident', 'quiet_call', 'second_contact')";
    let word = |row: &QueryResult| {
        let (step, round): (i64, i64) = (row.try_get("", "step").unwrap(), row.try_get("", "round").unwrap());
        let (name, channel) = (name(house, row), row.try_get::<String>("", "channel").unwrap());
        let round = if round == 0 { String::new() } else { format!(".{round}") };
        format!("{step}{round} {name} {channel}")
    };
    let mut told: Vec<_> = all(house, sql, vec![session.0.into()]).await.iter().map(word).collect();
    told.sort();
    told
}

/// The names of all facts about a session that go to somebody's screens, in the order they were said.
pub async fn said_to(house: &House, who: Person, session: SessionId) -> Vec<String> {
    let rows = all(house, "select envelope from checkins_outbox order by sequence", vec![]).await;
    let envelopes = rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap());
    let envelopes = envelopes.map(|text| serde_json::from_str::<Envelope>(&text).unwrap());
    let to_them = envelopes.filter(|one| one.subject == Some(session) && one.audience.contains(&who.id));
    to_them.map(|one| one.name).collect()
}

fn name(house: &House, row: &QueryResult) -> &'static str {
    let id: PersonId = chassis::store::id(row, "person_id").unwrap();
    everyone(house).iter().find(|person| person.id == id).unwrap().name
}

fn everyone(house: &House) -> [Person; 7] {
    [house.sam, house.ana, house.dr_lee, house.dr_okafor, house.noor, house.mia, house.bruno]
}

/// The states of the messages by mail, oldest first.
pub async fn mails(house: &House) -> Vec<String> {
    let sql = "select state from checkins_notification where channel = 'mail' order by created_at, id";
    all(house, sql, vec![]).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Another sender takes every message that waits, for so long, and is not heard of again.
pub async fn taken_by_another_sender(house: &House, until: Timestamp) {
    taken(house, until, "'another'").await;
}

/// This engine does, and dies.
pub async fn taken_by_this_engine(house: &House, until: Timestamp) {
    house
        .awaited(async || (count(house, "select count(*) from checkins_engine").await > 0).then_some(()))
        .await;
    taken(house, until, "(select engine from checkins_engine)").await;
}

async fn taken(house: &House, until: Timestamp, by: &str) {
    let store = house.checkins.store();
    let sql = format!(
        "update checkins_notification set state = 'leased', fence = fence + 1, lease_until = $1, lease_by = {by}
         where state = 'pending'"
    );
    let _turn = store.turn().await;
    store.db().execute_raw(store.sql(sql, [until.micros().into()])).await.unwrap();
}

/// As if what is in this table could not be read for a while.
pub async fn renamed(house: &House, from: &str, to: &str) {
    let store = house.checkins.store();
    let _turn = store.turn().await;
    store.db().execute_unprepared(&format!("alter table {from} rename to {to}")).await.unwrap();
}

/// What is written of this watch does not parse any more.
pub async fn spoil(house: &House, session: SessionId) {
    let store = house.checkins.store();
    let sql = "update checkins_watch set state = '{}' where session_id = $1";
    let _turn = store.turn().await;
    store.db().execute_raw(store.sql(sql, [session.0.into()])).await.unwrap();
}

/// What came of every attempt to send one, oldest first, with the server's own word.
pub async fn attempts(house: &House) -> Vec<(String, Option<String>)> {
    let sql = "select outcome, provider_ref from checkins_attempt order by id";
    let rows = all(house, sql, vec![]).await;
    rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect()
}

/// How far each message of a session's incidents is known to have come: `2 Noor sms accepted`.
pub async fn came(house: &House, session: SessionId) -> Vec<String> {
    let watch = house.watch(session).await;
    let told = watch["incidents"][0]["told"].as_array().cloned().unwrap_or_default();
    let people = everyone(house);
    let name = |id: &Json| people.iter().find(|one| json!(one.id) == *id).unwrap().name;
    let word = |one: &Json| {
        let (channel, state) = (one["channel"].as_str().unwrap(), one["state"].as_str().unwrap());
        format!("{} {} {channel} {state}", one["step"], name(&one["person"]))
    };
    let mut came: Vec<_> = told.iter().map(word).filter(|word| !word.contains(" screen ")).collect();
    came.sort();
    came
}

/// The id of the newest message about this session, over this channel, to this person, once there is one.
pub async fn message(house: &House, session: SessionId, person: Person, channel: &str) -> NotificationId {
    let sql = "select id from checkins_notification where session_id = $1 and person_id = $2 and channel = $3
               order by created_at, id";
    let newest = async || {
        let rows = all(house, sql, vec![session.0.into(), person.id.0.into(), channel.into()]).await;
        rows.last().map(|row| chassis::store::id(row, "id").unwrap())
    };
    house.awaited(newest).await
}

/// A value the test runner left in the environment.
#[expect(clippy::disallowed_methods, reason = "the test runner says where its servers are")]
pub fn left(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Where rows can be kept: a file, and an empty database on the test server if there is one.
pub async fn stores() -> Vec<String> {
    let mut stores = vec!["sqlite:".to_owned()];
    if let Some(server) = left("TEST_POSTGRES_URL") {
        let name = format!("checkins_{}", ids::fresh::<CommandId>().0.simple());
        let admin = Database::connect(&server).await.unwrap();
        admin.execute_unprepared(&format!("create database {name}")).await.unwrap();
        admin.close().await.unwrap();
        let (host, _database) = server.rsplit_once('/').unwrap();
        stores.push(format!("{host}/{name}"));
    }
    stores
}
