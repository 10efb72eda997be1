//! Rows of the looks that are missed on purpose: when each was, and what came of it.

use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::{SYNTHETIC, Work};
use checkins_core::synthetic::Came;
use kernel::id::SessionId;
use kernel::time::{Span, Timestamp};
use sea_orm::{ConnectionTrait as _, QueryResult, Value};

/// What each of them leaves in the other tables is of no use once its mail is an hour old.
const LEFTOVERS: Span = Span::hours(1);
/// What came of them is kept as long as anybody asks how an alarm of last month could be late.
const RESULTS: Span = Span::hours(31 * 24);

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) session: SessionId,
    pub(crate) began_at: Timestamp,
    pub(crate) came: Came,
    pub(crate) is_judged: bool,
}

/// The newest, first.
pub(crate) async fn newest(store: &Store) -> Result<Vec<Run>, Failure> {
    let sql = "select session_id, began_at, deadline_at, accepted_at, judged_at from checkins_synthetic
               where clinic_id = $1 order by began_at desc limit 4";
    let rows = store.db().query_all_raw(store.sql(sql, [SYNTHETIC.0.into()])).await?;
    let parse = |row: &QueryResult| {
        Ok(Run {
            session: store::id(row, "session_id")?,
            began_at: store::at(row, "began_at")?,
            came: Came {
                deadline_at: store::at(row, "deadline_at")?,
                accepted_at: store::maybe_at(row, "accepted_at")?,
            },
            is_judged: store::maybe_at(row, "judged_at")?.is_some(),
        })
    };
    rows.iter().map(parse).collect()
}

async fn run<const N: usize>(work: &Work, sql: &str, values: [Value; N]) -> Result<u64, Failure> {
    Ok(work.tx().execute_raw(work.store().sql(sql, values)).await?.rows_affected())
}

/// Notes that one begins. False when another engine began it.
pub(crate) async fn begin(work: &Work, session: SessionId, deadline_at: Timestamp) -> Result<bool, Failure> {
    let sql = "insert into checkins_synthetic (clinic_id, session_id, began_at, deadline_at)
               values ($1, $2, $3, $4) on conflict do nothing";
    let values =
        [SYNTHETIC.0.into(), session.0.into(), work.now().micros().into(), deadline_at.micros().into()];
    Ok(run(work, sql, values).await? == 1)
}

/// Notes what came of it: when its mail was taken, and when somebody opened it. False when another engine did.
pub(crate) async fn judge(work: &Work, session: SessionId) -> Result<bool, Failure> {
    let sql = "update checkins_synthetic set judged_at = $1,
               accepted_at = (select min(n.accepted_at) from checkins_notification n where n.clinic_id = $2
                   and n.session_id = $3 and n.channel = 'mail' and n.failed_at is null),
               seen_at = (select min(n.seen_at) from checkins_notification n where n.clinic_id = $2
                   and n.session_id = $3 and n.channel = 'mail')
               where clinic_id = $2 and session_id = $3 and judged_at is null";
    let values = [work.now().micros().into(), SYNTHETIC.0.into(), session.0.into()];
    Ok(run(work, sql, values).await? == 1)
}

/// Takes away what the older ones left behind.
pub(crate) async fn sweep(work: &Work) -> Result<(), Failure> {
    let now = work.now();
    let old = "(select session_id from checkins_synthetic where clinic_id = $1 and began_at < $2)";
    let attempts = format!(
        "delete from checkins_attempt where clinic_id = $1 and notification_id in (select id from
         checkins_notification where clinic_id = $1 and session_id in {old})"
    );
    let of =
        |table: &str| format!("delete from checkins_{table} where clinic_id = $1 and session_id in {old}");
    let rest = ["notification", "link", "incident", "deadline", "member", "watch"].map(of);
    for sql in std::iter::once(attempts).chain(rest) {
        run(work, &sql, [SYNTHETIC.0.into(), now.minus(LEFTOVERS).micros().into()]).await?;
    }
    let sql = "delete from checkins_synthetic where clinic_id = $1 and began_at < $2";
    run(work, sql, [SYNTHETIC.0.into(), now.minus(RESULTS).micros().into()]).await.map(drop)
}
