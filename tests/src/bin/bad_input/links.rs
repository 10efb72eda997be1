//! Rows 21 to 25: the sitter's link and the code on the patient's screen.

use crate::caller::{Ask, redeem};
use crate::house::House;
use crate::sockets;
use futures_util::future::join_all;
use serde_json::{Value, json};

/// The same page, whatever was wrong with a link.
const NEUTRAL: (u16, &str) = (410, "link.refused");
/// What a refusal at the sitter's door leaves behind while the session is not over: the trail, and the therapist told.
const TOLD: [&str; 3] = ["identity_audit", "identity_outbox", "*_inbox"];

/// All of them.
pub async fn rows(house: &House) -> anyhow::Result<()> {
    let session = house.book(60).await?;
    let token = house.sitter_token(&session).await?;
    house.ledger.settle().await?;
    looked_at(house).await?;
    bent(house, &token).await?;
    twice(house, &session, &token).await?;
    wrong_times(house).await?;
    wrong_codes(house).await
}

/// Row 21: scanners and previews see a page, and the link is as it was. That it still opens, row 22 shows.
async fn looked_at(house: &House) -> anyhow::Result<()> {
    let scanner = house.stranger("sitter");
    for method in ["GET", "HEAD"] {
        let look = Ask::get("/s")
            .by(method)
            .with("purpose", "prefetch")
            .with("user-agent", "Slackbot-LinkExpanding 1.0");
        let seen = house
            .writes_only(method, &[], async || {
                join_all((0..100).map(|_| scanner.ask(&look)))
                    .await
                    .into_iter()
                    .collect::<anyhow::Result<Vec<_>>>()
            })
            .await?;
        let is_page = |answer: &crate::wire::Answer| {
            answer.status == 200
                && answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
        };
        let odd = seen.iter().find(|answer| !is_page(answer)).cloned().unwrap_or_default();
        house.shows(21, &format!("{method} is not the page only"), &odd, seen.iter().all(is_page));
        let is_quiet = |answer: &crate::wire::Answer| {
            answer.header("referrer-policy") == Some("no-referrer")
                && answer.header("x-robots-tag").is_some()
                && answer.header("set-cookie").is_none()
        };
        house.holds(21, &format!("{method} tells or sets something"), seen.iter().all(is_quiet));
    }
    Ok(())
}

/// Row 23, before the link is used.
async fn bent(house: &House, token: &str) -> anyhow::Result<()> {
    let nobody = house.stranger("sitter");
    let short = token.get(..token.len() - 1).unwrap_or_default();
    let capitals = token.to_uppercase();
    for odd in [
        short,
        &format!("{token}="),
        &format!("{token}=="),
        &format!("{token}A"),
        &capitals,
        "x",
        "%23",
        "../x",
    ] {
        let what = format!("a token of {} letters, bent", odd.len());
        house.refuses(23, &what, &nobody, &redeem(odd), NEUTRAL).await?;
    }
    Ok(())
}

/// Row 22, and row 23's full stop: two devices at once, each with what a mail program made of the link.
async fn twice(house: &House, session: &str, token: &str) -> anyhow::Result<()> {
    let screen = sockets::live(&house.therapist).await?;
    let pressed = [format!("{token}."), format!(" {token})")];
    let devices = [house.stranger("sitter"), house.stranger("sitter")];
    let both = join_all(
        devices.iter().zip(&pressed).map(|(device, token)| async { device.ask(&redeem(token)).await }),
    )
    .await;
    let both = both.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let mut statuses: Vec<_> = both.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    house.holds(22, &format!("two presses at once: {statuses:?}"), statuses == [200, 410]);
    house.holds(23, "a full stop or a bracket after the link", statuses.contains(&200));
    let told = sockets::told(screen, "identity.sitter_refused", session).await;
    house.holds(22, "the therapist hears nothing of the second press", told);
    let late = house.stranger("sitter");
    house.ledger.settle().await?;
    house.refuses_but(22, "a third press", &late, &redeem(token), NEUTRAL, &TOLD).await?;
    house.ledger.settle().await
}

/// Row 24: taken back in the middle of it. A drill's link opens at once and until long after; the hours are proven with
/// a clock, in identity's own tests.
async fn wrong_times(house: &House) -> anyhow::Result<()> {
    let seated = house.sat(60).await?;
    let unused = house.sitter_token(&seated.id).await?;
    let arrival = format!("/api/safety/sessions/{}/arrival", seated.id);
    house.therapist.good(&Ask::post(&arrival, &json!({}))).await?;
    let revocation = format!("/api/identity/sessions/{}/sitter-revocation", seated.id);
    house.patient.good(&Ask::post(&revocation, &json!({}))).await?;
    let screen = sockets::live(&house.therapist).await?;
    house.ledger.settle().await?;
    let nobody = house.stranger("sitter");
    house.refuses_but(24, "a link that was taken back", &nobody, &redeem(&unused), NEUTRAL, &TOLD).await?;
    let told = sockets::told(screen, "identity.sitter_refused", &seated.id).await;
    house.holds(24, "the therapist hears nothing of it", told);
    house.ledger.settle().await?;
    let me = Ask::get("/api/identity/me");
    house.refuses(24, "the phone that was let in", &seated.sitter, &me, (401, "auth.invalid")).await?;
    let never = chassis::crypto::random_token();
    house.refuses(24, "a link that never was", &nobody, &redeem(&never), NEUTRAL).await.map(drop)
}

/// Row 25.
async fn wrong_codes(house: &House) -> anyhow::Result<()> {
    let seated = house.sat(60).await?;
    let shown = format!("/api/identity/sessions/{}/presence-code", seated.id);
    let typed = format!("/api/identity/sessions/{}/presence", seated.id);
    let code = house.patient.good(&Ask::get(&shown)).await?;
    let code = code.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let screen = sockets::live(&house.therapist).await?;
    house.ledger.settle().await?;
    for odd in ["", "12345", "1234567", "12345a", "１２３４５６"] {
        let ask = Ask::post(&typed, &json!({ "code": odd }));
        house.refuses_field(25, &seated.sitter, &ask, (422, "field.invalid"), "/code").await?;
    }
    let counted = ["identity_audit", "identity_command", "identity_data_key", "identity_outbox", "*_inbox"];
    let try_wrong = Ask::post(&typed, &json!({ "code": wrong }));
    house
        .refuses_but(25, "wrong once", &seated.sitter, &try_wrong, (409, "presence.code_refused"), &counted)
        .await?;
    // The same press again is not a second try.
    house
        .refuses(25, "the same press again", &seated.sitter, &try_wrong, (409, "presence.code_refused"))
        .await?;
    let second = Ask::post(&typed, &json!({ "code": wrong }));
    house
        .refuses_but(25, "wrong twice", &seated.sitter, &second, (409, "presence.code_refused"), &counted)
        .await?;
    let third = Ask::post(&typed, &json!({ "code": wrong }));
    house
        .refuses_but(25, "wrong three times", &seated.sitter, &third, (409, "presence.code_spent"), &counted)
        .await?;
    let told = sockets::told(screen, "identity.sitter_refused", &seated.id).await;
    house.holds(25, "the therapist hears nothing of it", told);
    let right = Ask::post(&typed, &json!({ "code": code }));
    house.ledger.settle().await?;
    let answer = house
        .refuses(25, "the right one, too late", &seated.sitter, &right, (409, "presence.code_spent"))
        .await?;
    let again_at = answer.text("/fields/0/detail").parse::<i64>().unwrap_or_default();
    let wait = (again_at - tests::now()) / 1_000_000;
    house.shows(25, &format!("{wait} s to wait"), &answer, (540..=600).contains(&wait));
    let me = seated.sitter.get("/api/identity/me").await?;
    house.shows(25, "in all the same", &me, me.body.get("presence") == Some(&json!(false)));
    Ok(())
}
