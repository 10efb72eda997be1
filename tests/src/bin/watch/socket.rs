//! How long after a look was sent the therapist's socket has it, through the gateway, with so many sessions live.

use anyhow::{Context as _, ensure};
use awc::ws::{Frame, Message};
use futures_util::{SinkExt as _, StreamExt as _};
use kernel::id::{PersonId, SessionId};
use kernel::time::{Pace, Span, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;
use tests::caller::Caller;
use tests::clinic::Clinic;
use tests::night::figures::percentile;
use tests::night::standing::{stand, until};
use tests::process::{self, free_port};
use tests::sink::Sink;
use tests::split::{self, Split};
use tests::{folder, now, pause, told};

/// A socket that has not heard of the last look by then never will.
const PATIENCE_MS: u64 = 5_000;

/// What it came to.
#[derive(Debug, Serialize)]
pub struct Heard {
    pub live: usize,
    pub looks: usize,
    /// Looks that the socket never heard of.
    pub unheard: usize,
    pub ms_p50: f64,
    pub ms_p99: f64,
    pub ms_max: f64,
}

/// A house that runs, and what the driver knows of it.
struct House<'a> {
    ready: &'a Value,
    port: u16,
    database: &'a str,
    /// Where its keys are.
    folder: &'a Path,
}

/// When the socket heard of which session.
type Times = Rc<RefCell<HashMap<SessionId, Vec<i64>>>>;

/// Eight processes, on Postgres and Redis.
pub async fn on_postgres(live: usize, window: Span) -> anyhow::Result<Heard> {
    let folder = folder("socket-postgres")?;
    let sink = Sink::start(&folder)?;
    let program = told("PROOF_PROGRAM")?.into();
    let smtp = sink.address.clone();
    let plan = split::Plan { program, folder: folder.clone(), port: 0, smtp, pace: 1 };
    let split = Split::open(plan)?;
    let (ready, port, database) = (&split.ready, split.port(), split.database.as_str());
    House { ready, port, database, folder: &folder.join("whole") }.heard(live, window).await
}

/// One process, on its embedded database.
pub async fn on_sqlite(live: usize, window: Span) -> anyhow::Result<Heard> {
    let data = folder("socket-sqlite")?;
    let port = free_port()?;
    let program = told("PROOF_PROGRAM")?.into();
    let plan = process::Plan {
        program,
        data: data.clone(),
        port,
        database: None,
        smtp: None,
        pace: 1,
        session: false,
    };
    let house = plan.start()?;
    let database = format!("sqlite:{}", data.join("holdspace.db").display());
    House { ready: &house.ready, port, database: &database, folder: &data }.heard(live, window).await
}

impl House<'_> {
    /// Looks are taken at the cadence of `live` sessions for as long as the window is.
    async fn heard(&self, live: usize, window: Span) -> anyhow::Result<Heard> {
        let therapist = Rc::new(self.therapist().await?);
        let standing = stand(&self.clinic()?, self.database, live, window).await?;
        eprintln!("{live} watches stand after {} ms", standing.took.as_millis());
        let times = Times::default();
        let listening = actix_web::rt::spawn(listen(Rc::clone(&therapist), self.port, Rc::clone(&times)));
        standing.until_the_answers().await;
        let looks = standing.answers.len();
        let sent = standing
            .answers
            .into_iter()
            .map(|(at, session)| actix_web::rt::spawn(look(Rc::clone(&therapist), at, session)));
        let mut begun = HashMap::new();
        for one in sent.collect::<Vec<_>>() {
            let (session, at) = one.await??;
            begun.insert(session, at);
        }
        pause(PATIENCE_MS).await;
        ensure!(!listening.is_finished(), "the socket closed: {:?}", listening.await);
        listening.abort();
        let heard = times.borrow();
        let since = |(session, sent): (&SessionId, &i64)| {
            Some(heard.get(session)?.iter().find(|at| *at >= sent)? - sent)
        };
        let mut took: Vec<i64> = begun.iter().filter_map(since).collect();
        took.sort_unstable();
        let ms = |percent| percentile(&took, percent) * 1000.0;
        let unheard = looks - took.len();
        Ok(Heard { live, looks, unheard, ms_p50: ms(50), ms_p99: ms(99), ms_max: ms(100) })
    }

    async fn therapist(&self) -> anyhow::Result<Caller> {
        let link = self.ready.pointer("/links/therapist").and_then(Value::as_str).context("no link")?;
        let therapist = Caller::new("therapist", self.port);
        therapist.enter(link).await?;
        Ok(therapist)
    }

    fn clinic(&self) -> anyhow::Result<Clinic> {
        let said = |path: &str| {
            let found = self.ready.pointer(path).and_then(Value::as_str);
            found.with_context(|| format!("the house did not say {path}"))
        };
        let person =
            |name: &str| -> anyhow::Result<PersonId> { Ok(said(&format!("/people/{name}"))?.parse()?) };
        let staff = [person("therapist")?, person("prescriber")?, person("coordinator")?];
        Clinic::founded(self.folder, Pace::REAL, said("/clinic")?.parse()?, staff)
    }
}

/// The therapist's look, and when it was sent.
async fn look(who: Rc<Caller>, at: Timestamp, session: SessionId) -> anyhow::Result<(SessionId, i64)> {
    until(at).await;
    let answers = json!({ "CI-BR": "easy", "CI-COL": "normal", "CI-RESP": "responds" });
    let look = json!({ "sequence": 1, "answers": answers, "answered_at": null });
    let begun = now();
    who.post(&format!("/api/checkins/sessions/{session}/checkins"), &look).await?.good()?;
    Ok((session, begun))
}

/// Keeps the socket as the page does, and when it first heard of each session's look.
async fn listen(who: Rc<Caller>, port: u16, times: Times) -> anyhow::Result<()> {
    let host = format!("therapist.localhost:{port}");
    let open = awc::Client::default()
        .ws(format!("http://127.0.0.1:{port}/api/live"))
        .set_header("host", host.clone())
        .set_header("cookie", who.cookie().unwrap_or_default())
        .origin(format!("http://{host}"));
    let (_answer, mut socket) = open.connect().await.map_err(|error| anyhow::anyhow!("{error}"))?;
    while let Some(frame) = socket.next().await {
        let text = match frame.map_err(|error| anyhow::anyhow!("{error}"))? {
            Frame::Text(text) => text,
            // The house lets go of a socket that does not answer.
            Frame::Ping(beat) => {
                socket.send(Message::Pong(beat)).await.map_err(|error| anyhow::anyhow!("{error}"))?;
                continue;
            }
            Frame::Binary(_) | Frame::Continuation(_) | Frame::Pong(_) | Frame::Close(_) => continue,
        };
        let message: Value = serde_json::from_slice(&text)?;
        if let Some(session) = message.get("session").and_then(Value::as_str) {
            times.borrow_mut().entry(session.parse()?).or_default().push(now());
        }
    }
    Ok(())
}
