//! Reads an offer before any engine does: only the one shape our pages send gets further.

use crate::sfu::engine::SLOTS;
use crate::sfu::forward::allotment::LAYERS_MAX;
use rtc::sdp::extmap::TRANSPORT_CC_URI;
use video_core::fingerprint::Fingerprint;

/// A browser's offer with ten m-lines is 12 KiB; four times that is no offer of ours.
pub const LENGTH_MAX: usize = 48 * 1024;

/// An offer of the agreed shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Every certificate fingerprint in it.
    pub fingerprints: Vec<Fingerprint>,
    /// The lines it wants to receive on, in order.
    pub receiving: Vec<Line>,
    /// The lines it sends on, after those.
    pub sending: Vec<Line>,
}

/// One m-line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its `a=mid`.
    pub mid: String,
    /// Whether it carries a picture; otherwise sound.
    pub is_video: bool,
    /// What the browser calls VP8, or Opus.
    pub payload_type: u8,
    /// What it calls a packet of that sent again (RFC 4588).
    pub again_type: Option<u8>,
    /// What it calls the number among all packets of this leg.
    pub numbered: Option<u8>,
    /// The streams it names: the media, then what of it is sent again.
    pub streams: Vec<u32>,
    /// The sizes of a picture that it sends, if it sends it in more than one.
    pub simulcast: Option<Simulcast>,
}

/// One picture in several sizes, each a stream that its first packets name (RFC 8853, RFC 8852).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulcast {
    /// Their names, smallest first.
    pub layers: Vec<String>,
    /// What the browser calls the name of a stream.
    pub name: u8,
    /// What it calls the name of the stream that a packet sent again belongs to.
    pub again_name: Option<u8>,
}

impl Line {
    /// How many ticks of its RTP clock a second has: for Opus and for video always the same (RFC 7587, RFC 7741).
    pub const fn ticks(&self) -> u32 {
        if self.is_video { 90_000 } else { 48_000 }
    }
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
    /// A line without the one codec of its kind.
    #[error("a line without VP8 or Opus")]
    NoCodec,
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

/// The one codec of each kind: every browser has it, and VP8 leaves room for encrypted frames.
const VIDEO_CODEC: &str = "VP8/90000";
const AUDIO_CODEC: &str = "opus/48000/2";
const AGAIN: &str = "rtx/90000";

/// What packets call the stream they belong to (RFC 8852).
pub const LAYER_NAME_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
/// What packets call the stream of which they repeat one.
pub const AGAIN_NAME_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";

/// A browser names a stream a handful of times; what names hundreds is no browser.
const STREAMS_MAX: usize = 8;

#[derive(Default)]
struct Section {
    is_video: bool,
    mid: Option<String>,
    receives: Option<bool>,
    payload_type: Option<u8>,
    agains: Vec<u8>,
    /// Which type sends which again.
    apt: Vec<(u8, u8)>,
    numbered: Option<u8>,
    streams: Vec<u32>,
    layers: Vec<String>,
    layer_name: Option<u8>,
    again_name: Option<u8>,
}

impl Offer {
    /// Reads it.
    ///
    /// # Errors
    /// The first thing that is not as agreed.
    pub fn read(sdp: &str) -> Result<Self, NotAnOffer> {
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
        let (receiving, sending) = arranged(sections)?;
        Ok(Self { fingerprints, receiving, sending })
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
        } else if let Some(receives) = direction(line)? {
            if self.receives.replace(receives).is_some() {
                return Err(NotAnOffer::NotOneWay);
            }
        } else if let Some((name, value)) = line.strip_prefix("a=").and_then(|line| line.split_once(':')) {
            self.read_attribute(name, value);
        }
        Ok(())
    }

    /// What cannot be read is what we do not know: browsers say more than we need.
    fn read_attribute(&mut self, name: &str, value: &str) {
        let Some((subject, rest)) = value.split_once(' ') else { return };
        if name == "rtpmap" {
            let Some(payload_type) = payload_type(subject) else { return };
            let codec = if self.is_video { VIDEO_CODEC } else { AUDIO_CODEC };
            if rest.eq_ignore_ascii_case(codec) {
                self.payload_type.get_or_insert(payload_type);
            } else if rest.eq_ignore_ascii_case(AGAIN) {
                self.agains.push(payload_type);
            }
        } else if name == "fmtp" {
            let apt = rest.strip_prefix("apt=").and_then(payload_type);
            self.apt.extend(payload_type(subject).zip(apt));
        } else if name == "extmap" {
            self.read_extension(subject, rest);
        } else if name == "simulcast" && subject == "send" {
            self.layers = rest.split(';').map(str::to_owned).collect();
        } else if name == "ssrc" && self.streams.len() < STREAMS_MAX {
            let stream = subject.parse().ok().filter(|stream| !self.streams.contains(stream));
            self.streams.extend(stream);
        }
    }

    fn read_extension(&mut self, id: &str, uri: &str) {
        let id = id.split('/').next().and_then(|id| id.parse().ok()).filter(|id| (1..=14).contains(id));
        match uri.split(' ').next() {
            Some(TRANSPORT_CC_URI) => self.numbered = id,
            Some(LAYER_NAME_URI) => self.layer_name = id,
            Some(AGAIN_NAME_URI) => self.again_name = id,
            Some(_) | None => {}
        }
    }

    /// More sizes than we keep apart, or sizes without names, are one size: the answer takes no more.
    fn simulcast(&self) -> Option<Simulcast> {
        let (layers, name) = (self.layers.clone(), self.layer_name?);
        let is_some = (2..=LAYERS_MAX).contains(&layers.len()) && layers.iter().all(|layer| is_a_name(layer));
        is_some.then_some(Simulcast { layers, name, again_name: self.again_name })
    }

    fn line(self) -> Result<Line, NotAnOffer> {
        let mid = self.mid.clone().filter(|mid| is_a_name(mid)).ok_or(NotAnOffer::NoMid)?;
        let payload_type = self.payload_type.ok_or(NotAnOffer::NoCodec)?;
        let sends_it_again =
            |again: &&u8| self.apt.iter().any(|(of, apt)| of == *again && *apt == payload_type);
        let again_type = self.agains.iter().find(sends_it_again).copied();
        let simulcast = self.simulcast().filter(|_| self.is_video);
        let (is_video, numbered, streams) = (self.is_video, self.numbered, self.streams);
        Ok(Line { mid, is_video, payload_type, again_type, numbered, streams, simulcast })
    }
}

/// Seven bits, and none of those that would be taken for feedback (RFC 5761 §4).
fn payload_type(text: &str) -> Option<u8> {
    text.parse().ok().filter(|number: &u8| *number < 64 || (96..128).contains(number))
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
fn arranged(sections: Vec<Section>) -> Result<(Vec<Line>, Vec<Line>), NotAnOffer> {
    let (mut receiving, mut sending) = (Vec::<Line>::new(), Vec::<Line>::new());
    for section in sections {
        let receives = section.receives;
        let line = section.line()?;
        if receiving.iter().chain(&sending).any(|other| other.mid == line.mid) {
            return Err(NotAnOffer::NoMid);
        }
        if !receives.ok_or(NotAnOffer::NotOneWay)? {
            sending.push(line);
        } else if !sending.is_empty() || line.is_video != (receiving.len() % 2 == 1) {
            return Err(NotAnOffer::OtherOrder);
        } else {
            receiving.push(line);
        }
    }
    let pictures = sending.iter().filter(|line| line.is_video).count();
    if receiving.len() > SLOTS * 2 || pictures > 1 || sending.len() - pictures > 1 {
        return Err(NotAnOffer::TooMany);
    }
    if receiving.len() % 2 == 0 { Ok((receiving, sending)) } else { Err(NotAnOffer::OtherOrder) }
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
            let codec = if *kind == "video" { "VP8/90000" } else { "opus/48000/2" };
            format!(
                "m={kind} 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:{mid}\r\na={direction}\r\na=rtpmap:96 {codec}\r\n"
            )
        });
        format!("v=0\r\n{}{}", fingerprint(), sections.collect::<String>())
    }

    const PAIR: [(&str, &str); 2] = [("audio", "recvonly"), ("video", "recvonly")];
    const OWN: [(&str, &str); 2] = [("audio", "sendonly"), ("video", "sendonly")];

    #[test]
    fn slots_first_and_then_ones_own_is_an_offer() {
        let read = Offer::read(&offer(&[PAIR, PAIR, OWN].concat())).unwrap();
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
            (offer(&PAIR).replace("VP8", "VP9"), NotAnOffer::NoCodec),
            (offer(&PAIR).replace("rtpmap:96 VP8", "rtpmap:72 VP8"), NotAnOffer::NoCodec),
        ] {
            assert_eq!(Offer::read(&sdp), Err(refusal));
        }
    }

    #[test]
    fn all_fingerprints_are_seen_wherever_they_stand() {
        let twice = format!("{}{}", offer(&PAIR), fingerprint().replace("AB", "CD"));
        let read = Offer::read(&twice).unwrap();
        assert_eq!(read.fingerprints.len(), 2);
        assert_ne!(read.fingerprints.first(), read.fingerprints.last());
    }

    #[test]
    fn a_browsers_own_names_are_kept() {
        let names = "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:99 rtx/90000\r\na=fmtp:99 apt=98\r\n\
            a=extmap:3/recvonly http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n\
            a=ssrc-group:FID 7 8\r\na=ssrc:7 cname:a\r\na=ssrc:7 msid:b c\r\na=ssrc:8 cname:a\r\n";
        let read = Offer::read(&format!("{}{names}", offer(&OWN))).unwrap();
        let picture = read.sending.last().unwrap();
        assert_eq!((picture.payload_type, picture.again_type, picture.numbered), (96, Some(97), Some(3)));
        assert_eq!(picture.streams, [7, 8]);
        assert_eq!(picture.simulcast, None);
    }

    #[test]
    fn a_picture_may_come_in_two_or_three_sizes() {
        let named = |layers: &str| {
            let lines = format!(
                "a=extmap:10 {LAYER_NAME_URI}\r\na=extmap:11 {AGAIN_NAME_URI}\r\na=simulcast:send {layers}\r\n"
            );
            Offer::read(&format!("{}{lines}", offer(&OWN))).unwrap().sending.pop().unwrap().simulcast
        };
        let layers = vec!["s".to_owned(), "l".to_owned()];
        assert_eq!(named("s;l"), Some(Simulcast { layers, name: 10, again_name: Some(11) }));
        for one_size in ["s", "a;b;c;d", "s;l,m", "s;~l", ";"] {
            assert_eq!(named(one_size), None, "{one_size}");
        }
        let nameless = format!("{}a=simulcast:send s;l\r\n", offer(&OWN));
        assert_eq!(Offer::read(&nameless).unwrap().sending.pop().unwrap().simulcast, None);
    }
}
