//! What a browser says of the picture and the sound that its own devices give: it looks before it encrypts, for
//! nobody else can.

use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What the camera gives while it is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Picture {
    /// Something that moves, and can be seen.
    Live,
    /// The same picture again and again, or none any more.
    Frozen,
    /// Nothing but black.
    Black,
    /// Too little light for a face.
    Dark,
    /// Nothing: it ended, or the system holds it back.
    Stopped,
}

/// What the microphone gives while it is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sound {
    /// Some sound, be it only that of a room.
    Live,
    /// Not even that.
    Silent,
    /// Nothing: it ended, or the system holds it back.
    Stopped,
}

/// A word, and since when it has been the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Since<T> {
    /// The word.
    pub is: T,
    /// When the house was first told, by its own clock.
    pub since_at: Timestamp,
}

/// Both, each once its browser has said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sends {
    /// The picture.
    pub picture: Option<Since<Picture>>,
    /// The sound.
    pub sound: Option<Since<Sound>>,
}

impl Sends {
    /// Takes the newest word. A word that is said again keeps its time.
    pub fn hear(&mut self, picture: Option<Picture>, sound: Option<Sound>, now: Timestamp) {
        self.picture = newest(self.picture, picture, now);
        self.sound = newest(self.sound, sound, now);
    }
}

fn newest<T: Copy + PartialEq>(
    before: Option<Since<T>>,
    told: Option<T>,
    now: Timestamp,
) -> Option<Since<T>> {
    let since = |is| before.filter(|one| one.is == is).unwrap_or(Since { is, since_at: now });
    told.map(since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_said_again_keeps_its_time_and_another_word_begins_anew() {
        let at = Timestamp::from_micros;
        let mut sends = Sends::default();
        sends.hear(Some(Picture::Black), None, at(1));
        sends.hear(Some(Picture::Black), Some(Sound::Live), at(2));
        assert_eq!(sends.picture, Some(Since { is: Picture::Black, since_at: at(1) }));
        assert_eq!(sends.sound, Some(Since { is: Sound::Live, since_at: at(2) }));
        sends.hear(Some(Picture::Live), None, at(3));
        assert_eq!(sends.picture, Some(Since { is: Picture::Live, since_at: at(3) }));
        assert_eq!(sends.sound, None);
    }
}
