//! Walks one drill session to T+22, step by step, through the same routes as the pages use.
//! The clock starts in the past and is moved on between the steps.

use super::clinic::People;
use crate::house::House;
use crate::inside::{Acting, Inside};
use anyhow::{Context as _, bail};
use chassis::clock;
use kernel::id::{PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Pace, Span, Timestamp};
use serde_json::{Value, json};

/// Where the demo opens: three minutes before the third look.
const OPENS_AT_MINUTE: i64 = 22;
/// The looks that were answered by then.
const LOOKS: [(i64, i64); 2] = [(1, 5), (2, 15)];
/// Getting ready took this long, in real time.
const PREPARING: Span = Span::seconds(90);
/// A step that waits for an event waits at most this often, 10 ms apart: 10 s and more in all.
const TRIES: usize = 1_000;

/// Everyone of one session, acting.
pub struct Cast {
    /// The session.
    pub session: SessionId,
    /// Sam.
    pub patient: Acting,
    /// Ana.
    pub sitter: Acting,
    /// Dr. Lee.
    pub therapist: Acting,
    /// Everyone who answers items, by role.
    pub people: [(Role, Acting); 5],
}

/// Tells the past of the session and returns its id. The clock is the machine's again afterwards.
///
/// # Errors
/// When a service refuses a step.
pub async fn tell(house: &House, inside: &Inside, people: &People, pace: Pace) -> anyhow::Result<SessionId> {
    let clock = &house.ground.clock;
    let since_dose = Span::minutes(OPENS_AT_MINUTE).at(pace);
    clock.set_back(Span::micros(since_dose.as_micros() + PREPARING.as_micros()));
    let session = book(house, inside, people, pace).await?;
    let cast = Cast::of(inside, people, session);
    prepare(&cast, "").await?;
    for (before, systolic) in [(Span::seconds(75), 124), (Span::seconds(10), 122)] {
        clock.set_back(Span::micros(since_dose.as_micros() + before.as_micros()));
        reading(&cast, systolic, Some(98), clock.now()).await?;
    }
    on_call(house, inside, people).await?;
    cast.dose().await?;
    for (sequence, minute) in LOOKS {
        clock.set_back(Span::micros(since_dose.as_micros() - Span::minutes(minute).at(pace).as_micros()));
        cast.look(sequence, clock.now()).await?;
    }
    clock.set_back(Span::ZERO);
    Ok(session)
}

/// Asks again until there is an answer: events arrive a moment after the command that caused them.
///
/// # Errors
/// When the answer never comes.
pub async fn until<T>(what: &str, ask: impl AsyncFn() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    for _try in 0..TRIES {
        if let Some(found) = ask().await? {
            return Ok(found);
        }
        clock::wait(Span::millis(10)).await;
    }
    bail!("{what} did not come")
}

/// Does it again until it is taken; the last refusal is the reason when it never is.
///
/// # Errors
/// When it is never taken.
pub async fn insist(acting: &Acting, path: &str, body: &Value) -> anyhow::Result<Value> {
    let mut last = Value::Null;
    for _try in 0..TRIES {
        let (status, answer) = acting.try_post(path, body).await?;
        if status == 200 {
            return Ok(answer);
        }
        last = answer;
        clock::wait(Span::millis(10)).await;
    }
    bail!("{path} was never taken: {last}")
}

/// Books the first free time as the patient, with Ana as the sitter.
///
/// # Errors
/// When there is no free time.
pub async fn book(house: &House, inside: &Inside, people: &People, pace: Pace) -> anyhow::Result<SessionId> {
    let patient = people.acting(inside, people.patient, Role::Patient, None);
    let now = house.ground.clock.now();
    let (from_at, until_at) = (now.minus(Span::hours(1)), now.plus(Span::hours(24)));
    let therapist = people.therapist;
    let path = format!(
        "/api/scheduling/slots?therapist={therapist}&from_at={}&until_at={}",
        from_at.micros(),
        until_at.micros()
    );
    let slots = patient.get(&path).await?;
    let slot = slots.pointer("/slots/0").context("no free time in the demo's calendar")?;
    let zone =
        slots.get("time_zone").or_else(|| slots.get("therapist_zone")).cloned().unwrap_or(json!("UTC"));
    let booking = json!({
        "kind": "dosing", "therapist": therapist, "starts_at": slot.get("starts_at"), "sitter": people.sitter,
        "patient": null, "time_zone": zone, "local": slot.get("local"), "offset_choice": null,
        "drill": { "pace": pace },
    });
    // Who was added just now is known to the calendar once it has heard of them.
    let booked = insist(&patient, "/api/scheduling/bookings", &booking).await?;
    let session = booked.get("session").and_then(Value::as_str).context("no session in the answer")?;
    Ok(session.parse()?)
}

impl Cast {
    /// Everyone of this session.
    pub fn of(inside: &Inside, people: &People, session: SessionId) -> Self {
        let act = |person: PersonId, role: Role| people.acting(inside, person, role, None);
        let patient = act(people.patient, Role::Patient);
        let sitter = people.acting(inside, people.sitter, Role::Sitter, Some(session));
        let therapist = act(people.therapist, Role::Therapist);
        let others = [act(people.prescriber, Role::Prescriber), act(people.coordinator, Role::Coordinator)];
        Self::with(session, [patient, sitter, therapist], others)
    }

    /// These people: patient, sitter and therapist, then prescriber and coordinator.
    pub fn with(
        session: SessionId,
        [patient, sitter, therapist]: [Acting; 3],
        [prescriber, coordinator]: [Acting; 2],
    ) -> Self {
        let people = [
            (Role::Patient, patient.clone()),
            (Role::Sitter, sitter.clone()),
            (Role::Therapist, therapist.clone()),
            (Role::Prescriber, prescriber),
            (Role::Coordinator, coordinator),
        ];
        Self { session, patient, sitter, therapist, people }
    }

    /// A path of this session in safety.
    pub fn safety(&self, path: &str) -> String {
        format!("/api/safety/sessions/{}/{path}", self.session)
    }

    /// Patient, sitter and therapist press ready.
    ///
    /// # Errors
    /// When one is refused.
    pub async fn ready(&self) -> anyhow::Result<()> {
        for acting in [&self.patient, &self.sitter, &self.therapist] {
            acting.post(&self.safety("ready"), &json!({})).await?;
        }
        Ok(())
    }

    async fn dose(&self) -> anyhow::Result<()> {
        self.ready().await?;
        // The watch and the on-call answer arrive as events; until then the gate is rightly closed.
        insist(&self.therapist, &self.safety("dose/offer"), &json!({})).await?;
        self.sitter.post(&self.safety("dose/witness"), &json!({})).await.map(drop)
    }

    async fn look(&self, sequence: i64, now: Timestamp) -> anyhow::Result<()> {
        let path = format!("/api/checkins/sessions/{}/checkins", self.session);
        // Some looks want a count, by the session's id.
        let answers = json!({ "CI-BR": "easy", "CI-COL": "normal", "CI-RESP": "responds", "CI-COUNT": "4" });
        let report = json!({ "sequence": sequence, "answers": answers, "answered_at": now });
        // The watch begins when it hears of the dose.
        until("a look that counts", async || {
            let (status, body) = self.sitter.try_post(&path, &report).await?;
            let is_taken = status == 200 && body.get("counted") == Some(&json!("in_time"));
            Ok(is_taken.then_some(()))
        })
        .await
    }
}

/// Everything before the readings: papers, training, address, presence, checklists. `but` leaves one item out.
///
/// # Errors
/// When a service refuses a step.
pub async fn prepare(cast: &Cast, but: &str) -> anyhow::Result<()> {
    insist(&cast.patient, &cast.safety("arrival"), &json!({})).await?;
    if but != "PT-CONS" {
        papers(cast, &cast.patient).await?;
    }
    if but != "ST-AGREE" {
        papers(cast, &cast.sitter).await?;
    }
    if but != "ST-TRAIN" {
        training(cast).await?;
    }
    if but != "ST-PHONE" {
        let phone = json!({ "sound": true, "vibration": true, "round_trip_ms": 80, "battery_percent": 82, "charging": true });
        cast.sitter.post(&cast.safety("phone-test"), &phone).await?;
    }
    if but != "PT-LOC" {
        let address = json!({
            "line1": "12 Harbor Lane", "line2": "Unit 4", "city": "Oakland", "region": "CA", "postal_code": "94607",
            "country": "US", "entry_notes": "Blue door, code at the gate", "emergency_number": "911",
        });
        cast.patient.post(&cast.safety("address"), &address).await?;
    }
    if but != "ST-PRES" {
        presence(cast).await?;
    }
    cast.sitter.post(&cast.safety("arrival"), &json!({})).await?;
    cast.therapist.post(&cast.safety("arrival"), &json!({})).await?;
    if but != "WATCH-SCREEN" {
        let path = format!("/api/checkins/sessions/{}/screen-test", cast.session);
        insist(&cast.therapist, &path, &json!({ "sound_heard": true })).await?;
    }
    for (role, acting) in &cast.people {
        checklist(cast, *role, acting).await?;
    }
    Ok(())
}

/// Reads and signs every paper that is this person's, with the right answers.
async fn papers(cast: &Cast, acting: &Acting) -> anyhow::Result<()> {
    let papers = acting.get(&format!("/api/safety/consents?session={}", cast.session)).await?;
    for paper in papers.as_array().into_iter().flatten() {
        let signed = json!({
            "session": cast.session, "kind": paper.get("kind"), "version": paper.get("version"),
            "sha256": paper.get("sha256"), "signature": "Made-up name",
            "answers": answers(paper),
        });
        sign(acting, paper, signed).await?;
    }
    Ok(())
}

/// Teach-back answers are tried until they are right: the demo knows no more than a reader does.
async fn sign(acting: &Acting, paper: &Value, mut signed: Value) -> anyhow::Result<()> {
    let questions = paper.get("questions").and_then(Value::as_array).cloned().unwrap_or_default();
    let most = questions.iter().map(|question| choices(question).len()).max().unwrap_or(1);
    for index in 0..=most {
        let (status, body) = acting.try_post("/api/safety/consents", &signed).await?;
        if status == 200 {
            return Ok(());
        }
        let wrong: Vec<_> = body.get("fields").and_then(Value::as_array).cloned().unwrap_or_default();
        for field in &wrong {
            let name = field.get("name").and_then(Value::as_str).unwrap_or_default();
            let id = name.rsplit(['.', '/']).next().unwrap_or_default();
            let question =
                questions.iter().find(|question| question.get("id").and_then(Value::as_str) == Some(id));
            let next = question.and_then(|question| choices(question).get(index).cloned());
            if let (Some(next), Some(slot)) = (next, signed.pointer_mut(&format!("/answers/{id}"))) {
                *slot = next;
            }
        }
        if index == most {
            bail!("a paper could not be signed: {body}");
        }
    }
    Ok(())
}

fn answers(paper: &Value) -> Value {
    let questions = paper.get("questions").and_then(Value::as_array).into_iter().flatten();
    let first = |question: &Value| {
        let id = question.get("id").and_then(Value::as_str)?.to_owned();
        Some((id, choices(question).first().cloned()?))
    };
    questions.filter_map(first).collect::<serde_json::Map<_, _>>().into()
}

/// The choices of a question, as they are sent back.
fn choices(question: &Value) -> Vec<Value> {
    let all = question.get("choices").and_then(Value::as_array).cloned().unwrap_or_default();
    all.into_iter()
        .map(|choice| choice.get("id").or_else(|| choice.get("value")).cloned().unwrap_or(choice))
        .collect()
}

/// Tries choices until the training is passed; what was wrong is told each time.
async fn training(cast: &Cast) -> anyhow::Result<()> {
    let training = cast.sitter.get(&cast.safety("training")).await?;
    let mut given = answers(&training);
    let questions = training.get("questions").and_then(Value::as_array).cloned().unwrap_or_default();
    for index in 0..6 {
        let result = cast.sitter.post(&cast.safety("training"), &json!({ "answers": given })).await?;
        if result.get("passed") == Some(&json!(true)) {
            return Ok(());
        }
        for wrong in result.get("wrong").and_then(Value::as_array).into_iter().flatten() {
            let id = wrong.as_str().or_else(|| wrong.get("id").and_then(Value::as_str)).unwrap_or_default();
            let question =
                questions.iter().find(|question| question.get("id").and_then(Value::as_str) == Some(id));
            let next = question.and_then(|question| choices(question).get(index).cloned());
            if let (Some(next), Some(slot)) = (next, given.get_mut(id)) {
                *slot = next;
            }
        }
    }
    bail!("the training was not passed")
}

async fn presence(cast: &Cast) -> anyhow::Result<()> {
    let path = format!("/api/identity/sessions/{}/presence-code", cast.session);
    let shown = until("the presence code", async || Ok(cast.patient.get(&path).await.ok())).await?;
    let code = shown.get("code").cloned().context("no code in the answer")?;
    let path = format!("/api/identity/sessions/{}/presence", cast.session);
    cast.sitter.post(&path, &json!({ "code": code })).await.map(drop)
}

/// Answers "yes" to every item that this role attests.
async fn checklist(cast: &Cast, role: Role, acting: &Acting) -> anyhow::Result<()> {
    let items = acting.get(&cast.safety("checklist")).await?;
    for item in items.as_array().into_iter().flatten() {
        let attesters = item.get("attesters").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_ours = attesters.contains(&json!(role.as_str()));
        let is_measured =
            item.get("method") == Some(&json!("system")) || item.get("method") == Some(&json!("measured"));
        if !is_ours || is_measured {
            continue;
        }
        let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
        let answer = json!({ "answer": "yes", "reason": null });
        let (status, body) = acting.try_post(&cast.safety(&format!("checklist/{id}")), &answer).await?;
        if status != 200 && body.get("code") != Some(&json!("checklist.measured")) {
            bail!("{id} answered {status}: {body}");
        }
    }
    Ok(())
}

/// One reading before the dose.
///
/// # Errors
/// When it is refused.
pub async fn reading(
    cast: &Cast,
    systolic: i64,
    spo2: Option<i64>,
    taken_at: Timestamp,
) -> anyhow::Result<()> {
    let vitals = json!({
        "moment": "before", "systolic": systolic, "diastolic": 78, "heart_rate": 68, "spo2": spo2,
        "respiratory_rate": 14, "device": "upper_arm", "symptoms": false, "taken_at": taken_at,
    });
    cast.sitter.post(&cast.safety("vitals"), &vitals).await.map(drop)
}

/// The on-call lead answers the mail by its link.
///
/// # Errors
/// When the mail does not come.
pub async fn on_call(house: &House, inside: &Inside, people: &People) -> anyhow::Result<()> {
    let mail = until("the mail to the on-call lead", async || {
        let mails = house.ground.mailbox.of(people.clinic);
        let is_for_noor = |mail: &chassis::mailbox::Mail| mail.to == people.on_call;
        let links = mails.into_iter().filter(is_for_noor).flat_map(|mail| mail.links);
        // Newest first: the one about this session.
        Ok(links.into_iter().find(|link| link.contains("/oncall#")))
    })
    .await?;
    let token = mail.rsplit_once('#').map(|(_, token)| token.to_owned()).context("no token in the link")?;
    let noor = people.acting(inside, people.on_call, Role::Therapist, None);
    noor.post("/api/checkins/links/on-call-confirmation", &json!({ "token": token })).await.map(drop)
}
