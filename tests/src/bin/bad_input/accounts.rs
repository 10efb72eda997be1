//! Rows 18 and 20: passwords as people type them, and codes from the app that are not theirs to use.

use crate::caller::{Ask, Caller, redeem};
use crate::house::House;
use anyhow::{Context as _, bail};
use futures_util::future::join_all;
use serde_json::{Value, json};
use totp_rs::{Builder, Totp};

/// 64 letters, none of them ASCII; eight different ones.
const PICTURES: &str = "🦊🌊🍋🎈🚲🧶🪁🌵";

/// Both.
pub async fn rows(house: &House) -> anyhow::Result<()> {
    passwords(house).await?;
    codes(house).await
}

/// A person with an invitation in hand.
async fn invited(house: &House, email: &str) -> anyhow::Result<Caller> {
    let new = json!({ "role": "patient", "first_name": "Robin", "last_name": "Vale", "email": email,
        "phone": "+1 555 0103", "time_zone": "Europe/Lisbon" });
    let added = house.coordinator.good(&Ask::post("/api/identity/people", &new)).await?;
    let person = added.get("person").and_then(Value::as_str).context("no person")?;
    let before = house.tokens("/link#", "")?.len();
    let path = format!("/api/identity/people/{person}/invitation");
    house.coordinator.good(&Ask::post(&path, &json!({}))).await?;
    let token = house.mailed("/link#", "", before).await?;
    let robin = house.stranger("patient");
    robin.good(&redeem(&token)).await?;
    Ok(robin)
}

const ACCOUNT: &str = "/api/identity/account";

/// Sets this password and confirms the app.
async fn opened(robin: &Caller, password: &str) -> anyhow::Result<Totp> {
    let secret = robin.good(&Ask::post(ACCOUNT, &json!({ "password": password }))).await?;
    let secret = base32(secret.get("secret").and_then(Value::as_str).context("no secret")?);
    let secret = <[u8; 20]>::try_from(secret).map_err(|_other| anyhow::anyhow!("a secret of 160 bits"))?;
    let app = Builder::new().with_secret(secret).build().map_err(|error| anyhow::anyhow!("{error}"))?;
    // One step early, so that the step of now is still unused.
    let code = app.generate(seconds() - 30).to_string();
    robin.good(&Ask::post(&format!("{ACCOUNT}/confirm"), &json!({ "totp": code }))).await?;
    Ok(app)
}

fn seconds() -> u64 {
    u64::try_from(tests::now() / 1_000_000).unwrap_or_default()
}

fn base32(text: &str) -> Vec<u8> {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bits, mut held, mut bytes) = (0_u32, 0, vec![]);
    for letter in text.bytes() {
        let value = letters.iter().position(|known| *known == letter).unwrap_or_default();
        bits = (bits << 5) | u32::try_from(value).unwrap_or_default();
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).unwrap_or_default());
        }
    }
    bytes
}

fn sign_in(email: &str, password: &str, totp: &str) -> Ask {
    let body = json!({ "email": email, "password": password, "totp": totp });
    Ask::post("/api/identity/sign-in", &body).without("idempotency-key")
}

/// A refused try is noted and counted; nothing else is written.
const NOTED: [&str; 2] = ["identity_audit", "identity_throttle"];

/// Row 18.
async fn passwords(house: &House) -> anyhow::Result<()> {
    let email = "eighteen@demo.example";
    let robin = invited(house, email).await?;
    house.ledger.settle().await?;
    let long = Ask::post(ACCOUNT, &json!({ "password": "a".repeat(1_000_000) }));
    house.refuses(18, "1 MB", &robin, &long, (413, "body.too_large")).await?;
    let longer = Ask::post(ACCOUNT, &json!({ "password": "a heron, ".repeat(40) }));
    house.refuses(18, "360 letters", &robin, &longer, (422, "password.weak")).await?;
    for weak in ["heron-reeds", "aaaaaaaaaaaaaaaa", "Password1234!"] {
        let ask = Ask::post(ACCOUNT, &json!({ "password": weak }));
        house.refuses(18, weak, &robin, &ask, (422, "password.weak")).await?;
    }
    let pictures = PICTURES.repeat(8);
    house.holds(18, "64 letters", pictures.chars().count() == 64);
    let set = robin.post(ACCOUNT, &json!({ "password": pictures })).await?;
    house.shows(18, "64 pictures", &set, set.status == 200);
    // Before the app is confirmed another password may be chosen: this one has a space at each end, and an accent.
    let one = " h\u{e9}ron in the reeds ";
    let app = opened(&robin, one).await?;
    house.ledger.settle().await?;
    let code = app.generate(seconds()).to_string();
    let from_elsewhere = house.stranger("patient");
    for (what, other) in [("without its spaces", one.trim()), ("without the accent", " heron in the reeds ")]
    {
        let ask = sign_in(email, other, &code);
        house.refuses_but(18, what, &from_elsewhere, &ask, (401, "sign_in.refused"), &NOTED).await?;
    }
    let split = " he\u{301}ron in the reeds ";
    let entered = from_elsewhere.ask(&sign_in(email, split, &code)).await?;
    house.shows(18, "the accent typed as a letter of its own", &entered, entered.status == 200);
    let me = from_elsewhere.get("/api/identity/me").await?;
    house.shows(18, "nobody is signed in", &me, me.status == 200);
    Ok(())
}

/// Row 20.
async fn codes(house: &House) -> anyhow::Result<()> {
    let (email, password) = ("twenty@demo.example", "a lamp in the harbour at night");
    let robin = invited(house, email).await?;
    let app = opened(&robin, password).await?;
    house.ledger.settle().await?;
    let refused = (401, "sign_in.refused");
    let far = house.stranger("patient");
    // Two steps away stays two steps away only if no step ends meanwhile.
    while seconds() % 30 > 25 {
        tests::pause(200).await;
    }
    for steps in [-3_i64, -2, 2, 3] {
        let at = seconds().saturating_add_signed(steps * 30);
        let ask = sign_in(email, password, &app.generate(at).to_string());
        house.refuses_but(20, &format!("{steps} steps away"), &far, &ask, refused, &NOTED).await?;
    }
    let home = house.stranger("patient");
    let code = app.generate(seconds()).to_string();
    let entered = home.ask(&sign_in(email, password, &code)).await?;
    house.shows(20, "the code of now", &entered, entered.status == 200);
    house.ledger.settle().await?;
    let elsewhere = house.stranger("patient");
    let again = sign_in(email, password, &code);
    house.refuses_but(20, "the same code again", &elsewhere, &again, refused, &NOTED).await?;
    guesses(house, email, password).await
}

/// A thousand guesses from one network: five a minute are looked at, and nobody else is locked out.
async fn guesses(house: &House, email: &str, password: &str) -> anyhow::Result<()> {
    let guesser = house.stranger("patient");
    let (mut looked_at, mut held) = (0, 0);
    let guess = sign_in(email, password, "000000");
    for _twenty in 0..50 {
        for answer in join_all((0..20).map(|_| guesser.once(&guess))).await {
            let answer = answer?;
            match (answer.status, answer.code()) {
                (401, "sign_in.refused") => looked_at += 1,
                (429, "sign_in.throttled" | "rate.limited") => held += 1,
                _other => bail!("a guess was answered {} {}", answer.status, answer.body),
            }
        }
    }
    house.holds(
        20,
        &format!("{looked_at} guesses were looked at, {held} held"),
        looked_at <= 5 && held >= 995,
    );
    let owner = house.stranger("patient");
    let wrong = sign_in(email, password, "12345678");
    let what = "the owner, from another network, is not locked out";
    house.refuses_but(20, what, &owner, &wrong, (401, "sign_in.refused"), &NOTED).await.map(drop)
}
