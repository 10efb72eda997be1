//! Every text that leaves the house by mail. A fixed list: no template has a place for a name.
//!
//! Subjects and titles are neutral (design.md, words): no medicine, no diagnosis, no clinic.

use serde::{Deserialize, Serialize};

/// The title of every calendar entry.
pub const CALENDAR_TITLE: &str = "Appointment";

/// One fixed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// An appointment was agreed; a calendar entry is attached.
    BookingConfirmed,
    /// An appointment was called off; the calendar entry is withdrawn.
    BookingCancelled,
    /// A patient may open an account.
    PatientInvitation,
    /// A sitter may prepare.
    SitterInvitation,
    /// Somebody is asked whether they can be called.
    SecondContactQuestion,
    /// An appointment is a day away.
    SessionReminder,
    /// The morning after: a few questions.
    NextMorning,
    /// A talk may be booked.
    IntegrationOffer,
    /// Does mail arrive?
    TestMail,
    /// Nobody is on call in a stretch that lies ahead.
    OnCallGap,
    /// A part of the house could not take what another told it.
    SomethingUndone,
}

/// What a text may be filled with: nothing about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fill<'a> {
    /// Where to press. Its token is in the fragment, which no server on the way sees.
    pub link: Option<&'a str>,
    /// When, as the reader's wall clock says it, with the zone's name.
    pub when: Option<&'a str>,
}

/// A text, ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The subject line.
    pub subject: &'static str,
    /// The body, plain.
    pub body: String,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::BookingConfirmed,
        Self::BookingCancelled,
        Self::PatientInvitation,
        Self::SitterInvitation,
        Self::SecondContactQuestion,
        Self::SessionReminder,
        Self::NextMorning,
        Self::IntegrationOffer,
        Self::TestMail,
        Self::OnCallGap,
        Self::SomethingUndone,
    ];

    /// The word in columns.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BookingConfirmed => "booking_confirmed",
            Self::BookingCancelled => "booking_cancelled",
            Self::PatientInvitation => "patient_invitation",
            Self::SitterInvitation => "sitter_invitation",
            Self::SecondContactQuestion => "second_contact_question",
            Self::SessionReminder => "session_reminder",
            Self::NextMorning => "next_morning",
            Self::IntegrationOffer => "integration_offer",
            Self::TestMail => "test_mail",
            Self::OnCallGap => "on_call_gap",
            Self::SomethingUndone => "something_undone",
        }
    }

    /// The template of that name, if there is one.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.as_str() == word)
    }

    /// The subject line.
    pub const fn subject(self) -> &'static str {
        match self {
            Self::BookingConfirmed => "Your appointment is booked",
            Self::BookingCancelled => "Your appointment is cancelled",
            Self::PatientInvitation => "Your invitation",
            Self::SitterInvitation => "You are asked to help",
            Self::SecondContactQuestion => "Can you be reached?",
            Self::SessionReminder => "Your appointment is tomorrow",
            Self::NextMorning => "A few questions for this morning",
            Self::IntegrationOffer => "You can book your next appointment",
            Self::TestMail => "Test message",
            Self::OnCallGap => "Nobody is on call soon",
            Self::SomethingUndone => "Please check: something was not done",
        }
    }

    /// The sentences of the body, before the link and the time.
    const fn sentences(self) -> &'static str {
        match self {
            Self::BookingConfirmed => {
                "Your appointment is booked. A calendar entry is attached.\n\
                 Sign in to see how to prepare, or to cancel."
            }
            Self::BookingCancelled => {
                "Your appointment is cancelled. The attached entry takes it out of your calendar.\n\
                 Sign in to book another time."
            }
            Self::PatientInvitation => {
                "You are invited to open your account.\n\
                 The link works once and only on the device where you press the button."
            }
            Self::SitterInvitation => {
                "Someone you know asked you to be with them at an appointment.\n\
                 The link shows what that means. You can say no there."
            }
            Self::SecondContactQuestion => {
                "Someone you know will be at home for an appointment, and named you as the person to call if nobody there \
                 can be reached.\n\
                 The link asks whether you can be reached while it lasts. You can say no there."
            }
            Self::SessionReminder => {
                "Your appointment is a day away.\n\
                 Sign in and look at your list: what is still open there stops the appointment from starting."
            }
            Self::NextMorning => {
                "Good morning. A few questions wait for you; they take two minutes.\n\
                 If nobody hears from you, someone will call."
            }
            Self::IntegrationOffer => "You can book a time to talk about how it went. Sign in to choose one.",
            Self::TestMail => "This is a test. Mail from here reaches this address. There is nothing to do.",
            Self::OnCallGap => {
                "Within the next three days there is a time in which nobody is on call. It begins as said below.\n\
                 Sign in, open the calendar of who is on call, and enter somebody. Nothing can be booked into it before."
            }
            Self::SomethingUndone => {
                "One part of your system could not take what another told it, in all its tries.\n\
                 Look at everything that is under way now, and call whoever runs the system: its log names the message."
            }
        }
    }

    /// Whether it is of no use without its link.
    pub const fn needs_link(self) -> bool {
        match self {
            Self::PatientInvitation | Self::SitterInvitation | Self::SecondContactQuestion => true,
            Self::BookingConfirmed
            | Self::BookingCancelled
            | Self::SessionReminder
            | Self::NextMorning
            | Self::IntegrationOffer
            | Self::TestMail
            | Self::OnCallGap
            | Self::SomethingUndone => false,
        }
    }
}

/// The text of a template, filled.
pub fn render(template: Template, fill: Fill<'_>) -> Text {
    let mut body = template.sentences().to_owned();
    if let Some(when) = fill.when {
        body.push_str("\n\nWhen: ");
        body.push_str(when);
    }
    if let Some(link) = fill.link {
        body.push_str("\n\n");
        body.push_str(link);
    }
    body.push_str("\n\nYou cannot answer this message. In an emergency, call your local emergency number.\n");
    Text { subject: template.subject(), body }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that would tell a lock screen, a carrier or a family member too much.
    const TELLING: [&str; 14] = [
        "ketamine",
        "medicine",
        "dose",
        "dosing",
        "drug",
        "therap",
        "session",
        "sitter",
        "patient",
        "clinic",
        "integration",
        "holdspace",
        "psych",
        "depress",
    ];

    #[test]
    fn no_text_says_what_it_is_about() {
        for template in Template::ALL {
            let text = render(template, Fill::default());
            let all = format!("{} {}", text.subject, text.body).to_lowercase();
            assert!(!TELLING.iter().any(|word| all.contains(word)), "{template:?}: {all}");
        }
    }

    #[test]
    fn a_link_and_a_time_stand_on_lines_of_their_own() {
        let fill =
            Fill { link: Some("https://example.test/link#T"), when: Some("Tue 1 December 2026, 09:00") };
        let text = render(Template::PatientInvitation, fill);
        assert!(text.body.lines().any(|line| line == "https://example.test/link#T"));
        assert!(text.body.lines().any(|line| line == "When: Tue 1 December 2026, 09:00"));
    }

    #[test]
    fn every_template_is_found_by_its_name() {
        for template in Template::ALL {
            assert_eq!(Template::named(template.as_str()), Some(template));
            assert_eq!(serde_json::to_value(template).unwrap(), template.as_str());
        }
        assert_eq!(Template::named("newsletter"), None);
    }

    #[test]
    fn only_invitations_and_questions_are_useless_without_their_link() {
        let needing: Vec<_> = Template::ALL.into_iter().filter(|template| template.needs_link()).collect();
        let useless =
            [Template::PatientInvitation, Template::SitterInvitation, Template::SecondContactQuestion];
        assert_eq!(needing, useless);
    }
}
