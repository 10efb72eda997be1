//! A house that lives: two clinics, every personal field filled, and everything that must be refused tried.

use crate::canaries::Canaries;
use crate::{entering, strangers};
use anyhow::{Context as _, bail};
use chassis::clock::Clock;
use chassis::config::{Config, Smtp, SmtpTls};
use chassis::{ids, telemetry};
use holdspace::demo::clinic::{self, People};
use holdspace::house::House;
use holdspace::inside::Inside;
use identity::{Clinic, NewPerson};
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::Pace;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use tests::caller::Caller;

/// The house, and who is in it.
pub struct Living {
    /// The house.
    pub house: House,
    /// Its routes from inside.
    pub inside: Inside,
    /// Its port.
    pub port: u16,
    /// The clinic whose people have words for names, and its patient Sam.
    pub people: People,
    /// Sam's neighbour Kim, and who sits for Kim.
    pub kim: (PersonId, PersonId),
    /// Another clinic in the same house.
    pub others: People,
    /// What was entered.
    pub canaries: Canaries,
    /// Where mails are written down.
    pub mails: PathBuf,
}

/// Lives, and says what was entered and what was not refused.
pub async fn live(folder: &Path, database: Option<String>, mail: &str) -> anyhow::Result<Value> {
    // More than a clinic ever logs: what is not there now is nowhere.
    telemetry::start("debug,rtc=warn");
    let socket = TcpListener::bind(("127.0.0.1", 0))?;
    let port = socket.local_addr()?.port();
    let house = House::stand_up(config(folder, database, mail, port)?, Clock::system()).await?;
    actix_web::rt::spawn(house.gateway.clone().listen());
    actix_web::rt::spawn(house.gateway.serve(socket)?);
    let inside = Inside::new(&house.ground, &house.mounted).await?;
    let others = clinic::found(&house, &inside).await?;
    let mut canaries = Canaries::default();
    let (people, kim) = founded(&house, port, &mut canaries).await?;
    let mails = folder.join("mails.jsonl");
    let mut living = Living { house, inside, port, people, kim, others, canaries, mails };
    let entered = entering::everything(&mut living).await.context("entering")?;
    let mut faults = vec![];
    let strangers_refused = strangers::of_another_clinic(&living, &entered, &mut faults).await?;
    let tokens_refused = strangers::with_bent_tokens(&living, &mut faults).await?;
    let moved_refused = strangers::moved_values(&living, &mut faults).await?;
    let revoked_ms_max = strangers::revoked_sockets(&living, entered.session, &mut faults).await?;
    Ok(json!({
        "texts": living.canaries.said(), "faults": faults, "strangers_refused": strangers_refused,
        "tokens_refused": tokens_refused, "moved_refused": moved_refused, "revoked_ms_max": revoked_ms_max,
    }))
}

/// The configuration of this house.
pub fn config(folder: &Path, database: Option<String>, mail: &str, port: u16) -> anyhow::Result<Config> {
    let (host, mail_port) = mail.rsplit_once(':').context("the sink is host:port")?;
    let smtp = Smtp {
        host: host.into(),
        port: mail_port.parse()?,
        tls: SmtpTls::LocalPlain,
        user: None,
        password: None,
        from: "Holdspace <no-reply@holdspace.example>".into(),
        ca: None,
    };
    let base = Config::default();
    Ok(Config {
        data_dir: folder.join("house"),
        database_url: database.unwrap_or(base.database_url),
        public_url: format!("http://localhost:{port}"),
        demo: true,
        demo_pace: Pace::new(60)?,
        smtp: Some(smtp.clone()),
        alarm_smtp: Some(smtp),
        workers: 1,
        ..Config::default()
    })
}

/// A clinic whose people have words for names, entered by its administrator and its patients.
async fn founded(
    house: &House,
    port: u16,
    canaries: &mut Canaries,
) -> anyhow::Result<(People, (PersonId, PersonId))> {
    let (clinic, admin): (ClinicId, PersonId) = (ids::fresh(), ids::fresh());
    let failed = |failure: chassis::problem::Failure| anyhow::anyhow!("{failure}");
    let named = Clinic {
        name: "Quiet Harbour".into(),
        phone: "+1 555 0100".into(),
        time_zone: "America/New_York".into(),
    };
    house.identity.found(clinic, &named).await.map_err(failed)?;
    let jo = NewPerson {
        role: Role::Admin,
        first_name: canaries.word("admin: first name"),
        last_name: canaries.word("admin: last name"),
        email: canaries.email("admin: e-mail"),
        phone: canaries.phone("admin: phone"),
        time_zone: "America/New_York".into(),
        named_by: None,
    };
    house.identity.enrol(clinic, admin, &jo).await.map_err(failed)?;
    let jo = enter(house, port, "admin", (clinic, admin), None).await?;
    let mut added = vec![];
    for (who, role) in [
        ("therapist", "therapist"),
        ("prescriber", "prescriber"),
        ("on-call lead", "therapist"),
        ("coordinator", "coordinator"),
        ("patient", "patient"),
        ("second patient", "patient"),
    ] {
        let mut new = canaries.person(who);
        if let Some(new) = new.as_object_mut() {
            new.extend([("role".into(), json!(role)), ("time_zone".into(), json!("America/New_York"))]);
        }
        added.push(id(&jo.post("/api/identity/people", &new).await?.good()?, "person")?);
    }
    let [therapist, prescriber, on_call, coordinator, patient, second] = added.as_slice() else {
        bail!("not everyone was added")
    };
    let mut sitters = vec![];
    for (who, patient) in [("sitter", *patient), ("second sitter", *second)] {
        let named_by = enter(house, port, "patient", (clinic, patient), None).await?;
        let mut new = canaries.person(who);
        if let Some(new) = new.as_object_mut() {
            new.insert("adult".into(), json!(true));
        }
        sitters.push(id(&named_by.post("/api/identity/sitters", &new).await?.good()?, "person")?);
    }
    let [sitter, second_sitter] = sitters.as_slice() else { bail!("not every sitter was named") };
    let people = People {
        clinic,
        patient: *patient,
        sitter: *sitter,
        therapist: *therapist,
        prescriber: *prescriber,
        on_call: *on_call,
        coordinator: *coordinator,
        admin,
    };
    Ok((people, (*second, *second_sitter)))
}

/// A browser of this person.
pub async fn enter(
    house: &House,
    port: u16,
    role: &str,
    (clinic, person): (ClinicId, PersonId),
    session: Option<SessionId>,
) -> anyhow::Result<Caller> {
    let link = house.identity.demonstration(clinic, person, session).await;
    let link = link.map_err(|failure| anyhow::anyhow!("no link for the {role}: {failure}"))?;
    let caller = Caller::new(role, port);
    caller.enter(&format!("#{link}")).await?;
    Ok(caller)
}

/// An id in an answer.
pub fn id<T: std::str::FromStr>(answer: &Value, name: &str) -> anyhow::Result<T> {
    let text = answer.get(name).and_then(Value::as_str).with_context(|| format!("no {name} in {answer}"))?;
    text.parse().map_err(|_odd| anyhow::anyhow!("{text} is no id"))
}

impl Living {
    /// A browser of someone of our clinic.
    pub async fn of(
        &self,
        role: &str,
        person: PersonId,
        session: Option<SessionId>,
    ) -> anyhow::Result<Caller> {
        enter(&self.house, self.port, role, (self.people.clinic, person), session).await
    }

    /// Waits for a mail with such a link, and gives the newest one's token.
    pub async fn token(&self, page: &str) -> anyhow::Result<String> {
        let until = tests::now() + 20_000_000;
        while tests::now() < until {
            let text = std::fs::read_to_string(&self.mails)?;
            let mails = text.lines().rev().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let texts = mails.filter_map(|mail| mail.get("text").and_then(Value::as_str).map(str::to_owned));
            let tokens = texts.filter_map(|text| {
                let after = text.split_once(page)?.1;
                Some(after.chars().take_while(|letter| !letter.is_whitespace()).collect::<String>())
            });
            if let Some(token) = tokens.into_iter().next() {
                return Ok(token);
            }
            tests::pause(50).await;
        }
        bail!("no mail with {page}")
    }
}
