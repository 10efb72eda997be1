//! Watches that stand already, by the hundred thousand: rows as the house would have written them, in bulk, for nobody
//! waits for as many facts.

use super::Night;
use crate::clinic::{Clinic, SILENCE, Session};
use crate::{now, pause};
use anyhow::{Context as _, ensure};
use chassis::store;
use checkins_core::protocol::Protocol;
use checkins_core::watch::{Command, Watch};
use kernel::id::SessionId;
use kernel::machine::Machine as _;
use kernel::role::Role;
use kernel::time::{Pace, Span, Timestamp};
use proto::events::safety::Member;
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Statement, TransactionTrait as _,
    Value,
};
use std::rc::Rc;

/// Each watch asks once in ten minutes.
const CADENCE: Span = Span::minutes(10);
/// Of so many whose look falls due, one stays silent.
const SILENT_OF: usize = 100;
/// Rows written at once.
const CHUNK: usize = 500;
/// The first look may fall due so long after the rows stand.
const LEAD: Span = Span::seconds(20);
/// Somebody answers this long before the deadline.
const ANSWERED_BEFORE: Span = Span::seconds(30);

/// What falls due in the window.
#[derive(Debug)]
pub struct Standing {
    /// When the first silence would become an incident.
    pub first: Timestamp,
    /// Looks that somebody takes, and when.
    pub answers: Vec<(Timestamp, SessionId)>,
    /// Looks that nobody takes, and when they are missed.
    pub silent: Vec<(Timestamp, Session)>,
    /// How long writing the rows took.
    pub took: Span,
}

/// So many watches stand, their looks spread over ten minutes. Of those that fall due in the window after the first,
/// one in a hundred is silent.
///
/// # Errors
/// When the rows cannot be written.
pub async fn stand(clinic: &Clinic, database: &str, live: usize, window: Span) -> anyhow::Result<Standing> {
    let sessions = Session::many(live);
    let many = i64::try_from(live)?;
    let begun = Timestamp::from_micros(now());
    // A thousand rows take a second on a slow disk.
    let first = begun.plus(LEAD).plus(ANSWERED_BEFORE).plus(Span::millis(many));
    let at = |index: usize| -> anyhow::Result<Timestamp> {
        let place = i64::try_from(index)?.saturating_mul(7919) % many;
        Ok(first.plus(Span::micros(CADENCE.as_micros().saturating_mul(place) / many)))
    };
    let due: Vec<_> = (0..live).map(at).collect::<Result<_, _>>()?;
    let db = writer(database).await?;
    for (sessions, due) in sessions.chunks(CHUNK).zip(due.chunks(CHUNK)) {
        let mut bulk = Bulk::default();
        for (session, at) in sessions.iter().zip(due) {
            bulk.add(clinic, session, *at, begun)?;
        }
        bulk.write(&db).await?;
    }
    db.close().await?;
    let mut in_window: Vec<_> =
        due.into_iter().zip(sessions).filter(|(at, _)| *at < first.plus(window)).collect();
    in_window.sort_by_key(|(at, _)| *at);
    let (mut answers, mut silent) = (vec![], vec![]);
    for (index, (at, session)) in in_window.into_iter().enumerate() {
        if index % SILENT_OF == 0 {
            silent.push((at, session));
        } else {
            answers.push((at.minus(ANSWERED_BEFORE), session.id));
        }
    }
    let took = Timestamp::from_micros(now()).since(begun);
    let left = first.minus(ANSWERED_BEFORE).since(Timestamp::from_micros(now()));
    ensure!(left > Span::ZERO, "the rows stood too late: after {} ms", took.as_millis());
    Ok(Standing { first, answers, silent, took })
}

impl Standing {
    /// Waits until a second before the first answer.
    pub async fn until_the_answers(&self) {
        until(self.first.minus(ANSWERED_BEFORE).minus(Span::seconds(1))).await;
    }
}

/// Waits until then.
pub async fn until(at: Timestamp) {
    let left = at.since(Timestamp::from_micros(now()));
    pause(u64::try_from(left.as_millis()).unwrap_or(0)).await;
}

impl Night {
    /// So many watches stand (see [`stand`]); the silent ones are the night's deadlines.
    ///
    /// # Errors
    /// When the rows cannot be written.
    pub async fn stand(&mut self, live: usize, window: Span) -> anyhow::Result<Standing> {
        let standing = stand(&self.clinic, &self.ground.database, live, window).await?;
        self.first = standing.first;
        (self.deadlines, self.labels) = standing
            .silent
            .iter()
            .map(|(at, session)| ((session.id, *at), (session.label(), session.id)))
            .unzip();
        Ok(standing)
    }

    /// The therapist takes these looks, each at its time. How long each took to be acknowledged, sorted.
    ///
    /// # Errors
    /// When one is refused.
    pub async fn answer(&self, answers: Vec<(Timestamp, SessionId)>) -> anyhow::Result<Vec<i64>> {
        let therapist = self.clinic.staff(Role::Therapist)?;
        let take = |(at, session): (Timestamp, SessionId)| {
            let hands = Rc::clone(&self.hands);
            actix_web::rt::spawn(async move {
                until(at).await;
                let begun = now();
                hands.look(therapist, session).await?;
                anyhow::Ok(now() - begun)
            })
        };
        let taken: Vec<_> = answers.into_iter().map(take).collect();
        let mut took = vec![];
        for look in taken {
            took.push(look.await??);
        }
        took.sort_unstable();
        Ok(took)
    }
}

/// Rows that are written together.
#[derive(Default)]
struct Bulk {
    watches: Vec<Value>,
    looks: Vec<Value>,
    members: Vec<Value>,
}

impl Bulk {
    /// Somebody was dosed such that silence becomes an incident exactly then.
    fn add(
        &mut self,
        clinic: &Clinic,
        session: &Session,
        deadline_at: Timestamp,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let dose_at = deadline_at.minus(SILENCE);
        let standing = Watch::Standing { protocol: Protocol { pace: Pace::REAL } };
        let step = standing.step(Command::Dose(dose_at), dose_at);
        let watch = step.map_err(|refusal| anyhow::anyhow!("no dose: {refusal:?}"))?.state;
        let look = watch.current().context("nothing is due")?;
        ensure!(look.deadline_at == deadline_at, "another deadline than agreed");
        let (id, clinic_id) = (session.id.0, clinic.id().0);
        let (state, due_at) = (serde_json::to_string(&watch)?, watch.due().map(Timestamp::micros));
        self.watches.extend::<[Value; 3]>([clinic_id.into(), id.into(), session.patient().0.into()]);
        self.watches.extend::<[Value; 3]>([1_i64.into(), watch.phase().into(), due_at.into()]);
        self.watches.extend::<[Value; 3]>([state.into(), false.into(), now.micros().into()]);
        self.looks.extend::<[Value; 4]>([clinic_id.into(), id.into(), "look".into(), look.sequence.into()]);
        let (due_at, deadline_at) = (look.due_at.micros().into(), look.deadline_at.micros().into());
        self.looks.extend::<[Value; 3]>([due_at, deadline_at, "armed".into()]);
        for Member { person, role, on_call } in clinic.session_opened(session, now).people {
            let (role, person) = (role.as_str().into(), person.0.into());
            self.members.extend::<[Value; 5]>([clinic_id.into(), id.into(), person, role, on_call.into()]);
        }
        Ok(())
    }

    async fn write(self, db: &DatabaseConnection) -> anyhow::Result<()> {
        let tx = db.begin().await?;
        let watch =
            "watch (clinic_id, session_id, patient_id, version, phase, due_at, state, drill, opened_at)";
        let look = "deadline (clinic_id, session_id, kind, sequence, due_at, deadline_at, state)";
        let member = "member (clinic_id, session_id, person_id, role, on_call)";
        for (table, width, values) in
            [(watch, 9, self.watches), (look, 7, self.looks), (member, 5, self.members)]
        {
            let places = store::places(1, width, values.len() / width);
            let sql = format!("insert into checkins_{table} values {places}");
            tx.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
        }
        Ok(tx.commit().await?)
    }
}

async fn writer(database: &str) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(database);
    options.max_connections(1).sqlx_logging(false);
    options.map_sqlx_postgres_opts(|postgres| postgres.options([("search_path", "checkins")]));
    options.map_sqlx_sqlite_opts(|sqlite| sqlite.busy_timeout(std::time::Duration::from_secs(10)));
    Ok(Database::connect(options).await?)
}
