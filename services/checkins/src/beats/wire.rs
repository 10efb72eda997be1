//! How a beat travels: signed, over a connection of its own, and the echo is believed only under the watchdog's key.

use crate::channels::trust;
use anyhow::{Context as _, ensure};
use awc::{Client, Connector};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::config;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use proto::beat::{Beat, Echo, KeyId, Signed};
use std::sync::Arc;
use std::time::Duration;

/// Shorter than the time between two beats: one that hangs costs one beat.
const PATIENCE: Duration = Duration::from_secs(4);

/// The watchdog, as an engine knows it.
pub(crate) struct Watchdog {
    tls: Arc<rustls::ClientConfig>,
    beats: String,
    believed: VerifyingKey,
    key: SigningKey,
}

/// What a watchdog's configuration is told of an engine: the id of its key, and the key.
pub fn introduce(key: &SigningKey) -> (String, String) {
    let public = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
    (public.chars().take(16).collect(), public)
}

impl Watchdog {
    pub(crate) fn new(config: &config::Watchdog, key: SigningKey) -> anyhow::Result<Self> {
        let known = URL_SAFE_NO_PAD.decode(&config.key).context("watchdog.key is not base64 for URLs")?;
        let known = <[u8; 32]>::try_from(known.as_slice()).context("watchdog.key is not 32 bytes long")?;
        let tls = Arc::new(trust(config.ca.as_deref())?);
        let beats = format!("{}/beats", config.url.trim_end_matches('/'));
        Ok(Self { tls, beats, believed: VerifyingKey::from_bytes(&known)?, key })
    }

    /// Connections of the thread that beats.
    pub(super) fn client(&self) -> Client {
        let connector = Connector::new().rustls_0_23(Arc::clone(&self.tls)).timeout(PATIENCE);
        Client::builder().connector(connector).timeout(PATIENCE).finish()
    }

    /// Tells it, and gives its own word for having heard.
    pub(super) async fn tell(&self, client: &Client, beat: &Beat) -> anyhow::Result<Echo> {
        let signed = self.signed(serde_json::to_string(beat)?)?;
        let asked = client.post(&self.beats).send_json(&signed).await;
        let mut answer = asked.map_err(|error| anyhow::anyhow!("{error}"))?;
        let bytes = answer.body().await?;
        ensure!(answer.status().is_success(), "it answered {}", answer.status().as_u16());
        let echo: Signed = serde_json::from_slice(&bytes).context("its answer is no echo")?;
        let signature = URL_SAFE_NO_PAD.decode(echo.signature.as_str())?;
        let signature = Signature::from_slice(&signature)?;
        self.believed
            .verify_strict(echo.body.as_str().as_bytes(), &signature)
            .context("somebody else answered")?;
        let echo: Echo = serde_json::from_str(echo.body.as_str()).context("its echo cannot be read")?;
        ensure!(echo.sequence == beat.sequence, "it answered another beat");
        Ok(echo)
    }

    fn signed(&self, text: String) -> anyhow::Result<Signed> {
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(text.as_bytes()).to_bytes());
        let key_id = KeyId::try_from(introduce(&self.key).0)?;
        Ok(Signed { key_id, body: text.try_into()?, signature: signature.try_into()? })
    }
}
