//! What falls due next and who is told of it: the copy that an engine keeps for the time without a database, and what
//! its beats speak of.

use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::SYNTHETIC;
use checkins_core::mirror::{AHEAD, Key};
use kernel::id::PersonId;
use sea_orm::ConnectionTrait as _;
use std::collections::BTreeMap;

/// As many of each kind are copied, the soonest: a house of 1,000 sessions. It is read again every 2 s, so it must cost
/// what is due and not what lives.
const COPIED_MAX: usize = 1_000;

/// One person who would be told.
#[derive(Debug, Clone)]
pub(crate) struct Someone {
    pub(crate) person: PersonId,
    pub(crate) is_on_call: bool,
    pub(crate) drill: bool,
    /// How they are reached, sealed as it came.
    pub(crate) sealed: String,
}

/// All that falls due soon, with whoever can be written to.
pub(crate) async fn read(store: &Store) -> Result<BTreeMap<Key, Vec<Someone>>, Failure> {
    let sql = format!(
        "select due.clinic_id, due.session_id, due.kind, due.at, watch.drill, member.person_id, member.on_call,
             contact.sealed from (
             select * from (select clinic_id, session_id, kind, deadline_at as at from checkins_deadline
                 where state = 'armed' and deadline_at <= $1 order by deadline_at limit {COPIED_MAX}) looks
             union all select * from (select clinic_id, session_id,
                 case when cause = 'quiet_call' then cause else 'incident' end, due_at from checkins_incident
                 where due_at <= $1 order by due_at limit {COPIED_MAX}) steps
             union all select * from (select clinic_id, session_id, 'support', deadline_at from checkins_support
                 where state = 'armed' and deadline_at <= $1 order by deadline_at limit {COPIED_MAX}) wishes
             ) due
         join checkins_watch watch on watch.clinic_id = due.clinic_id and watch.session_id = due.session_id
         join checkins_member member on member.clinic_id = due.clinic_id and member.session_id = due.session_id
             and (member.on_call or member.role in ('therapist', 'prescriber'))
         join checkins_contact contact on contact.clinic_id = due.clinic_id and contact.person_id = member.person_id
         where due.clinic_id <> $2 order by due.at"
    );
    let by = store.now().plus(AHEAD);
    let mut copied: BTreeMap<Key, Vec<Someone>> = BTreeMap::new();
    for row in store.db().query_all_raw(store.sql(sql, [by.micros().into(), SYNTHETIC.0.into()])).await? {
        let key = Key {
            clinic: store::id(&row, "clinic_id")?,
            session: store::id(&row, "session_id")?,
            kind: row.try_get("", "kind")?,
            at: store::at(&row, "at")?,
        };
        copied.entry(key).or_default().push(Someone {
            person: store::id(&row, "person_id")?,
            is_on_call: row.try_get("", "on_call")?,
            drill: row.try_get("", "drill")?,
            sealed: row.try_get("", "sealed")?,
        });
    }
    Ok(copied)
}

/// How many sessions are watched now.
pub(crate) async fn live(store: &Store) -> Result<i64, Failure> {
    let sql = "select count(*) as live from checkins_watch where due_at is not null and clinic_id <> $1";
    let row = store.db().query_one_raw(store.sql(sql, [SYNTHETIC.0.into()])).await?;
    row.map(|row| row.try_get("", "live")).transpose().map(Option::unwrap_or_default).map_err(Failure::from)
}
