//! Rows 8, 9, 15, 16 and 89: odd methods and spellings, borrowed identities, ids of others, secrets in addresses.

use crate::caller::{Ask, Caller, key};
use crate::house::{House, Session};
use chassis::keys::Keys;
use serde_json::{Value, json};
use testkit::tokens::Mint;

/// All of them.
pub async fn rows(house: &House, session: &Session) -> anyhow::Result<()> {
    house.ledger.settle().await?;
    methods(house).await?;
    spellings(house).await?;
    borrowed_names(house).await?;
    lists(house).await?;
    ids(house, session).await?;
    tokens(house).await?;
    secrets_in_addresses(house).await
}

const ME: &str = "/api/identity/me";

/// Row 8, methods.
async fn methods(house: &House) -> anyhow::Result<()> {
    let by = &house.coordinator;
    let ask = Ask::post("/api/identity/people", &json!({}));
    for method in ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "CONNECT", "BREW", "post"] {
        let odd = ask.clone().by(method);
        let answer = house.writes_only(method, &[], async || by.ask(&odd).await).await?;
        let is_refused = answer.status == 405 && answer.code() == "http.method";
        // A request line that is no request line never reaches the house.
        let is_cut = method == "CONNECT" && matches!(answer.status, 400 | 404);
        house.shows(8, method, &answer, is_refused || is_cut);
    }
    for path in ["/", "/s", "/sign-in"] {
        house.refuses(8, path, by, &Ask::post(path, &json!({})), (405, "http.method")).await?;
    }
    for header in ["x-http-method-override", "x-http-method", "x-method-override"] {
        let odd = Ask::get(ME).with(header, "DELETE");
        let answer = house.writes_only(header, &[], async || by.ask(&odd).await).await?;
        house.shows(8, header, &answer, answer.status == 200);
    }
    house
        .refuses(
            8,
            "reading what is written",
            by,
            &Ask::get("/api/identity/links/redeem"),
            (405, "http.method"),
        )
        .await?;
    house
        .refuses(8, "writing what is read", by, &Ask::post(ME, &json!({})), (405, "http.method"))
        .await
        .map(drop)
}

/// Row 8, spellings.
async fn spellings(house: &House) -> anyhow::Result<()> {
    let odd = [
        "//api/identity/me",
        "/api//identity/me",
        "/api/identity//me",
        "/api/identity/../identity/me",
        "/api/./identity/me",
        "/api/identity/%6de",
        "/api/identity/me%00",
        "/api/identity/%2e%2e/identity/me",
        "/api/identity/me;jsessionid=1",
        "/api/identity/me/",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/../../holdspace.keys",
        "/api/identity/internal/resolve",
        "/api",
        "/api/ghost",
    ];
    for path in odd {
        house.refuses(8, path, &house.patient, &Ask::get(path), (404, "not_found")).await?;
    }
    let strange = Ask::get(ME).with("host", "evil.example");
    let bytes = String::from_utf8(house.patient.bytes(&strange))?;
    let bytes = bytes.replacen(&format!("host: {}\r\n", house.patient.host), "", 1);
    let answer = house.wire.send(house.patient.from, bytes.as_bytes()).await?;
    house.shows(8, "a name that is not ours", &answer, answer.status == 404);
    Ok(())
}

/// Row 9: who asks is what the cookie says.
async fn borrowed_names(house: &House) -> anyhow::Result<()> {
    let (sam, lee) = (house.person("patient"), house.person("therapist"));
    let lies = [
        ("x-forwarded-for", "10.0.0.1"),
        ("forwarded", "for=10.0.0.1"),
        ("x-real-ip", "10.0.0.1"),
        ("x-user-id", lee.as_str()),
        ("x-tenant", lee.as_str()),
        ("x-clinic", lee.as_str()),
        ("x-role", "admin"),
        ("x-holdspace-from", "10.0.0.1"),
        ("authorization", "Bearer x"),
        ("x-request-id", "mine"),
    ];
    let mut ask = Ask::get(ME);
    for (name, value) in lies {
        ask = ask.with(name, value);
        let one = Ask::get(ME).with(name, value);
        let answer = house.writes_only(name, &[], async || house.patient.ask(&one).await).await?;
        let is_sam =
            answer.status == 200 && answer.text("/person") == sam && answer.text("/role") == "patient";
        house.shows(9, name, &answer, is_sam && answer.header("x-request-id") != Some("mine"));
    }
    let answer = house.patient.ask(&ask).await?;
    house.shows(9, "all of them at once", &answer, answer.text("/person") == sam);
    let nobody = house.stranger("patient");
    house.refuses(9, "all of them and no cookie", &nobody, &ask, (401, "auth.invalid")).await?;
    let logged = logs(house)?.contains("somebody outside said who they are");
    house.holds(9, "nothing of it is logged", logged);
    Ok(())
}

fn logs(house: &House) -> anyhow::Result<String> {
    house.standing.logs.iter().map(|log| Ok(std::fs::read_to_string(log)?)).collect()
}

/// Row 11 asks for pages; there are none, and what asks for them is refused. It is not counted as a row.
async fn lists(house: &House) -> anyhow::Result<()> {
    let by = &house.coordinator;
    for list in ["/api/identity/people", "/api/checkins/incidents", "/api/scheduling/slots"] {
        for query in ["limit=1000000000", "offset=-1", "sort=password", "cursor=AAAA"] {
            let answer = by.get(&format!("{list}?{query}")).await?;
            anyhow::ensure!(answer.status == 422, "{list}?{query}: {} {}", answer.status, answer.body);
        }
    }
    let slots = format!("/api/scheduling/slots?therapist={}", house.person("therapist"));
    for (from, until) in [(0, i64::MAX), (i64::MIN, i64::MAX), (5, 5), (9, 3)] {
        let answer = by.get(&format!("{slots}&from_at={from}&until_at={until}")).await?;
        anyhow::ensure!(answer.status == 422, "from {from} until {until}: {}", answer.status);
    }
    Ok(())
}

/// Row 15.
async fn ids(house: &House, session: &Session) -> anyhow::Result<()> {
    let (lee, own) = (&house.therapist, session.id.as_str());
    let (elsewhere, other_kind) = (key(), "7d444840-9dc0-41d2-8f2a-3c1a3b1c9e10");
    let strange =
        [elsewhere.as_str(), other_kind, "7", "..", "null", "-1", "00000000-0000-0000-0000-000000000000"];
    let longer = format!("{own}0");
    for id in strange.into_iter().chain([longer.as_str(), &"a".repeat(300)]) {
        for path in [
            "/api/safety/sessions/{}",
            "/api/checkins/sessions/{}/watch",
            "/api/identity/sessions/{}/people",
            "/api/care/sessions/{}/aftercare",
        ] {
            let ask = Ask::get(&path.replace("{}", id));
            house.refuses(15, &ask.path, lee, &ask, (404, "not_found")).await?;
        }
        for path in [
            "/api/safety/sessions/{}/dose/offer",
            "/api/checkins/incidents/{}/acknowledge",
            "/api/checkins/sessions/{}/screen-test",
        ] {
            let body = if path.ends_with("screen-test") { json!({ "sound_heard": true }) } else { json!({}) };
            let ask = Ask::post(&path.replace("{}", id), &body);
            house.refuses(15, &ask.path, lee, &ask, (404, "not_found")).await?;
        }
    }
    let path = format!("/api/safety/sessions/{}", own.to_uppercase());
    let answer = lee.get(&path).await?;
    house.shows(15, "in capitals", &answer, answer.status == 200 && answer.text("/session") == own);
    Ok(())
}

/// Row 16: at the public door no token is believed, bent or good; the services refuse the bent ones again.
async fn tokens(house: &House) -> anyhow::Result<()> {
    let nobody = house.stranger("therapist");
    let mint =
        || anyhow::Ok(Mint::new(Keys::load_or_create(&house.standing.keys)?, tests::now() / 1_000_000));
    let bent = mint()?.mutations();
    house.holds(16, &format!("only {} ways to bend one", bent.len()), bent.len() >= 48);
    for (name, token) in bent
        .into_iter()
        .map(|(name, token)| (name.clone(), token))
        .chain([("a good one".into(), mint()?.good())])
    {
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            continue;
        }
        let ask = Ask::get("/api/safety/sessions").with("authorization", &format!("Bearer {token}"));
        house.refuses(16, &name, &nobody, &ask, (401, "auth.invalid")).await?;
    }
    Ok(())
}

/// Row 89.
async fn secrets_in_addresses(house: &House) -> anyhow::Result<()> {
    let canary = chassis::crypto::random_token();
    let nobody: Caller = house.stranger("patient");
    for name in ["token", "email", "password", "totp", "code"] {
        for path in ["/link", "/s", "/sign-in", "/ack", ME, "/api/identity/links/redeem"] {
            let ask = Ask::get(&format!("{path}?{name}={canary}"));
            house.refuses(89, &format!("{path}?{name}="), &nobody, &ask, (404, "not_found")).await?;
        }
        let ask =
            Ask::post(&format!("/api/identity/links/redeem?{name}={canary}"), &json!({ "token": canary }));
        house.refuses(89, &format!("redeem?{name}="), &nobody, &ask, (404, "not_found")).await?;
    }
    house.holds(89, "it was logged", !logs(house)?.contains(&canary));
    let document: Value = serde_json::from_str(&std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto/openapi.json"),
    )?)?;
    let text = document.to_string();
    for name in ["token", "email", "password", "totp", "code"] {
        let asked = format!("\"in\":\"query\",\"name\":\"{name}\"");
        let turned = format!("\"name\":\"{name}\",\"in\":\"query\"");
        house.holds(
            89,
            &format!("a route asks for {name}"),
            !text.contains(&asked) && !text.contains(&turned),
        );
    }
    Ok(())
}
