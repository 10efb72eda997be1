//! What a service does with what it hears: once, in one transaction with the note that it was heard.

use crate::bus::{BusFault, Delivery, Subscription};
use crate::clock;
use crate::letters;
use crate::members;
use crate::problem::Failure;
use crate::service::Service;
use crate::work::{Act, Work};
use kernel::time::Span;
use proto::envelope::{Envelope, Event as _};
use proto::events::safety::SessionOpened;
use sea_orm::ConnectionTrait as _;
use std::sync::Arc;

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
        for delivery in deliveries {
            let told = settle(service.as_ref(), subscription, delivery).await;
            if let Err(fault) = told {
                tracing::warn!(service = S::NAME, error = %fault, "a delivery could not be settled");
            }
        }
    }
}

async fn settle<S: Service>(
    service: &S,
    subscription: &mut dyn Subscription,
    delivery: Delivery,
) -> Result<(), BusFault> {
    let settled = match &delivery.envelope {
        Ok(envelope) if is_for::<S>(envelope) => match hear(service, envelope).await {
            Ok(()) => Ok(()),
            Err(failure @ (Failure::Database(_) | Failure::Changed)) => Err(failure),
            Err(failure) => letters::put_aside(service.store(), envelope, &failure).await,
        },
        Ok(_for_others) => Ok(()),
        Err(unreadable) => {
            letters::count_unreadable(service.store(), unreadable);
            Ok(())
        }
    };
    match settled {
        Ok(()) => subscription.done(&delivery.tag).await,
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
