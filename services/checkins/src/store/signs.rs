//! Signs of a session as rows: when each was last seen, and since when it is silent.

use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use checkins_core::signals::{LOOK_AGAIN, Sign};
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::time::{Span, Timestamp};
use sea_orm::{ConnectionTrait as _, QueryResult, Value};
use serde::Serialize;
use utoipa::ToSchema;

/// What one page is: of which session, and whose.
pub(crate) type Key = (ClinicId, SessionId, Sign);

/// From a dose on, signs count; each from when it is first seen.
pub(crate) async fn begin(work: &Work, session: SessionId, vitals_due_at: Timestamp) -> Result<(), Failure> {
    let mut values: Vec<Value> = vec![work.clinic().0.into(), session.0.into()];
    let mut places = vec![];
    for sign in Sign::KEPT {
        let due_at = (sign == Sign::Vitals).then_some(vitals_due_at.micros());
        values.extend([sign.as_str().into(), due_at.into()]);
        places.push(format!("($1, $2, ${}, ${})", values.len() - 1, values.len()));
    }
    let sql = format!(
        "insert into checkins_sign (clinic_id, session_id, sign, due_at) values {} on conflict do nothing",
        places.join(", ")
    );
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// The session is over, or the dose is: nothing of it is waited for.
pub(crate) async fn end(work: &Work, session: SessionId) -> Result<(), Failure> {
    let sql = "delete from checkins_sign where clinic_id = $1 and session_id = $2";
    work.tx().execute_raw(work.store().sql(sql, [work.clinic().0.into(), session.0.into()])).await?;
    Ok(())
}

/// A page was seen then. False when nobody waits for it: no dose, or no session any more.
pub(crate) async fn seen(
    store: &Store,
    (clinic, session, sign): Key,
    at: Timestamp,
) -> Result<bool, Failure> {
    let Some(patience) = sign.patience() else { return Ok(false) };
    let which = "clinic_id = $1 and session_id = $2 and sign = $3";
    let key: [Value; 3] = [clinic.0.into(), session.0.into(), sign.as_str().into()];
    let sql = format!("select 1 as one from checkins_sign where {which}");
    if store.db().query_one_raw(store.sql(sql, key.clone())).await?.is_none() {
        return Ok(false);
    }
    let sql = format!(
        "update checkins_sign set seen_at = $4, due_at = $5, silent_since = null, told_at = null
         where {which} and (seen_at is null or seen_at < $4)"
    );
    let times = [at.micros().into(), at.plus(patience).micros().into()];
    let _turn = store.turn().await;
    store.db().execute_raw(store.sql(sql, key.into_iter().chain(times))).await?;
    Ok(true)
}

/// The sessions in which a page of this therapist is waited for.
pub(crate) async fn of_therapist(
    store: &Store,
    clinic: ClinicId,
    therapist: PersonId,
) -> Result<Vec<SessionId>, Failure> {
    let sql = "select s.session_id from checkins_sign s
               join checkins_member m on m.clinic_id = s.clinic_id and m.session_id = s.session_id
               where s.clinic_id = $1 and s.sign = $2 and m.person_id = $3 and m.role = 'therapist'";
    let values: [Value; 3] = [clinic.0.into(), Sign::TherapistPage.as_str().into(), therapist.0.into()];
    let rows = store.db().query_all_raw(store.sql(sql, values)).await?;
    rows.iter().map(|row| Ok(store::id(row, "session_id")?)).collect()
}

/// It is there, until something says that it is not.
pub(crate) async fn came(work: &Work, session: SessionId, sign: Sign) -> Result<(), Failure> {
    set(work, session, sign, "seen_at = $4, due_at = null, silent_since = null, told_at = null", work.now())
        .await
}

/// It went; after a while that is a sign.
pub(crate) async fn went(work: &Work, session: SessionId, sign: Sign, at: Timestamp) -> Result<(), Failure> {
    let patience = sign.patience().unwrap_or(Span::ZERO);
    set(work, session, sign, "due_at = $4", at.plus(patience)).await
}

/// Somebody was told of what is silent now.
pub(crate) async fn told(work: &Work, session: SessionId, sign: Sign) -> Result<(), Failure> {
    set(work, session, sign, "told_at = $4", work.now()).await
}

async fn set(work: &Work, session: SessionId, sign: Sign, what: &str, at: Timestamp) -> Result<(), Failure> {
    let sql =
        format!("update checkins_sign set {what} where clinic_id = $1 and session_id = $2 and sign = $3");
    let values: [Value; 4] =
        [work.clinic().0.into(), session.0.into(), sign.as_str().into(), at.micros().into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// A sign that is due.
pub(crate) struct Waiting {
    pub(crate) clinic: ClinicId,
    pub(crate) session: SessionId,
    pub(crate) sign: Sign,
    pub(crate) due_at: Timestamp,
}

/// Signs whose patience is over by then, the earliest first.
pub(crate) async fn due(store: &Store, by: Timestamp) -> Result<Vec<Waiting>, Failure> {
    let sql = "select clinic_id, session_id, sign, due_at from checkins_sign where due_at <= $1
               order by due_at limit 100";
    let parse = |row: &QueryResult| {
        Ok(Waiting {
            clinic: store::id(row, "clinic_id")?,
            session: store::id(row, "session_id")?,
            sign: sign(row)?,
            due_at: store::at(row, "due_at")?,
        })
    };
    let rows = store.db().query_all_raw(store.sql(sql, [by.micros().into()])).await?;
    rows.iter().map(parse).collect()
}

/// Nobody could be seen while this engine could not look: what fell due meanwhile gets its patience once more.
pub(crate) async fn forgive(store: &Store, patience: Span) -> Result<(), Failure> {
    let now = store.now();
    let sql = "update checkins_sign set due_at = $1 where due_at <= $2 and silent_since is null";
    let values = [now.plus(patience).micros().into(), now.micros().into()];
    let _turn = store.turn().await;
    store.db().execute_raw(store.sql(sql, values)).await?;
    Ok(())
}

/// It is silent, and is looked at again soon. False when it was seen meanwhile, or another engine does this now.
pub(crate) async fn fell_silent(work: &Work, due: &Waiting) -> Result<bool, Failure> {
    let sql = "update checkins_sign set silent_since = coalesce(silent_since, due_at), due_at = $1
               where clinic_id = $2 and session_id = $3 and sign = $4 and due_at = $5";
    let values: [Value; 5] = [
        work.now().plus(LOOK_AGAIN).micros().into(),
        due.clinic.0.into(),
        due.session.0.into(),
        due.sign.as_str().into(),
        due.due_at.micros().into(),
    ];
    Ok(work.tx().execute_raw(work.store().sql(sql, values)).await?.rows_affected() == 1)
}

/// What is silent now, and whether somebody was told of it.
pub(crate) async fn silent(work: &Work, session: SessionId) -> Result<Vec<(Sign, bool)>, Failure> {
    let sql = "select sign, told_at from checkins_sign
               where clinic_id = $1 and session_id = $2 and silent_since is not null";
    let values = [work.clinic().0.into(), session.0.into()];
    let rows = work.tx().query_all_raw(work.store().sql(sql, values)).await?;
    rows.iter().map(|row| Ok((sign(row)?, store::maybe_at(row, "told_at")?.is_some()))).collect()
}

/// One sign, as pages show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SignView {
    /// `therapist_page`, `sitter_page`, `patient_page`, `patient_video` or `vitals`.
    sign: String,
    /// When it was last seen; a page is noted when that would decide something.
    seen_at: Option<Timestamp>,
    /// Since when its silence counts.
    silent_since: Option<Timestamp>,
}

/// All signs of a session, while it has any.
pub(crate) async fn all(
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
) -> Result<Vec<SignView>, Failure> {
    let sql = "select sign, seen_at, silent_since from checkins_sign where clinic_id = $1 and session_id = $2
               order by sign";
    let rows = store.db().query_all_raw(store.sql(sql, [clinic.0.into(), session.0.into()])).await?;
    let parse = |row: &QueryResult| {
        Ok(SignView {
            sign: row.try_get("", "sign")?,
            seen_at: store::maybe_at(row, "seen_at")?,
            silent_since: store::maybe_at(row, "silent_since")?,
        })
    };
    rows.iter().map(parse).collect()
}

fn sign(row: &QueryResult) -> Result<Sign, Failure> {
    let word: String = row.try_get("", "sign")?;
    Sign::of(&word).ok_or_else(|| Failure::Stored(format!("sign {word}")))
}
