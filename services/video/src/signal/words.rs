//! Every message of the socket, both ways.

use crate::devices::{PublicKey, SignedRoster, WrappedKey};
use crate::signal::sends::{Picture, Since, Sound};
use kernel::id::PersonId;
use kernel::role::Role;
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

/// No message is longer (reliability.md P37): an offer is the longest, and far below.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;

/// What a browser says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromBrowser {
    /// First, and once: here is my ticket.
    Hello {
        /// A signed room ticket.
        token: String,
        /// What the others wrap their keys for, when this browser can encrypt.
        public_key: Option<PublicKey>,
    },
    /// Once, after `admitted`: here is what I can send and receive.
    Offer {
        /// The session description.
        sdp: String,
    },
    /// My camera and microphone are on or off.
    Switches {
        /// The camera.
        camera: bool,
        /// The microphone.
        microphone: bool,
    },
    /// What my camera and my microphone give, as far as this browser can tell.
    Sends {
        /// The picture; nothing while there is nothing to look at.
        picture: Option<Picture>,
        /// The sound; nothing while there is nothing to hear.
        sound: Option<Sound>,
    },
    /// How good my line is.
    Quality {
        /// 1 unusable to 5 perfect.
        score: u8,
    },
    /// Send me pictures, or only sound.
    Pictures {
        /// Whether to send them.
        on: bool,
    },
    /// My key, wrapped for one device.
    Key {
        /// Its number.
        to: u16,
        /// The wrapped key.
        key: WrappedKey,
    },
    /// The key of one device has come.
    KeyHad {
        /// Its number.
        to: u16,
        /// Of which epoch.
        epoch: u16,
    },
    /// Someone's browser cannot encrypt; I agree to be seen and heard without it, or do not any more.
    AgreeOpen {
        /// Whether I agree.
        on: bool,
    },
    /// I am leaving.
    Bye,
}

/// What the house says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToBrowser {
    /// You are at the door.
    Waiting {
        /// Since when.
        since_at: Timestamp,
    },
    /// You are let in: send your offer.
    Admitted {
        /// How many people you can be shown.
        slots: usize,
    },
    /// The answer to your offer.
    Answer {
        /// The session description.
        sdp: String,
    },
    /// Whom each of your slots shows now.
    Slots {
        /// First slot first.
        slots: Vec<Slot>,
    },
    /// The devices that may hold keys.
    Devices(SignedRoster),
    /// A key that another device wrapped for this one.
    Key {
        /// The number of that device.
        from: u16,
        /// The wrapped key.
        key: WrappedKey,
    },
    /// Another device has the key of this one.
    KeyHad {
        /// The number of that device.
        from: u16,
        /// Of which epoch.
        epoch: u16,
    },
    /// Everyone who belongs to the room.
    Roster {
        /// Patient, sitter, therapist, then the others.
        people: Vec<OnRoster>,
    },
    /// Something you should hear about.
    Notice {
        /// What.
        code: &'static str,
        /// About whom.
        person: PersonId,
    },
    /// Your media line is dead: come in again with a new ticket.
    MediaLost,
    /// The house is here.
    Beat {
        /// Its clock.
        now_at: Timestamp,
    },
    /// You are out.
    Ended {
        /// `removed`, `replaced`, `other_device`, `closed` or `refused`.
        why: &'static str,
        /// A problem code.
        code: &'static str,
        /// What to do now.
        detail: String,
        /// Whether coming in again at once, with a new ticket, may work.
        again: bool,
    },
}

/// One slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slot {
    /// The `mid` of its sound.
    pub audio: String,
    /// The `mid` of its picture.
    pub video: String,
    /// Whom it shows.
    pub person: Option<PersonId>,
}

/// One line of the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OnRoster {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// `expected`, `waiting`, `present` or `lost`.
    pub place: &'static str,
    /// Since when; 0 when expected.
    pub since_at: Timestamp,
    /// Whether their camera is on.
    pub camera: bool,
    /// Whether their microphone is on.
    pub microphone: bool,
    /// What their camera gives, once their browser has said so.
    pub picture: Option<Since<Picture>>,
    /// What their microphone gives, once their browser has said so.
    pub sound: Option<Since<Sound>>,
    /// How good their line is, 1 to 5, once they have said so.
    pub quality: Option<u8>,
    /// Whether their browser encrypts, once they have a line.
    pub encrypts: Option<bool>,
    /// Whether they agreed to go on without.
    pub agrees_open: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_as_the_protocol_writes_them() {
        let read = |text: &str| serde_json::from_str::<FromBrowser>(text);
        assert_eq!(read(r#"{"type":"bye"}"#).unwrap(), FromBrowser::Bye);
        let switches = FromBrowser::Switches { camera: true, microphone: false };
        assert_eq!(read(r#"{"type":"switches","camera":true,"microphone":false}"#).unwrap(), switches);
        let sends = FromBrowser::Sends { picture: Some(Picture::Frozen), sound: None };
        assert_eq!(read(r#"{"type":"sends","picture":"frozen","sound":null}"#).unwrap(), sends);
        let refused = [
            r#"{"type":"pictures","on":true,"more":1}"#,
            r#"{"type":"sends","picture":"pretty","sound":"live"}"#,
            r#"{"type":"sends","picture":"live","sound":"dark"}"#,
            r#"{"type":"dance"}"#,
            r#"{"on":true}"#,
        ];
        for refused in refused {
            assert!(read(refused).is_err(), "{refused}");
        }
    }
}
