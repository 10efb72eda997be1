//! The engine looks at itself: what may never be in the rows, as queries that find nothing (reliability.md §2.3).
//!
//! It looks every 5 s at what is due now and what was settled lately, so that it costs what is due and not what lives.
//! Drills ask the same of everything there ever was.

use crate::Checkins;
use chassis::clock;
use chassis::problem::Failure;
use chassis::service::Service as _;
use kernel::time::{Span, Timestamp};
use sea_orm::{ConnectionTrait, DbErr, Statement};
use std::sync::Arc;

/// How often the engine looks (reliability.md §2.3).
const EVERY: Span = Span::seconds(5);
/// What was settled longer ago was looked at many times.
const LATELY: Span = Span::minutes(5);

/// Something that may never be.
struct Invariant {
    id: &'static str,
    sentence: &'static str,
    /// Finds sessions that break it: `$1` is now, `$2` since when to look back, both in microseconds.
    sql: &'static str,
}

const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "I1",
        sentence: "somebody who is dosed has exactly one look ahead",
        sql: "select watch.session_id from checkins_watch watch where watch.phase = 'watching'
              and (watch.due_at is null or watch.due_at <= $1 + 60000000) and $2 >= 0 and 1 <> (
              select count(*) from checkins_deadline d where d.clinic_id = watch.clinic_id
              and d.session_id = watch.session_id and d.kind = 'look' and d.state = 'armed')",
    },
    Invariant {
        id: "I2",
        sentence: "no deadline stays armed 10 s after it passed",
        sql: "select session_id from checkins_deadline
              where state = 'armed' and deadline_at < $1 - 10000000 and $2 >= 0",
    },
    Invariant {
        id: "I3",
        sentence: "a missed look has an incident",
        sql: "select d.session_id from checkins_deadline d
              where d.state = 'missed' and d.settled_at between $2 and $1 and not exists (
              select 1 from checkins_incident i where i.clinic_id = d.clinic_id and i.session_id = d.session_id
              and (i.cause in (case d.kind when 'look' then 'missed_checkin' else 'next_morning' end, 'lost_patient',
              'restored') and i.opened_at <= d.deadline_at or i.cause = 'restored' and i.opened_at <= d.settled_at))",
    },
    Invariant {
        id: "I4",
        sentence: "an open incident has a next step within two minutes",
        sql: "select session_id from checkins_incident where phase = 'open' and $2 >= 0
              and (due_at is null or due_at > $1 + 121000000 or due_at < $1 - 10000000)",
    },
    Invariant {
        id: "I4b",
        sentence: "an open incident has told somebody",
        sql: "select i.session_id from checkins_incident i where i.phase = 'open' and i.opened_at between $2 and $1
              and not exists (select 1 from checkins_notification n
              where n.clinic_id = i.clinic_id and n.incident_id = i.id)",
    },
    Invariant {
        id: "I5",
        sentence: "\"I'm on it\" holds two minutes at most",
        sql: "select session_id from checkins_incident where phase = 'acknowledged' and $2 >= 0
              and (due_at is null or due_at > $1 + 121000000 or due_at < $1 - 10000000)",
    },
    Invariant {
        id: "I6",
        sentence: "no message is held by a sender that is gone",
        sql: "select session_id from checkins_notification
              where state = 'leased' and lease_until < $1 - 2000000 and $2 >= 0",
    },
    Invariant {
        id: "I6b",
        sentence: "no message waits 10 s for a sender",
        sql: "select session_id from checkins_notification
              where state = 'pending' and next_at < $1 - 10000000 and $2 >= 0",
    },
    Invariant {
        id: "I7",
        sentence: "a look is satisfied by an answer that came in time",
        sql: "select d.session_id from checkins_deadline d
              where d.state = 'satisfied' and d.kind = 'look' and d.settled_at between $2 and $1 and not exists (
              select 1 from checkins_answer a where a.clinic_id = d.clinic_id and a.session_id = d.session_id
              and a.sequence = d.sequence and a.counted = 'in_time')",
    },
    Invariant {
        id: "I8",
        sentence: "an incident is closed by a person",
        sql: "select session_id from checkins_incident where phase = 'resolved' and opened_at between $2 and $1
              and state not like '%\"by\"%'",
    },
    Invariant {
        id: "I9",
        sentence: "nothing is due on a watch that is over",
        sql: "select d.session_id from checkins_deadline d join checkins_watch watch
              on watch.clinic_id = d.clinic_id and watch.session_id = d.session_id
              where d.state = 'armed' and d.deadline_at <= $1 + 60000000 and $2 >= 0 and watch.phase = 'closed'",
    },
    Invariant {
        id: "I10",
        sentence: "a message that was taken has the attempt that says so",
        sql: "select n.session_id from checkins_notification n where n.state = 'accepted' and n.channel <> 'screen'
              and n.settled_at between $2 and $1 and not exists (select 1 from checkins_attempt a
              where a.clinic_id = n.clinic_id and a.notification_id = n.id and a.outcome = 'accepted')",
    },
    Invariant {
        id: "I10b",
        sentence: "the trail has every attempt within 10 s",
        sql: "select n.session_id from checkins_attempt a join checkins_notification n
              on n.clinic_id = a.clinic_id and n.id = a.notification_id
              where a.told_at is null and a.at < $1 - 10000000 and $2 >= 0",
    },
    Invariant {
        id: "I11",
        sentence: "a page before a session goes out within 10 s of its time",
        sql: "select session_id from checkins_pager where due_at < $1 - 10000000 and $2 >= 0",
    },
];

/// What the rows say that may not be, each with one session of those that show it.
///
/// # Errors
/// When the rows cannot be read.
pub async fn violations(
    db: &impl ConnectionTrait,
    now: Timestamp,
    since: Timestamp,
) -> Result<Vec<String>, DbErr> {
    let mut found = vec![];
    for Invariant { id, sentence, sql } in INVARIANTS {
        let sql = format!("{sql} limit 1");
        let values = [now.micros().into(), since.micros().into()];
        let asked = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
        if let Some(row) = db.query_one_raw(asked).await? {
            let session: sea_orm::prelude::Uuid = row.try_get("", "session_id")?;
            found.push(format!("{id}: {sentence}; not so for session {session}"));
        }
    }
    Ok(found)
}

/// Looks for as long as the process lives.
pub(crate) fn start(service: &Arc<Checkins>) {
    let (service, store) = (Arc::clone(service), service.store().lane());
    actix_web::rt::spawn(async move {
        loop {
            clock::wait(EVERY).await;
            let now = store.now();
            let looked = violations(store.db(), now, now.minus(LATELY)).await.map_err(Failure::from);
            if looked.as_ref().is_ok_and(Vec::is_empty) {
                service.audited.passed(now);
            }
            note(looked, now);
        }
    });
}

fn note(looked: Result<Vec<String>, Failure>, now: Timestamp) {
    match looked {
        Ok(found) => {
            metrics::gauge!("checkins_audit_violations")
                .set(f64::from(u32::try_from(found.len()).unwrap_or(u32::MAX)));
            for violation in &found {
                tracing::error!(violation, "the watch's own rows are not as they must be");
            }
            if found.is_empty() {
                metrics::gauge!("checkins_audit_passed_at_seconds")
                    .set(f64::from(i32::try_from(now.seconds()).unwrap_or(i32::MAX)));
            }
        }
        Err(failure) => tracing::error!(error = %failure, "the watch could not look at itself"),
    }
}
