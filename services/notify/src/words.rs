//! Where a link leads and how a time is said: the two things a fixed text is filled with.

use chassis::config::Config;
use chrono::{DateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use kernel::role::Role;
use kernel::time::Timestamp;
use notify_core::render::Template;

/// The page where someone with an account signs in.
pub(crate) fn sign_in_link(config: &Config, role: Role) -> String {
    format!("{}/sign-in", door(config, role))
}

/// The page that redeems a link. The token is in the fragment: no server on the way sees it.
pub(crate) fn token_link(config: &Config, role: Role, template: Template, token: &str) -> String {
    let page = if template == Template::SecondContactQuestion {
        "second-contact"
    } else if role == Role::Sitter {
        "s"
    } else {
        "link"
    };
    format!("{}/{page}#{token}", door(config, role))
}

/// The address browsers use. In a demo each role has a name of its own, so that their cookies stay apart.
fn door(config: &Config, role: Role) -> String {
    let url = config.public_url.trim_end_matches('/');
    match url.strip_prefix("http://localhost") {
        Some(port) if config.demo => format!("http://{}.localhost{port}", role.as_str()),
        Some(_) | None => url.to_owned(),
    }
}

/// `Tuesday 1 December 2026, 09:00 (Europe/Lisbon)`: the reader's own clock, with its name.
pub(crate) fn said(at: Timestamp, zone: &str) -> String {
    // A zone we do not know is no reason to keep silent: UTC is right everywhere.
    let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
    let local = utc(at).with_timezone(&zone);
    format!("{} ({})", local.format("%A %-d %B %Y, %H:%M"), zone.name())
}

/// The library's form of an instant.
pub(crate) fn utc(at: Timestamp) -> DateTime<Utc> {
    Utc.timestamp_micros(at.micros()).single().unwrap_or(DateTime::<Utc>::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(public_url: &str, demo: bool) -> Config {
        Config { public_url: public_url.into(), demo, ..Config::default() }
    }

    #[test]
    fn a_sitter_and_a_patient_have_doors_of_their_own() {
        let clinic = config("https://clinic.example/", false);
        let link = |role, template| token_link(&clinic, role, template, "T");
        assert_eq!(link(Role::Sitter, Template::SitterInvitation), "https://clinic.example/s#T");
        assert_eq!(link(Role::Patient, Template::PatientInvitation), "https://clinic.example/link#T");
    }

    #[test]
    fn a_question_is_answered_on_a_page_of_its_own() {
        let link = token_link(
            &config("https://clinic.example", false),
            Role::Sitter,
            Template::SecondContactQuestion,
            "T",
        );
        assert_eq!(link, "https://clinic.example/second-contact#T");
    }

    #[test]
    fn in_a_demo_each_role_has_a_name_of_its_own() {
        let demo = config("http://localhost:8080", true);
        let sitters = token_link(&demo, Role::Sitter, Template::SitterInvitation, "T");
        assert_eq!(sitters, "http://sitter.localhost:8080/s#T");
        assert_eq!(sign_in_link(&demo, Role::Patient), "http://patient.localhost:8080/sign-in");
        let alone = config("http://localhost:8080", false);
        assert_eq!(sign_in_link(&alone, Role::Patient), "http://localhost:8080/sign-in");
    }

    #[test]
    fn a_time_is_said_by_the_readers_clock() {
        let at = Timestamp::from_micros(1_796_029_200_000_000);
        assert_eq!(said(at, "Europe/Lisbon"), "Monday 30 November 2026, 09:00 (Europe/Lisbon)");
        assert_eq!(said(at, "America/Denver"), "Monday 30 November 2026, 02:00 (America/Denver)");
        assert_eq!(said(at, "Mars/Base"), "Monday 30 November 2026, 09:00 (UTC)");
    }
}
