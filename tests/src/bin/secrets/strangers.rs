//! What must be refused: another clinic's people, bent tokens, moved values, revoked sockets.

use crate::entering::Entered;
use crate::living::{Living, enter};
use actix_web::{App, test};
use anyhow::Context as _;
use awc::ws::{CloseCode, Frame};
use chassis::store::Store;
use chassis::vault::Place;
use futures_util::StreamExt as _;
use kernel::id::SessionId;
use sea_orm::ConnectionTrait as _;
use serde_json::Value;
use std::path::Path;
use tests::caller::Caller;
use tests::requests;
use utoipa_actix_web::{AppExt as _, scope};

/// A revoked socket closes within this (reliability.md §3.1).
const CLOSED_MS_MAX: i64 = 1_000;

/// Someone of another clinic, in every role that may: every id of ours is unknown to them.
pub async fn of_another_clinic(
    living: &Living,
    entered: &Entered,
    faults: &mut Vec<String>,
) -> anyhow::Result<usize> {
    let others = &living.others;
    let mut callers = vec![];
    for (role, person) in others.by_role().into_iter().chain([("admin", others.admin)]) {
        // A sitter elsewhere has no session to come by, and so no way in at all.
        if role != "sitter" {
            let caller = enter(&living.house, living.port, role, (others.clinic, person), None).await?;
            callers.push((role, caller));
        }
    }
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("authz.txt");
    let mut asked = 0;
    for line in std::fs::read_to_string(table)?.lines().filter(|line| line.contains('{')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [method, template, cells @ ..] = words.as_slice() else { continue };
        // A questionnaire is everyone's, and a room ticket is checked where it is used.
        if template.contains("{instrument}") || template.starts_with("/api/rooms/") {
            continue;
        }
        for (role, caller) in &callers {
            let columns =
                ["stranger", "patient", "sitter", "therapist", "prescriber", "coordinator", "admin"];
            let place = columns.iter().position(|column| column == role).unwrap_or_default();
            if cells.get(place) != Some(&"yes") {
                continue;
            }
            let path = requests::path(template, &entered.places);
            let answer = if *method == "GET" {
                caller.get(&path).await?
            } else {
                caller.post(&path, &requests::body(template, role, &entered.places)).await?
            };
            asked += 1;
            if answer.status != 404 {
                faults.push(format!("{method} {template} tells another clinic's {role}: {}", answer.status));
            }
        }
    }
    Ok(asked)
}

/// Every service refuses every forged, confused or stale token, in the same words.
pub async fn with_bent_tokens(living: &Living, faults: &mut Vec<String>) -> anyhow::Result<usize> {
    let mounted = living.house.mounted.clone();
    let app = App::new()
        .into_utoipa_app()
        .configure(|config| {
            for service in &mounted {
                let path = format!("/api/{}", service.name);
                config.service(scope(path.as_str()).configure(|config| (service.configure)(config)));
            }
        })
        .into_app();
    let app = test::init_service(app).await;
    let fresh = || {
        let clock = &living.house.ground.clock;
        testkit::tokens::Mint::new(living.house.ground.keys.clone(), clock.now().seconds())
    };
    let ask = async |token: &str| {
        let request = test::TestRequest::get().uri("/api/safety/sessions");
        let bearer = format!("Bearer {token}");
        let Ok(bearer) = actix_web::http::header::HeaderValue::from_str(&bearer) else { return None };
        let request = request.insert_header(("authorization", bearer)).to_request();
        let response = test::call_service(&app, request).await;
        let status = response.status().as_u16();
        let body: Value = serde_json::from_slice(&test::read_body(response).await).unwrap_or_default();
        Some((status, body.get("code").and_then(Value::as_str).unwrap_or_default().to_owned()))
    };
    if ask(&fresh().good()).await.is_none_or(|(status, _)| status != 200) {
        faults.push("a good token was refused: the others prove nothing".into());
    }
    let mut refused = 0;
    for place in 0..fresh().mutations().len() {
        // A second may begin between the mint and the door: then "six seconds early" is five, which is allowed.
        for is_last in [false, true] {
            let Some((name, token)) = fresh().mutations().into_iter().nth(place) else { break };
            match ask(&token).await {
                Some((401, code)) if code == "auth.invalid" => {
                    refused += 1;
                    break;
                }
                answer if is_last => faults.push(format!("{name} answered {answer:?}")),
                _again => {}
            }
        }
    }
    if refused < 48 {
        faults.push(format!("only {refused} tokens were refused"));
    }
    Ok(refused)
}

/// Two pages of one journal change places: neither is shown.
pub async fn moved_values(living: &Living, faults: &mut Vec<String>) -> anyhow::Result<usize> {
    let care = living.house.mounted.iter().find(|mounted| mounted.name == "care").context("no care")?;
    let store = &care.store;
    let patient = living.people.patient;
    let sql = "select id, entry from care_journal where patient_id = $1 order by id limit 2";
    let rows = store.db().query_all_raw(store.sql(sql, [patient.0.into()])).await?;
    let [one, other] = rows.as_slice() else {
        anyhow::bail!("Sam wrote two pages, and there are {}", rows.len())
    };
    let mut refused = elsewhere(store, living, one, faults).await?;
    let sam = living.of("patient", patient, None).await?;
    let entry = |row: &sea_orm::QueryResult| row.try_get::<Vec<u8>>("", "entry");
    let put = async |row: &sea_orm::QueryResult, value: Vec<u8>| -> anyhow::Result<()> {
        let page: uuid::Uuid = row.try_get("", "id")?;
        let sql = "update care_journal set entry = $1 where id = $2";
        store.db().execute_raw(store.sql(sql, [value.into(), page.into()])).await?;
        Ok(())
    };
    put(one, entry(other)?).await?;
    let answer = sam.get("/api/care/journal").await?;
    if answer.status == 500 {
        refused += 1;
    } else {
        faults.push(format!("a moved page answered {}", answer.status));
    }
    put(one, entry(one)?).await?;
    let answer = sam.get("/api/care/journal").await?;
    if answer.status != 200 {
        faults.push(format!("a page moved back answered {}", answer.status));
    }
    Ok(refused)
}

/// A page taken from the database opens at its own place, and at no other.
async fn elsewhere(
    store: &Store,
    living: &Living,
    row: &sea_orm::QueryResult,
    faults: &mut Vec<String>,
) -> anyhow::Result<usize> {
    let value: Vec<u8> = row.try_get("", "entry")?;
    let page: uuid::Uuid = row.try_get("", "id")?;
    let (clinic, person) = (living.people.clinic, living.people.patient);
    let own = Place { clinic, person, table: "care_journal", column: "entry", row: page };
    if store.open(&own, &value).await.is_err() {
        faults.push("a page does not open at its own place: the others prove nothing".into());
    }
    let places = [
        ("another row", Place { row: chassis::ids::fresh(), ..own }),
        ("another column", Place { column: "note", ..own }),
        ("another table", Place { table: "care_response", ..own }),
        ("another clinic", Place { clinic: living.others.clinic, ..own }),
        ("another person", Place { person: living.kim.0, ..own }),
    ];
    let mut refused = 0;
    for (name, place) in places {
        if store.open(&place, &value).await.is_err() {
            refused += 1;
        } else {
            faults.push(format!("a page opens as if it were of {name}"));
        }
    }
    Ok(refused)
}

/// The patient takes the sitter's access back; the therapist signs out. Their sockets close at once.
pub async fn revoked_sockets(
    living: &Living,
    session: SessionId,
    faults: &mut Vec<String>,
) -> anyhow::Result<i64> {
    let people = &living.people;
    let sitter = living.of("sitter", people.sitter, Some(session)).await?;
    let patient = living.of("patient", people.patient, None).await?;
    let therapist = living.of("therapist", people.therapist, None).await?;
    let path = format!("/api/identity/sessions/{session}/sitter-revocation");
    let taken = closed_after(living, &sitter, &patient, &path, faults).await?;
    let out = closed_after(living, &therapist, &therapist, "/api/identity/sign-out", faults).await?;
    let after = sitter.get(&format!("/api/checkins/sessions/{session}/watch")).await?;
    if after.status != 401 {
        faults.push(format!("a sitter whose access was taken back is answered {}", after.status));
    }
    Ok(taken.max(out))
}

/// Milliseconds from the end of a command to the end of a socket.
async fn closed_after(
    living: &Living,
    who: &Caller,
    by: &Caller,
    path: &str,
    faults: &mut Vec<String>,
) -> anyhow::Result<i64> {
    let address = format!("127.0.0.1:{}", living.port);
    let socket = awc::Client::default()
        .ws(format!("http://{address}/api/live"))
        .set_header("host", format!("localhost:{}", living.port))
        .set_header("cookie", who.cookie().context("no cookie")?)
        .origin(format!("http://localhost:{}", living.port).as_str());
    let (_, mut socket) = socket.connect().await.map_err(|error| anyhow::anyhow!("no socket: {error}"))?;
    by.post(path, &serde_json::json!({})).await?;
    let began = tests::now();
    let closed = async {
        while let Some(frame) = socket.next().await {
            if let Ok(Frame::Close(reason)) = frame {
                return reason.map(|reason| reason.code);
            }
        }
        None
    };
    let code = tokio::time::timeout(std::time::Duration::from_secs(5), closed).await;
    let took = (tests::now() - began) / 1_000;
    if !matches!(code, Ok(Some(CloseCode::Other(4401)))) || took > CLOSED_MS_MAX {
        faults.push(format!("after {path} a socket closed with {code:?} in {took} ms"));
    }
    Ok(took)
}
