//! The handshake of one browser: it shows the certificate of its ticket or gets no keys (RFC 5764).

use crate::sfu::engine::Fault;
use crate::sfu::wire::srtp::{Cipher, Master, Masters, Profile};
use bytes::BytesMut;
use chassis::crypto::sha256;
use rtc::crypto::providers::RingProvider;
use rtc::crypto::{RTCCryptoProvider, SecretVec};
use rtc::dtls::config::{
    ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig, VerifyPeerCertificateFn,
};
use rtc::dtls::crypto::Certificate;
use rtc::dtls::endpoint::{Endpoint, EndpointEvent};
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::dtls::state::State;
use rtc::shared::TransportProtocol;
use rtc::shared::error::Error;
use rtc::srtp::context::Context;
use rtc::srtp::option::srtcp_replay_protection;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;
use video_core::fingerprint::Fingerprint;

/// A browser's address may change in the middle; to the handshake it is always the same other side.
const OTHER_SIDE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

/// Feedback that comes again is not acted on twice.
const FEEDBACK_WINDOW: usize = 64;

/// Every browser offers GCM, and nothing older is taken (video.md P4).
fn profiles() -> Vec<SrtpProtectionProfile> {
    vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm, SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm]
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

/// The house's own certificate, one for as long as the process lives.
pub struct Identity {
    crypto: Arc<dyn RTCCryptoProvider>,
    certificate: Certificate,
    /// What an answer says of it.
    pub fingerprint: Fingerprint,
}

impl Identity {
    /// A fresh one.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new() -> Result<Self, Fault> {
        let crypto: Arc<dyn RTCCryptoProvider> = Arc::new(RingProvider::new());
        let certificate = Certificate::generate_self_signed(vec!["holdspace".to_owned()], crypto.crypto())?;
        let der =
            certificate.certificate.first().ok_or_else(|| Fault("no certificate was made".to_owned()))?;
        let fingerprint = fingerprint(der);
        Ok(Self { crypto, certificate, fingerprint })
    }

    fn config(&self, offered: Vec<Fingerprint>) -> Result<HandshakeConfig, Error> {
        let is_offered: VerifyPeerCertificateFn = Arc::new(move |chain, _verified| {
            let shown = fingerprint(chain.first().ok_or(Error::ErrNonCertificate)?);
            // All of them: an offer with a second certificate beside the ticket's was refused before.
            let is_offered = !offered.is_empty() && offered.iter().all(|offered| *offered == shown);
            is_offered.then_some(()).ok_or(Error::ErrNoMatchingCertificateFingerprint)
        });
        ConfigBuilder::default()
            .with_crypto_provider(Arc::clone(&self.crypto))
            .with_certificates(vec![self.certificate.clone()])
            .with_srtp_protection_profiles(profiles())
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            // Browsers sign their own certificates: the fingerprint decides, and nothing else does.
            .with_insecure_skip_verify(true)
            .with_verify_peer_certificate(Some(is_offered))
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .build(false, None)
    }
}

fn fingerprint(certificate: &[u8]) -> Fingerprint {
    Fingerprint::from_hash(sha256(certificate))
}

/// What a handshake leaves behind.
pub struct Session {
    /// Opens their media.
    pub inbound: Cipher,
    /// Seals ours.
    pub outbound: Cipher,
    /// Opens their feedback.
    pub feedback_in: Context,
    /// Seals ours.
    pub feedback_out: Context,
}

/// How a handshake goes on.
pub enum Progress {
    /// There is nothing to say.
    Same,
    /// It is done.
    Done(Box<Session>),
    /// It can never be: another certificate, or the other side said so.
    Over,
}

/// One browser's handshake.
pub struct Handshake {
    endpoint: Endpoint,
    crypto: Arc<dyn RTCCryptoProvider>,
}

impl Handshake {
    /// One that waits for a browser with the certificate of its offer.
    ///
    /// # Errors
    /// When the library does not take our settings.
    pub fn new(identity: &Identity, offered: &[Fingerprint]) -> Result<Self, Fault> {
        let config = Arc::new(identity.config(offered.to_vec())?);
        let endpoint = Endpoint::new(OTHER_SIDE, TransportProtocol::UDP, Some(config));
        Ok(Self { endpoint, crypto: Arc::clone(&identity.crypto) })
    }

    /// Takes one datagram.
    pub fn receive(&mut self, datagram: &[u8], now: Instant) -> Progress {
        // One that cannot be read is dropped: anybody on the path may send one. What ends it is our alert, see `is_fatal_alert`.
        let events = self.endpoint.read(now, OTHER_SIDE, None, BytesMut::from(datagram)).unwrap_or_default();
        let mut progress = Progress::Same;
        for event in events {
            match event {
                EndpointEvent::HandshakeComplete => {
                    progress =
                        self.session().map_or(Progress::Over, |session| Progress::Done(Box::new(session)));
                }
                EndpointEvent::PeerClosed => progress = Progress::Over,
                // No data channel was agreed on.
                EndpointEvent::ApplicationData(_) | _ => {}
            }
        }
        progress
    }

    /// Repeats what got lost.
    pub fn tick(&mut self, now: Instant) {
        if self.endpoint.poll_timeout(&OTHER_SIDE).is_some_and(|due| due <= now) {
            // A handshake that cannot go on shows by not being done in time.
            let _given_up = self.endpoint.handle_timeout(OTHER_SIDE, now);
        }
    }

    /// The next datagram to send.
    pub fn poll(&mut self) -> Option<BytesMut> {
        self.endpoint.poll_transmit().map(|transmit| transmit.message)
    }

    /// Says goodbye, if there is anybody to say it to.
    pub fn close(&mut self, now: Instant) {
        let _nobody = self.endpoint.close(now);
    }

    fn session(&self) -> Option<Session> {
        let state = self.endpoint.get_connection_state(OTHER_SIDE)?;
        let profile = Profile::of(state.srtp_protection_profile())?;
        let material = exported(state, profile)?;
        let Masters { theirs, ours } = profile.cut(material.as_ref())?;
        let context = |master: Master<'_>, window| {
            Context::new(master.key, master.salt, profile.feedback, None, window, self.crypto.crypto()).ok()
        };
        Some(Session {
            inbound: Cipher::new(profile, theirs).ok()?,
            outbound: Cipher::new(profile, ours).ok()?,
            feedback_in: context(theirs, Some(srtcp_replay_protection(FEEDBACK_WINDOW)))?,
            feedback_out: context(ours, None)?,
        })
    }
}

fn exported(state: &State, profile: Profile) -> Option<SecretVec> {
    let label = rtc::srtp::config::LABEL_EXTRACTOR_DTLS_SRTP;
    state.export_keying_material(label, &[], profile.material_bytes()).ok()
}

/// A DTLS record with a fatal alert, not yet encrypted (RFC 6347 §4.1, RFC 5246 §7.2). The library tells the browser
/// that its certificate is not the one it offered, and tells us nothing.
pub fn is_fatal_alert(datagram: &[u8]) -> bool {
    matches!(datagram, [21, 254, _, 0, 0, _, _, _, _, _, _, 0, 2, 2, _])
}
