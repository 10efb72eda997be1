//! The phones that answer: a sign-in each, and the two public keys it brought.

use chassis::problem::Failure;
use chassis::work::Work;
use kernel::id::{SessionId, SignInId};
use sea_orm::ConnectionTrait as _;

/// What a phone signs with: uncompressed points on P-256.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) answer: Vec<u8>,
    pub(crate) quiet: Vec<u8>,
}

/// Keeps the keys of a phone. The first ones stay: what comes after them, under the same sign-in, may be anybody's.
pub(crate) async fn register(
    work: &Work,
    session: SessionId,
    phone: SignInId,
    keys: &Keys,
) -> Result<(), Failure> {
    let sql =
        "insert into checkins_phone (clinic_id, session_id, sign_in_id, person_id, answer_key, quiet_key,
               registered_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
    let values = [
        work.clinic().0.into(),
        session.0.into(),
        phone.0.into(),
        work.act().actor.0.into(),
        keys.answer.clone().into(),
        keys.quiet.clone().into(),
        work.now().micros().into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// The keys of a phone, if it brought any.
pub(crate) async fn keys(work: &Work, session: SessionId, phone: SignInId) -> Result<Option<Keys>, Failure> {
    let sql = "select answer_key, quiet_key from checkins_phone
               where clinic_id = $1 and session_id = $2 and sign_in_id = $3";
    let values = [work.clinic().0.into(), session.0.into(), phone.0.into()];
    let row = work.tx().query_one_raw(work.store().sql(sql, values)).await?;
    row.map(|row| Ok(Keys { answer: row.try_get("", "answer_key")?, quiet: row.try_get("", "quiet_key")? }))
        .transpose()
}
