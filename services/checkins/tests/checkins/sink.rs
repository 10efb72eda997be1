//! The house with a real mail server beside it.

use crate::house::House;
use crate::rows;
use serde_json::Value;
use testkit::sink::Sink;

/// Tells the story on every store, each with a fresh server; nothing where there is no Python.
pub async fn on_every_store(story: impl AsyncFn(&mut House, &Sink)) {
    for url in rows::stores().await {
        let Some(sink) = Sink::start() else { return };
        let account = sink.account("alarm@clinic.test", "pass");
        House::with_smtp(url, account, async |house| story(house, &sink).await).await;
    }
}

/// What it keeps once there are `count`.
pub async fn mails_once(sink: &Sink, house: &House, count: usize) -> Vec<Value> {
    house.awaited(async || Some(sink.mails()).filter(|mails| mails.len() >= count)).await
}
