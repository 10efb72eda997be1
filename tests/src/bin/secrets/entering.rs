//! Everything personal that a page can send, sent once, each with a word of its own in it.

use crate::living::{Living, id};
use anyhow::{Context as _, ensure};
use holdspace::demo::clinic::People;
use holdspace::demo::session::{self, Cast};
use holdspace::inside::Acting;
use kernel::id::SessionId;
use kernel::role::Role;
use kernel::time::{Pace, Span};
use serde_json::{Map, Value, json};
use tests::requests::Places;

/// What sealed answers and measurements would look like in the open.
const SHAPES: [&str; 7] =
    ["\"CI-COL\"", "\"systolic\"", "\"bladder\"", "\"line1\":", "\"signature\"", "\"item_nine\"", "otpauth:"];

/// What there is to ask about afterwards.
pub struct Entered {
    /// Sam's session, under way.
    pub session: SessionId,
    /// Every id that a path may name.
    pub places: Places,
}

/// All of it.
pub async fn everything(living: &mut Living) -> anyhow::Result<Entered> {
    for shape in SHAPES {
        living.canaries.keep(&format!("shape {shape}"), shape);
    }
    calendar(living).await.context("the calendar")?;
    let cast = dosed(living).await.context("Sam's session")?;
    let mut places = sam(living, &cast).await.context("what Sam and Ana say")?;
    kim(living).await.context("Kim's session")?;
    doors(living, cast.session).await.context("the doors")?;
    places.extend([
        ("session", cast.session.to_string()),
        ("patient", living.people.patient.to_string()),
        ("person", living.people.sitter.to_string()),
        ("therapist", living.people.therapist.to_string()),
        ("item", "PT-FOOD".to_owned()),
    ]);
    Ok(Entered { session: cast.session, places })
}

fn acting(living: &Living, people: &People, role: Role) -> Acting {
    let person = match role {
        Role::Patient => people.patient,
        Role::Sitter => people.sitter,
        Role::Therapist => people.therapist,
        Role::Prescriber => people.prescriber,
        Role::Coordinator => people.coordinator,
        Role::Admin | Role::Auditor => people.admin,
    };
    people.acting(&living.inside, person, role, None)
}

fn neighbours(living: &Living) -> People {
    let People { clinic, therapist, prescriber, on_call, coordinator, admin, .. } = living.people;
    People {
        clinic,
        patient: living.kim.0,
        sitter: living.kim.1,
        therapist,
        prescriber,
        on_call,
        coordinator,
        admin,
    }
}

async fn calendar(living: &Living) -> anyhow::Result<()> {
    let people = &living.people;
    let window = |day: i64| json!({ "weekday": day, "from": "00:00", "until": "24:00" });
    let weekly: Vec<_> = (1..=7).map(window).collect();
    let availability = json!({ "time_zone": "America/New_York", "weekly": weekly });
    acting(living, people, Role::Therapist).post("/api/scheduling/availability", &availability).await?;
    let now = living.house.ground.clock.now();
    let (from_at, until_at) = (now.minus(Span::hours(24)), now.plus(Span::hours(24 * 6)));
    let duty = json!({ "person": people.on_call, "from_at": from_at, "until_at": until_at });
    let coordinator = acting(living, people, Role::Coordinator);
    session::insist(&coordinator, "/api/scheduling/on-call", &duty).await?;
    let order = json!({
        "strength_mg": 100, "lozenges": 2, "hold_minutes": 10, "disposal": "spit", "max_sessions": 6,
        "min_interval_hours": 72, "valid_until_at": now.plus(Span::hours(24 * 30)),
    });
    let prescriber = acting(living, people, Role::Prescriber);
    for patient in [people.patient, living.kim.0] {
        session::insist(&prescriber, &format!("/api/care/patients/{patient}/dose-orders"), &order).await?;
    }
    Ok(())
}

/// Sam's session, from the booking to the first look.
async fn dosed(living: &Living) -> anyhow::Result<Cast> {
    let (house, inside, people) = (&living.house, &living.inside, &living.people);
    let session = session::book(house, inside, people, Pace::new(60)?).await?;
    let cast = Cast::of(inside, people, session);
    let clock = &house.ground.clock;
    clock.set_back(Span::seconds(90));
    session::prepare(&cast, "").await?;
    for before in [Span::seconds(75), Span::ZERO] {
        clock.set_back(before);
        session::reading(&cast, 122, Some(98), clock.now()).await?;
    }
    let token = json!({ "token": (living.token("/oncall#").await?) });
    let noor = people.acting(inside, people.on_call, Role::Therapist, None);
    noor.post("/api/checkins/links/on-call-confirmation", &token).await?;
    cast.ready().await?;
    session::insist(&cast.therapist, &cast.safety("dose/offer"), &json!({})).await?;
    cast.sitter.post(&cast.safety("dose/witness"), &json!({})).await?;
    let answers = json!({ "CI-BR": "easy", "CI-COL": "normal", "CI-RESP": "responds" });
    let look = json!({ "sequence": 1, "answers": answers, "answered_at": clock.now() });
    session::insist(&cast.sitter, &format!("/api/checkins/sessions/{session}/checkins"), &look).await?;
    Ok(cast)
}

/// A note beside a dose, an incident's note, a journal, a questionnaire, a morning.
async fn sam(living: &mut Living, cast: &Cast) -> anyhow::Result<Places> {
    let (session, now) = (cast.session, living.house.ground.clock.now());
    let canaries = &mut living.canaries;
    let dose = json!({ "taken_at": now, "lozenges": 1, "note": (canaries.sentence("dose note")) });
    cast.sitter.post(&cast.safety("dose/record"), &dose).await?;
    let at = format!("/api/checkins/sessions/{session}");
    let asked = cast.patient.post(&format!("{at}/support"), &json!({})).await?;
    cast.sitter.post(&format!("{at}/alarm"), &json!({ "kind": "something_wrong" })).await?;
    let open = cast.therapist.get("/api/checkins/incidents?open=true").await?;
    let incident: String = id(open.get(0).context("no incident")?, "id")?;
    let resolved = json!({ "outcome": "other", "note": (canaries.sentence("incident note")) });
    cast.therapist.post(&format!("/api/checkins/incidents/{incident}/resolve"), &resolved).await?;
    let mut record = String::new();
    for (field, shared) in [("journal", false), ("shared journal", true)] {
        let page = json!({ "text": (canaries.sentence(field)), "shared": shared, "session": session });
        record = id(&cast.patient.post("/api/care/journal", &page).await?, "record")?;
    }
    let answers = json!({ "instrument": "phq9", "session": null, "answers": [1, 0, 2, 0, 1, 0, 0, 0, 0] });
    let path = format!("/api/care/patients/{}/responses", living.people.patient);
    cast.patient.post(&path, &answers).await?;
    let morning = json!({ "sleep": 7, "mood": 3, "nausea": 1, "headache": 1, "bladder": 1, "safe": "no" });
    cast.patient.post(&format!("/api/care/sessions/{session}/morning"), &morning).await?;
    Ok(Places::from([("incident", incident), ("support", id(&asked, "id")?), ("record", record)]))
}

/// A session that never reaches the dose: papers, address, reasons of every kind.
async fn kim(living: &mut Living) -> anyhow::Result<()> {
    let people = neighbours(living);
    let session = session::book(&living.house, &living.inside, &people, Pace::new(60)?).await?;
    let cast = Cast::of(&living.inside, &people, session);
    session::insist(&cast.patient, &cast.safety("arrival"), &json!({})).await?;
    for (who, acting) in [("patient", &cast.patient), ("sitter", &cast.sitter)] {
        let signature = format!("{} Doe", living.canaries.word(&format!("signature of the {who}")));
        papers(&cast, acting, &signature).await?;
    }
    address(living, &cast).await?;
    let prescriber = acting(living, &people, Role::Prescriber);
    let clock = living.house.ground.clock.clone();
    for before in [Span::seconds(75), Span::ZERO] {
        clock.set_back(before);
        session::reading(&cast, 150, Some(98), clock.now()).await?;
    }
    let canaries = &mut living.canaries;
    let decision = json!({ "decision": "cancel", "reason": (canaries.sentence("decision reason")) });
    prescriber.post(&cast.safety("decision"), &decision).await?;
    let why = json!({ "reason": (canaries.sentence("hold reason")) });
    cast.therapist.post(&cast.safety("hold"), &why).await?;
    let why = json!({ "reason": (canaries.sentence("clearance reason")) });
    prescriber.post(&cast.safety("hold/clearance"), &why).await?;
    decline(&cast, &canaries.sentence("decline reason")).await?;
    let end = json!({ "kind": "withdrawn", "reason": (canaries.sentence("end reason")) });
    cast.patient.post(&cast.safety("end"), &end).await?;
    let note = json!({ "note": (canaries.sentence("closure note")) });
    cast.therapist.post(&cast.safety("closure"), &note).await?;
    let other = session::book(&living.house, &living.inside, &people, Pace::new(60)?).await?;
    let why = json!({ "reason": (living.canaries.sentence("cancellation reason")) });
    cast.patient.post(&format!("/api/scheduling/bookings/{other}/cancellation"), &why).await.map(drop)
}

async fn address(living: &mut Living, cast: &Cast) -> anyhow::Result<()> {
    let canaries = &mut living.canaries;
    let address = json!({
        "line1": (canaries.word("address: line 1")), "line2": (canaries.word("address: line 2")),
        "city": (canaries.word("address: city")), "region": (canaries.word("address: region")),
        "postal_code": (canaries.word("address: postal code")), "country": (canaries.word("address: country")),
        "entry_notes": (canaries.sentence("address: entry notes")),
        "emergency_number": (canaries.phone("address: emergency number")),
    });
    cast.patient.post(&cast.safety("address"), &address).await.map(drop)
}

/// The first item that may be left out, left out with a reason.
async fn decline(cast: &Cast, reason: &str) -> anyhow::Result<()> {
    let items = cast.patient.get(&cast.safety("checklist")).await?;
    let said = json!({ "answer": "declined", "reason": reason });
    for item in items.as_array().into_iter().flatten() {
        let item: String = id(item, "id")?;
        let (status, _) = cast.patient.try_post(&cast.safety(&format!("checklist/{item}")), &said).await?;
        if status == 200 {
            return Ok(());
        }
    }
    anyhow::bail!("no item may be declined")
}

/// Signs every paper of this person; what shows that it was understood is tried until it does.
async fn papers(cast: &Cast, acting: &Acting, signature: &str) -> anyhow::Result<()> {
    let papers = acting.get(&format!("/api/safety/consents?session={}", cast.session)).await?;
    for paper in papers.as_array().into_iter().flatten() {
        let questions = paper.get("questions").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut tries: Map<String, Value> = Map::new();
        let mut turn = vec![0_usize; questions.len()];
        let mut is_signed = false;
        for _try in 0..8 {
            for (question, choice) in questions.iter().zip(&turn) {
                let chosen = question.pointer(&format!("/choices/{choice}/id")).cloned().unwrap_or_default();
                tries.insert(id(question, "id")?, chosen);
            }
            let signed = json!({
                "session": cast.session, "kind": paper.get("kind"), "version": paper.get("version"),
                "sha256": paper.get("sha256"), "signature": signature, "answers": tries,
            });
            let (status, body) = acting.try_post("/api/safety/consents", &signed).await?;
            is_signed = status == 200;
            if is_signed {
                break;
            }
            let wrong = body.get("fields").map(Value::to_string).unwrap_or_default();
            for (question, choice) in questions.iter().zip(&mut turn) {
                let name: String = id(question, "id")?;
                *choice += usize::from(wrong.contains(&format!("{name}\"")));
            }
        }
        ensure!(is_signed, "a paper was not signed");
    }
    Ok(())
}

/// Passwords, second factors, links by mail.
async fn doors(living: &mut Living, session: SessionId) -> anyhow::Result<()> {
    let (people, kim) = (neighbours(living), living.kim.0);
    let coordinator = living.of("coordinator", people.coordinator, None).await?;
    let therapist = living.of("therapist", people.therapist, None).await?;
    let path = format!("/api/identity/sessions/{session}/sitter-invitation");
    therapist.post(&path, &json!({})).await?.good()?;
    coordinator.post(&format!("/api/identity/people/{kim}/invitation"), &json!({})).await?.good()?;
    let link = living.token("/link#").await?;
    let browser = tests::caller::Caller::new("patient", living.port);
    browser.enter(&format!("#{link}")).await?;
    let password = format!("{} by the sea", living.canaries.word("password"));
    let opened = browser.post("/api/identity/account", &json!({ "password": password })).await?.good()?;
    let secret: String = id(&opened, "secret")?;
    living.canaries.keep("secret of the second factor", &secret);
    let wrong = json!({
        "email": (living.canaries.email("a wrong e-mail")), "password": (living.canaries.word("a wrong password")),
        "totp": "000000",
    });
    let refused = browser.post("/api/identity/sign-in", &wrong).await?;
    ensure!(refused.status == 401, "a wrong password answered {}", refused.status);
    let admin = living.of("admin", people.admin, None).await?;
    admin.post("/api/notify/test-mail", &json!({})).await?.good().map(drop)
}
