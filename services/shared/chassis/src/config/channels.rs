//! How alarms leave the house beside mail. Each is the clinic's choice; without any the screens and mail are left.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// A system of the clinic's own that is told of alarms.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Where to, such as `https://pager.clinic.example/holdspace`.
    pub url: String,
    /// What its messages are signed with; the other side knows it too.
    pub key: String,
    /// An extra trusted certificate, for a server with a private one.
    #[serde(default)]
    pub ca: Option<PathBuf>,
}

/// Alarms in people's own browsers, over the push services that the browsers name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebPush {
    /// Whom a push service may write to about our messages, such as `mailto:ops@clinic.example`.
    pub contact: String,
    /// Whether push services may be inside of one's own network, without TLS: for tests. A browser's word could then send
    /// requests anywhere in it.
    #[serde(default)]
    pub inside: bool,
}

/// A topic of an ntfy server that the clinic's people listen to.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ntfy {
    /// The server, such as `https://ntfy.clinic.example`.
    pub url: String,
    /// The topic.
    pub topic: String,
    /// A token that may write to it, if the server wants one.
    #[serde(default)]
    pub token: Option<String>,
    /// An extra trusted certificate, for a server with a private one.
    #[serde(default)]
    pub ca: Option<PathBuf>,
}

/// An account for text messages and calls, at Twilio or at whoever speaks like it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telephony {
    /// The provider, such as `https://api.twilio.com`.
    pub base_url: String,
    /// The account.
    pub account_sid: String,
    /// Its secret: requests carry it, and the provider signs with it.
    pub auth_token: String,
    /// The number that people see, such as `+15550100`.
    pub from: String,
    /// The address under which the provider reaches this house, without a slash at the end; the public one by itself.
    #[serde(default)]
    pub callback_url: Option<String>,
    /// An extra trusted certificate, for a server with a private one.
    #[serde(default)]
    pub ca: Option<PathBuf>,
}

/// A mailbox that nobody sleeps beside: every five minutes an alarm about nobody arrives in it, or the way is broken.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrillMailbox {
    /// Its address, such as `drill@clinic.example`.
    pub email: String,
    /// How often; every 300 s by itself.
    #[serde(default)]
    pub every_seconds: Option<i64>,
}

impl fmt::Debug for DrillMailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DrillMailbox({:?})", self.every_seconds)
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Webhook({})", self.url)
    }
}

impl fmt::Debug for Ntfy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ntfy({})", self.url)
    }
}

impl fmt::Debug for Telephony {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Telephony({})", self.base_url)
    }
}
