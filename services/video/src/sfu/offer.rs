//! Reads an offer before any engine does: only the one shape our pages send gets further.

use crate::sfu::engine::SLOTS;
use video_core::fingerprint::Fingerprint;

/// A browser's offer with ten m-lines is 12 KiB; four times that is no offer of ours.
pub const LENGTH_MAX: usize = 48 * 1024;

/// An offer of the agreed shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// As it came.
    pub sdp: String,
    /// Every certificate fingerprint in it.
    pub fingerprints: Vec<Fingerprint>,
    /// The lines it wants to receive on, in order.
    pub receiving: Vec<Line>,
}

/// One m-line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its `a=mid`.
    pub mid: String,
    /// Whether it carries a picture; otherwise sound.
    pub is_video: bool,
}

/// Why a text is not such an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnOffer {
    /// Longer than any of ours.
    #[error("too long")]
    TooLong,
    /// A line that carries neither sound nor picture.
    #[error("a line that carries neither sound nor picture")]
    OtherMedia,
    /// A line without a name, or with a second one.
    #[error("a line without exactly one mid")]
    NoMid,
    /// A line that is not either for sending or for receiving.
    #[error("a line that is not one-way")]
    NotOneWay,
    /// More lines than a room has people.
    #[error("too many lines")]
    TooMany,
    /// Receiving lines that do not come as sound and picture in turn, before all others.
    #[error("slots are pairs of sound and picture, first")]
    OtherOrder,
    /// A fingerprint of another kind than SHA-256.
    #[error("a fingerprint that cannot be read")]
    Fingerprint,
}

#[derive(Default)]
struct Section {
    is_video: bool,
    mid: Option<String>,
    receives: Option<bool>,
}

impl Offer {
    /// Reads it.
    ///
    /// # Errors
    /// The first thing that is not as agreed.
    pub fn read(sdp: String) -> Result<Self, NotAnOffer> {
        if sdp.len() > LENGTH_MAX {
            return Err(NotAnOffer::TooLong);
        }
        let (mut fingerprints, mut sections) = (vec![], Vec::<Section>::new());
        for line in sdp.lines() {
            if let Some(media) = line.strip_prefix("m=") {
                sections.push(Section { is_video: is_video(media)?, ..Section::default() });
            } else if let Some(text) = line.strip_prefix("a=fingerprint:") {
                fingerprints.push(text.trim().parse().map_err(|_unread| NotAnOffer::Fingerprint)?);
            } else if let Some(section) = sections.last_mut() {
                section.read(line)?;
            }
        }
        let receiving = arranged(sections)?;
        Ok(Self { sdp, fingerprints, receiving })
    }

    /// How many people it can show.
    pub fn slots(&self) -> usize {
        self.receiving.len() / 2
    }
}

impl Section {
    fn read(&mut self, line: &str) -> Result<(), NotAnOffer> {
        if let Some(mid) = line.strip_prefix("a=mid:") {
            if self.mid.replace(mid.to_owned()).is_some() {
                return Err(NotAnOffer::NoMid);
            }
        } else if let Some(receives) = direction(line)?
            && self.receives.replace(receives).is_some()
        {
            return Err(NotAnOffer::NotOneWay);
        }
        Ok(())
    }
}

fn is_video(media: &str) -> Result<bool, NotAnOffer> {
    match media.split(' ').next() {
        Some("audio") => Ok(false),
        Some("video") => Ok(true),
        Some(_) | None => Err(NotAnOffer::OtherMedia),
    }
}

fn direction(line: &str) -> Result<Option<bool>, NotAnOffer> {
    match line {
        "a=recvonly" => Ok(Some(true)),
        "a=sendonly" => Ok(Some(false)),
        "a=sendrecv" | "a=inactive" => Err(NotAnOffer::NotOneWay),
        _other => Ok(None),
    }
}

/// Pairs of receiving lines, then at most one sound and one picture that are sent.
fn arranged(sections: Vec<Section>) -> Result<Vec<Line>, NotAnOffer> {
    let (mut receiving, mut sending) = (Vec::<Line>::new(), Vec::<bool>::new());
    for section in sections {
        let mid = section.mid.filter(|mid| is_a_name(mid)).ok_or(NotAnOffer::NoMid)?;
        let is_video = section.is_video;
        if !section.receives.ok_or(NotAnOffer::NotOneWay)? {
            sending.push(is_video);
        } else if !sending.is_empty() || is_video != (receiving.len() % 2 == 1) {
            return Err(NotAnOffer::OtherOrder);
        } else if receiving.iter().any(|line| line.mid == mid) {
            return Err(NotAnOffer::NoMid);
        } else {
            receiving.push(Line { mid, is_video });
        }
    }
    let pictures = sending.iter().filter(|is_video| **is_video).count();
    if receiving.len() > SLOTS * 2 || pictures > 1 || sending.len() - pictures > 1 {
        return Err(NotAnOffer::TooMany);
    }
    if receiving.len() % 2 == 0 { Ok(receiving) } else { Err(NotAnOffer::OtherOrder) }
}

/// A mid is a short token (RFC 5888): single digits in most browsers, `sdparta_0` in some.
fn is_a_name(mid: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !mid.is_empty() && mid.len() <= 16 && mid.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint() -> String {
        format!("a=fingerprint:sha-256 {}\r\n", vec!["AB"; 32].join(":"))
    }

    fn offer(lines: &[(&str, &str)]) -> String {
        let sections = lines.iter().enumerate().map(|(mid, (kind, direction))| {
            format!("m={kind} 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:{mid}\r\na={direction}\r\n")
        });
        format!("v=0\r\n{}{}", fingerprint(), sections.collect::<String>())
    }

    const PAIR: [(&str, &str); 2] = [("audio", "recvonly"), ("video", "recvonly")];
    const OWN: [(&str, &str); 2] = [("audio", "sendonly"), ("video", "sendonly")];

    #[test]
    fn slots_first_and_then_ones_own_is_an_offer() {
        let read = Offer::read(offer(&[PAIR, PAIR, OWN].concat())).unwrap();
        assert_eq!(read.slots(), 2);
        assert_eq!(read.receiving.iter().map(|line| line.mid.as_str()).collect::<String>(), "0123");
        assert_eq!(read.fingerprints.len(), 1);
    }

    #[test]
    fn every_other_shape_is_refused() {
        let one_way = |kind, direction| offer(&[(kind, direction)]);
        let no_mid = offer(&PAIR).replace("a=mid:1\r\n", "");
        let bad_print = offer(&PAIR).replace("sha-256", "sha-1");
        for (sdp, refusal) in [
            ("a".repeat(LENGTH_MAX + 1), NotAnOffer::TooLong),
            (one_way("application", "sendonly"), NotAnOffer::OtherMedia),
            (no_mid, NotAnOffer::NoMid),
            (offer(&PAIR).replace("a=mid:1", "a=mid:0"), NotAnOffer::NoMid),
            (one_way("audio", "sendrecv"), NotAnOffer::NotOneWay),
            (one_way("audio", "mid:7"), NotAnOffer::NoMid),
            (one_way("audio", "ptime:20"), NotAnOffer::NotOneWay),
            (offer(&[PAIR; 5].concat()), NotAnOffer::TooMany),
            (offer(&[OWN, OWN].concat()), NotAnOffer::TooMany),
            (offer(&[OWN, PAIR].concat()), NotAnOffer::OtherOrder),
            (one_way("audio", "recvonly"), NotAnOffer::OtherOrder),
            (bad_print, NotAnOffer::Fingerprint),
        ] {
            assert_eq!(Offer::read(sdp), Err(refusal));
        }
    }

    #[test]
    fn all_fingerprints_are_seen_wherever_they_stand() {
        let twice = format!("{}{}", offer(&PAIR), fingerprint().replace("AB", "CD"));
        let read = Offer::read(twice).unwrap();
        assert_eq!(read.fingerprints.len(), 2);
        assert_ne!(read.fingerprints.first(), read.fingerprints.last());
    }
}
