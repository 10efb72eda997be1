//! The page before the session, as checkins tells of it: whether somebody can be asked, is asked, or has answered.

use super::Owner;
use kernel::role::Role;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Page {
    /// Nothing was said of it.
    #[default]
    Unknown,
    /// The ladder names nobody outside of the session.
    Nobody,
    /// No way leads to those whom it names.
    Unreachable,
    /// It goes out by itself before the start.
    Planned,
    /// Somebody is being asked.
    Paging,
    /// Everybody was asked, and nobody answered.
    Unanswered,
    /// Somebody answered.
    Answered,
}

impl Page {
    /// From the words on the wire. A hole comes first: nobody can answer through one.
    pub fn read(standing: &str, hole: Option<&str>) -> Self {
        match (hole, standing) {
            (Some("nobody"), _) => Self::Nobody,
            (Some("unreachable"), _) => Self::Unreachable,
            (_, "planned") => Self::Planned,
            (_, "paging") => Self::Paging,
            (_, "unanswered") => Self::Unanswered,
            (_, "answered") => Self::Answered,
            (_, _) => Self::Unknown,
        }
    }

    /// What to do now; nothing where the item's own sentence says it.
    pub const fn todo(self) -> Option<&'static str> {
        match self {
            Self::Unknown | Self::Answered => None,
            Self::Nobody => Some("The ladder names nobody outside of this session. Name who is on call."),
            Self::Unreachable => Some(
                "No working channel leads to anybody on the ladder. Set one up, or enter their address or number.",
            ),
            Self::Planned => {
                Some("They are paged ten minutes before the start. Ask now if you want to begin sooner.")
            }
            Self::Paging => {
                Some("They are being paged now; if nobody answers within a minute, the next person is.")
            }
            Self::Unanswered => {
                Some("Everybody on the ladder was paged and nobody answered. Call them, and ask again.")
            }
        }
    }

    /// A hole is the clinic's to close; otherwise whoever was asked answers.
    pub const fn owner(self) -> Owner {
        match self {
            Self::Nobody | Self::Unreachable => Owner::Role(Role::Coordinator),
            Self::Unknown | Self::Planned | Self::Paging | Self::Unanswered | Self::Answered => Owner::OnCall,
        }
    }
}
