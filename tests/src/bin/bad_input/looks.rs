//! Rows 39 to 46: check-ins twice, out of turn, at the last moment, from wrong clocks, from a queue, from elsewhere.

use crate::caller::{Ask, key};
use crate::house::{House, MINUTE, Session, is_open};
use crate::wire::Answer;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

const FINE: &[(&str, &str)] = &[("CI-BR", "easy"), ("CI-COL", "normal"), ("CI-RESP", "responds")];
const NOISY: &[(&str, &str)] = &[("CI-BR", "noisy_or_slow"), ("CI-COL", "normal"), ("CI-RESP", "responds")];

/// All of them, on sessions of their own, side by side where they wait.
pub async fn rows(house: &House) -> anyhow::Result<()> {
    twice(house).await?;
    out_of_turn(house).await?;
    last_moment(house).await?;
    wrong_clocks(house).await?;
    from_a_queue(house).await?;
    from_elsewhere(house).await
}

/// A look of this session.
pub fn look(session: &Session, sequence: i64, answers: &[(&str, &str)], at: impl Into<Value>) -> Ask {
    let answers: serde_json::Map<_, _> =
        answers.iter().map(|(id, answer)| ((*id).to_owned(), json!(answer))).collect();
    let body = json!({ "sequence": sequence, "answers": answers, "answered_at": at.into() });
    Ask::post(&format!("/api/checkins/sessions/{}/checkins", session.id), &body)
}

/// How many looks of a session are kept.
pub async fn kept(house: &House, session: &Session) -> anyhow::Result<i64> {
    let sql = format!("select count(*) from {{checkins_answer}} where session_id = {{id:{}}}", session.id);
    house.ledger.count(&sql).await
}

fn counted(answer: &Answer) -> &str {
    answer.text("/counted")
}

/// Rows 39, 40 and 43.
async fn twice(house: &House) -> anyhow::Result<()> {
    let session = house.dosed(1, 4 * MINUTE).await?;
    let tap = look(&session, 1, FINE, json!(tests::now()));
    let (one, other) = join(session.sitter.ask(&tap), session.sitter.ask(&tap)).await;
    let (one, other) = (one?, other?);
    let are_same = one.status == 200 && one.body == other.body && counted(&one) == "in_time";
    house.shows(39, "two taps, two answers", &other, are_same);
    house.holds(39, "two taps, two rows", kept(house, &session).await? == 1);
    tests::pause(200).await;
    let worse = look(&session, 1, NOISY, json!(tests::now())).key(&key());
    let worse = session.sitter.ask(&worse).await?;
    house.shows(
        40,
        "another answer to the same look",
        &worse,
        worse.status == 200 && worse.text("/severity") == "urgent",
    );
    house.holds(40, "one of two answers is lost", kept(house, &session).await? == 2);
    house.watch(&session.id, |watch| is_open(watch, "worrying_answer")).await?;
    let better = session.sitter.ask(&look(&session, 1, FINE, json!(tests::now()))).await?;
    house.shows(40, "a better answer afterwards", &better, better.status == 200);
    let watch = house.watch(&session.id, |_| true).await?;
    house.holds(40, "a better answer silences the worse one", is_open(&watch, "worrying_answer"));
    let before = kept(house, &session).await?;
    let replay =
        house.writes_only("yesterday's request again", &[], async || session.sitter.ask(&tap).await).await?;
    let is_first = replay.body == one.body && replay.header("idempotent-replay") == Some("true");
    house.shows(43, "a replay does something", &replay, is_first && kept(house, &session).await? == before);
    let stranger = house.stranger("sitter");
    house.refuses(43, "a replay by nobody", &stranger, &tap, (401, "auth.invalid")).await?;
    let elsewhere = tap.clone().with("cookie", &house.therapist.cookie().unwrap_or_default());
    let answer =
        house.writes_only("a replay by another", &[], async || stranger.ask(&elsewhere).await).await?;
    house.shows(
        43,
        "a replay by another person",
        &answer,
        answer.status == 409 && answer.code() == "idempotency.key_reused",
    );
    Ok(())
}

/// Row 41.
async fn out_of_turn(house: &House) -> anyhow::Result<()> {
    let session = house.dosed(1, 2 * MINUTE).await?;
    for sequence in [7, 2, 9_999, -1, 0, i64::MAX, i64::MIN] {
        let ask = look(&session, sequence, FINE, json!(tests::now()));
        house
            .refuses(41, &format!("look {sequence}"), &session.sitter, &ask, (409, "checkin.unknown"))
            .await?;
    }
    let early = session.sitter.ask(&look(&session, 1, FINE, json!(tests::now()))).await?;
    house.shows(41, "a minute before its window", &early, early.status == 200 && counted(&early) == "extra");
    let watch = house.watch(&session.id, |_| true).await?;
    let next = watch.pointer("/next/sequence").and_then(Value::as_i64);
    house.holds(41, &format!("look 1 is armed no more: {next:?}"), next == Some(1));
    let open = house.dosed(1, 3 * MINUTE + MINUTE / 2).await?;
    let in_window = open.sitter.ask(&look(&open, 1, FINE, json!(tests::now()))).await?;
    house.shows(41, "inside its window", &in_window, counted(&in_window) == "in_time");
    let next = in_window.body.pointer("/next/sequence").and_then(Value::as_i64);
    house.holds(41, &format!("then look {next:?}"), next == Some(2));
    Ok(())
}

/// Row 42: a quarter of a second before the deadline and a blink after it; the millisecond is the core's own test.
async fn last_moment(house: &House) -> anyhow::Result<()> {
    for (offset, expected) in [(-1_500_000, "in_time"), (40_000, "late")] {
        let session = house.dosed(1, 7 * MINUTE - 2_500_000).await?;
        let watch = house.watch(&session.id, |_| true).await?;
        let deadline = watch.pointer("/next/deadline_at").and_then(Value::as_i64).unwrap_or_default();
        let ask = look(&session, 1, FINE, json!(deadline - MINUTE));
        while tests::now() < deadline + offset {
            tests::pause(5).await;
        }
        let answer = session.sitter.ask(&ask).await?;
        house.shows(42, &format!("{offset} µs from the deadline"), &answer, counted(&answer) == expected);
        tests::pause(400).await;
        let watch = house.watch(&session.id, |_| true).await?;
        let is_missed = is_open(&watch, "missed_checkin");
        house.holds(42, &format!("{expected}, and missed is {is_missed}"), is_missed == (expected == "late"));
        house.holds(42, "it is not kept", kept(house, &session).await? == 1);
    }
    Ok(())
}

/// Row 44.
async fn wrong_clocks(house: &House) -> anyhow::Result<()> {
    let session = house.dosed(1, 4 * MINUTE).await?;
    let now = tests::now();
    let missing = Ask::post(
        &format!("/api/checkins/sessions/{}/checkins", session.id),
        &json!({ "sequence": 1, "answers": { "CI-ALL": "well" } }),
    );
    let asks = [
        ("1970", look(&session, 1, FINE, json!(0)), true),
        ("2099", look(&session, 1, FINE, json!(4_070_908_800_000_000_i64)), true),
        ("three hours ahead", look(&session, 1, FINE, json!(now + 180 * MINUTE)), true),
        ("the end of time", look(&session, 1, FINE, json!(i64::MAX)), true),
        ("before the beginning", look(&session, 1, FINE, json!(i64::MIN)), true),
        ("none", missing, true),
        ("a minute off", look(&session, 1, FINE, json!(now - MINUTE)), false),
    ];
    let count = asks.len();
    for (what, ask, is_off) in asks {
        let answer = session.sitter.ask(&ask).await?;
        let is_told = answer.body.get("clock_off") == Some(&json!(is_off));
        house.shows(44, &format!("clock: {what}"), &answer, answer.status == 200 && is_told);
    }
    house.holds(44, "not all are kept", kept(house, &session).await? == i64::try_from(count)?);
    let watch = house.watch(&session.id, |_| true).await?;
    let all = watch.get("history").and_then(Value::as_array).cloned().unwrap_or_default();
    let on_time = |one: &Value| {
        let at = one.get("received_at").and_then(Value::as_i64).unwrap_or_default();
        (now - MINUTE..now + MINUTE).contains(&at)
    };
    house.holds(44, "the phone's clock decided something", all.len() == count && all.iter().all(on_time));
    let flags = all.iter().filter(|one| one.get("clock_off") == Some(&json!(true))).count();
    house.holds(44, &format!("{flags} of {count} are flagged on the screen"), flags == count - 2);
    Ok(())
}

/// Row 45: a drill at the fastest pace, whose phone was offline for six looks.
async fn from_a_queue(house: &House) -> anyhow::Result<()> {
    let ago = 62_000_000;
    let session = house.dosed(60, ago).await?;
    house.watch(&session.id, |watch| watch.get("missed").and_then(Value::as_i64) >= Some(6)).await?;
    let dose_at = tests::now() - ago;
    let queue: Vec<_> = (1..=6_i64)
        .map(|sequence| look(&session, sequence, FINE, json!(dose_at + (sequence * 10 - 5) * 1_000_000)))
        .collect();
    let answers = join_all(queue.iter().map(|ask| session.sitter.ask(ask))).await;
    for answer in answers {
        let answer = answer?;
        house.shows(45, "one of the queue", &answer, answer.status == 200 && counted(&answer) == "late");
    }
    house.holds(45, "not all six are kept", kept(house, &session).await? == 6);
    let watch = house.watch(&session.id, |_| true).await?;
    house.holds(45, "the queue silenced the alarm", is_open(&watch, "missed_checkin"));
    let all = watch.get("history").and_then(Value::as_array).cloned().unwrap_or_default();
    let both = |one: &Value| {
        one.get("answered_at").and_then(Value::as_i64) < one.get("received_at").and_then(Value::as_i64)
    };
    house.holds(45, "both times are not kept", all.iter().filter(|one| both(one)).count() >= 6);
    Ok(())
}

/// Row 46.
async fn from_elsewhere(house: &House) -> anyhow::Result<()> {
    let (own, other) = (house.sat(1).await?, house.dosed(1, 4 * MINUTE).await?);
    let ask = look(&other, 1, FINE, json!(tests::now()));
    house.refuses(46, "the sitter of another session", &own.sitter, &ask, (404, "not_found")).await?;
    let patient = house.writes_only("the patient", &[], async || house.patient.ask(&ask).await).await?;
    house.shows(46, "the patient", &patient, patient.status == 403 && patient.code() == "auth.forbidden");
    let end = json!({ "kind": "handed_over", "reason": "Asked for by the table." });
    house.therapist.good(&Ask::post(&format!("/api/safety/sessions/{}/end", other.id), &end)).await?;
    let closure = json!({ "note": "Taken over by the clinic." });
    house.therapist.good(&Ask::post(&format!("/api/safety/sessions/{}/closure", other.id), &closure)).await?;
    house.watch(&other.id, |watch| watch.get("phase") == Some(&json!("closed"))).await?;
    house
        .refuses(46, "after the end", &house.therapist, &ask.clone().key(&key()), (409, "watch.closed"))
        .await?;
    let late = other.sitter.ask(&ask.key(&key())).await?;
    house.shows(46, "the sitter, after the end", &late, matches!(late.status, 401 | 409));
    house.holds(46, "kept all the same", kept(house, &other).await? == 0);
    Ok(())
}
