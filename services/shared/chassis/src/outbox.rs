//! Facts leave through the outbox: written with the rows they are about, published afterwards, kept for a while.

use crate::problem::Failure;
use crate::store::{LOOK_AGAIN, Store};
use kernel::time::{Span, Timestamp};
use proto::envelope::Envelope;
use sea_orm::ConnectionTrait;

/// Facts per look.
const BATCH: usize = 50;
/// Published facts stay this long, for a broker that lost its data.
const KEPT: Span = Span::hours(48);

/// Writes facts inside the caller's transaction.
pub(crate) async fn append(
    tx: &impl ConnectionTrait,
    store: &Store,
    now: Timestamp,
    said: &[Envelope],
) -> Result<(), Failure> {
    for envelope in said {
        let text = serde_json::to_string(envelope).map_err(|error| Failure::Stored(error.to_string()))?;
        let sql = format!(
            "insert into {}_outbox (clinic_id, id, envelope, created_at) values ($1, $2, $3, $4)",
            store.service()
        );
        let values = [envelope.clinic.0.into(), envelope.id.0.into(), text.into(), now.micros().into()];
        tx.execute_raw(store.sql(sql, values)).await?;
    }
    Ok(())
}

/// Publishes forever. A failing bus costs time, never a fact.
pub(crate) async fn relay(store: Store) {
    let mut woken = store.woken();
    loop {
        woken.mark_unchanged();
        match publish_some(&store).await {
            Ok(count) if count == BATCH => {}
            Ok(_fewer) => {
                // Either someone committed or it is time to look again; both just look.
                let _ = tokio::time::timeout(crate::clock::duration(LOOK_AGAIN), woken.changed()).await;
            }
            Err(failure) => {
                tracing::warn!(service = store.service(), error = %failure, "the outbox waits");
                crate::clock::wait(Span::millis(100)).await;
            }
        }
    }
}

async fn publish_some(store: &Store) -> Result<usize, Failure> {
    let bus = &store.ground().bus;
    notice_epoch(store).await?;
    let service = store.service();
    let sql = format!(
        "select sequence, envelope from {service}_outbox where published_at is null order by sequence limit {BATCH}"
    );
    let rows = store.db().query_all_raw(store.sql(sql, [])).await?;
    for row in &rows {
        let (sequence, text): (i64, String) = (row.try_get("", "sequence")?, row.try_get("", "envelope")?);
        let envelope: Envelope =
            serde_json::from_str(&text).map_err(|error| Failure::Stored(error.to_string()))?;
        bus.publish(&envelope).await.map_err(|fault| Failure::Stored(fault.to_string()))?;
        let sql = format!("update {service}_outbox set published_at = $1 where sequence = $2");
        store.db().execute_raw(store.sql(sql, [store.now().micros().into(), sequence.into()])).await?;
        // An announcement lost here costs a screen one poll interval.
        let _ = bus.cast(&envelope).await;
    }
    Ok(rows.len())
}

/// When the broker lost its data, everything still kept is published again; listeners know repeats.
async fn notice_epoch(store: &Store) -> Result<(), Failure> {
    let service = store.service();
    let epoch = store.ground().bus.epoch().await.map_err(|fault| Failure::Stored(fault.to_string()))?;
    let sql = format!("select epoch from {service}_epoch where one = 1");
    let known = store.db().query_one_raw(store.sql(sql, [])).await?;
    let known: Option<String> = known.map(|row| row.try_get("", "epoch")).transpose()?;
    if known.as_ref() == Some(&epoch) {
        return Ok(());
    }
    let oldest = store.now().minus(KEPT).micros();
    let sql = format!("delete from {service}_outbox where published_at is not null and created_at < $1");
    store.db().execute_raw(store.sql(sql, [oldest.into()])).await?;
    let sql = format!("update {service}_outbox set published_at = null where published_at is not null");
    store.db().execute_raw(store.sql(sql, [])).await?;
    let sql = format!(
        "insert into {service}_epoch (one, epoch) values (1, $1) on conflict (one) do update set epoch = excluded.epoch"
    );
    store.db().execute_raw(store.sql(sql, [epoch.into()])).await?;
    Ok(())
}
