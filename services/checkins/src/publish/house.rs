//! What the house announces of itself: no clinic's, no session's, nobody's screen.

use crate::Checkins;
use chassis::ids;
use chassis::service::Service as _;
use chassis::store::Store;
use checkins_core::house::{Backing, Standing};
use kernel::id::ClinicId;
use proto::envelope::{Envelope, Event as _};
use proto::events::checkins::HouseStands;

/// Tells whoever listens; nothing known is nothing fine. What does not arrive is not known there, and so red.
pub(crate) async fn announce(store: &Store, house: ClinicId, stands: Option<Standing>) {
    let (at, writable) = (store.now(), stands.is_some());
    let nothing = Standing { clocks_agree: false, standby: Backing::Missing, watchdog: Backing::Missing };
    let Standing { clocks_agree, standby, watchdog } = stands.unwrap_or(nothing);
    let word = |backing: Backing| backing.as_str().to_owned();
    let (standby, watchdog) = (word(standby), word(watchdog));
    let Ok(data) = serde_json::to_value(HouseStands { writable, clocks_agree, standby, watchdog, at }) else {
        return;
    };
    let envelope = Envelope {
        specversion: "1.0".into(),
        id: ids::fresh(),
        source: format!("/{}", Checkins::NAME),
        name: HouseStands::NAME.into(),
        occurred_at: at,
        clinic: house,
        subject: None,
        audience: vec![],
        data,
    };
    if let Err(fault) = store.ground().bus.cast(&[envelope]).await {
        tracing::warn!(error = %fault, "what the watch stands on could not be announced");
    }
}
