//! What was heard and could not be taken: put aside, tried again, and in the end a dead letter that people are told of.
//! The group moves on meanwhile. Every letter is kept with the service's own rows, so losing the bus loses none.

use crate::bus::Unreadable;
use crate::hear;
use crate::problem::Failure;
use crate::service::Service;
use crate::store::{self, Store};
use crate::work::{Act, Work};
use kernel::id::{ClinicId, EventId};
use kernel::time::{Span, Timestamp};
use proto::envelope::Envelope;
use proto::events::house::LetterDied;
use sea_orm::{ConnectionTrait as _, QueryResult};
use std::sync::Arc;

/// 8 tries over 32 s: a fact may need another service's, and that one may be 30 s away when the broker was lost
/// (reliability.md P19). Whatever has not come by then never will.
const TRIES_MAX: i64 = 8;
/// The first pause; each next one is twice as long.
const FIRST_PAUSE: Span = Span::millis(250);
/// How often letters that wait are looked at.
const LOOK: Span = Span::millis(250);

/// One letter that waits.
struct Letter {
    clinic: ClinicId,
    event: EventId,
    envelope: String,
    tries: i64,
}

/// Keeps it for another try. The reason stays in the log: it may name what nobody should read here.
pub(crate) async fn put_aside(store: &Store, envelope: &Envelope, failure: &Failure) -> Result<(), Failure> {
    let service = store.service();
    tracing::warn!(service, event = envelope.name, error = %failure, "an event could not be taken; put aside");
    let text = serde_json::to_string(envelope).map_err(|error| Failure::Stored(error.to_string()))?;
    let sql = format!(
        "insert into {service}_letter (clinic_id, event_id, envelope, tries, next_at, kept_at)
         values ($1, $2, $3, 1, $4, $5) on conflict do nothing"
    );
    let now = store.now();
    let values = [
        envelope.clinic.0.into(),
        envelope.id.0.into(),
        text.into(),
        now.plus(FIRST_PAUSE).micros().into(),
        now.micros().into(),
    ];
    store.db().execute_raw(store.sql(sql, values)).await?;
    Ok(())
}

/// Not an envelope at all: nobody can say whose it was, so there is nothing to try again.
pub(crate) fn count_unreadable(store: &Store, unreadable: &Unreadable) {
    metrics::counter!("bus_unreadable", "service" => store.service()).increment(1);
    tracing::error!(
        service = store.service(),
        bytes = unreadable.bytes,
        "something on the bus is no fact of ours"
    );
}

/// Tries letters again for as long as the process lives.
pub(crate) async fn retry<S: Service>(service: Arc<S>) {
    loop {
        if let Err(failure) = retry_due(service.as_ref()).await {
            tracing::warn!(service = S::NAME, error = %failure, "letters wait");
        }
        crate::clock::wait(LOOK).await;
    }
}

async fn retry_due<S: Service>(service: &S) -> Result<(), Failure> {
    let store = service.store();
    let sql = format!(
        "select clinic_id, event_id, envelope, tries from {}_letter
         where died_at is null and next_at <= $1 order by next_at limit 64",
        S::NAME
    );
    for row in store.db().query_all_raw(store.sql(sql, [store.now().micros().into()])).await? {
        let letter = Letter::read(&row)?;
        let tried = try_again(service, &letter).await;
        match tried {
            Ok(()) => {}
            Err(failure @ (Failure::Database(_) | Failure::Changed)) => return Err(failure),
            Err(failure) => letter.put_back(store, &failure).await?,
        }
    }
    Ok(())
}

async fn try_again<S: Service>(service: &S, letter: &Letter) -> Result<(), Failure> {
    let envelope: Envelope =
        serde_json::from_str(&letter.envelope).map_err(|error| Failure::Stored(error.to_string()))?;
    let hear = async |work: &mut Work| {
        hear::hear_in(service, work, &envelope).await?;
        let sql = format!("delete from {}_letter where clinic_id = $1 and event_id = $2", S::NAME);
        work.tx().execute_raw(work.store().sql(sql, letter.key())).await?;
        Ok(())
    };
    service.store().work(Act::bus(letter.clinic), hear).await
}

impl Letter {
    fn read(row: &QueryResult) -> Result<Self, Failure> {
        Ok(Self {
            clinic: store::id(row, "clinic_id")?,
            event: store::id(row, "event_id")?,
            envelope: row.try_get("", "envelope")?,
            tries: row.try_get("", "tries")?,
        })
    }

    fn key(&self) -> [sea_orm::Value; 2] {
        [self.clinic.0.into(), self.event.0.into()]
    }

    /// Another pause, twice as long; after the last try it is dead, and the clinic's administrators are told.
    async fn put_back(&self, store: &Store, failure: &Failure) -> Result<(), Failure> {
        let tries = self.tries.saturating_add(1);
        let put_back = async |work: &mut Work| {
            let now = work.now();
            let died_at = (tries >= TRIES_MAX).then_some(now);
            if let Some(died_at) = died_at {
                self.die(work, died_at, failure)?;
            }
            let sql = format!(
                "update {}_letter set tries = $3, next_at = $4, died_at = $5
                 where clinic_id = $1 and event_id = $2",
                store.service()
            );
            let [clinic, event] = self.key();
            let next_at = now.plus(pause(tries)).micros();
            let died_at = died_at.map(Timestamp::micros);
            let values = [clinic, event, tries.into(), next_at.into(), died_at.into()];
            work.tx().execute_raw(work.store().sql(sql, values)).await?;
            Ok(())
        };
        store.work(Act::bus(self.clinic), put_back).await
    }

    fn die(&self, work: &mut Work, at: Timestamp, failure: &Failure) -> Result<(), Failure> {
        let service = work.store().service();
        tracing::error!(service, event.id = %self.event, error = %failure, "a dead letter: this event was never taken");
        metrics::counter!("bus_dead_letters", "service" => service).increment(1);
        work.audit("gave up on an event", self.event, None);
        work.say(None, vec![], &LetterDied { service: service.into(), event: self.event, at })
    }
}

fn pause(tries: i64) -> Span {
    let doublings = u32::try_from(tries.saturating_sub(1)).unwrap_or(0).min(16);
    Span::micros(FIRST_PAUSE.as_micros().saturating_mul(1_i64 << doublings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pause_is_twice_the_one_before() {
        assert_eq!([1, 2, 3, 4].map(pause), [250, 500, 1000, 2000].map(Span::millis));
    }
}
