//! Who does something, where, and why the trail may say so.

use crate::asked::Asked;
use crate::guard::Who;
use crate::telemetry;
use kernel::id::{ClinicId, CommandId, PersonId};
use uuid::Uuid;

/// The clinic that does not exist: what a service plays for itself, to prove its own way, happens in it. Nobody else hears
/// of it.
pub const SYNTHETIC: ClinicId = ClinicId(Uuid::from_u128(0x0000_0000_0000_8000_8000_d811_0000_0001));

/// Who does something, where, and under which command id.
#[derive(Debug, Clone)]
pub struct Act {
    /// The clinic.
    pub clinic: ClinicId,
    /// The person; nil for the clock.
    pub actor: PersonId,
    /// What they are: a role, `clock`, `bus` or `link`.
    pub role: &'static str,
    /// The command id, where a person asked.
    pub command: Option<CommandId>,
    /// The method and path, so that one id is not used for two things.
    pub what: String,
    /// The request id.
    pub request_id: String,
    /// The body, and whether the answer was given before.
    pub asked: Asked,
}

impl Act {
    /// A person's command.
    pub fn by(who: &Who, command: CommandId, what: &str) -> Self {
        Self {
            clinic: who.clinic,
            actor: who.person,
            role: who.role.as_str(),
            command: Some(command),
            what: what.into(),
            request_id: telemetry::current_request_id(),
            asked: Asked::default(),
        }
    }

    /// Time has passed.
    pub fn clock(clinic: ClinicId) -> Self {
        Self::of_the_house(clinic, PersonId(Uuid::nil()), "clock")
    }

    /// Something was heard on the bus.
    pub fn bus(clinic: ClinicId) -> Self {
        Self::of_the_house(clinic, PersonId(Uuid::nil()), "bus")
    }

    /// Someone proved who they are with a one-use token or a password.
    pub fn link(clinic: ClinicId, person: PersonId) -> Self {
        Self::of_the_house(clinic, person, "link")
    }

    fn of_the_house(clinic: ClinicId, actor: PersonId, role: &'static str) -> Self {
        let request_id = telemetry::current_request_id();
        Self { clinic, actor, role, command: None, what: role.into(), request_id, asked: Asked::default() }
    }
}
