//! Rows 48 to 51: forms half filled in, an emergency in a broken form, odd letters, and answers that do not fit.

use crate::caller::{Ask, key};
use crate::house::{House, MINUTE, is_open};
use crate::looks::{kept, look};
use serde_json::{Value, json};

/// A panic is on the screen within this.
const HEARD_MS_MAX: i64 = 2_000;

/// All of them.
pub async fn rows(house: &House) -> anyhow::Result<()> {
    incomplete(house).await?;
    panics(house).await?;
    texts(house).await?;
    words(house).await
}

/// Rows 48 and 51.
async fn incomplete(house: &House) -> anyhow::Result<()> {
    let session = house.dosed(1, 4 * MINUTE).await?;
    let by = &session.sitter;
    let refused = (422, "checkin.answer");
    let now = json!(tests::now());
    let sparse = look(&session, 1, &[("CI-VOM", "none")], now.clone());
    let answer = house.refuses(48, "three answers missing", by, &sparse, refused).await?;
    house.shows(48, "not all at once", &answer, answer.fields() == ["CI-BR", "CI-COL", "CI-RESP"]);
    let unknown = look(
        &session,
        1,
        &[("CI-BR", "easy"), ("CI-COL", "mauve"), ("CI-RESP", "responds"), ("CI-HAIR", "red")],
        now.clone(),
    );
    let answer = house.refuses(48, "a question and an answer nobody knows", by, &unknown, refused).await?;
    house.shows(48, "not both at once", &answer, answer.fields() == ["CI-COL", "CI-HAIR"]);
    let none = look(&session, 1, &[], now.clone());
    let answer = house.writes_only("no answers", &[], async || by.ask(&none).await).await?;
    house.shows(48, "no answers", &answer, answer.status == 422);
    house.holds(48, "something was kept", kept(house, &session).await? == 0);
    let odd = look(&session, 1, &[("CI-ALL", "well"), ("CI-VOM", "nausea")], now.clone());
    let answer = by.ask(&odd).await?;
    let is_warned =
        answer.status == 200 && answer.text("/severity") == "watch" && !answer.text("/warning").is_empty();
    house.shows(51, "all well, and sick", &answer, is_warned);
    let odder = look(
        &session,
        1,
        &[("CI-BR", "easy"), ("CI-COL", "normal"), ("CI-RESP", "nothing"), ("CI-MOV", "standing")],
        now.clone(),
    );
    let answer = by.ask(&odder).await?;
    let is_worst = answer.status == 200
        && answer.text("/severity") == "emergency"
        && !answer.text("/warning").is_empty();
    house.shows(51, "no reply at all, and standing", &answer, is_worst);
    house.holds(51, "not both are kept", kept(house, &session).await? == 2);
    let plain = by.ask(&look(&session, 1, &[("CI-ALL", "well")], now)).await?;
    house.shows(51, "nothing contradicts", &plain, plain.body.get("warning") == Some(&Value::Null));
    Ok(())
}

/// Row 49: before any dose too, when no look is expected.
async fn panics(house: &House) -> anyhow::Result<()> {
    let session = house.sat(1).await?;
    let none = json!({ "CI-BR": "pauses_or_none" });
    let bodies = [
        json!({ "sequence": 9_999, "answers": none, "answered_at": 0 }),
        json!({ "sequence": "x", "answers": none, "answered_at": "yesterday" }),
        json!({ "answers": { "CI-BR": "pauses_or_none", "CI-COL": 7, "CI-HAIR": "red" }, "sequence": 1 }),
        json!({ "answers": none, "role": "admin", "more": [1, 2, 3] }),
        json!({ "answers": { "CI-BR": "pauses_or_none", "CI-COL": "x".repeat(500) }, "sequence": -1 }),
        json!({ "answers": none, "sequence": null, "answered_at": null }),
    ];
    let path = format!("/api/checkins/sessions/{}/checkins", session.id);
    let began = tests::now();
    for (place, body) in bodies.iter().enumerate() {
        let answer = session.sitter.ask(&Ask::post(&path, body)).await?;
        let is_heard = answer.status == 200 && answer.text("/severity") == "emergency";
        house.shows(49, &format!("not breathing, in broken form {place}"), &answer, is_heard);
        if place == 0 {
            house.watch(&session.id, |watch| is_open(watch, "worrying_answer")).await?;
            let took = (tests::now() - began) / 1_000;
            house.holds(49, &format!("heard after {took} ms"), took <= HEARD_MS_MAX);
        }
    }
    house.holds(49, "not all are kept", kept(house, &session).await? == i64::try_from(bodies.len())?);
    let calm = json!({ "sequence": "x", "answers": { "CI-ALL": "well" }, "answered_at": "yesterday" });
    house
        .refuses(
            49,
            "all is well, in a broken form",
            &session.sitter,
            &Ask::post(&path, &calm),
            (422, "field.type"),
        )
        .await?;
    let foreign = Ask::post(&path, &json!({ "sequence": 1, "answers": none, "answered_at": 0 })).key(&key());
    let nobody = house.stranger("sitter");
    house.refuses(49, "an emergency by nobody", &nobody, &foreign, (401, "auth.invalid")).await.map(drop)
}

const JOURNAL: &str = "/api/care/journal";

fn page(text: &str) -> Value {
    json!({ "text": text, "shared": false, "session": null })
}

/// Row 50, what says nothing or too much.
async fn texts(house: &House) -> anyhow::Result<()> {
    let session = house.sat(1).await?;
    let places = [
        (JOURNAL.to_owned(), "text", page(""), &house.patient),
        (
            format!("/api/safety/sessions/{}/hold", session.id),
            "reason",
            json!({ "reason": "" }),
            &house.therapist,
        ),
        (
            format!("/api/safety/sessions/{}/end", session.id),
            "reason",
            json!({ "kind": "withdrawn", "reason": "" }),
            &house.therapist,
        ),
        (
            format!("/api/scheduling/bookings/{}/cancellation", session.id),
            "reason",
            json!({ "reason": "" }),
            &house.patient,
        ),
        ("/api/identity/people".to_owned(), "first_name", crate::times::somebody(), &house.coordinator),
    ];
    for (path, field, body, by) in places {
        let with = |text: &str| {
            let mut body = body.clone();
            if let Some(slot) = body.get_mut(field) {
                *slot = json!(text);
            }
            Ask::post(&path, &body)
        };
        let (invalid, place) = ((422, "field.invalid"), format!("/{field}"));
        for odd in [
            "      ",
            "\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}",
            "\u{202e}\u{2066}\u{200f}\u{feff}\u{2060}",
            "a quiet\u{0}week",
        ] {
            house.refuses_field(50, by, &with(odd), invalid, &place).await?;
        }
        let long = "a".repeat(if path == JOURNAL { 20_001 } else { 5_001 });
        house.refuses_field(50, by, &with(&long), invalid, &place).await?;
    }
    Ok(())
}

/// Row 50, what is odd and still somebody's words.
async fn words(house: &House) -> anyhow::Result<()> {
    let verbatim = [
        "\u{202e}desrever",
        "👩‍👩‍👧‍👦 and 👩🏽‍⚕️",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "=cmd|' /C calc'!A0",
        "Zal\u{335}\u{327}\u{30d}go, and a\ttab",
        "' or 1=1 --",
    ];
    for text in verbatim {
        let kept = house.patient.ask(&Ask::post(JOURNAL, &page(text))).await?;
        house.shows(50, text, &kept, kept.status == 200);
    }
    let journal = house.patient.get(JOURNAL).await?;
    house.shows(
        50,
        "read as HTML",
        &journal,
        journal.header("content-type").is_some_and(|kind| kind.starts_with("application/json")),
    );
    let pages: Vec<&str> =
        journal.body.as_array().into_iter().flatten().filter_map(|one| one.get("text")?.as_str()).collect();
    for text in verbatim {
        house.holds(50, &format!("{text} is not kept as it was"), pages.contains(&text));
    }
    Ok(())
}
