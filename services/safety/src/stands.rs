//! Listens to what the watch itself stands on. It is announced every second and kept nowhere on the way: silence on that
//! way is red at the gate, and rightly so, for a dose that begins is told over the same bus.

use crate::Safety;
use crate::store::house;
use chassis::clock;
use chassis::service::Service as _;
use kernel::time::{Span, Timestamp};
use proto::envelope::Envelope;
use proto::events::checkins::HouseStands;
use std::sync::Arc;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// What changed is written at once; what did not is written this often, well within the time it counts.
const WRITTEN_EVERY: Span = Span::seconds(4);
/// A bus that cannot be listened to is tried again.
const AGAIN: Span = Span::millis(200);

/// Starts listening on the service's own thread.
pub(crate) fn start(service: &Arc<Safety>) {
    actix_web::rt::spawn(listen(Arc::clone(service)));
}

async fn listen(service: Arc<Safety>) {
    loop {
        match service.store().ground().bus.listen().await {
            Ok(announcements) => hear(&service, announcements).await,
            Err(fault) => tracing::warn!(error = %fault, "the watch cannot be listened to yet"),
        }
        clock::wait(AGAIN).await;
    }
}

async fn hear(service: &Safety, mut announcements: Receiver<Envelope>) {
    let mut written: Option<(Timestamp, HouseStands)> = None;
    loop {
        let said = match announcements.recv().await {
            Ok(envelope) => envelope.open::<HouseStands>(),
            Err(RecvError::Lagged(_)) => None,
            Err(RecvError::Closed) => return,
        };
        let now = service.store().now();
        let Some(said) = said.filter(|said| is_news(written.as_ref(), said, now)) else { continue };
        match house::heard(service.store(), now, &said).await {
            Ok(()) => written = Some((now, said)),
            Err(failure) => {
                tracing::error!(error = %failure, "what the watch stands on could not be written");
            }
        }
    }
}

/// A demonstration sets the clock back: what was written in its future is written again.
fn is_news(written: Option<&(Timestamp, HouseStands)>, said: &HouseStands, now: Timestamp) -> bool {
    written.is_none_or(|(at, before)| {
        let is_same = HouseStands { at: before.at, ..said.clone() } == *before;
        !is_same || *at > now || now.since(*at) >= WRITTEN_EVERY
    })
}
