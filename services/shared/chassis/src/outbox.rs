//! Facts leave through the outbox: written with the rows they are about, published afterwards, kept for a while.

use crate::bus::Epoch;
use crate::problem::Failure;
use crate::store::{self, LOOK_AGAIN, Store};
use fail::fail_point;
use kernel::time::{Span, Timestamp};
use proto::envelope::Envelope;
use sea_orm::{ConnectionTrait, DbBackend, TransactionTrait as _};

/// How soon a process looks again when another one publishes.
const TURN: Span = Span::millis(20);
/// Facts per look: many, for a lost broker is told ten thousands again.
const BATCH: usize = 256;
/// Published facts stay this long, for a broker that lost its data.
const KEPT: Span = Span::hours(48);
/// What was heard is remembered twice as long: a fact published again after two days must still be known.
const REMEMBERED: Span = Span::hours(96);
/// How often what is older is cleared away.
const SWEPT: Span = Span::minutes(10);
/// An announcement says that something is new. Older facts are published again without one.
const NEWS: Span = Span::minutes(1);
/// A broker that was restarted may have lost what it took last: 2 s at the most with `appendfsync everysec`
/// (reliability.md M5), and so many facts are more than any service says in that time.
const TAIL: i64 = 2_000;

/// Writes facts inside the caller's transaction.
pub(crate) async fn append(
    tx: &impl ConnectionTrait,
    store: &Store,
    now: Timestamp,
    said: &[Envelope],
) -> Result<(), Failure> {
    let row = |envelope: &Envelope| {
        let text = serde_json::to_string(envelope).map_err(|error| Failure::Stored(error.to_string()))?;
        Ok([envelope.clinic.0.into(), envelope.id.0.into(), text.into(), now.micros().into()])
    };
    let rows = said.iter().map(row).collect::<Result<Vec<_>, Failure>>()?;
    let table = format!("{}_outbox (clinic_id, id, envelope, created_at)", store.service());
    Ok(store::insert_all(tx, &table, rows).await?)
}

/// Publishes forever. A failing bus costs time, never a fact.
pub(crate) async fn relay(store: Store) {
    let mut woken = store.woken();
    let mut swept_at = store.now();
    loop {
        woken.mark_unchanged();
        match publish_some(&store).await {
            Ok(Some(count)) if count == BATCH => {}
            Ok(None) => crate::clock::wait(TURN).await,
            Ok(Some(_fewer)) => {
                // Either someone committed or it is time to look again; both just look.
                let _ = tokio::time::timeout(crate::clock::duration(LOOK_AGAIN), woken.changed()).await;
            }
            Err(failure) => {
                tracing::warn!(service = store.service(), error = %failure, "the outbox waits");
                crate::clock::wait(Span::millis(100)).await;
            }
        }
        if store.now().since(swept_at) > SWEPT {
            swept_at = store.now();
            if let Err(failure) = sweep(&store).await {
                tracing::warn!(service = store.service(), error = %failure, "old facts stay for now");
            }
        }
    }
}

/// One process of a service publishes at a time, so that facts leave in their order; the others look again shortly.
/// Nothing when it is another's turn. A process that freezes in its turn loses it with its transaction, after 5 s.
async fn publish_some(store: &Store) -> Result<Option<usize>, Failure> {
    if store.db().get_database_backend() != DbBackend::Postgres {
        return publish_with(store, store.db()).await.map(Some);
    }
    let tx = store.db().begin().await?;
    let sql = "select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as mine";
    let row = tx.query_one_raw(store.sql(sql, [format!("{}:outbox", store.service()).into()])).await?;
    let is_mine: bool = row.map(|row| row.try_get("", "mine")).transpose()?.unwrap_or_default();
    let published = if is_mine { Some(publish_with(store, &tx).await?) } else { None };
    tx.commit().await?;
    Ok(published)
}

/// Publish first, mark after: a crash in between says a fact twice, and listeners know repeats.
async fn publish_with(store: &Store, db: &impl ConnectionTrait) -> Result<usize, Failure> {
    let bus = &store.ground().bus;
    notice_epoch(store, db).await?;
    let service = store.service();
    let sql = format!(
        "select sequence, envelope, created_at from {service}_outbox
         where published_at is null order by sequence limit {BATCH}"
    );
    let rows = db.query_all_raw(store.sql(sql, [])).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let (mut sequences, mut envelopes, mut news) = (vec![], vec![], vec![]);
    let new_since = store.now().minus(NEWS).micros();
    for row in &rows {
        let text: String = row.try_get("", "envelope")?;
        let envelope: Envelope =
            serde_json::from_str(&text).map_err(|error| Failure::Stored(error.to_string()))?;
        sequences.push(row.try_get::<i64>("", "sequence")?.to_string());
        if row.try_get::<i64>("", "created_at")? > new_since {
            news.push(envelope.clone());
        }
        envelopes.push(envelope);
    }
    fail_point!("outbox.read");
    bus.publish(&envelopes).await.map_err(|fault| Failure::Stored(fault.to_string()))?;
    fail_point!("outbox.published");
    // By number, never by range: a transaction that began earlier may commit a smaller one later.
    let list = sequences.join(",");
    let sql = format!("update {service}_outbox set published_at = $1 where sequence in ({list})");
    db.execute_raw(store.sql(sql, [store.now().micros().into()])).await?;
    fail_point!("outbox.marked");
    // An announcement lost here costs a screen one poll interval.
    let _ = bus.cast(&news).await;
    Ok(rows.len())
}

/// When the broker lost its data, everything still kept is published again; when it was only restarted, what it
/// took last. Listeners know repeats.
async fn notice_epoch(store: &Store, db: &impl ConnectionTrait) -> Result<(), Failure> {
    let service = store.service();
    let epoch = store.ground().bus.epoch().await.map_err(|fault| Failure::Stored(fault.to_string()))?;
    let sql = format!("select epoch from {service}_epoch where one = 1");
    let known = db.query_one_raw(store.sql(sql, [])).await?;
    let known: Option<String> = known.map(|row| row.try_get("", "epoch")).transpose()?;
    let word = format!("{} {}", epoch.data, epoch.run);
    if known.as_ref() == Some(&word) {
        return Ok(());
    }
    let is_known = known.is_some();
    let again = known.is_some_and(|known| is_same_data(&known, &epoch));
    let which = if again {
        format!("sequence > (select coalesce(max(sequence), 0) - {TAIL} from {service}_outbox)")
    } else {
        "published_at is not null".to_owned()
    };
    let sql = format!("update {service}_outbox set published_at = null where {which}");
    db.execute_raw(store.sql(sql, [])).await?;
    let sql = format!(
        "insert into {service}_epoch (one, epoch) values (1, $1) on conflict (one) do update set epoch = excluded.epoch"
    );
    db.execute_raw(store.sql(sql, [word.into()])).await?;
    if is_known {
        tracing::warn!(service, only_restarted = again, "the broker changed: facts are published again");
    }
    Ok(())
}

fn is_same_data(known: &str, epoch: &Epoch) -> bool {
    known.split_once(' ').is_some_and(|(data, _run)| data == epoch.data)
}

async fn sweep(store: &Store) -> Result<(), Failure> {
    let (service, now) = (store.service(), store.now());
    let sql = format!("delete from {service}_outbox where published_at is not null and created_at < $1");
    store.db().execute_raw(store.sql(sql, [now.minus(KEPT).micros().into()])).await?;
    let sql = format!("delete from {service}_inbox where heard_at < $1");
    store.db().execute_raw(store.sql(sql, [now.minus(REMEMBERED).micros().into()])).await?;
    Ok(())
}
