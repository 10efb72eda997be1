//! A room of a house that runs, as its people come in: tickets, sockets, and media of our own making.

pub mod company;
pub mod line;

use crate::caller::Caller;
use crate::now;
use anyhow::Context as _;
use chassis::ids;
use chassis::keys::Keys;
use chassis::token::{ISSUER, LIFETIME_SECONDS, ROOM, RoomTicket, Signer};
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::role::Role;
use line::Line;
use serde_json::{Value, json};
use std::path::Path;

/// A certificate that nobody shows.
pub const NOBODYS: &str =
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";

/// One person who belongs to the room, at one device.
#[derive(Debug, Clone, Copy)]
pub struct Someone {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// At which device.
    pub device: &'static str,
}

/// The room, and what makes tickets for it.
#[derive(Clone)]
pub struct Room {
    /// Its house.
    pub port: u16,
    /// Its clinic.
    pub clinic: ClinicId,
    /// Its session.
    pub session: SessionId,
    /// What its house signs with.
    pub keys: Keys,
    /// Dr. Lee, who leads.
    pub lee: Someone,
    /// Sam, the patient.
    pub sam: Someone,
    /// Ana, who sits.
    pub ana: Someone,
    signer: Signer,
}

/// Dr. Lee's page, from which people are let in and sent out.
pub struct Desk {
    caller: Caller,
    session: SessionId,
}

impl Room {
    /// The room of the session that a house began with.
    ///
    /// # Errors
    /// When the house says nothing of one.
    pub async fn of(ready: &Value, data: &Path) -> anyhow::Result<(Self, Desk)> {
        let said = |path: &str| {
            let found = ready.pointer(path).and_then(Value::as_str);
            found.with_context(|| format!("the house did not say {path}"))
        };
        let someone = |name: &str, role, device| -> anyhow::Result<Someone> {
            Ok(Someone { person: said(&format!("/people/{name}"))?.parse()?, role, device })
        };
        let port = u16::try_from(ready.pointer("/port").and_then(Value::as_u64).context("no port")?)?;
        let keys = Keys::load_or_create(&data.join("holdspace.keys"))?;
        let caller = Caller::new("therapist", port);
        caller.enter(said("/links/therapist")?).await?;
        let session = said("/session")?.parse()?;
        let room = Self {
            port,
            clinic: said("/clinic")?.parse()?,
            session,
            lee: someone("therapist", Role::Therapist, "desk-of-dr-lee")?,
            sam: someone("patient", Role::Patient, "tablet-of-sam")?,
            ana: someone("sitter", Role::Sitter, "phone-of-ana")?,
            signer: Signer::new(&keys).context("the house's keys sign nothing")?,
            keys,
        };
        Ok((room, Desk { caller, session }))
    }

    /// What a good ticket says.
    pub fn claims(&self, who: Someone, fingerprint: &str) -> RoomTicket {
        let nbf = now() / 1_000_000;
        RoomTicket {
            iss: ISSUER.into(),
            aud: "video".into(),
            sub: who.person,
            sid: ids::fresh(),
            clinic: self.clinic,
            role: who.role,
            room: self.session,
            device: who.device.into(),
            fp: fingerprint.into(),
            jti: ids::fresh::<uuid::Uuid>().to_string(),
            nbf,
            exp: nbf + LIFETIME_SECONDS,
        }
    }

    /// A ticket that the house would have made.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn sign(&self, claims: &RoomTicket) -> anyhow::Result<String> {
        Ok(self.signer.sign(ROOM, claims)?)
    }

    /// A socket, and the first word on it.
    ///
    /// # Errors
    /// When there is no house.
    pub fn knock(&self, token: &str) -> anyhow::Result<Line> {
        let mut line = Line::open(self.port)?;
        line.say(&json!({ "type": "hello", "token": token }))?;
        Ok(line)
    }
}

impl Desk {
    /// Dr. Lee lets somebody in.
    ///
    /// # Errors
    /// When the house does not.
    pub async fn admit(&self, whom: Someone) -> anyhow::Result<()> {
        self.press("admissions", whom).await.map(drop)
    }

    /// Dr. Lee sends somebody out.
    ///
    /// # Errors
    /// When the house does not.
    pub async fn remove(&self, whom: Someone) -> anyhow::Result<()> {
        self.press("removals", whom).await.map(drop)
    }

    async fn press(&self, what: &str, whom: Someone) -> anyhow::Result<Value> {
        let path = format!("/api/video/sessions/{}/{what}/{}", self.session, whom.person);
        self.caller.post(&path, &json!({})).await?.good()
    }
}
