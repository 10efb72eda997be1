//! The roster: whoever belongs to the room is on it, for everyone to see, from the moment they knock.

use crate::hall::View;
use crate::signal::sends::Sends;
use crate::signal::words::OnRoster;
use kernel::time::Timestamp;
use video_core::member::{Member, Place};

/// The roster of a room. Nobody can be in the room without being on it: both are read from the same members.
pub fn roster(view: &View) -> Vec<OnRoster> {
    view.room.members().iter().filter_map(|member| line(view, member)).collect()
}

fn line(view: &View, member: &Member) -> Option<OnRoster> {
    let (place, switches) = match &member.place {
        Place::Removed => return None,
        // Let in before, and not here now: to the others that is as good as not here yet.
        Place::Expected | Place::Admitted => ("expected", None),
        Place::Waiting { .. } => ("waiting", None),
        Place::Present { .. } => ("present", view.switches.get(&member.person)),
        Place::Lost { .. } => ("lost", view.switches.get(&member.person)),
    };
    let switches = switches.copied().unwrap_or_default();
    // Nobody looks at a camera for a line that has dropped: what was last said of it may be over.
    let sends = if place == "present" { switches.sends } else { Sends::default() };
    Some(OnRoster {
        person: member.person,
        role: member.role,
        place,
        since_at: member.place.since_at().unwrap_or(Timestamp::from_micros(0)),
        camera: switches.camera,
        microphone: switches.microphone,
        picture: sends.picture,
        sound: sends.sound,
        quality: switches.quality,
        encrypts: switches.encrypts,
        agrees_open: switches.agrees_open,
    })
}
