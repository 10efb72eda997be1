//! What a service does with what it hears: once, in one transaction with the note that it was heard.

use crate::bus::{BusFault, Delivery, Subscription};
use crate::clock;
use crate::letters;
use crate::members;
use crate::problem::Failure;
use crate::service::Service;
use crate::store::Store;
use crate::work::{Act, Work};
use fail::fail_point;
use kernel::time::Span;
use proto::envelope::{Envelope, Event as _};
use proto::events::safety::SessionOpened;
use sea_orm::ConnectionTrait as _;
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

/// Listens for as long as the process lives.
pub(crate) async fn listen<S: Service>(service: Arc<S>) {
    let bus = Arc::clone(&service.store().ground().bus);
    loop {
        match bus.subscribe(S::NAME).await {
            Ok(mut subscription) => {
                service.store().wake();
                hear_all(&service, subscription.as_mut()).await;
            }
            Err(fault) => tracing::warn!(service = S::NAME, error = %fault, "cannot listen yet"),
        }
        clock::wait(Span::millis(200)).await;
    }
}

/// Until the subscription breaks.
async fn hear_all<S: Service>(service: &Arc<S>, subscription: &mut dyn Subscription) {
    loop {
        let deliveries = match subscription.next().await {
            Ok(deliveries) => deliveries,
            Err(fault) => {
                tracing::warn!(service = S::NAME, error = %fault, "the subscription broke");
                return;
            }
        };
        if let Err(fault) = settle_all(service.as_ref(), subscription, deliveries).await {
            tracing::warn!(service = S::NAME, error = %fault, "a delivery could not be settled");
        }
    }
}

/// What is for others, or was heard before, is done with in one go: after a loss of the broker that is nearly all.
async fn settle_all<S: Service>(
    service: &S,
    subscription: &mut dyn Subscription,
    deliveries: Vec<Delivery>,
) -> Result<(), BusFault> {
    let known = known::<S>(service.store(), &deliveries).await.unwrap_or_else(|failure| {
        // One by one it is found out again.
        tracing::warn!(service = S::NAME, error = %failure, "the rows cannot be read");
        HashSet::new()
    });
    let is_settled = |delivery: &Delivery| {
        delivery
            .envelope
            .as_ref()
            .is_ok_and(|envelope| !is_for::<S>(envelope) || known.contains(&envelope.id.0))
    };
    let (settled, left): (Vec<_>, Vec<_>) = deliveries.into_iter().partition(is_settled);
    let tags: Vec<&str> = settled.iter().map(|delivery| delivery.tag.as_str()).collect();
    let mut result = subscription.done(&tags).await;
    for delivery in left {
        // One that fails holds up none of the others.
        result = settle(service, subscription, delivery).await.and(result);
    }
    result
}

/// Which of these were heard before.
async fn known<S: Service>(store: &Store, deliveries: &[Delivery]) -> Result<HashSet<Uuid>, Failure> {
    let ids: Vec<Uuid> = deliveries
        .iter()
        .filter_map(|delivery| delivery.envelope.as_ref().ok())
        .filter(|envelope| is_for::<S>(envelope))
        .map(|envelope| envelope.id.0)
        .collect();
    if ids.len() < 2 {
        return Ok(HashSet::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|place| format!("${place}")).collect();
    let sql = format!("select event_id from {}_inbox where event_id in ({})", S::NAME, places.join(", "));
    let rows = store.db().query_all_raw(store.sql(sql, ids.into_iter().map(Into::into))).await?;
    Ok(rows.iter().map(|row| row.try_get("", "event_id")).collect::<Result<_, _>>()?)
}

async fn settle<S: Service>(
    service: &S,
    subscription: &mut dyn Subscription,
    delivery: Delivery,
) -> Result<(), BusFault> {
    fail_point!("hear.delivered");
    let settled = match &delivery.envelope {
        Ok(envelope) => match hear(service, envelope).await {
            Ok(()) => Ok(()),
            Err(failure @ (Failure::Database(_) | Failure::Changed)) => Err(failure),
            Err(failure) => letters::put_aside(service.store(), envelope, &failure).await,
        },
        Err(unreadable) => {
            letters::count_unreadable(service.store(), unreadable);
            Ok(())
        }
    };
    fail_point!("hear.settled");
    match settled {
        Ok(()) => subscription.done(&[delivery.tag.as_str()]).await,
        Err(failure) => {
            tracing::warn!(service = S::NAME, error = %failure, "the rows cannot be written: again in a moment");
            subscription.again(delivery).await
        }
    }
}

fn is_for<S: Service>(envelope: &Envelope) -> bool {
    let name = envelope.name.as_str();
    S::HEARS.contains(&name) || name == SessionOpened::NAME
}

/// Hears one event in one transaction, once.
async fn hear<S: Service>(service: &S, envelope: &Envelope) -> Result<(), Failure> {
    let act = Act::bus(envelope.clinic);
    service.store().work(act, async |work| hear_in(service, work, envelope).await).await
}

/// The same, inside a transaction that does something besides.
pub(crate) async fn hear_in<S: Service>(
    service: &S,
    work: &mut Work,
    envelope: &Envelope,
) -> Result<(), Failure> {
    let sql =
        format!("insert into {}_inbox (event_id, heard_at) values ($1, $2) on conflict do nothing", S::NAME);
    let values = [envelope.id.0.into(), work.now().micros().into()];
    if work.tx().execute_raw(work.store().sql(sql, values)).await?.rows_affected() == 0 {
        return Ok(());
    }
    if let Some(opened) = envelope.open::<SessionOpened>() {
        members::replace(work, &opened).await?;
    }
    if S::HEARS.contains(&envelope.name.as_str()) { service.hear(work, envelope).await } else { Ok(()) }
}
