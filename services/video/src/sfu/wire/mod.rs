//! What comes and goes over the wire: RTP in place, SRTP, DTLS, and the checks that prove an address.

pub mod dtls;
pub mod ice;
pub mod rtp;
pub mod srtp;
