//! The calendar entry of an appointment (RFC 5545, iTIP RFC 5546): one stable id, a sequence that only rises,
//! times in UTC, and not a word about what it is for.
//!
//! It names no attendee, though iTIP wants one for a request: an attendee is a person's address in the text
//! of a message. Calendars match a later entry by id and sequence, which is what cancelling needs.

use crate::words::utc;
use icalendar::{Calendar, Class, Component as _, Event, EventLike as _, EventStatus, Property};
use kernel::id::SessionId;
use kernel::time::Timestamp;
use notify_core::render::CALENDAR_TITLE;

/// What an entry asks a calendar to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// Put it in.
    Request,
    /// Take it out.
    Cancel,
}

/// One version of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Invite {
    /// The session it stands for.
    pub(crate) session: SessionId,
    /// How often it changed.
    pub(crate) sequence: i64,
    /// Start.
    pub(crate) starts_at: Timestamp,
    /// End.
    pub(crate) ends_at: Timestamp,
}

impl Method {
    /// The word in the entry and in its content type.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }

    const fn status(self) -> EventStatus {
        match self {
            Self::Request => EventStatus::Confirmed,
            Self::Cancel => EventStatus::Cancelled,
        }
    }
}

impl Invite {
    /// The entry as a calendar reads it. `organizer` is the sender's own address.
    pub(crate) fn text(&self, method: Method, organizer: &str, now: Timestamp) -> String {
        let mut event = Event::with_uid(&format!("{}@holdspace", self.session));
        event
            .timestamp(utc(now))
            .starts(utc(self.starts_at))
            .ends(utc(self.ends_at))
            .summary(CALENDAR_TITLE)
            .class(Class::Private)
            .status(method.status())
            .add_property("SEQUENCE", self.sequence.to_string())
            .add_property("TRANSP", "OPAQUE")
            .add_property("ORGANIZER", format!("mailto:{organizer}"));
        let mut calendar = Calendar::empty();
        for (name, value) in [
            ("VERSION", "2.0"),
            ("PRODID", "-//Appointments//EN"),
            ("CALSCALE", "GREGORIAN"),
            ("METHOD", method.as_str()),
        ] {
            calendar.append_property(Property::new(name, value));
        }
        calendar.push(event);
        calendar.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invite(sequence: i64) -> Invite {
        Invite {
            session: "00000000-0000-7000-8000-000000000001".parse().unwrap(),
            sequence,
            starts_at: Timestamp::from_micros(1_796_029_200_000_000),
            ends_at: Timestamp::from_micros(1_796_041_800_000_000),
        }
    }

    fn lines(sequence: i64, method: Method) -> Vec<String> {
        let text = invite(sequence).text(method, "no-reply@clinic.test", Timestamp::from_micros(0));
        let mut lines: Vec<String> = text.split_terminator("\r\n").map(str::to_owned).collect();
        lines.sort();
        lines
    }

    #[test]
    fn an_entry_says_when_and_nothing_else() {
        assert_eq!(
            lines(0, Method::Request),
            [
                "BEGIN:VCALENDAR",
                "BEGIN:VEVENT",
                "CALSCALE:GREGORIAN",
                "CLASS:PRIVATE",
                "DTEND:20261130T123000Z",
                "DTSTAMP:19700101T000000Z",
                "DTSTART:20261130T090000Z",
                "END:VCALENDAR",
                "END:VEVENT",
                "METHOD:REQUEST",
                "ORGANIZER:mailto:no-reply@clinic.test",
                "PRODID:-//Appointments//EN",
                "SEQUENCE:0",
                "STATUS:CONFIRMED",
                "SUMMARY:Appointment",
                "TRANSP:OPAQUE",
                "UID:00000000-0000-7000-8000-000000000001@holdspace",
                "VERSION:2.0",
            ]
        );
    }

    #[test]
    fn a_cancellation_is_the_same_entry_with_a_higher_sequence() {
        let cancelled = lines(1, Method::Cancel);
        for line in ["METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1"] {
            assert!(cancelled.iter().any(|found| found == line), "{line}");
        }
        let uid = |lines: &[String]| lines.iter().find(|line| line.starts_with("UID:")).cloned();
        assert_eq!(uid(&cancelled), uid(&lines(0, Method::Request)));
    }
}
