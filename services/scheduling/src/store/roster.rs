//! The rows of the roster: weekly duties, dated ones, what somebody took over, and who leads which session.

use super::calendar::sql_for;
use crate::zone::IanaZone;
use chassis::ids;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use kernel::id::{ClinicId, PersonId, RecordId, SessionId};
use kernel::time::{Span, Timestamp};
use scheduling_core::local::Block;
use scheduling_core::on_call::Duty;
use scheduling_core::rota::{Kept, WEEKLY_MAX, Weekly};
use sea_orm::{ConnectionTrait, QueryResult, Value};

/// More dated duties than two months of three a day.
const DATED_MAX: u32 = 200;
/// More handovers in one look than any evening has; the rest come with the next look.
const DUE_MAX: u32 = 100;

/// One weekly duty as it is kept, with the zone of its clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WeeklyEntry {
    pub(crate) id: RecordId,
    pub(crate) kept: Kept,
    pub(crate) zone: IanaZone,
}

/// One dated duty as it is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DatedEntry {
    pub(crate) id: RecordId,
    pub(crate) duty: Duty,
}

/// Every duty that touches `span`, weekly and dated.
pub(crate) async fn between(
    db: &impl ConnectionTrait,
    clinic: ClinicId,
    span: Block,
) -> Result<Vec<Duty>, Failure> {
    let mut roster: Vec<Duty> = dated(db, clinic, span).await?.into_iter().map(|entry| entry.duty).collect();
    for entry in weekly(db, clinic, span.starts_at).await? {
        roster.extend(entry.kept.duties(&entry.zone, span));
    }
    Ok(roster)
}

/// The dated duties that touch `span`, in order.
pub(crate) async fn dated(
    db: &impl ConnectionTrait,
    clinic: ClinicId,
    span: Block,
) -> Result<Vec<DatedEntry>, Failure> {
    // What was ended before it began never was.
    let sql = format!(
        "select id, person_id, from_at, until_at, taken_over_at from (select id, person_id, from_at, taken_over_at,
             case when ended_at < until_at then ended_at else until_at end as until_at
             from scheduling_duty where clinic_id = $1) duty
         where until_at > from_at and until_at > $2 and from_at < $3 order by from_at, id limit {DATED_MAX}"
    );
    let values = [clinic.0.into(), span.starts_at.micros().into(), span.ends_at.micros().into()];
    let rows = db.query_all_raw(sql_for(db, &sql, values)).await?;
    let read = |row: &QueryResult| {
        let window = Block { starts_at: store::at(row, "from_at")?, ends_at: store::at(row, "until_at")? };
        let taken_over_at = store::maybe_at(row, "taken_over_at")?;
        let duty = Duty { person: store::id(row, "person_id")?, window, taken_over_at };
        Ok(DatedEntry { id: store::id(row, "id")?, duty })
    };
    rows.iter().map(read).collect()
}

/// The weekly duties that still counted at an instant, by day and minute.
pub(crate) async fn weekly(
    db: &impl ConnectionTrait,
    clinic: ClinicId,
    at: Timestamp,
) -> Result<Vec<WeeklyEntry>, Failure> {
    let sql = "select id, person_id, weekday, from_minute, minutes, time_zone, since_at, ended_at
        from scheduling_weekly_duty where clinic_id = $1 and (ended_at is null or ended_at > $2)
        order by weekday, from_minute, id";
    let rows = db.query_all_raw(sql_for(db, sql, [clinic.0.into(), at.micros().into()])).await?;
    let read = |row: &QueryResult| {
        let zone: String = row.try_get("", "time_zone")?;
        let zone = IanaZone::named(&zone).ok_or_else(|| Failure::Stored(format!("time zone {zone}")))?;
        let weekly = Weekly {
            person: store::id(row, "person_id")?,
            weekday: row.try_get("", "weekday")?,
            from: row.try_get("", "from_minute")?,
            minutes: row.try_get("", "minutes")?,
        };
        let (since_at, ended_at) = (store::at(row, "since_at")?, store::maybe_at(row, "ended_at")?);
        Ok(WeeklyEntry { id: store::id(row, "id")?, kept: Kept { weekly, since_at, ended_at }, zone })
    };
    rows.iter().map(read).collect()
}

/// Whether the rota can take one more.
pub(crate) async fn has_room(work: &Work) -> Result<bool, Failure> {
    let weekly = weekly(work.tx(), work.clinic(), work.now()).await?;
    Ok(weekly.iter().filter(|entry| entry.kept.ended_at.is_none()).count() < WEEKLY_MAX)
}

/// Enters a dated duty, or that somebody takes a time over.
pub(crate) async fn enter(work: &mut Work, duty: Duty) -> Result<RecordId, Failure> {
    let sql =
        "insert into scheduling_duty (clinic_id, id, person_id, from_at, until_at, entered_by, taken_over_at)
        values ($1, $2, $3, $4, $5, $6, $7)";
    let id: RecordId = ids::fresh();
    let values = [
        work.clinic().0.into(),
        id.0.into(),
        duty.person.0.into(),
        duty.window.starts_at.micros().into(),
        duty.window.ends_at.micros().into(),
        work.act().actor.0.into(),
        duty.taken_over_at.map(Timestamp::micros).into(),
    ];
    run(work, sql, values).await?;
    work.audit("entered a duty", duty.person, None);
    changed(work).await?;
    Ok(id)
}

/// Enters a weekly duty.
pub(crate) async fn enter_weekly(
    work: &mut Work,
    weekly: Weekly,
    zone: IanaZone,
) -> Result<RecordId, Failure> {
    let sql = "insert into scheduling_weekly_duty (clinic_id, id, person_id, weekday, from_minute, minutes,
        time_zone, since_at, entered_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let id: RecordId = ids::fresh();
    let values = [
        work.clinic().0.into(),
        id.0.into(),
        weekly.person.0.into(),
        weekly.weekday.into(),
        weekly.from.into(),
        weekly.minutes.into(),
        zone.name().into(),
        work.now().micros().into(),
        work.act().actor.0.into(),
    ];
    run(work, sql, values).await?;
    work.audit("entered a weekly duty", weekly.person, None);
    changed(work).await?;
    Ok(id)
}

/// Takes a duty out of the roster from now on; what was, stays, and what is out already stays out. Says whether there
/// is one.
pub(crate) async fn end(work: &mut Work, id: RecordId) -> Result<bool, Failure> {
    let mut found = 0;
    for table in ["scheduling_duty", "scheduling_weekly_duty"] {
        let sql =
            format!("update {table} set ended_at = coalesce(ended_at, $1) where clinic_id = $2 and id = $3");
        found += run(work, &sql, [work.now().micros().into(), work.clinic().0.into(), id.0.into()]).await?;
    }
    work.audit("ended a duty", id, None);
    changed(work).await?;
    Ok(found == 1)
}

/// The roster is another one: every session's lead and the gaps ahead are looked at anew, at once.
async fn changed(work: &Work) -> Result<(), Failure> {
    let (now, clinic): (Value, Value) = (work.now().micros().into(), work.clinic().0.into());
    let sql = "update scheduling_booking set handover_at = $1
        where clinic_id = $2 and kind = 'dosing' and phase in ('booked', 'under_way')";
    run(work, sql, [now.clone(), clinic.clone()]).await?;
    let sql = "insert into scheduling_gap_look (look_at, clinic_id) values ($1, $2)
        on conflict (clinic_id) do update set look_at = excluded.look_at";
    run(work, sql, [now, clinic]).await.map(drop)
}

/// Sessions whose lead may be another one by now, and when the next may be.
pub(crate) async fn handovers(store: &Store) -> Result<Vec<(ClinicId, SessionId, Timestamp)>, Failure> {
    let sql = format!(
        "select clinic_id, id, handover_at from scheduling_booking
         where kind = 'dosing' and phase in ('booked', 'under_way') and handover_at <= $1
         order by handover_at limit {DUE_MAX}"
    );
    let soon = store.now().plus(store::LOOK_AGAIN).micros();
    let rows = store.db().query_all_raw(store.sql(sql, [soon.into()])).await?;
    let read = |row: &QueryResult| {
        Ok((store::id(row, "clinic_id")?, store::id(row, "id")?, store::at(row, "handover_at")?))
    };
    rows.iter().map(read).collect()
}

/// Says when to look at a session's lead again. False when somebody else has looked meanwhile.
pub(crate) async fn look_again(work: &Work, session: SessionId, next_at: Timestamp) -> Result<bool, Failure> {
    let sql = "update scheduling_booking set handover_at = $1
        where clinic_id = $2 and id = $3 and handover_at <= $4";
    let now = work.now().micros().into();
    let values = [next_at.micros().into(), work.clinic().0.into(), session.0.into(), now];
    Ok(run(work, sql, values).await? == 1)
}

/// From now on this person leads the session.
pub(crate) async fn hand_over(work: &Work, session: SessionId, person: PersonId) -> Result<(), Failure> {
    let sql = "update scheduling_booking set on_call_id = $1, version = version + 1, updated_at = $2
        where clinic_id = $3 and id = $4";
    let values = [person.0.into(), work.now().micros().into(), work.clinic().0.into(), session.0.into()];
    run(work, sql, values).await.map(drop)
}

/// Clinics whose roster is to be looked through for gaps.
pub(crate) async fn gap_looks(store: &Store) -> Result<Vec<ClinicId>, Failure> {
    let sql = format!("select clinic_id from scheduling_gap_look where look_at <= $1 limit {DUE_MAX}");
    let rows = store.db().query_all_raw(store.sql(sql, [store.now().micros().into()])).await?;
    rows.iter().map(|row| Ok(store::id(row, "clinic_id")?)).collect()
}

/// A look through a clinic's roster that is this transaction's to take.
pub(crate) struct GapLook {
    /// When people were last told of a gap.
    pub(crate) told_at: Option<Timestamp>,
}

/// Takes the look that is due. Nothing when somebody else took it.
pub(crate) async fn take_gap_look(work: &Work, again_after: Span) -> Result<Option<GapLook>, Failure> {
    let sql = "update scheduling_gap_look set look_at = $1 where clinic_id = $2 and look_at <= $3
        returning told_at";
    let now = work.now();
    let values = [now.plus(again_after).micros().into(), work.clinic().0.into(), now.micros().into()];
    let row = work.tx().query_one_raw(work.store().sql(sql, values)).await?;
    row.map(|row| Ok(GapLook { told_at: store::maybe_at(&row, "told_at")? })).transpose()
}

/// People are told of a gap now.
pub(crate) async fn gap_told(work: &Work) -> Result<(), Failure> {
    let sql = "update scheduling_gap_look set told_at = $1 where clinic_id = $2";
    run(work, sql, [work.now().micros().into(), work.clinic().0.into()]).await.map(drop)
}

async fn run<const N: usize>(work: &Work, sql: &str, values: [Value; N]) -> Result<u64, Failure> {
    Ok(work.tx().execute_raw(work.store().sql(sql, values)).await?.rows_affected())
}
