//! The envelope of every event on the bus, in the shape of CloudEvents 1.0.

use kernel::id::{ClinicId, EventId, PersonId, SessionId};
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A fact one service tells the others. Ids, kinds and times only: never a name, a contact or free text.
pub trait Event: Serialize + DeserializeOwned + schemars::JsonSchema + 'static {
    /// `service.past_tense.vN`. A change of meaning is a new version.
    const NAME: &'static str;
}

/// An event on its way, addressed by the service that says it.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Envelope {
    /// Always `1.0`: the CloudEvents version.
    pub specversion: String,
    /// Unique, so that hearing it twice is harmless.
    pub id: EventId,
    /// The speaking service, such as `/checkins`.
    pub source: String,
    /// The event's name with its version.
    #[serde(rename = "type")]
    pub name: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The clinic it belongs to.
    pub clinic: ClinicId,
    /// The session it is about, if any.
    pub subject: Option<SessionId>,
    /// The people whose screens may hear that something changed.
    pub audience: Vec<PersonId>,
    /// The fact itself.
    pub data: serde_json::Value,
}

impl Envelope {
    /// The fact, if this envelope carries an `E`.
    pub fn open<E: Event>(&self) -> Option<E> {
        if self.name == E::NAME { serde_json::from_value(self.data.clone()).ok() } else { None }
    }

    /// The name without its version: what a screen is told.
    pub fn topic(&self) -> &str {
        self.name.rsplit_once(".v").map_or(self.name.as_str(), |(topic, _)| topic)
    }
}
