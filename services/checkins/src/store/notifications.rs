//! Safety messages: written with the step that needs them, leased, sent, and only then marked.

use super::rehearsals::DEAD_FOR;
use crate::publish::LOOK;
use chassis::ids;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use checkins_core::ladder::Channel;
use checkins_core::notification::LEASE;
use kernel::id::{ClinicId, IncidentId, NotificationId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Span, Timestamp};
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait as _, DbBackend, QueryResult, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A link in a message works this long (reliability.md §3.2), and so does a reply to it.
pub(crate) const ANSWERABLE: Span = Span::minutes(30);

/// Somebody must look now.
pub(crate) const INCIDENT: &str = "incident";
/// Whoever is on call is asked to say so.
pub(crate) const ON_CALL: &str = "on_call_confirmation";
/// The sitter is asked for a look; the step is its number.
pub(crate) const LOOK_ASKED: &str = "look_asked";

/// The second contact is called, and given the way into the sitter's page.
pub(crate) const SECOND_CONTACT: &str = "second_contact";

/// Who is told what, over which channel: each of these is one row.
#[derive(Debug, Clone)]
pub(crate) struct What {
    pub(crate) session: SessionId,
    pub(crate) incident: Option<IncidentId>,
    pub(crate) kind: String,
    pub(crate) step: i64,
    pub(crate) round: i64,
    pub(crate) person: PersonId,
    pub(crate) channel: Channel,
}

/// A message, and when it may go.
pub(crate) struct Message {
    pub(crate) what: What,
    pub(crate) next_at: Timestamp,
}

impl What {
    fn subject(&self) -> Uuid {
        self.incident.map_or(self.session.0, |incident| incident.0)
    }

    /// The same for every engine that comes to write it, so that a reader knows repeats.
    fn id(&self) -> NotificationId {
        let Self { kind, step, round, person, channel, .. } = self;
        ids::derived(self.subject(), &format!("{kind} {step} {round} {person} {}", channel.as_str()))
    }

    pub(super) fn read(row: &QueryResult) -> Result<Self, Failure> {
        let channel: String = row.try_get("", "channel")?;
        Ok(Self {
            session: store::id(row, "session_id")?,
            incident: store::maybe_id(row, "incident_id")?,
            kind: row.try_get("", "kind")?,
            step: row.try_get("", "step")?,
            round: row.try_get("", "round")?,
            person: store::id(row, "person_id")?,
            channel: channel.parse().map_err(|_word| Failure::Stored(format!("channel {channel}")))?,
        })
    }
}

/// Writes a message once. A screen needs no sending: it is told by push and by poll.
pub(crate) async fn write(work: &Work, message: &Message) -> Result<(), Failure> {
    let sql = "insert into checkins_notification (clinic_id, id, subject_id, session_id, incident_id, kind, step,
               round, person_id, channel, state, attempts, next_at, lease_until, fence, created_at, accepted_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, 0, 0, $13, $14) on conflict do nothing";
    let Message { what, next_at } = message;
    let now = work.now().micros();
    let is_there = what.channel == Channel::Screen;
    let values = [
        work.clinic().0.into(),
        what.id().0.into(),
        what.subject().into(),
        what.session.0.into(),
        what.incident.map(|incident| incident.0).into(),
        what.kind.as_str().into(),
        what.step.into(),
        what.round.into(),
        what.person.0.into(),
        what.channel.as_str().into(),
        if is_there { "accepted" } else { "pending" }.into(),
        next_at.micros().into(),
        now.into(),
        is_there.then_some(now).into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Whether anybody still waits for this: the incident is open, the session has no confirmed on-call lead, or the look is
/// due, and no later try was taken meanwhile.
pub(crate) async fn is_wanted(work: &Work, what: &What) -> Result<bool, Failure> {
    let sql = "select 1 as one from checkins_notification n
               join checkins_watch w on w.clinic_id = n.clinic_id and w.session_id = n.session_id
               left join checkins_incident i on i.clinic_id = n.clinic_id and i.id = n.incident_id
               where n.clinic_id = $1 and n.id = $2 and n.failed_at is not null
               and (i.phase = 'open' or (n.kind = $3 and w.on_call_confirmed_at is null)
                   or (n.kind = $4 and exists (select 1 from checkins_deadline due where due.clinic_id = n.clinic_id
                       and due.session_id = n.session_id and due.kind = $5 and due.sequence = n.step
                       and due.state = 'armed')))";
    let values = [work.clinic().0.into(), what.id().0.into(), ON_CALL.into(), LOOK_ASKED.into(), LOOK.into()];
    Ok(work.tx().query_one_raw(work.store().sql(sql, values)).await?.is_some())
}

/// Whether a channel that all share has this step already, whoever it was written for.
pub(crate) async fn is_shared_already(work: &Work, what: &What) -> Result<bool, Failure> {
    let sql =
        "select 1 as one from checkins_notification where clinic_id = $1 and subject_id = $2 and kind = $3
               and step = $4 and round = $5 and channel = $6";
    let values = [
        work.clinic().0.into(),
        what.subject().into(),
        what.kind.as_str().into(),
        what.step.into(),
        what.round.into(),
        what.channel.as_str().into(),
    ];
    Ok(work.tx().query_one_raw(work.store().sql(sql, values)).await?.is_some())
}

/// What is not needed any more is not sent any more.
pub(crate) async fn supersede(work: &Work, incident: IncidentId) -> Result<(), Failure> {
    let sql = "update checkins_notification set state = 'superseded', settled_at = $1
               where clinic_id = $2 and incident_id = $3 and state = 'pending'";
    let values = [work.now().micros().into(), work.clinic().0.into(), incident.0.into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// A message this sender holds until its lease ends.
#[derive(Debug, Clone)]
pub(crate) struct Leased {
    pub(crate) clinic: ClinicId,
    pub(crate) id: NotificationId,
    pub(crate) what: What,
    pub(crate) fence: i64,
    pub(crate) attempts: i64,
    pub(crate) created_at: Timestamp,
}

/// Claims what is due, at most so many: pending messages, and those whose sender died.
/// In rows what [`Notification::claimed`](checkins_core::notification::Notification::claimed) is for one.
pub(crate) async fn claim(store: &Store, engine: &str, most: usize) -> Result<Vec<Leased>, Failure> {
    let now = store.now();
    let skip =
        if store.db().get_database_backend() == DbBackend::Postgres { "for update skip locked" } else { "" };
    let sql = format!(
        "update checkins_notification set state = 'leased', lease_until = $1, lease_by = $3, fence = fence + 1,
         attempts = attempts + 1 where (clinic_id, id) in (select clinic_id, id from checkins_notification
         where (state = 'pending' and next_at <= $2) or (state = 'leased' and lease_until <= $2)
         order by next_at limit {most} {skip})
         returning clinic_id, id, session_id, incident_id, kind, step, round, person_id, channel, fence, attempts,
         created_at"
    );
    let values: [Value; 3] = [now.plus(LEASE).micros().into(), now.micros().into(), engine.into()];
    let _turn = store.turn().await;
    let rows = store.db().query_all_raw(store.sql(sql, values)).await?;
    rows.iter().map(leased).collect()
}

/// An engine that begins takes back at once what it held when it died: while that one lived, nobody else could listen
/// where this one does.
pub(crate) async fn take_back(store: &Store, engine: &str) -> Result<(), Failure> {
    let sql = "update checkins_notification set lease_until = $1
               where state = 'leased' and lease_by = $2 and lease_until > $1";
    let values: [Value; 2] = [store.now().micros().into(), engine.into()];
    let _turn = store.turn().await;
    store.db().execute_raw(store.sql(sql, values)).await?;
    Ok(())
}

fn leased(row: &QueryResult) -> Result<Leased, Failure> {
    Ok(Leased {
        clinic: store::id(row, "clinic_id")?,
        id: store::id(row, "id")?,
        what: What::read(row)?,
        fence: row.try_get("", "fence")?,
        attempts: row.try_get("", "attempts")?,
        created_at: store::at(row, "created_at")?,
    })
}

/// Holds on to a message whose sending takes long. False when somebody else has it now.
pub(crate) async fn renew(store: &Store, leased: &Leased) -> Result<bool, Failure> {
    let sql = "update checkins_notification set lease_until = $1
               where clinic_id = $2 and id = $3 and fence = $4 and state = 'leased'";
    let values = [
        store.now().plus(LEASE).micros().into(),
        leased.clinic.0.into(),
        leased.id.0.into(),
        leased.fence.into(),
    ];
    let _turn = store.turn().await;
    Ok(store.db().execute_raw(store.sql(sql, values)).await?.rows_affected() == 1)
}

/// What a message needs before it can be written: whether it is a drill, and the role and sealed contact if known.
pub(crate) struct Addressee {
    pub(crate) drill: bool,
    /// Whether its drill plays a dead mail server now.
    pub(crate) is_mail_dead: bool,
    pub(crate) contact: Option<(Role, String)>,
    /// What opens the sitter's page for a second contact, sealed; nobody else has one.
    pub(crate) code: Option<String>,
}

/// Whom each of these is for.
pub(crate) async fn addressees(
    store: &Store,
    claimed: &[Leased],
) -> Result<BTreeMap<NotificationId, Addressee>, Failure> {
    let clinics: BTreeSet<ClinicId> = claimed.iter().map(|leased| leased.clinic).collect();
    let sql = format!(
        "select message.id, contact.role, contact.sealed, watch.drill, second.sealed as code, (select count(*) from checkins_rehearsal played
         where watch.drill and played.clinic_id = watch.clinic_id and played.session_id = watch.session_id
         and played.kind = 'mail_dead' and played.began_at > $1) as played from checkins_notification message
         join checkins_watch watch on watch.clinic_id = message.clinic_id
         and watch.session_id = message.session_id
         left join checkins_contact contact on contact.clinic_id = message.clinic_id
         and contact.person_id = message.person_id
         left join checkins_second_contact second on second.clinic_id = message.clinic_id
         and second.session_id = message.session_id and second.person_id = message.person_id where message.clinic_id in {} and message.id in {}",
        store::places(2, clinics.len(), 1),
        store::places(2 + clinics.len(), claimed.len(), 1)
    );
    let ids = claimed.iter().map(|leased| leased.id.0);
    let ids = clinics.iter().map(|clinic| clinic.0).chain(ids).map(Value::from);
    let since = store.now().minus(DEAD_FOR).micros();
    let values = std::iter::once(since.into()).chain(ids);
    let rows = store.db().query_all_raw(store.sql(sql, values)).await?;
    let parse = |row: &QueryResult| {
        let role: Option<String> = row.try_get("", "role")?;
        let role = role.map(|role| role.parse().map_err(|_word| Failure::Stored(format!("role {role}"))));
        let sealed: Option<String> = row.try_get("", "sealed")?;
        let contact = role.transpose()?.zip(sealed);
        let is_mail_dead = row.try_get::<i64>("", "played")? > 0;
        let (drill, code) = (row.try_get("", "drill")?, row.try_get("", "code")?);
        Ok((store::id(row, "id")?, Addressee { drill, is_mail_dead, contact, code }))
    };
    rows.iter().map(parse).collect()
}

/// Keeps the hashes of new one-use links, each for the person a message goes to.
pub(crate) async fn issue_links<'a>(
    store: &Store,
    links: impl Iterator<Item = (&'a Leased, Role, String)>,
) -> Result<(), Failure> {
    let expires_at = store.now().plus(ANSWERABLE).micros();
    let row = |(leased, role, token_hash): (&Leased, Role, String)| -> [Value; 9] {
        let kind = if leased.what.kind == ON_CALL { "on_call" } else { "acknowledge" };
        [
            leased.clinic.0.into(),
            token_hash.into(),
            kind.into(),
            leased.what.session.0.into(),
            leased.what.incident.map(|incident| incident.0).into(),
            leased.what.person.0.into(),
            role.as_str().into(),
            expires_at.into(),
            leased.id.0.into(),
        ]
    };
    let columns = "checkins_link (clinic_id, token_hash, kind, session_id, incident_id, person_id, role,
                   expires_at, notification_id)";
    let rows: Vec<_> = links.map(row).collect();
    let _turn = store.turn().await;
    Ok(store::insert_all(store.db(), columns, rows).await?)
}
