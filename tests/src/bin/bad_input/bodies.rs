//! Rows 4 to 7 and 10: bodies that are too long, no JSON, of the wrong shape, or not from our page.

use crate::caller::{Ask, Caller};
use crate::house::{House, Session};
use serde_json::{Value, json};
use std::path::Path;
use tests::requests;

/// Added to every body: nobody outside says these.
const NEVER_OURS: [&str; 4] = ["role_of_caller", "tenant_id", "id", "signed_by"];

/// All of them.
pub async fn rows(house: &House, session: &Session) -> anyhow::Result<()> {
    house.ledger.settle().await?;
    sizes(house).await?;
    syntax(house, session).await?;
    unknown_fields(house, session).await?;
    wrong_types(house, session).await?;
    from_elsewhere(house).await
}

fn kim() -> Value {
    json!({ "role": "patient", "first_name": "Kim", "last_name": "Lee", "email": "new@demo.example",
        "phone": "+1 555 0103", "time_zone": "Europe/Lisbon" })
}

const PEOPLE: &str = "/api/identity/people";

/// Row 4.
async fn sizes(house: &House) -> anyhow::Result<()> {
    let by = &house.coordinator;
    let long = json!({ "first_name": "a".repeat(300 * 1024) }).to_string();
    house.refuses(4, "300 KiB", by, &Ask::raw(PEOPLE, long), (413, "body.too_large")).await?;
    let chunk = format!("2000\r\n{}\r\n", "a".repeat(0x2000));
    let chunked = Ask::raw(PEOPLE, "").with("transfer-encoding", "chunked");
    let mut bytes = by.bytes(&chunked);
    let end = bytes.windows(21).position(|part| part == b"content-length: 0\r\n\r\n").unwrap_or_default();
    bytes.truncate(end);
    bytes.extend_from_slice(format!("\r\n{}0\r\n\r\n", chunk.repeat(40)).as_bytes());
    let answer =
        house.writes_only("320 KiB in chunks", &[], async || house.wire.send(by.from, &bytes).await).await?;
    house.shows(4, "320 KiB in chunks", &answer, answer.status == 413 && answer.code() == "body.too_large");
    for coding in ["gzip", "br", "deflate", "identity, gzip"] {
        let packed = Ask::raw(PEOPLE, vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0]).with("content-encoding", coding);
        house.refuses(4, coding, by, &packed, (415, "body.type")).await?;
    }
    Ok(())
}

/// Row 5.
async fn syntax(house: &House, session: &Session) -> anyhow::Result<()> {
    let path = format!("/api/checkins/sessions/{}/checkins", session.id);
    let by = &session.sitter;
    let deep = format!("{{\"sequence\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let twice = r#"{"sequence":1,"answered_at":0,"answers":{"CI-BR":"easy","CI-BR":"easy"}}"#;
    let wide: Vec<u8> = "{\"sequence\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("10,000 deep", deep.into(), "/sequence/0/0/0"),
        ("a key twice", r#"{"sequence":1,"sequence":2}"#.into(), "/sequence"),
        ("a key twice inside", twice.into(), "/answers/CI-BR"),
        ("something after it", r#"{"sequence":1} x"#.into(), ""),
        ("not a number", r#"{"sequence":NaN}"#.into(), "/sequence"),
        ("a byte order mark", [b"\xef\xbb\xbf".as_slice(), b"{}"].concat(), ""),
        ("UTF-16", wide, ""),
        ("half a letter", r#"{"answers":{"CI-BR":"\ud800"}}"#.into(), "/answers/CI-BR"),
        ("bytes that are no text", b"{\"answers\":{\"CI-BR\":\"\xff\xfe\"}}".to_vec(), "/answers/CI-BR"),
        ("nothing", vec![], ""),
        ("a comment", r#"{/* */"sequence":1}"#.into(), ""),
        ("single quotes", "{'sequence':1}".into(), ""),
    ];
    for (what, body, place) in cases {
        let answer = house.refuses(5, what, by, &Ask::raw(&path, body), (400, "json.syntax")).await?;
        house.shows(5, &format!("{what}: {place} is not named"), &answer, answer.fields().contains(&place));
    }
    let many = format!("[{}1]", "1,".repeat(1_000_000));
    house.refuses(5, "a million items", by, &Ask::raw(&path, many), (413, "body.too_large")).await?;
    let most = format!("{{\"sequence\":[{}1]}}", "1,".repeat(20_000));
    house.refuses(5, "20,000 items", by, &Ask::raw(&path, most), (422, "field.type")).await.map(drop)
}

/// Row 6: on every route that reads a body, by somebody who may use it.
async fn unknown_fields(house: &House, session: &Session) -> anyhow::Result<()> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document: Value =
        serde_json::from_str(&std::fs::read_to_string(manifest.join("../proto/openapi.json"))?)?;
    let table = std::fs::read_to_string(manifest.join("authz.txt"))?;
    let places = house.places(&session.id);
    let mut routes = 0;
    for line in table.lines().filter(|line| line.starts_with("POST ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_post, template, cells @ ..] = words.as_slice() else { continue };
        let reads = format!("/paths/{}/post/requestBody", template.replace('~', "~0").replace('/', "~1"));
        let Some((role, by)) = allowed(house, session, cells) else { continue };
        if document.pointer(&reads).is_none() {
            continue;
        }
        routes += 1;
        let path = requests::path(template, &places);
        for field in NEVER_OURS.iter().take(if routes == 1 { 4 } else { 2 }) {
            let mut body = requests::body(template, role, &places);
            if let Some(body) = body.as_object_mut() {
                body.insert((*field).to_owned(), json!("admin"));
            }
            let (ask, place) = (Ask::post(&path, &body), format!("/{field}"));
            house.refuses_field(6, by, &ask, (422, "field.unknown"), &place).await?;
        }
    }
    house.holds(6, &format!("only {routes} routes were asked"), routes >= 35);
    let mut sitter = requests::body("/api/identity/sitters", "patient", &places);
    if let Some(sitter) = sitter.as_object_mut() {
        sitter.insert("role".into(), json!("admin"));
    }
    let ask = Ask::post("/api/identity/sitters", &sitter);
    house.refuses_field(6, &house.patient, &ask, (422, "field.unknown"), "/role").await.map(drop)
}

/// Somebody who may, by the table of rights.
fn allowed<'a>(house: &'a House, session: &'a Session, cells: &[&str]) -> Option<(&'static str, &'a Caller)> {
    let columns = [
        (1, "patient", &house.patient),
        (3, "therapist", &house.therapist),
        (4, "prescriber", &house.prescriber),
        (5, "coordinator", &house.coordinator),
        (6, "admin", &house.admin),
        (2, "sitter", &session.sitter),
    ];
    let may = |column: &usize| cells.get(*column) == Some(&"yes");
    columns.into_iter().find(|(column, _, _)| may(column)).map(|(_, role, by)| (role, by))
}

/// Row 7.
async fn wrong_types(house: &House, session: &Session) -> anyhow::Result<()> {
    let places = house.places(&session.id);
    let wrong = [json!("15"), json!(15.5), json!(true), json!(null), json!([15]), json!({ "15": 15 })];
    let targets = [
        ("/api/safety/sessions/{session}/vitals", "systolic", &session.sitter, "sitter"),
        ("/api/safety/sessions/{session}/dose/record", "lozenges", &house.therapist, "therapist"),
        ("/api/scheduling/bookings", "starts_at", &house.patient, "patient"),
        ("/api/scheduling/on-call", "from_at", &house.coordinator, "coordinator"),
        ("/api/care/patients/{patient}/dose-orders", "strength_mg", &house.prescriber, "prescriber"),
    ];
    for (template, field, by, role) in targets {
        for value in &wrong {
            let mut body = requests::body(template, role, &places);
            if let Some(slot) = body.get_mut(field) {
                *slot = value.clone();
            }
            let ask = Ask::post(&requests::path(template, &places), &body);
            house.refuses_field(7, by, &ask, (422, "field.type"), &format!("/{field}")).await?;
        }
    }
    // A number with a fraction or an exponent is another type on the wire, even when it is whole.
    let template = "/api/safety/sessions/{session}/vitals";
    let body = requests::body(template, "sitter", &places).to_string();
    for value in ["120.0", "1.2e2", "12e1", "-120", "70000", "1e400"] {
        let text = body.replace("\"systolic\":124", &format!("\"systolic\":{value}"));
        let ask = Ask::raw(&requests::path(template, &places), text);
        let answer = house.writes_only(value, &[], async || session.sitter.ask(&ask).await).await?;
        let is_refused = (answer.status == 422 && answer.fields() == ["/systolic"])
            || (value == "1e400" && answer.status == 400 && answer.code() == "json.syntax");
        house.shows(7, value, &answer, is_refused);
    }
    Ok(())
}

/// Row 10.
async fn from_elsewhere(house: &House) -> anyhow::Result<()> {
    let by = &house.coordinator;
    let ask = Ask::post(PEOPLE, &kim());
    let csrf = (403, "csrf.refused");
    for origin in
        ["http://evil.example", "null", "https://coordinator.localhost", "http://patient.localhost", "-"]
    {
        house.refuses(10, &format!("origin {origin}"), by, &ask.clone().with("origin", origin), csrf).await?;
    }
    house.refuses(10, "no header of ours", by, &ask.clone().without("x-holdspace"), csrf).await?;
    house
        .refuses(10, "from another site", by, &ask.clone().with("sec-fetch-site", "cross-site"), csrf)
        .await?;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json",
        "-",
    ] {
        let simple = ask.clone().with("content-type", kind);
        house.refuses(10, &format!("type {kind}"), by, &simple, (415, "body.type")).await?;
    }
    Ok(())
}
