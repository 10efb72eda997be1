//! Keys: the watchdog's own, which signs echoes, and those of the engines it believes. Ed25519 only.

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use proto::beat::{BootId, KeyId, Signed};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// Signs with one key. The key's id is the start of its public half.
pub(crate) struct Signer(SigningKey);

impl Signer {
    /// Reads the key file, or makes one that only its owner may read.
    pub(crate) fn load_or_create(path: &Path) -> anyhow::Result<Self> {
        let place = path.display();
        if !path.exists() {
            let mut options = std::fs::OpenOptions::new();
            let made = options.write(true).create_new(true).mode(0o600).open(path);
            let mut file = made.with_context(|| format!("cannot make the key file {place}"))?;
            writeln!(file, "{}", URL_SAFE_NO_PAD.encode(random::<32>()?))?;
            file.sync_all()?;
        }
        let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
        ensure!([0o400, 0o600].contains(&mode), "others may touch the key file {place}: make it 0600");
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {place}"))?;
        let seed = bytes(text.trim()).with_context(|| format!("{place} is not a key file"))?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// What engines must be told.
    pub(crate) fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().as_bytes())
    }

    pub(crate) fn key_id(&self) -> String {
        self.public().chars().take(16).collect()
    }

    pub(crate) fn sign(&self, text: String) -> anyhow::Result<Signed> {
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(text.as_bytes()).to_bytes());
        let key_id = KeyId::try_from(self.key_id())?;
        Ok(Signed { key_id, body: text.try_into()?, signature: signature.try_into()? })
    }
}

/// A public key, as the configuration spells it.
pub(crate) fn public_key(text: &str) -> anyhow::Result<VerifyingKey> {
    let key = VerifyingKey::from_bytes(&bytes(text)?)?;
    ensure!(!key.is_weak(), "anybody could sign for it");
    Ok(key)
}

/// Whether the holder of the key signed exactly this.
pub(crate) fn is_signed_by(key: &VerifyingKey, signed: &Signed) -> bool {
    let signature = URL_SAFE_NO_PAD.decode(signed.signature.as_str()).unwrap_or_default();
    let is_good = |signature| key.verify_strict(signed.body.as_str().as_bytes(), &signature).is_ok();
    Signature::from_slice(&signature).is_ok_and(is_good)
}

/// A new id for this start.
pub(crate) fn fresh_boot() -> anyhow::Result<BootId> {
    Ok(BootId::try_from(URL_SAFE_NO_PAD.encode(random::<16>()?))?)
}

fn bytes(text: &str) -> anyhow::Result<[u8; 32]> {
    let bytes = URL_SAFE_NO_PAD.decode(text).context("it is not base64 for URLs")?;
    <[u8; 32]>::try_from(bytes.as_slice()).context("it is not 32 bytes long")
}

fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).context("the machine has no randomness")?;
    Ok(bytes)
}
