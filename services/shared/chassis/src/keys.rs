//! The key file: the root of every data key, and the gateway's signing key. Lose it and the records are gone.

use crate::crypto::{self, SecretKey};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use zeroize::Zeroizing;

/// Everything secret that must survive a restart.
#[derive(Clone)]
pub struct Keys {
    root: SecretKey,
    signing: SigningKey,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    version: u8,
    root: String,
    signing: String,
}

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// The file cannot be read or written.
    #[error("the key file cannot be read or written")]
    Io(#[from] std::io::Error),
    /// The file is not a key file.
    #[error("the key file is damaged; restore it from its backup")]
    Damaged,
}

impl Keys {
    /// New random keys.
    pub fn generate() -> Self {
        Self { root: Zeroizing::new(crypto::random()), signing: SigningKey::from_bytes(&crypto::random()) }
    }

    /// Reads the file, or makes it (readable by its owner only) when it is not there.
    ///
    /// # Errors
    /// When the file cannot be read, written or understood.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyFault> {
        match std::fs::read(path) {
            Ok(bytes) => Self::parse(&bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let keys = Self::generate();
                keys.write(path)?;
                Ok(keys)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn parse(bytes: &[u8]) -> Result<Self, KeyFault> {
        let file: KeyFile = serde_json::from_slice(bytes).map_err(|_bad| KeyFault::Damaged)?;
        Ok(Self {
            root: Zeroizing::new(key_bytes(&file.root)?),
            signing: SigningKey::from_bytes(&key_bytes(&file.signing)?),
        })
    }

    fn write(&self, path: &Path) -> Result<(), KeyFault> {
        let file = KeyFile {
            version: 1,
            root: crypto::to_base64(&*self.root),
            signing: crypto::to_base64(self.signing.as_bytes()),
        };
        let text = serde_json::to_vec_pretty(&file).map_err(|_bad| KeyFault::Damaged)?;
        let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o400).open(path)?;
        out.write_all(&text)?;
        out.sync_all()?;
        Ok(())
    }

    /// The key-encryption key of one clinic in one service.
    pub fn clinic_key(&self, service: &str, clinic: &[u8]) -> SecretKey {
        crypto::derive(&self.root, &[b"kek", service.as_bytes(), clinic])
    }

    /// The key for values that travel on the bus to named services.
    pub fn bus_key(&self) -> SecretKey {
        crypto::derive(&self.root, &[b"bus"])
    }

    /// The key for blind indexes (an exact search over a sealed column).
    pub fn index_key(&self, service: &str, clinic: &[u8]) -> SecretKey {
        crypto::derive(&self.root, &[b"index", service.as_bytes(), clinic])
    }

    /// The signing key in PKCS#8, as the token library reads it.
    pub fn signing_der(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.signing.to_pkcs8_der().ok().map(|der| Zeroizing::new(der.as_bytes().to_vec()))
    }

    /// The public half.
    pub fn public(&self) -> [u8; 32] {
        self.signing.verifying_key().to_bytes()
    }
}

fn key_bytes(text: &str) -> Result<[u8; 32], KeyFault> {
    crypto::from_base64(text)
        .map_err(|_bad| KeyFault::Damaged)?
        .try_into()
        .map_err(|_length| KeyFault::Damaged)
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(•••)")
    }
}
