//! What may leave the house about an alarm: fixed sentences, an opaque label, a time, a link. Nothing else.

use crate::store::notifications::{LOOK_ASKED, Leased, ON_CALL, SECOND_CONTACT};
use chassis::service::Ground;
use checkins_core::reply;
use kernel::id::{ClinicId, IncidentId, NotificationId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::Timestamp;
use proto::events::checkins::QUIET_CALL;
use proto::sealed::Contact;

/// The first thing anybody does on an alarm is to ring the sitter; here it may put them in danger.
pub(crate) const QUIET_WORDS: &str =
    "Quiet call for help from the sitter. Do not ring the sitter's phone first.";

/// One message on its way to one person, or over a channel that the clinic shares.
pub(crate) struct Notice {
    pub(super) id: NotificationId,
    pub(super) clinic: ClinicId,
    pub(super) person: PersonId,
    pub(super) role: Option<Role>,
    pub(super) incident: Option<IncidentId>,
    pub(super) kind: String,
    pub(super) label: String,
    pub(super) at: Timestamp,
    pub(super) step: i64,
    /// How often somebody was told of the same before.
    pub(super) round: i64,
    pub(super) link: String,
    pub(super) contact: Option<Contact>,
    drill: bool,
}

/// Whom a notice is for, and how their link begins.
pub(crate) struct Whom {
    pub(crate) role: Option<Role>,
    pub(crate) contact: Option<Contact>,
    pub(crate) drill: bool,
    /// Of a one-use link; where a channel is shared nobody's, and the link leads to the sign-in.
    pub(crate) token: Option<String>,
}

impl Notice {
    pub(crate) fn new(ground: &Ground, leased: &Leased, whom: Whom) -> Self {
        let Whom { role, contact, drill, token } = whom;
        let what = &leased.what;
        let page = match what.kind.as_str() {
            ON_CALL => "oncall",
            // The sitter's own door; the question mark lets it say whose place it is.
            SECOND_CONTACT => "s?place",
            _others => "ack",
        };
        let home = &ground.config.public_url;
        Self {
            id: leased.id,
            clinic: leased.clinic,
            person: what.person,
            role,
            incident: what.incident,
            kind: what.kind.clone(),
            label: label(what.session),
            at: leased.created_at,
            step: what.step,
            round: what.step - 1 + what.round,
            link: token.map_or_else(|| format!("{home}/"), |token| format!("{home}/{page}#{token}")),
            contact,
            drill,
        }
    }

    pub(super) fn subject(&self) -> String {
        let drill = self.drill();
        let wanted = match self.kind.as_str() {
            ON_CALL => "Please confirm that you are on call",
            LOOK_ASKED => "It is time to look",
            SECOND_CONTACT => "You are needed as the second contact",
            QUIET_CALL => "Please look now, quietly",
            _others => "Please look now",
        };
        format!("{drill}{wanted}")
    }

    /// For mail: there is room to say what comes next.
    pub(super) fn letter(&self) -> String {
        let Self { label, link, .. } = self;
        let (at, quietly) = (utc(self.at), self.quietly());
        if self.asks_for_look() {
            format!(
                "It is time to look, for session {label}.\n\nOpen the sitter's page on your phone and answer there:\n{link}\n\n\
                 Asked at {at}. Without an answer somebody is told soon. In danger to life, call the emergency number first."
            )
        } else if self.calls_second_contact() {
            format!(
                "Session {label} needs somebody in the home, and you are its second contact.\n\nRing them now. If nobody \
                 answers, go there. When you are with them, open this page and take the sitter's place:\n{link}\n\nSince \
                 {at}. The link works once, while the session lasts; the phone that sat before is signed out. In danger to \
                 life, call the emergency number first."
            )
        } else if self.wants_duty() {
            format!(
                "This is the page before session {label}. Nothing has happened.\n\nOpen this page and press the button to \
                 say that you can be reached while it lasts:\n{link}\n\nAsked at {at}. The link works once. If you do not \
                 answer within a minute, the next person is asked."
            )
        } else {
            format!(
                "{quietly}Session {label} needs someone to look now.\n\nOpen this page and press the button if you take it:\n\
                 {link}\n\nSince {at}. The link works once. If you cannot, the next person is told."
            )
        }
    }

    /// For a channel that many read: who takes it signs in.
    pub(super) fn line(&self) -> String {
        let Self { label, .. } = self;
        let (at, quietly) = (utc(self.at), self.quietly());
        if self.wants_duty() {
            format!("Whoever is on call for session {label} should confirm it. Asked at {at}.")
        } else {
            format!("{quietly}Session {label} needs someone to look now. Since {at}.")
        }
    }

    /// For a telephone's screen.
    pub(super) fn text(&self) -> String {
        let Self { label, link, .. } = self;
        let (drill, at, code) = (self.drill(), utc(self.at), reply::code(self.id));
        let quietly = self.quietly();
        if self.asks_for_look() {
            format!(
                "{drill}Time to look, session {label}. All well: reply OK {code}. Not well: reply NO {code}. In danger to \
                 life, call the emergency number first."
            )
        } else if self.calls_second_contact() {
            format!(
                "{drill}Session {label} needs somebody in the home, since {at}; you are its second contact. Ring them now, \
                 go there if nobody answers, and then open {link}"
            )
        } else if self.wants_duty() {
            format!(
                "{drill}The page before session {label}; nothing has happened. Reply OK {code} if you can be reached, or \
                 open {link}"
            )
        } else {
            format!(
                "{drill}{quietly}Session {label} needs someone to look now, since {at}. Reply OK {code} if you take it, or open \
                 {link}"
            )
        }
    }

    /// For an ear.
    pub(super) fn speech(&self) -> String {
        let drill = if self.drill { "This is a drill. " } else { "" };
        let quietly = self.quietly();
        let spelled = self.label.chars().map(String::from).collect::<Vec<_>>().join(" ");
        let keys = keys(&self.kind);
        if self.asks_for_look() {
            format!("{drill}It is time to look, for session {spelled}. {keys}")
        } else if self.calls_second_contact() {
            format!(
                "{drill}Session {spelled} needs somebody in the home, and you are its second contact. Ring them now, and go \
                 there if nobody answers. {keys}"
            )
        } else if self.wants_duty() {
            format!("{drill}This is the page before session {spelled}. Nothing has happened. {keys}")
        } else {
            format!("{drill}{quietly}Session {spelled} needs someone to look now. {keys}")
        }
    }

    fn asks_for_look(&self) -> bool {
        self.kind == LOOK_ASKED
    }

    fn calls_second_contact(&self) -> bool {
        self.kind == SECOND_CONTACT
    }

    /// Whether it asks for a confirmation, and not for a look.
    fn wants_duty(&self) -> bool {
        self.kind == ON_CALL
    }

    fn quietly(&self) -> String {
        if self.kind == QUIET_CALL { format!("{QUIET_WORDS} ") } else { String::new() }
    }

    const fn drill(&self) -> &'static str {
        if self.drill { "[Drill] " } else { "" }
    }
}

/// Which keys answer a call about this.
pub(crate) fn keys(kind: &str) -> String {
    let (yes, no) = (reply::DIGIT, reply::NOT_WELL_DIGIT);
    match kind {
        LOOK_ASKED => format!("Press {yes} if you looked and all is well. Press {no} if it is not."),
        ON_CALL => format!("Press {yes} to say that you can be reached."),
        SECOND_CONTACT => format!("Press {yes} to say that you heard it."),
        _incidents => format!("Press {yes} if you take it."),
    }
}

/// The last six characters: enough to tell two sessions apart, and nobody's name.
pub(crate) fn label(session: SessionId) -> String {
    let text = session.to_string();
    text.chars().skip(text.chars().count().saturating_sub(6)).collect::<String>().to_uppercase()
}

/// Hours and minutes, in UTC: the reader may be anywhere.
pub(crate) fn utc(at: Timestamp) -> String {
    let minute_of_day = at.seconds().rem_euclid(86_400) / 60;
    format!("{:02}:{:02} UTC", minute_of_day / 60, minute_of_day % 60)
}
