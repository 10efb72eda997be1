//! How a process follows the database's clock, and what it leaves for the next one: whoever starts while that clock is
//! wrong goes on from the file beside its rows.

use crate::clock::{self, boot};
use crate::problem::Failure;
use crate::store::Store;
use kernel::clocks::Anchor;
use kernel::time::Span;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

/// How often the database is asked for the time.
const ASK_EVERY: Span = Span::seconds(1);
/// The file is written at every so manieth.
const LEAVE_EVERY: u32 = 10;
/// An answer that took longer says too little about when it was given.
const SLOW: Span = Span::millis(500);

/// The clock begins: with what another process knew, if one did.
pub(crate) async fn begin(store: &Store) -> Result<(), Failure> {
    let said = store.database_now().await?;
    store.clock().begin(left(store).as_ref(), &boot(), said);
    store.clock().calibrate(said);
    Ok(())
}

/// Asks for as long as the process lives. A database that is away says nothing, and the clock is carried on.
pub(crate) async fn follow(store: Store) {
    let boot = boot();
    loop {
        for asked in 0..LEAVE_EVERY {
            let before = clock::since_boot();
            let said = store.database_now().await;
            let took = clock::since_boot().minus(before);
            if let Ok(said) = said
                && took < SLOW
            {
                heard(&store, said);
            }
            if asked == 0
                && let Err(error) = leave(&store, &boot)
            {
                tracing::warn!(error = %error, "the time could not be left for whoever starts next");
            }
            clock::wait(ASK_EVERY).await;
        }
    }
}

fn heard(store: &Store, said: kernel::time::Timestamp) {
    let was_suspect = store.clock().is_suspect();
    store.clock().calibrate(said);
    let is_suspect = store.clock().is_suspect();
    metrics::gauge!("clock_suspect").set(f64::from(u8::from(is_suspect)));
    if is_suspect != was_suspect {
        let apart_ms = said.since(store.now()).as_millis();
        tracing::error!(is_suspect, apart_ms, "the clocks disagree, or agree again");
    }
}

fn file(store: &Store) -> PathBuf {
    store.ground().config.data_dir.join("clock.json")
}

fn left(store: &Store) -> Option<Anchor> {
    serde_json::from_slice(&fs::read(file(store)).ok()?).ok()
}

/// Whole or not at all, also when the power fails: a machine whose clock stands wrong has often just been without.
fn leave(store: &Store, boot: &str) -> anyhow::Result<()> {
    let Some(anchor) = store.clock().anchor(boot) else { return Ok(()) };
    let (file, fresh) = (file(store), file(store).with_extension(std::process::id().to_string()));
    let mut written = fs::File::create(&fresh)?;
    written.write_all(&serde_json::to_vec(&anchor)?)?;
    written.sync_all()?;
    Ok(fs::rename(fresh, file)?)
}
