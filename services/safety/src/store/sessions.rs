//! What stands beside the sealed session: its people, its times, the facts heard about it, holds.

use super::{Reader, run};
use chassis::problem::Failure;
use chassis::store::{at, id, maybe_at, maybe_id};
use chassis::work::Work;
use kernel::id::{IncidentId, PersonId, SessionId};
use kernel::machine::Machine as _;
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::{Pace, Span, Timestamp};
use proto::events::checkins::PagerChanged;
use proto::events::safety::{Member, SessionOpened};
use proto::events::scheduling::{OnCallChanged, SessionBooked};
use safety_core::gate::page::Page;
use safety_core::session::Session;
use safety_core::session::course::Course;
use sea_orm::QueryResult;

/// At most this many sessions on a board: a busy clinic has some fifty in a week.
const BOARD_MAX: u64 = 100;
/// A closed session stays on the board this long.
const BOARD_PAST: Span = Span::hours(48);

/// One session as the plain columns show it.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    pub(crate) session: SessionId,
    pub(crate) patient: PersonId,
    pub(crate) sitter: Option<PersonId>,
    pub(crate) therapist: PersonId,
    pub(crate) prescriber: Option<PersonId>,
    pub(crate) on_call: PersonId,
    pub(crate) on_call_before: Option<PersonId>,
    pub(crate) starts_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) drill: bool,
    pub(crate) pace: Pace,
    pub(crate) phase: String,
    pub(crate) since_at: Timestamp,
    pub(crate) dose_at: Option<Timestamp>,
    pub(crate) presence_at: Option<Timestamp>,
    pub(crate) on_call_at: Option<Timestamp>,
    pub(crate) page: Page,
    pub(crate) contacts: i64,
    pub(crate) watch_at: Option<Timestamp>,
    pub(crate) screen_at: Option<Timestamp>,
    pub(crate) morning_at: Option<Timestamp>,
}

const COLUMNS: &str =
    "select id, patient_id, sitter_id, therapist_id, prescriber_id, on_call_id, on_call_before,
    starts_at, ends_at, drill, pace, phase, since_at, dose_at, presence_at, on_call_at, watch_at, morning_at,
    page_standing, page_hole, page_current, screen_at from safety_session";

impl Folder {
    fn read(row: &QueryResult) -> Result<Self, Failure> {
        let pace: i64 = row.try_get("", "pace")?;
        let standing: Option<String> = row.try_get("", "page_standing")?;
        let hole: Option<String> = row.try_get("", "page_hole")?;
        Ok(Self {
            session: id(row, "id")?,
            patient: id(row, "patient_id")?,
            sitter: maybe_id(row, "sitter_id")?,
            therapist: id(row, "therapist_id")?,
            prescriber: maybe_id(row, "prescriber_id")?,
            on_call: id(row, "on_call_id")?,
            on_call_before: maybe_id(row, "on_call_before")?,
            starts_at: at(row, "starts_at")?,
            ends_at: at(row, "ends_at")?,
            drill: row.try_get("", "drill")?,
            pace: Pace::new(pace).map_err(|error| Failure::Stored(error.to_string()))?,
            phase: row.try_get("", "phase")?,
            since_at: at(row, "since_at")?,
            dose_at: maybe_at(row, "dose_at")?,
            presence_at: maybe_at(row, "presence_at")?,
            on_call_at: maybe_at(row, "on_call_at")?,
            page: Page::read(standing.as_deref().unwrap_or_default(), hole.as_deref()),
            contacts: row.try_get("", "page_current")?,
            watch_at: maybe_at(row, "watch_at")?,
            screen_at: maybe_at(row, "screen_at")?,
            morning_at: maybe_at(row, "morning_at")?,
        })
    }

    /// Everyone who belongs to it, with the duty they hold for it.
    pub(crate) fn people(&self) -> Vec<Member> {
        let mut people = vec![
            Member { person: self.patient, role: Role::Patient, on_call: false },
            Member { person: self.therapist, role: Role::Therapist, on_call: self.on_call == self.therapist },
        ];
        people.extend(self.sitter.map(|person| Member { person, role: Role::Sitter, on_call: false }));
        people.extend(self.prescriber.map(|person| {
            let on_call = self.on_call == person;
            Member { person, role: Role::Prescriber, on_call }
        }));
        // Someone who only holds the duty gets in by the duty; the role beside it opens nothing.
        if !people.iter().any(|member| member.on_call) {
            people.push(Member { person: self.on_call, role: Role::Coordinator, on_call: true });
        }
        // Whoever handed the duty over may still hold an incident: they stay to say what came of it.
        let before =
            self.on_call_before.filter(|before| people.iter().all(|member| member.person != *before));
        people.extend(before.map(|person| Member { person, role: Role::Coordinator, on_call: false }));
        people
    }

    /// The session as the house hears of it.
    pub(crate) fn opened(&self) -> SessionOpened {
        let &Self { session, starts_at, ends_at, drill, pace, .. } = self;
        SessionOpened { session, people: self.people(), starts_at, ends_at, drill, pace }
    }

    /// Who holds this role here.
    pub(crate) const fn person(&self, role: Role) -> Option<PersonId> {
        match role {
            Role::Patient => Some(self.patient),
            Role::Sitter => self.sitter,
            Role::Therapist => Some(self.therapist),
            Role::Prescriber => self.prescriber,
            Role::Coordinator | Role::Admin | Role::Auditor => None,
        }
    }
}

/// Files a new session. Says whether it is new: an event may be heard twice.
pub(crate) async fn file(work: &Work, booked: &SessionBooked) -> Result<bool, Failure> {
    let sql = "insert into safety_session (clinic_id, id, patient_id, sitter_id, therapist_id, prescriber_id,
        on_call_id, starts_at, ends_at, drill, pace, phase, since_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'booked', $12) on conflict do nothing";
    let values = [
        work.clinic().0.into(),
        booked.session.0.into(),
        booked.patient.0.into(),
        booked.sitter.map(|person| person.0).into(),
        booked.therapist.0.into(),
        booked.prescriber.map(|person| person.0).into(),
        booked.on_call.0.into(),
        booked.starts_at.micros().into(),
        booked.ends_at.micros().into(),
        booked.drill.into(),
        booked.pace.factor().into(),
        work.now().micros().into(),
    ];
    Ok(run(work, sql, values).await? == 1)
}

/// Another sitter, who has not proven to be there yet. Says whether there is such a session.
pub(crate) async fn replace_sitter(
    work: &Work,
    session: SessionId,
    sitter: PersonId,
) -> Result<bool, Failure> {
    let sql = "update safety_session set sitter_id = $1, presence_at = null where clinic_id = $2 and id = $3";
    Ok(run(work, sql, [sitter.0.into(), work.clinic().0.into(), session.0.into()]).await? == 1)
}

/// Remembers a cancellation whose booking has not been heard.
pub(crate) async fn remember_cancelled(work: &Work, session: SessionId) -> Result<(), Failure> {
    let sql =
        "insert into safety_cancelled (clinic_id, session_id, at) values ($1, $2, $3) on conflict do nothing";
    let values = [work.clinic().0.into(), session.0.into(), work.now().micros().into()];
    run(work, sql, values).await.map(drop)
}

/// Whether the cancellation came first.
pub(crate) async fn was_cancelled(work: &Work, session: SessionId) -> Result<bool, Failure> {
    let sql = "select at from safety_cancelled where clinic_id = $1 and session_id = $2";
    Ok(!work.rows(sql, [work.clinic().0.into(), session.0.into()]).await?.is_empty())
}

/// Hands the duty over, unless a later handover is known. Whoever has it now was not asked yet.
pub(crate) async fn hand_over(work: &Work, heard: &OnCallChanged) -> Result<bool, Failure> {
    let sql = "update safety_session set on_call_before = on_call_id, on_call_id = $1, on_call_since = $2,
        on_call_at = null
        where clinic_id = $3 and id = $4 and on_call_since < $2 and on_call_id <> $1 and phase <> 'closed'";
    let values =
        [heard.on_call.0.into(), heard.at.micros().into(), work.clinic().0.into(), heard.session.0.into()];
    Ok(run(work, sql, values).await? == 1)
}

/// Writes beside the machine what the board needs.
pub(crate) async fn project(work: &Work, session: SessionId, state: &Session) -> Result<(), Failure> {
    let sql = "update safety_session set phase = $1, since_at = $2, dose_at = $3, last_dose_at = $4
        where clinic_id = $5 and id = $6";
    let course: Option<&Course> = state.course();
    let values = [
        state.phase().into(),
        state.since_at.micros().into(),
        course.map(|course| course.first_at.micros()).into(),
        course.map(|course| course.last_at.micros()).into(),
        work.clinic().0.into(),
        session.0.into(),
    ];
    run(work, sql, values).await.map(drop)
}

/// One session's folder.
pub(crate) async fn folder(reader: &impl Reader, session: SessionId) -> Result<Folder, Failure> {
    let sql = format!("{COLUMNS} where clinic_id = $1 and id = $2");
    let rows = reader.rows(&sql, [reader.clinic().0.into(), session.0.into()]).await?;
    Folder::read(rows.first().ok_or(Failure::Missing)?)
}

/// The sessions of one person, or the clinic's whole board, soonest first.
pub(crate) async fn board(reader: &impl Reader, of: Option<PersonId>) -> Result<Vec<Folder>, Failure> {
    let sql = format!(
        "{COLUMNS} where clinic_id = $1 and (phase <> 'closed' or ends_at > $2)
         and ($3 = 1 or patient_id = $4 or sitter_id = $4 or therapist_id = $4 or prescriber_id = $4
              or on_call_id = $4)
         order by starts_at limit {BOARD_MAX}"
    );
    let everyone = i64::from(of.is_none());
    let values = [
        reader.clinic().0.into(),
        reader.now().minus(BOARD_PAST).micros().into(),
        everyone.into(),
        of.map_or(reader.clinic().0, |person| person.0).into(),
    ];
    reader.rows(&sql, values).await?.iter().map(Folder::read).collect()
}

/// A fact heard about a session.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Heard {
    /// The sitter proved to be in the home, or lost access.
    Presence(Option<Timestamp>),
    /// The on-call lead confirmed.
    OnCall(Timestamp),
    /// A watch stands ready, or stood down.
    Watch(Option<Timestamp>),
    /// The therapist heard the alarm on their screen, or did not.
    Screen(Option<Timestamp>),
    /// The next-morning check was answered.
    Morning(Timestamp),
}

/// Notes a fact beside its session; nothing happens for a session that is not here.
pub(crate) async fn note(work: &Work, session: SessionId, heard: Heard) -> Result<bool, Failure> {
    let (column, at) = match heard {
        Heard::Presence(at) => ("presence_at", at),
        Heard::OnCall(at) => ("on_call_at", Some(at)),
        Heard::Watch(at) => ("watch_at", at),
        Heard::Screen(at) => ("screen_at", at),
        Heard::Morning(at) => ("morning_at", Some(at)),
    };
    let sql = format!("update safety_session set {column} = $1 where clinic_id = $2 and id = $3");
    let values = [at.map(Timestamp::micros).into(), work.clinic().0.into(), session.0.into()];
    Ok(run(work, &sql, values).await? == 1)
}

/// Keeps how the page before a session stands. False for a session that is not here.
pub(crate) async fn page_stands(work: &Work, heard: &PagerChanged) -> Result<bool, Failure> {
    let sql = "update safety_session set page_standing = $1, page_hole = $2, page_current = $3
        where clinic_id = $4 and id = $5";
    let values = [
        heard.standing.as_str().into(),
        heard.hole.as_deref().into(),
        heard.current.into(),
        work.clinic().0.into(),
        heard.session.0.into(),
    ];
    Ok(run(work, sql, values).await? == 1)
}

/// The patient's last real dose in another session.
pub(crate) async fn last_dose(reader: &impl Reader, folder: &Folder) -> Result<Option<Timestamp>, Failure> {
    if folder.drill {
        return Ok(None);
    }
    let sql = "select max(last_dose_at) as at from safety_session
        where clinic_id = $1 and patient_id = $2 and id <> $3 and drill = $4";
    let values = [reader.clinic().0.into(), folder.patient.0.into(), folder.session.0.into(), false.into()];
    let rows = reader.rows(sql, values).await?;
    Ok(rows.first().map(|row| maybe_at(row, "at")).transpose()?.flatten())
}

/// Whether the therapist leads another real session right now. Drills may overlap: nobody is dosed in them.
pub(crate) async fn is_elsewhere(reader: &impl Reader, folder: &Folder) -> Result<bool, Failure> {
    let sql = "select id from safety_session where clinic_id = $1 and therapist_id = $2 and id <> $3
        and drill = $4 and phase in ('dosing_offered', 'dosed', 'recovering') limit 1";
    let values = [reader.clinic().0.into(), folder.therapist.0.into(), folder.session.0.into(), false.into()];
    Ok(!reader.rows(sql, values).await?.is_empty())
}

/// Whether this patient is under the medicine in any session.
pub(crate) async fn is_under_the_medicine(reader: &impl Reader, patient: PersonId) -> Result<bool, Failure> {
    let sql = "select id from safety_session where clinic_id = $1 and patient_id = $2
        and phase in ('dosed', 'recovering') limit 1";
    Ok(!reader.rows(sql, [reader.clinic().0.into(), patient.0.into()]).await?.is_empty())
}

/// Notes an incident that checkins opened.
pub(crate) async fn incident_opened(
    work: &Work,
    session: SessionId,
    incident: IncidentId,
    severity: Severity,
) -> Result<(), Failure> {
    let sql = "insert into safety_incident (clinic_id, id, session_id, severity, opened_at)
        values ($1, $2, $3, $4, $5) on conflict (clinic_id, id) do update
        set severity = excluded.severity, opened_at = excluded.opened_at, session_id = excluded.session_id";
    let values = [
        work.clinic().0.into(),
        incident.0.into(),
        session.0.into(),
        severity.as_str().into(),
        work.now().micros().into(),
    ];
    run(work, sql, values).await.map(drop)
}

/// Notes that a person resolved it; also when that is heard first.
pub(crate) async fn incident_resolved(
    work: &Work,
    session: SessionId,
    incident: IncidentId,
) -> Result<(), Failure> {
    let sql = "insert into safety_incident (clinic_id, id, session_id, severity, opened_at, resolved_at)
        values ($1, $2, $3, 'ok', $4, $4) on conflict (clinic_id, id) do update
        set resolved_at = excluded.resolved_at";
    let values = [work.clinic().0.into(), incident.0.into(), session.0.into(), work.now().micros().into()];
    run(work, sql, values).await.map(drop)
}

/// How many urgent or worse incidents of this session are open.
pub(crate) async fn open_incidents(reader: &impl Reader, session: SessionId) -> Result<u64, Failure> {
    let sql = "select id from safety_incident where clinic_id = $1 and session_id = $2
        and resolved_at is null and severity in ('urgent', 'emergency')";
    let rows = reader.rows(sql, [reader.clinic().0.into(), session.0.into()]).await?;
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}
