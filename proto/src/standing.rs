//! How a browser stands: what identity answers the gateway. Ids only, nothing personal.

use kernel::id::{ClinicId, PersonId, SessionId, SignInId};
use kernel::role::Role;
use serde::{Deserialize, Serialize};

/// One signed-in browser, as identity sees it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// The sign-in.
    pub sign_in: SignInId,
    /// The person.
    pub person: PersonId,
    /// Their clinic.
    pub clinic: ClinicId,
    /// As what they are here.
    pub role: Role,
    /// The one session a link opened, for sitters and one-time links.
    pub session: Option<SessionId>,
    /// How far it reaches.
    pub reach: Reach,
}

/// How far a sign-in reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// An invitation was pressed: only the account pages.
    Account,
    /// Everything the role may.
    Full,
    /// A sitter who has not proven to be in the home: agreement, training, phone test, and the alarm.
    Preparing,
    /// A sitter in the home.
    Present,
    /// A sitter after the discharge: after-checks and the emergency card.
    After,
    /// The next-morning link: that one questionnaire.
    Morning,
}

/// Whether a person did something, or a page merely asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touch {
    /// A person did something: the idle time starts anew.
    Person,
    /// A poll or an open socket: nobody may be there.
    Poll,
}
