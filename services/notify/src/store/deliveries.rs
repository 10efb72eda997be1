//! The rows of messages on their way, and of calendar entries.

use crate::invite::Invite;
use chassis::ids;
use chassis::keeper::{About, DUE_MAX, Keeper, Row, Waiting};
use chassis::problem::{Failure, Problem};
use chassis::store::{self, Store};
use chassis::vault::Place;
use chassis::work::{Act, Work};
use kernel::id::{ClinicId, NotificationId, PersonId, SessionId};
use kernel::machine::Machine as _;
use kernel::time::Timestamp;
use notify_core::delivery::{Command, Delivery, Event, Refusal};
use notify_core::render::Template;
use sea_orm::{ConnectionTrait as _, DbBackend, QueryResult};

/// Keeps messages. The state is plain: it holds times and counts only.
pub(crate) struct Deliveries;

/// A message to be written.
pub(crate) struct Draft<'a> {
    /// Its id, derived from what caused it: hearing twice writes once.
    pub(crate) id: NotificationId,
    /// To whom.
    pub(crate) person: PersonId,
    /// Which text.
    pub(crate) template: Template,
    /// About which session.
    pub(crate) session: Option<SessionId>,
    /// Whether the session is a drill, which the subject must say.
    pub(crate) is_drill: bool,
    /// The link's token.
    pub(crate) token: Option<&'a [u8]>,
    /// The calendar entry.
    pub(crate) invite: Option<Invite>,
    /// The times it speaks of, where it has no calendar entry.
    pub(crate) starts_at: Option<Timestamp>,
    /// From when on it is of no use.
    pub(crate) useless_at: Option<Timestamp>,
}

/// A message that is ours to hand over.
pub(crate) struct Claimed {
    /// The clinic.
    pub(crate) clinic: ClinicId,
    /// The message.
    pub(crate) id: NotificationId,
    /// To whom.
    pub(crate) person: PersonId,
    /// Which text.
    pub(crate) template: Template,
    /// Whether the subject must say that it is a drill.
    pub(crate) is_drill: bool,
    /// The sealed token.
    token: Option<Vec<u8>>,
    /// The calendar entry.
    pub(crate) invite: Option<Invite>,
    /// The time it speaks of.
    pub(crate) starts_at: Option<Timestamp>,
    /// The version of the claim: an answer for any other is not ours to give.
    version: i64,
}

/// Where a message stands, and what was answered last.
pub(crate) struct Outcome {
    /// `queued`, `sending`, `failed`, `sent`, `refused` or `expired`.
    pub(crate) phase: String,
    /// The word for the last answer.
    pub(crate) answer: Option<String>,
}

impl Keeper for Deliveries {
    type M = Delivery;
    type Id = NotificationId;

    async fn load(work: &Work, id: NotificationId) -> Result<Option<Row<Delivery>>, Failure> {
        row(work, id).await?.map(|row| state(work.clinic(), &row)).transpose()
    }

    async fn save(work: &mut Work, id: NotificationId, row: &Row<Delivery>) -> Result<(), Failure> {
        let state = serde_json::to_string(&row.state).map_err(|error| Failure::Stored(error.to_string()))?;
        // What has left, or never will, needs its token no more.
        let is_over = matches!(row.state, Delivery::Sent { .. } | Delivery::Expired { .. });
        let keep = if is_over { "token = null," } else { "" };
        let sql = format!(
            "update notify_delivery set {keep} version = $1, phase = $2, due_at = $3, state = $4, updated_at = $5
             where clinic_id = $6 and id = $7 and version = $1 - 1"
        );
        let values = [
            row.version.into(),
            row.state.phase().into(),
            row.state.due().map(Timestamp::micros).into(),
            state.into(),
            work.now().micros().into(),
            row.about.clinic.0.into(),
            id.0.into(),
        ];
        let saved = work.tx().execute_raw(work.store().sql(sql, values)).await?;
        if saved.rows_affected() == 1 { Ok(()) } else { Err(Failure::Changed) }
    }

    async fn publish(
        work: &mut Work,
        id: NotificationId,
        row: &Row<Delivery>,
        events: &[Event],
    ) -> Result<(), Failure> {
        crate::publish::delivery(work, id, row, events).await
    }

    fn problem(refusal: Refusal) -> Problem {
        crate::problems::of_delivery(refusal)
    }

    async fn due(store: &Store, by: Timestamp) -> Result<Vec<Waiting<NotificationId>>, Failure> {
        due(store, by, DUE_MAX).await
    }
}

/// Messages whose time has come, the longest waiting first.
pub(crate) async fn due(
    store: &Store,
    by: Timestamp,
    limit: usize,
) -> Result<Vec<Waiting<NotificationId>>, Failure> {
    let sql = format!(
        "select clinic_id, id, due_at from notify_delivery where due_at <= $1 order by due_at, id limit {limit}"
    );
    let rows = store.db().query_all_raw(store.sql(sql, [by.micros().into()])).await?;
    rows.iter().map(Waiting::read).collect()
}

/// Writes a message once; a second draft with the same id changes nothing.
pub(crate) async fn queue(work: &mut Work, draft: Draft<'_>) -> Result<(), Failure> {
    let token = match draft.token {
        Some(token) => Some(work.seal(&token_place(work.clinic(), draft.person, draft.id), token).await?),
        None => None,
    };
    let delivery = Delivery::new(work.now(), draft.useless_at);
    let state = serde_json::to_string(&delivery).map_err(|error| Failure::Stored(error.to_string()))?;
    let starts_at = draft.invite.map(|invite| invite.starts_at).or(draft.starts_at);
    let sql = "insert into notify_delivery (clinic_id, id, person_id, session_id, template, drill, token,
        invite_sequence, starts_at, ends_at, version, phase, due_at, state, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, $13, $14, $14) on conflict do nothing";
    let values = [
        work.clinic().0.into(),
        draft.id.0.into(),
        draft.person.0.into(),
        draft.session.map(|session| session.0).into(),
        draft.template.as_str().into(),
        draft.is_drill.into(),
        token.into(),
        draft.invite.map(|invite| invite.sequence).into(),
        starts_at.map(Timestamp::micros).into(),
        draft.invite.map(|invite| invite.ends_at.micros()).into(),
        delivery.phase().into(),
        delivery.due().map(Timestamp::micros).into(),
        state.into(),
        work.now().micros().into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    work.audit("queued", draft.template.as_str(), draft.session);
    Ok(())
}

/// Takes a message whose time has come, under a lease. `None` when someone else has it, or it was given up.
pub(crate) async fn claim(
    store: &Store,
    clinic: ClinicId,
    id: NotificationId,
) -> Result<Option<Claimed>, Failure> {
    store
        .work(Act::clock(clinic), async |work| {
            let Some(found) = row(work, id).await? else { return Ok(None) };
            let Row { state: before, version, about } = state(clinic, &found)?;
            let step = before.step(Command::Tick, work.now()).map_err(crate::problems::of_delivery)?;
            if step.state == before {
                return Ok(None);
            }
            let row = Row { state: step.state, version: version.saturating_add(1), about };
            Deliveries::save(work, id, &row).await?;
            Deliveries::publish(work, id, &row, &step.events).await?;
            if step.events.contains(&Event::HandOver) {
                claimed(clinic, id, row.version, &found).map(Some)
            } else {
                Ok(None)
            }
        })
        .await
}

/// Notes the answer of an attempt. An answer for a claim that is no longer ours changes nothing.
pub(crate) async fn settle(
    store: &Store,
    claimed: &Claimed,
    command: Command,
    word: &str,
) -> Result<(), Failure> {
    store
        .work(Act::clock(claimed.clinic), async |work| {
            let Some(found) = Deliveries::load(work, claimed.id).await? else { return Ok(()) };
            if found.version != claimed.version {
                return Ok(());
            }
            work.step::<Deliveries>(claimed.id, command).await?;
            let sql = "update notify_delivery set last_answer = $1 where clinic_id = $2 and id = $3";
            let values = [word.into(), claimed.clinic.0.into(), claimed.id.0.into()];
            work.tx().execute_raw(store.sql(sql, values)).await?;
            Ok(())
        })
        .await
}

/// The address changed: whatever has not left yet is tried again.
pub(crate) async fn wake_for(work: &mut Work, person: PersonId) -> Result<(), Failure> {
    let sql = "select id from notify_delivery where clinic_id = $1 and person_id = $2
        and phase in ('queued', 'sending', 'failed', 'refused') order by id";
    let values = [work.clinic().0.into(), person.0.into()];
    let rows = work.tx().query_all_raw(work.store().sql(sql, values)).await?;
    for row in &rows {
        work.step::<Deliveries>(store::id(row, "id")?, Command::AddressChanged).await?;
    }
    Ok(())
}

/// Where a message stands.
pub(crate) async fn outcome(store: &Store, clinic: ClinicId, id: NotificationId) -> Result<Outcome, Failure> {
    let sql = "select phase, last_answer from notify_delivery where clinic_id = $1 and id = $2";
    let row = store.db().query_one_raw(store.sql(sql, [clinic.0.into(), id.0.into()])).await?;
    let row = row.ok_or(Failure::Missing)?;
    Ok(Outcome { phase: row.try_get("", "phase")?, answer: row.try_get("", "last_answer")? })
}

/// The token of a claimed message.
pub(crate) async fn open_token(store: &Store, claimed: &Claimed) -> Result<Option<String>, Failure> {
    let Some(sealed) = &claimed.token else { return Ok(None) };
    let plain = store.open(&token_place(claimed.clinic, claimed.person, claimed.id), sealed).await?;
    String::from_utf8(plain).map(Some).map_err(|error| Failure::Stored(error.to_string()))
}

/// Begins the calendar entry of a session.
pub(crate) async fn keep_invite(work: &Work, invite: Invite, is_drill: bool) -> Result<(), Failure> {
    let sql = "insert into notify_invite (clinic_id, session_id, sequence, starts_at, ends_at, drill)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    let values = [
        work.clinic().0.into(),
        invite.session.0.into(),
        invite.sequence.into(),
        invite.starts_at.micros().into(),
        invite.ends_at.micros().into(),
        is_drill.into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// The next version of a session's calendar entry, and whether it is a drill; `None` when it never had one.
pub(crate) async fn cancel_invite(
    work: &Work,
    session: SessionId,
) -> Result<Option<(Invite, bool)>, Failure> {
    let sql = "update notify_invite set sequence = sequence + 1 where clinic_id = $1 and session_id = $2
        returning sequence, starts_at, ends_at, drill";
    let values = [work.clinic().0.into(), session.0.into()];
    let Some(row) = work.tx().query_one_raw(work.store().sql(sql, values)).await? else { return Ok(None) };
    let invite = Invite {
        session,
        sequence: row.try_get("", "sequence")?,
        starts_at: store::at(&row, "starts_at")?,
        ends_at: store::at(&row, "ends_at")?,
    };
    Ok(Some((invite, row.try_get("", "drill")?)))
}

/// The id of the message that one event causes for one person.
pub(crate) fn caused_by(event: kernel::id::EventId, person: PersonId) -> NotificationId {
    ids::derived(event.0, &person.to_string())
}

async fn row(work: &Work, id: NotificationId) -> Result<Option<QueryResult>, Failure> {
    let lock = if work.tx().get_database_backend() == DbBackend::Postgres { " for update" } else { "" };
    let sql = format!("select * from notify_delivery where clinic_id = $1 and id = $2{lock}");
    let values = [work.clinic().0.into(), id.0.into()];
    Ok(work.tx().query_one_raw(work.store().sql(sql, values)).await?)
}

fn state(clinic: ClinicId, row: &QueryResult) -> Result<Row<Delivery>, Failure> {
    let text: String = row.try_get("", "state")?;
    let state = serde_json::from_str(&text).map_err(|error| Failure::Stored(error.to_string()))?;
    let about =
        About { clinic, session: store::maybe_id(row, "session_id")?, person: store::id(row, "person_id")? };
    Ok(Row { state, version: row.try_get("", "version")?, about })
}

fn claimed(
    clinic: ClinicId,
    id: NotificationId,
    version: i64,
    row: &QueryResult,
) -> Result<Claimed, Failure> {
    let word: String = row.try_get("", "template")?;
    let template = Template::named(&word).ok_or_else(|| Failure::Stored(format!("template {word}")))?;
    let starts_at = store::maybe_at(row, "starts_at")?;
    let sequence: Option<i64> = row.try_get("", "invite_sequence")?;
    let invite =
        match (sequence, store::maybe_id(row, "session_id")?, starts_at, store::maybe_at(row, "ends_at")?) {
            (Some(sequence), Some(session), Some(starts_at), Some(ends_at)) => {
                Some(Invite { session, sequence, starts_at, ends_at })
            }
            _incomplete => None,
        };
    Ok(Claimed {
        clinic,
        id,
        person: store::id(row, "person_id")?,
        template,
        is_drill: row.try_get("", "drill")?,
        token: row.try_get("", "token")?,
        invite,
        starts_at,
        version,
    })
}

fn token_place(clinic: ClinicId, person: PersonId, id: NotificationId) -> Place<'static> {
    Place { clinic, person, table: "notify_delivery", column: "token", row: id.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::house::houses;
    use chassis::service::Service as _;
    use kernel::time::Span;

    #[actix_web::test]
    async fn an_answer_for_a_claim_that_ran_out_changes_nothing() {
        for house in houses(false).await {
            let (store, clinic) = (house.service().store(), house.clinic());
            house.hear(&house.offered(house.sam)).await;
            // The house's own sender has no mail server and gives the message back: version 2.
            house.until("select version from notify_delivery", 2).await;
            let id = due(store, store.now().plus(Span::minutes(1)), 1).await.unwrap()[0].id;
            let stale = Claimed {
                clinic,
                id,
                person: house.sam,
                template: Template::IntegrationOffer,
                is_drill: false,
                token: None,
                invite: None,
                starts_at: None,
                version: 1,
            };
            settle(store, &stale, Command::Accepted, "accepted").await.unwrap();
            assert_eq!(outcome(store, clinic, id).await.unwrap().phase, "failed");
        }
    }
}
