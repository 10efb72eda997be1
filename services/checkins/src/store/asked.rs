//! Looks that are due while no page of the sitter's can ask for them.

use super::notifications::LOOK_ASKED;
use crate::publish::LOOK;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use checkins_core::asking::{CALL_AFTER, grace_min};
use checkins_core::signals::Sign;
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::time::Timestamp;
use sea_orm::{ConnectionTrait as _, Value};

/// A house of 1,000 sessions whose phones all lost their network at once; the rest follows at the next look.
const ASKED_MAX: u64 = 256;

/// A look that nobody was asked for in this round.
pub(crate) struct Unasked {
    pub(crate) clinic: ClinicId,
    pub(crate) session: SessionId,
    pub(crate) sequence: i64,
    pub(crate) due_at: Timestamp,
    pub(crate) sitter: PersonId,
}

/// Those that are due by now, whose sitter's page was not seen lately. After the discharge no page is waited for: then
/// every look is asked for.
pub(crate) async fn unasked(
    store: &Store,
    now: Timestamp,
    has_telephone: bool,
) -> Result<Vec<Unasked>, Failure> {
    // Before then a call is due, where somebody can be called.
    let call_at = if has_telephone { now.minus(CALL_AFTER) } else { Timestamp::from_micros(0) };
    let sql = format!(
        "select due.clinic_id, due.session_id, due.sequence, due.due_at, sitter.person_id from checkins_deadline due
         join checkins_member sitter on sitter.clinic_id = due.clinic_id and sitter.session_id = due.session_id
             and sitter.role = 'sitter'
         join checkins_contact contact on contact.clinic_id = due.clinic_id and contact.person_id = sitter.person_id
         left join checkins_sign page on page.clinic_id = due.clinic_id and page.session_id = due.session_id
             and page.sign = $1
         where due.kind = $2 and due.state = 'armed' and due.due_at <= $3 and due.deadline_at > $3
         and due.deadline_at - due.due_at >= $4
         and (page.sign is null or page.seen_at is null or page.silent_since is not null)
         and (contact.has_phone or due.due_at > $5)
         and not exists (select 1 from checkins_notification asked where asked.clinic_id = due.clinic_id
             and asked.subject_id = due.session_id and asked.kind = $6 and asked.step = due.sequence
             and asked.round = case when due.due_at > $5 then 0 else 1 end)
         order by due.due_at limit {ASKED_MAX}"
    );
    let values: [Value; 6] = [
        Sign::SitterPage.as_str().into(),
        LOOK.into(),
        now.micros().into(),
        grace_min(has_telephone).as_micros().into(),
        call_at.micros().into(),
        LOOK_ASKED.into(),
    ];
    let rows = store.db().query_all_raw(store.sql(sql, values)).await?;
    let read = |row| -> Result<_, Failure> {
        Ok(Unasked {
            clinic: store::id(row, "clinic_id")?,
            session: store::id(row, "session_id")?,
            sequence: row.try_get("", "sequence")?,
            due_at: store::at(row, "due_at")?,
            sitter: store::id(row, "person_id")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Somebody looked, or it is too late: what still waits to be sent about these looks is not sent any more.
pub(crate) async fn supersede(work: &Work, session: SessionId, sequence: i64) -> Result<(), Failure> {
    let sql = "update checkins_notification set state = 'superseded', settled_at = $1
               where clinic_id = $2 and subject_id = $3 and kind = $4 and step <= $5 and state = 'pending'";
    let values = [
        work.now().micros().into(),
        work.clinic().0.into(),
        session.0.into(),
        LOOK_ASKED.into(),
        sequence.into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}
