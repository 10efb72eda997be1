//! SRTP with AES-GCM, where the packet lies (RFC 3711, RFC 7714): keys, numbers beyond 16 bits, and replays.

use rtc::crypto::providers::RingProvider;
use rtc::crypto::{
    AeadAlgorithm, AeadCipher, BlockCipherAlgorithm, CryptoError, RTCCrypto, RTCCryptoProvider as _,
};
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::srtp::protection_profile::ProtectionProfile;

/// What GCM adds to a packet.
pub const TAG_BYTES: usize = 16;

const SALT_BYTES: usize = 12;
const BLOCK_BYTES: usize = 16;

/// The labels of RFC 3711 §4.3.2 that RTP needs.
const ENCRYPTION: u8 = 0;
const SALT: u8 = 2;

/// How long the two sides' keys are.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    aead: AeadAlgorithm,
    block: BlockCipherAlgorithm,
    key_bytes: usize,
    /// What the library calls the same for RTCP.
    pub feedback: ProtectionProfile,
}

/// Both sides' master keys, as the handshake derived them.
pub struct Masters<'k> {
    /// What the browser encrypts with.
    pub theirs: Master<'k>,
    /// What we encrypt with.
    pub ours: Master<'k>,
}

/// A master key with its salt.
#[derive(Clone, Copy)]
pub struct Master<'k> {
    /// The key.
    pub key: &'k [u8],
    /// The salt.
    pub salt: &'k [u8],
}

impl Profile {
    /// The profile that a handshake agreed on; nothing for one that we do not offer.
    pub fn of(agreed: SrtpProtectionProfile) -> Option<Self> {
        use {AeadAlgorithm as Aead, BlockCipherAlgorithm as Block, ProtectionProfile as Feedback};
        let (aead, block, key_bytes, feedback) = if agreed == SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm {
            (Aead::Aes128Gcm, Block::Aes128, 16, Feedback::AeadAes128Gcm)
        } else if agreed == SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm {
            (Aead::Aes256Gcm, Block::Aes256, 32, Feedback::AeadAes256Gcm)
        } else {
            return None;
        };
        Some(Self { aead, block, key_bytes, feedback })
    }

    /// How much keying material both sides need.
    pub const fn material_bytes(self) -> usize {
        2 * (self.key_bytes + SALT_BYTES)
    }

    /// Cuts the material as RFC 5764 §4.2 says: client key, server key, client salt, server salt. We are the server.
    pub fn cut(self, material: &[u8]) -> Option<Masters<'_>> {
        let (client_key, rest) = material.split_at_checked(self.key_bytes)?;
        let (server_key, rest) = rest.split_at_checked(self.key_bytes)?;
        let (client_salt, rest) = rest.split_at_checked(SALT_BYTES)?;
        let server_salt = rest.get(..SALT_BYTES)?;
        let theirs = Master { key: client_key, salt: client_salt };
        Some(Masters { theirs, ours: Master { key: server_key, salt: server_salt } })
    }
}

/// One direction's cipher.
pub struct Cipher {
    aead: Box<dyn AeadCipher>,
    salt: [u8; SALT_BYTES],
}

impl Cipher {
    /// The cipher of a master key.
    ///
    /// # Errors
    /// When the key is not as long as its profile says.
    pub fn new(profile: Profile, master: Master<'_>) -> Result<Self, CryptoError> {
        let provider = RingProvider::new();
        let crypto = provider.crypto();
        let key = derived(crypto, profile.block, master, ENCRYPTION, profile.key_bytes)?;
        let derived_salt = derived(crypto, profile.block, master, SALT, SALT_BYTES)?;
        let mut salt = [0; SALT_BYTES];
        salt.copy_from_slice(derived_salt.get(..SALT_BYTES).unwrap_or(&[0; SALT_BYTES]));
        Ok(Self { aead: crypto.new_aead(profile.aead, &key)?, salt })
    }

    /// Opens a packet where it lies. False when its tag is not right; it is rubbish then.
    pub fn open(&mut self, packet: &mut [u8], header_bytes: usize, ssrc: u32, index: u64) -> bool {
        let nonce = self.nonce(ssrc, index);
        let Some((header, sealed)) = packet.split_at_mut_checked(header_bytes) else { return false };
        let Some((body, tag)) = sealed.split_last_chunk_mut::<TAG_BYTES>() else { return false };
        self.aead.open_in_place(&nonce, header, body, tag).is_ok()
    }

    /// Seals the packet that begins at `start` where it lies, and puts the tag after it. False leaves it to be thrown
    /// away.
    pub fn seal(
        &mut self,
        out: &mut Vec<u8>,
        start: usize,
        header_bytes: usize,
        ssrc: u32,
        index: u64,
    ) -> bool {
        let nonce = self.nonce(ssrc, index);
        let end = out.len();
        out.extend_from_slice(&[0; TAG_BYTES]);
        let Some((before, tag)) = out.split_at_mut_checked(end) else { return false };
        let Some((header, body)) =
            before.get_mut(start..).and_then(|packet| packet.split_at_mut_checked(header_bytes))
        else {
            return false;
        };
        self.aead.seal_in_place(&nonce, header, body, tag).is_ok()
    }

    /// Two zero bytes, the stream and the 48-bit number, mixed with the salt (RFC 7714 §8.1).
    fn nonce(&self, ssrc: u32, index: u64) -> [u8; SALT_BYTES] {
        let [s0, s1, s2, s3] = ssrc.to_be_bytes();
        let [_, _, i0, i1, i2, i3, i4, i5] = index.to_be_bytes();
        let mut nonce = [0, 0, s0, s1, s2, s3, i0, i1, i2, i3, i4, i5];
        for (byte, salt) in nonce.iter_mut().zip(self.salt) {
            *byte ^= salt;
        }
        nonce
    }
}

/// A session key or salt: AES in counter mode over the master salt and a label (RFC 3711 §4.3, RFC 6188).
fn derived(
    crypto: &dyn RTCCrypto,
    block: BlockCipherAlgorithm,
    master: Master<'_>,
    label: u8,
    bytes: usize,
) -> Result<Vec<u8>, CryptoError> {
    let mut start = [0; BLOCK_BYTES];
    for (byte, salt) in start.iter_mut().zip(master.salt) {
        *byte = *salt;
    }
    // The label is the seventh byte from the end of the 112 bits that come before the counter.
    if let Some(byte) = start.get_mut(7) {
        *byte ^= label;
    }
    let mut key = vec![];
    for counter in 0..=u8::MAX {
        if key.len() >= bytes {
            break;
        }
        let mut stream = start;
        if let Some(last) = stream.last_mut() {
            *last ^= counter;
        }
        crypto.block_encrypt(block, master.key, &mut stream)?;
        key.extend_from_slice(&stream);
    }
    key.truncate(bytes);
    Ok(key)
}

/// Which numbers of one stream have been seen: numbers grow beyond their 16 bits, and none counts twice.
#[derive(Debug, Default)]
pub struct Window {
    newest: Option<u64>,
    /// Bit n: the number n before the newest has been seen.
    seen: u128,
}

impl Window {
    /// The whole number of a packet, by the newest seen (RFC 3711 §3.3.1). It counts only once the packet was opened.
    pub fn whole(&self, sequence: u16) -> u64 {
        let Some(newest) = self.newest else { return u64::from(sequence) };
        let near = (newest & !0xFFFF) | u64::from(sequence);
        if near > newest + 0x8000 {
            near.checked_sub(0x1_0000).unwrap_or(near)
        } else if near + 0x8000 < newest {
            near + 0x1_0000
        } else {
            near
        }
    }

    /// Whether a number has not been seen, and is not so old that nobody can say.
    pub fn is_fresh(&self, index: u64) -> bool {
        let Some(newest) = self.newest else { return true };
        match newest.checked_sub(index) {
            None => true,
            Some(behind) => behind < 128 && self.seen & (1 << behind) == 0,
        }
    }

    /// It has been seen now.
    pub fn mark(&mut self, index: u64) {
        let newest = self.newest.unwrap_or(index);
        if let Some(behind) = newest.checked_sub(index) {
            self.seen |= if behind < 128 { 1 << behind } else { 0 };
            self.newest = Some(newest);
        } else {
            let ahead = u32::try_from(index - newest).unwrap_or(u32::MAX);
            self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
            self.newest = Some(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        digits.chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }

    fn profile() -> Profile {
        Profile::of(SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm).unwrap()
    }

    /// RFC 3711, appendix B.3.
    #[test]
    fn keys_are_derived_as_the_rfc_does() {
        let (key, salt) = (bytes("E1F97A0D3E018BE0D64FA32C06DE4139"), bytes("0EC675AD498AFEEBB6960B3AABE6"));
        let provider = RingProvider::new();
        let master = Master { key: &key, salt: &salt };
        let derive = |label, length| {
            derived(provider.crypto(), BlockCipherAlgorithm::Aes128, master, label, length).unwrap()
        };
        assert_eq!(derive(ENCRYPTION, 16), bytes("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(derive(SALT, 14), bytes("30CBBC08863D8C85D49DB34A9AE1"));
    }

    /// The other side is written by others: what one of them seals, the other must open.
    #[test]
    fn the_libraries_cipher_and_ours_understand_each_other() {
        use rtc::shared::marshal::Marshal as _;
        let (key, salt) = ([7; 16], [9; 12]);
        let provider = RingProvider::new();
        let mut theirs = rtc::srtp::context::Context::new(
            &key,
            &salt,
            rtc::srtp::protection_profile::ProtectionProfile::AeadAes128Gcm,
            None,
            None,
            provider.crypto(),
        )
        .unwrap();
        let mut ours = Cipher::new(profile(), Master { key: &key, salt: &salt }).unwrap();
        let header = rtc::rtp::Header { version: 2, ssrc: 5, sequence_number: 65_535, ..Default::default() };
        let packet = rtc::rtp::Packet { header, payload: b"sound".as_slice().into() };
        let plain = packet.marshal().unwrap();
        let mut sealed = theirs.encrypt_rtp(&plain).unwrap();
        assert!(ours.open(&mut sealed, 12, 5, 65_535));
        assert_eq!(sealed.get(..plain.len()), Some(plain.as_ref()));
        let mut out = b"before".to_vec();
        out.extend_from_slice(&plain);
        assert!(ours.seal(&mut out, 6, 12, 5, 65_535));
        assert_eq!(theirs.decrypt_rtp(out.get(6..).unwrap()).unwrap(), plain);
    }

    #[test]
    fn a_changed_packet_does_not_open() {
        let mut cipher = Cipher::new(profile(), Master { key: &[1; 16], salt: &[2; 12] }).unwrap();
        let mut sealed = vec![0x80; 40];
        assert!(cipher.seal(&mut sealed, 0, 12, 1, 1));
        for place in [0, 20, 50] {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(!cipher.open(&mut changed, 12, 1, 1));
        }
        assert!(!cipher.open(&mut sealed.clone(), 12, 1, 2));
        assert!(!cipher.open(&mut [0x80; 20], 12, 1, 1));
        assert!(cipher.open(&mut sealed, 12, 1, 1));
    }

    #[test]
    fn numbers_go_on_over_the_wrap_in_both_directions() {
        let mut window = Window::default();
        assert_eq!(window.whole(65_534), 65_534);
        window.mark(65_534);
        assert_eq!(window.whole(1), 65_537);
        window.mark(65_537);
        assert_eq!(window.whole(65_535), 65_535);
        assert_eq!(window.whole(2), 65_538);
    }

    #[test]
    fn nothing_counts_twice_and_nothing_very_old() {
        let mut window = Window::default();
        for index in [1000, 1002, 1001] {
            assert!(window.is_fresh(index));
            window.mark(index);
            assert!(!window.is_fresh(index));
        }
        assert!(window.is_fresh(999));
        assert!(window.is_fresh(1002 - 127));
        assert!(!window.is_fresh(1002 - 128));
        window.mark(2000);
        assert!(!window.is_fresh(1002));
        assert!(window.is_fresh(1999));
    }
}
