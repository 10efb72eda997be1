//! The rooms that have a socket open in this process: every socket looks at the same view and acts on it.
//!
//! The rows are the truth. Whoever changes them (a socket, a handler, an event, the clock) only commits; this loop
//! sees that a version moved, reads the room once, and every socket of it wakes.

use crate::Video;
use crate::signal::sends::Sends;
use crate::store;
use chassis::clock;
use chassis::problem::Failure;
use chassis::store::LOOK_AGAIN;
use kernel::id::{ClinicId, PersonId, SessionId, SignInId};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{broadcast, watch};
use video_core::room::Room;

/// Notices that a slow socket may lag behind: each is also in the trail.
const NOTICES_MAX: usize = 32;

/// What a person's browser says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Switches {
    /// Whether the camera is on.
    pub camera: bool,
    /// Whether the microphone is on.
    pub microphone: bool,
    /// What the two give.
    pub sends: Sends,
    /// How good the line is, 1 to 5, once it has said so.
    pub quality: Option<u8>,
    /// Whether it encrypts, once it has a line.
    pub encrypts: Option<bool>,
    /// Whether the person agreed to go on without.
    pub agrees_open: bool,
}

/// A room as its sockets see it.
#[derive(Debug, Clone)]
pub struct View {
    /// Who is where.
    pub room: Room,
    /// The version of the row it was read from.
    pub version: i64,
    /// What the browsers of those present say of themselves.
    pub switches: BTreeMap<PersonId, Switches>,
}

/// Something a socket acts on at once, and once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Someone tried to come in from a second browser.
    OtherDeviceRefused(PersonId),
    /// A sign-in ended: whoever came in with it is out.
    SignInRevoked(SignInId),
}

struct Live {
    clinic: ClinicId,
    view: watch::Sender<View>,
    notices: broadcast::Sender<Notice>,
}

/// All of them.
#[derive(Default)]
pub struct Hall {
    rooms: Mutex<HashMap<SessionId, Live>>,
}

/// One socket's seat in the hall.
pub struct Watching {
    /// The room.
    pub view: watch::Receiver<View>,
    /// What must not wait.
    pub notices: broadcast::Receiver<Notice>,
}

impl Hall {
    /// A socket begins to watch a room, as just read.
    pub fn watch(&self, clinic: ClinicId, session: SessionId, room: Room, version: i64) -> Watching {
        let mut rooms = self.rooms();
        let live = rooms.entry(session).or_insert_with(|| Live {
            clinic,
            view: watch::Sender::new(View { room: room.clone(), version, switches: BTreeMap::new() }),
            notices: broadcast::Sender::new(NOTICES_MAX),
        });
        renew(&live.view, room, version);
        Watching { view: live.view.subscribe(), notices: live.notices.subscribe() }
    }

    /// What a browser says of itself.
    pub fn set_switches(&self, session: SessionId, person: PersonId, change: impl FnOnce(&mut Switches)) {
        if let Some(live) = self.rooms().get(&session) {
            live.view.send_modify(|view| change(view.switches.entry(person).or_default()));
        }
    }

    /// To everyone who watches the room.
    pub fn notify(&self, session: SessionId, notice: Notice) {
        if let Some(live) = self.rooms().get(&session) {
            // Nobody watching is fine: there is nobody to tell.
            let _nobody = live.notices.send(notice);
        }
    }

    /// To everyone.
    pub fn notify_all(&self, notice: Notice) {
        for live in self.rooms().values() {
            let _nobody = live.notices.send(notice);
        }
    }

    /// The rooms that are watched, with the version last seen. Rooms that nobody watches any more are let go.
    fn watched(&self) -> Vec<(ClinicId, SessionId, i64)> {
        let mut rooms = self.rooms();
        rooms.retain(|_, live| live.view.receiver_count() > 0);
        rooms.iter().map(|(session, live)| (live.clinic, *session, live.view.borrow().version)).collect()
    }

    fn renew(&self, session: SessionId, room: Room, version: i64) {
        if let Some(live) = self.rooms().get(&session) {
            renew(&live.view, room, version);
        }
    }

    /// A panic elsewhere cannot leave the map half changed, so a poisoned lock is still good.
    fn rooms(&self) -> MutexGuard<'_, HashMap<SessionId, Live>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An older reading never replaces a newer one.
fn renew(view: &watch::Sender<View>, room: Room, version: i64) {
    view.send_if_modified(|view| {
        let is_newer = version > view.version;
        if is_newer {
            (view.room, view.version) = (room, version);
        }
        is_newer
    });
}

/// Writes off the lines of a former life, then keeps every view as new as its row.
pub async fn keep(video: Arc<Video>) {
    while let Err(failure) = store::sweep(&video.store).await {
        tracing::error!(error = %failure, "the rooms could not be looked through");
        clock::wait(LOOK_AGAIN).await;
    }
    video.swept.send_replace(true);
    let mut woken = video.store.woken();
    loop {
        woken.mark_unchanged();
        if let Err(failure) = look(&video).await {
            tracing::error!(error = %failure, "the rooms could not be read");
        }
        let _looked_soon_enough = tokio::time::timeout(clock::duration(LOOK_AGAIN), woken.changed()).await;
    }
}

async fn look(video: &Video) -> Result<(), Failure> {
    for (clinic, session, seen) in video.hall.watched() {
        if store::version(&video.store, clinic, session).await? > seen {
            let row = video.store.see::<Room>(clinic, session).await?;
            video.hall.renew(session, row.state, row.version);
        }
    }
    Ok(())
}
