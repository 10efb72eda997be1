//! The fingerprint of a browser's DTLS certificate: the one thing that ties a ticket to a media line.

use serde::{Deserialize, Serialize};
use std::{fmt, fmt::Write as _, str::FromStr};

/// SHA-256 over a certificate. Other hashes are refused: one algorithm leaves nothing to downgrade to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 32]);

/// Not `sha-256` followed by 32 hexadecimal pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is sha-256 and 32 pairs of hexadecimal digits")]
pub struct NotAFingerprint;

impl Fingerprint {
    /// Reads what a ticket carries: `AA:BB:…`, 32 pairs, in either case.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn from_pairs(text: &str) -> Result<Self, NotAFingerprint> {
        let mut bytes = [0; 32];
        let mut pairs = text.split(':');
        for byte in &mut bytes {
            let pair = pairs.next().filter(|pair| pair.len() == 2).ok_or(NotAFingerprint)?;
            if !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(NotAFingerprint);
            }
            *byte = u8::from_str_radix(pair, 16).map_err(|_not_hex| NotAFingerprint)?;
        }
        if pairs.next().is_some() { Err(NotAFingerprint) } else { Ok(Self(bytes)) }
    }
}

impl Fingerprint {
    /// That of a certificate whose SHA-256 this is.
    pub const fn from_hash(hash: [u8; 32]) -> Self {
        Self(hash)
    }
}

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    /// Reads what an SDP line carries: `sha-256 AA:BB:…`.
    fn from_str(text: &str) -> Result<Self, NotAFingerprint> {
        let (algorithm, pairs) = text.split_once(' ').ok_or(NotAFingerprint)?;
        if algorithm.eq_ignore_ascii_case("sha-256") { Self::from_pairs(pairs) } else { Err(NotAFingerprint) }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha-256 ")?;
        for (place, byte) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_char(':')?;
            }
            write!(f, "{byte:02X}")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = NotAFingerprint;

    fn try_from(text: String) -> Result<Self, NotAFingerprint> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(count: usize) -> String {
        vec!["aB"; count].join(":")
    }

    #[test]
    fn a_fingerprint_reads_in_either_case_and_prints_as_sdp_does() {
        let read: Fingerprint = format!("SHA-256 {}", pairs(32)).parse().unwrap();
        assert_eq!(read.to_string(), format!("sha-256 {}", pairs(32).to_uppercase()));
    }

    #[test]
    fn anything_else_is_no_fingerprint() {
        for text in [
            String::new(),
            pairs(32),
            format!("sha-1 {}", pairs(20)),
            format!("sha-512 {}", pairs(64)),
            format!("sha-256 {}", pairs(31)),
            format!("sha-256 {}", pairs(33)),
            format!("sha-256 {}:", pairs(32)),
            format!("sha-256 {}:+1", pairs(31)),
            format!("sha-256 {}:é", pairs(31)),
            format!("sha-256  {}", pairs(32)),
        ] {
            assert_eq!(text.parse::<Fingerprint>(), Err(NotAFingerprint), "{text}");
        }
    }
}
