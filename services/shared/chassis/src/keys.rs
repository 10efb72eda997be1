//! The key file: what one process may know of the house's secrets. Lose the whole house's and the records are gone.
//!
//! One process holds everything. In many, each holds its share: a service the root of its own records and the bus's
//! key, the gateway the signing key, and everyone the public keys they trust.

use crate::crypto::{self, SecretKey};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use zeroize::Zeroizing;

/// Whose share signs tokens.
const SIGNER: &str = "gateway";

/// Everything secret that must survive a restart.
#[derive(Clone)]
pub struct Keys {
    roots: Roots,
    signing: Option<SigningKey>,
    trusted: Vec<[u8; 32]>,
}

#[derive(Clone)]
enum Roots {
    /// Every service's.
    Whole(SecretKey),
    /// One service's, and the key of the bus.
    Share { service: String, root: SecretKey, bus: SecretKey },
    /// The gateway keeps no records.
    None,
}

/// The whole house's key file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    version: u8,
    root: String,
    signing: String,
}

/// One process's share of it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShareFile {
    version: u8,
    service: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bus: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signing: Option<String>,
    trusted: Vec<String>,
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
    /// A share was asked for what only the whole house's file can give.
    #[error("this key file is one service's share; use the whole house's")]
    OnlyAShare,
}

impl Keys {
    /// New random keys.
    pub fn generate() -> Self {
        Self::whole(Zeroizing::new(crypto::random()), SigningKey::from_bytes(&crypto::random()))
    }

    fn whole(root: SecretKey, signing: SigningKey) -> Self {
        let trusted = vec![signing.verifying_key().to_bytes()];
        Self { roots: Roots::Whole(root), signing: Some(signing), trusted }
    }

    /// Reads the key file, or makes one that only its owner may read.
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

    /// Reads the key file of a house that stands: a missing one is not made anew, for it could open nothing.
    ///
    /// # Errors
    /// When the file cannot be read or understood.
    pub fn load(path: &Path) -> Result<Self, KeyFault> {
        Self::parse(&std::fs::read(path)?)
    }

    fn parse(bytes: &[u8]) -> Result<Self, KeyFault> {
        if let Ok(file) = serde_json::from_slice::<ShareFile>(bytes) {
            return Self::of_share(file);
        }
        let file: KeyFile = serde_json::from_slice(bytes).map_err(|_bad| KeyFault::Damaged)?;
        let signing = SigningKey::from_bytes(&key_bytes(&file.signing)?);
        Ok(Self::whole(Zeroizing::new(key_bytes(&file.root)?), signing))
    }

    fn of_share(file: ShareFile) -> Result<Self, KeyFault> {
        let secret = |text: &String| key_bytes(text).map(Zeroizing::new);
        let roots = match (file.root.as_ref(), file.bus.as_ref()) {
            (Some(root), Some(bus)) => {
                Roots::Share { service: file.service, root: secret(root)?, bus: secret(bus)? }
            }
            (None, None) => Roots::None,
            (Some(_), None) | (None, Some(_)) => return Err(KeyFault::Damaged),
        };
        let signing = file.signing.map(|text| key_bytes(&text).map(|key| SigningKey::from_bytes(&key)));
        let trusted = file.trusted.iter().map(|text| key_bytes(text)).collect::<Result<_, _>>()?;
        Ok(Self { roots, signing: signing.transpose()?, trusted })
    }

    fn write(&self, path: &Path) -> Result<(), KeyFault> {
        let (Roots::Whole(root), Some(signing)) = (&self.roots, &self.signing) else {
            return Err(KeyFault::OnlyAShare);
        };
        let root = crypto::to_base64(&**root);
        write_secret(path, &KeyFile { version: 1, root, signing: crypto::to_base64(signing.as_bytes()) })
    }

    /// Writes what `service` may know, and nothing else.
    ///
    /// # Errors
    /// When these are a share themselves, or the file is there already.
    pub fn write_share(&self, service: &str, path: &Path) -> Result<(), KeyFault> {
        let (Roots::Whole(_), Some(signing)) = (&self.roots, &self.signing) else {
            return Err(KeyFault::OnlyAShare);
        };
        let is_signer = service == SIGNER;
        let kept = |key: SecretKey| (!is_signer).then(|| crypto::to_base64(&*key));
        let share = ShareFile {
            version: 2,
            service: service.into(),
            root: kept(self.root_of(service)),
            bus: kept(self.bus_key()),
            signing: is_signer.then(|| crypto::to_base64(signing.as_bytes())),
            trusted: self.trusted.iter().map(|key| crypto::to_base64(key)).collect(),
        };
        write_secret(path, &share)
    }

    /// Whether the records of `service` can be opened with these.
    pub fn is_for(&self, service: &str) -> bool {
        match &self.roots {
            Roots::Whole(_) => true,
            Roots::Share { service: own, .. } => own == service,
            Roots::None => false,
        }
    }

    /// A stranger's root opens nothing: [`Keys::is_for`] is asked before a service starts.
    fn root_of(&self, service: &str) -> SecretKey {
        match &self.roots {
            Roots::Whole(root) => crypto::derive(root, &[b"service", service.as_bytes()]),
            Roots::Share { service: own, root, .. } if own == service => root.clone(),
            Roots::Share { .. } | Roots::None => Zeroizing::new(crypto::random()),
        }
    }

    /// The key-encryption key of one clinic in one service.
    pub fn clinic_key(&self, service: &str, clinic: &[u8]) -> SecretKey {
        crypto::derive(&self.root_of(service), &[b"kek", clinic])
    }

    /// The key that this service's beats are signed with: the watchdog knows its public half.
    pub fn beat_key(&self, service: &str) -> SigningKey {
        SigningKey::from_bytes(&crypto::derive(&self.root_of(service), &[b"beat"]))
    }

    /// The key that push services know this service by.
    pub fn push_key(&self, service: &str) -> SecretKey {
        crypto::derive(&self.root_of(service), &[b"push"])
    }

    /// The key that this service signs its lists of devices with.
    pub fn roster_key(&self, service: &str) -> SecretKey {
        crypto::derive(&self.root_of(service), &[b"roster"])
    }

    /// The key for values that travel on the bus to named services.
    pub fn bus_key(&self) -> SecretKey {
        match &self.roots {
            Roots::Whole(root) => crypto::derive(root, &[b"bus"]),
            Roots::Share { bus, .. } => bus.clone(),
            Roots::None => Zeroizing::new(crypto::random()),
        }
    }

    /// The key for blind indexes (an exact search over a sealed column).
    pub fn index_key(&self, service: &str, clinic: &[u8]) -> SecretKey {
        crypto::derive(&self.root_of(service), &[b"index", clinic])
    }

    /// The signing key in PKCS#8, as the token library reads it. Only the gateway and a whole house have one.
    pub fn signing_der(&self) -> Option<Zeroizing<Vec<u8>>> {
        let der = self.signing.as_ref()?.to_pkcs8_der().ok()?;
        Some(Zeroizing::new(der.as_bytes().to_vec()))
    }

    /// The public half of the signing key.
    pub fn public(&self) -> Option<[u8; 32]> {
        self.signing.as_ref().map(|key| key.verifying_key().to_bytes())
    }

    /// The public keys whose tokens are believed.
    pub fn trusted(&self) -> &[[u8; 32]] {
        &self.trusted
    }
}

fn write_secret(path: &Path, file: &impl Serialize) -> Result<(), KeyFault> {
    let text = serde_json::to_vec_pretty(file).map_err(|_bad| KeyFault::Damaged)?;
    let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o400).open(path)?;
    out.write_all(&text)?;
    out.sync_all()?;
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_opens_its_own_records_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let whole = Keys::generate();
        let file = folder.path().join("care.keys");
        whole.write_share("care", &file).unwrap();
        let care = Keys::load(&file).unwrap();
        assert_eq!(care.clinic_key("care", b"c"), whole.clinic_key("care", b"c"));
        assert_eq!(care.index_key("care", b"c"), whole.index_key("care", b"c"));
        assert_eq!(care.bus_key(), whole.bus_key());
        assert_eq!(care.trusted(), whole.trusted());
        assert_ne!(care.clinic_key("safety", b"c"), whole.clinic_key("safety", b"c"));
        assert!(care.is_for("care") && !care.is_for("safety"));
        assert!(care.signing_der().is_none(), "only the gateway signs");
        assert!(matches!(care.write_share("safety", &folder.path().join("x")), Err(KeyFault::OnlyAShare)));
    }

    #[test]
    fn the_gateways_share_signs_and_opens_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let whole = Keys::generate();
        let file = folder.path().join("gateway.keys");
        whole.write_share("gateway", &file).unwrap();
        let gateway = Keys::load(&file).unwrap();
        assert_eq!(gateway.public(), whole.public());
        assert_ne!(gateway.bus_key(), whole.bus_key());
        assert!(!gateway.is_for("care"));
    }

    #[test]
    fn a_whole_file_comes_back_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("holdspace.keys");
        let made = Keys::load_or_create(&file).unwrap();
        let read = Keys::load(&file).unwrap();
        assert_eq!(read.clinic_key("care", b"c"), made.clinic_key("care", b"c"));
        assert_eq!(read.public(), made.public());
    }
}
