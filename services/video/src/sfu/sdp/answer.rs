//! The answer to an offer: one address, one certificate, and a stream of ours for every line that receives.

use crate::sfu::sdp::offer::{AGAIN_NAME_URI, LAYER_NAME_URI, Line, Offer, Simulcast};
use crate::sfu::wire::ice::Credentials;
use rtc::sdp::extmap::TRANSPORT_CC_URI;
use std::fmt::{self, Write as _};
use std::net::SocketAddr;
use video_core::fingerprint::Fingerprint;

/// The highest that a host candidate can have (RFC 8445 §5.1.2.1): it is the only one.
const PRIORITY: u32 = 2_130_706_431;

/// A stream that we own on a line that receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    /// The media.
    pub ssrc: u32,
    /// What of it is sent again, if the browser takes that.
    pub again_ssrc: Option<u32>,
}

/// Who answers.
pub struct Answerer<'a> {
    /// What browsers are to send to.
    pub address: SocketAddr,
    /// Our certificate.
    pub fingerprint: Fingerprint,
    /// What checks are to be signed with.
    pub credentials: &'a Credentials,
}

impl Answerer<'_> {
    /// The answer; `streams` are those of the receiving lines, in their order.
    pub fn answer(&self, offer: &Offer, streams: &[Stream]) -> String {
        let mut sdp = String::new();
        // Writing to a string cannot fail.
        let _written = self.write(&mut sdp, offer, streams);
        sdp
    }

    fn write(&self, sdp: &mut String, offer: &Offer, streams: &[Stream]) -> fmt::Result {
        let lines = || offer.receiving.iter().chain(&offer.sending);
        let mids: String = lines().fold(String::new(), |mids, line| mids + " " + &line.mid);
        write!(sdp, "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n")?;
        write!(sdp, "a=ice-lite\r\na=group:BUNDLE{mids}\r\na=msid-semantic: WMS *\r\n")?;
        write!(sdp, "a=fingerprint:{}\r\n", self.fingerprint)?;
        for (place, line) in offer.receiving.iter().enumerate() {
            self.write_line(sdp, line)?;
            write!(sdp, "a=sendonly\r\n")?;
            if let Some(stream) = streams.get(place) {
                write_stream(sdp, line, place / 2, *stream)?;
            }
        }
        for line in &offer.sending {
            self.write_line(sdp, line)?;
            write!(sdp, "a=recvonly\r\n")?;
            if let Some(simulcast) = &line.simulcast {
                write_simulcast(sdp, simulcast)?;
            }
        }
        Ok(())
    }

    fn write_line(&self, sdp: &mut String, line: &Line) -> fmt::Result {
        let (kind, payload_type) = (if line.is_video { "video" } else { "audio" }, line.payload_type);
        write!(sdp, "m={kind} 9 UDP/TLS/RTP/SAVPF {payload_type}")?;
        if let Some(again) = line.again_type {
            write!(sdp, " {again}")?;
        }
        write!(sdp, "\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=setup:passive\r\n")?;
        write!(sdp, "a=mid:{}\r\n", line.mid)?;
        let Credentials { ufrag, password } = self.credentials;
        write!(sdp, "a=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\n")?;
        let (ip, port) = (self.address.ip(), self.address.port());
        write!(sdp, "a=candidate:1 1 udp {PRIORITY} {ip} {port} typ host\r\na=end-of-candidates\r\n")?;
        write_codec(sdp, line)
    }
}

fn write_codec(sdp: &mut String, line: &Line) -> fmt::Result {
    let payload_type = line.payload_type;
    if line.is_video {
        write!(sdp, "a=rtpmap:{payload_type} VP8/90000\r\n")?;
        for feedback in ["nack", "nack pli", "ccm fir"] {
            write!(sdp, "a=rtcp-fb:{payload_type} {feedback}\r\n")?;
        }
        if let Some(again) = line.again_type {
            write!(sdp, "a=rtpmap:{again} rtx/90000\r\na=fmtp:{again} apt={payload_type}\r\n")?;
        }
    } else {
        // A lost packet is repeated, coarser, in the next (RFC 6716 §2.1.7).
        write!(sdp, "a=rtpmap:{payload_type} opus/48000/2\r\n")?;
        write!(sdp, "a=fmtp:{payload_type} minptime=10;useinbandfec=1\r\n")?;
    }
    if let Some(id) = line.numbered {
        write!(sdp, "a=rtcp-fb:{payload_type} transport-cc\r\na=extmap:{id} {TRANSPORT_CC_URI}\r\n")?;
    }
    Ok(())
}

fn write_simulcast(sdp: &mut String, simulcast: &Simulcast) -> fmt::Result {
    let again = simulcast.again_name.map(|id| (id, AGAIN_NAME_URI));
    for (id, uri) in [Some((simulcast.name, LAYER_NAME_URI)), again].into_iter().flatten() {
        write!(sdp, "a=extmap:{id} {uri}\r\n")?;
    }
    for layer in &simulcast.layers {
        write!(sdp, "a=rid:{layer} recv\r\n")?;
    }
    write!(sdp, "a=simulcast:recv {}\r\n", simulcast.layers.join(";"))
}

/// Sound and picture of a slot share a stream id, so that browsers keep them together.
fn write_stream(sdp: &mut String, line: &Line, slot: usize, stream: Stream) -> fmt::Result {
    let (ssrc, msid) = (stream.ssrc, format!("slot{slot} slot{slot}-{}", line.mid));
    write!(sdp, "a=msid:{msid}\r\n")?;
    if let Some(again) = stream.again_ssrc {
        write!(sdp, "a=ssrc-group:FID {ssrc} {again}\r\n")?;
    }
    // The media first: the first stream of a line is the one that browsers play.
    for ssrc in [Some(ssrc), stream.again_ssrc].into_iter().flatten() {
        write!(sdp, "a=ssrc:{ssrc} cname:slot{slot}\r\na=ssrc:{ssrc} msid:{msid}\r\n")?;
    }
    Ok(())
}
