//! The watchdog at work: one mind behind one lock, and the three loops around it, which look, remember and send.

use crate::clock::{self, Clock};
use crate::config::Config;
use crate::keys::{self, Signer};
use crate::mail::Post;
use crate::silence::{Input, Kept, Mail, Now, Refusal, Standing, Watch};
use crate::store::Store;
use ed25519_dalek::VerifyingKey;
use futures_util::StreamExt as _;
use kernel::time::Span;
use proto::beat::{BootId, KeyId};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// How often the watchdog looks at its clock: a thirtieth of the shortest time that matters.
const LOOK_AGAIN: Span = Span::seconds(1);
/// A disk that failed is tried again after this.
const KEEP_AGAIN: Span = Span::seconds(1);
/// As many connections at once as a small mail server takes from one place.
const AT_ONCE: usize = 16;

/// Everything that the doors and the loops share.
pub(crate) struct Desk {
    watch: Mutex<Watch>,
    pub(crate) clock: Clock,
    post: Post,
    /// What to write: the newest only, so that a slow disk never holds up a page.
    kept: watch::Sender<Kept>,
    /// Wakes the pages that listen.
    pub(crate) changes: watch::Sender<(Standing, usize)>,
    pub(crate) trusted: BTreeMap<KeyId, VerifyingKey>,
    pub(crate) signer: Signer,
    pub(crate) boot: BootId,
    pub(crate) origins: Vec<String>,
    pub(crate) numbers: Numbers,
}

/// What `/metrics` counts.
#[derive(Default)]
pub(crate) struct Numbers {
    pub(crate) beats: AtomicUsize,
    pub(crate) refused: Mutex<BTreeMap<&'static str, u64>>,
    pub(crate) streams: AtomicUsize,
    pub(crate) mails_taken: AtomicUsize,
    pub(crate) mails_failed: AtomicUsize,
    /// Whether the last write did not succeed.
    is_forgetful: AtomicBool,
    /// Whether nobody took the last mail.
    is_mute: AtomicBool,
}

/// A thread that died holding a lock left what is in it whole: every change is one step.
pub(crate) fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// With what was kept before.
    pub(crate) fn new(config: &Config, signer: Signer, kept: Kept) -> anyhow::Result<Arc<Self>> {
        let clock = Clock::start();
        let watch = Watch::new(config.pagers.clone(), kept.clone(), clock.now());
        Ok(Arc::new(Self {
            changes: watch::Sender::new((watch.standing(), watch.alive())),
            kept: watch::Sender::new(kept),
            watch: Mutex::new(watch),
            clock,
            post: Post::new(config)?,
            trusted: config.trusted()?,
            signer,
            boot: keys::fresh_boot()?,
            origins: config.origins.clone(),
            numbers: Numbers::default(),
        }))
    }

    /// Asks the rule, and tells the loops and the pages what changed.
    pub(crate) fn step(&self, input: Input<'_>, now: Now) -> Result<Vec<Mail>, Refusal> {
        let mut watch = held(&self.watch);
        let mails = watch.step(input, now);
        let kept = watch.kept();
        self.kept.send_if_modified(|old| std::mem::replace(old, kept.clone()) != kept);
        let change = (watch.standing(), watch.alive());
        self.changes.send_if_modified(|old| std::mem::replace(old, change) != change);
        mails
    }

    /// What a page is told.
    pub(crate) fn report(&self) -> serde_json::Value {
        let (watch, now) = (held(&self.watch), self.clock.now().wall);
        let heard_at = watch.kept().last.map(|last| last.heard_at);
        json!({ "heard_at": heard_at, "engines": watch.alive(), "state": watch.standing(), "now": now })
    }

    /// Whether the watchdog could remember and be heard.
    pub(crate) fn is_clean(&self) -> bool {
        !self.numbers.is_forgetful.load(Ordering::Relaxed) && !self.numbers.is_mute.load(Ordering::Relaxed)
    }

    /// Looks at the clock for ever.
    pub(crate) async fn look(self: Arc<Self>) {
        loop {
            // Only beats are refused.
            for mail in self.step(Input::Tick, self.clock.now()).unwrap_or_default() {
                tracing::error!(trouble = ?mail.trouble, is_over = mail.is_calm, page.number = mail.number, "people are mailed");
                actix_web::rt::spawn(Arc::clone(&self).deliver(mail));
            }
            clock::wait(LOOK_AGAIN).await;
        }
    }

    /// Writes what must survive, for ever. A disk that fails costs memory, never a page.
    pub(crate) async fn remember(self: Arc<Self>, store: Store) {
        let mut kept = self.kept.subscribe();
        // The first beat may have come before this line; and a disk that fails is known at once.
        kept.mark_changed();
        while kept.changed().await.is_ok() {
            loop {
                let newest = kept.borrow_and_update().clone();
                let written = store.keep(&newest).await;
                let was_forgetful = self.numbers.is_forgetful.swap(written.is_err(), Ordering::Relaxed);
                let Err(error) = written else { break };
                if !was_forgetful {
                    tracing::error!(error = %error, "the watchdog cannot remember; it goes on watching");
                }
                clock::wait(KEEP_AGAIN).await;
            }
        }
    }

    /// Sends first and marks after: a crash sends the page again, under the same id.
    async fn deliver(self: Arc<Self>, mail: Mail) {
        let sent = futures_util::stream::iter(&mail.to).map(|to| self.post.send(&mail, to));
        let taken =
            sent.buffer_unordered(AT_ONCE).filter(|is_taken| std::future::ready(*is_taken)).count().await;
        self.numbers.mails_taken.fetch_add(taken, Ordering::Relaxed);
        self.numbers.mails_failed.fetch_add(mail.to.len().saturating_sub(taken), Ordering::Relaxed);
        self.numbers.is_mute.store(taken == 0, Ordering::Relaxed);
        let outcome = if taken > 0 { Input::Taken(&mail) } else { Input::NotTaken(&mail) };
        // Only beats are refused.
        let _ = self.step(outcome, self.clock.now());
    }
}
