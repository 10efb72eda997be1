//! Every sentence the watchdog writes to people. Fixed and neutral: no name, no place, nothing about anybody's health.

use crate::silence::{Mail, Trouble};

impl Mail {
    /// The same for every attempt at one page: a mail program folds what was sent twice.
    pub(crate) fn message_id(&self) -> String {
        let trouble = match self.trouble {
            Trouble::Silent => "silent",
            Trouble::AuditFailing => "audit",
            Trouble::PathBroken => "path",
        };
        let part = if self.is_calm { "over".to_owned() } else { self.number.to_string() };
        format!("<{trouble}.{}.{part}@holdspace-watchdog>", self.since_at.micros())
    }

    pub(crate) fn subject(&self) -> &'static str {
        match (self.trouble, self.is_calm) {
            (Trouble::Silent, false) => "Holdspace has fallen silent: please act now",
            (Trouble::Silent, true) => "Holdspace is heard again",
            (Trouble::AuditFailing, false) => "Holdspace fails its own audit: please look now",
            (Trouble::AuditFailing, true) => "Holdspace passes its own audit again",
            (Trouble::PathBroken, false) => "Holdspace: alarm path broken, please look now",
            (Trouble::PathBroken, true) => "Holdspace: alarms arrive again",
        }
    }

    pub(crate) fn text(&self) -> String {
        match (self.trouble, self.is_calm) {
            (Trouble::Silent, false) => format!(
                "For {} the watchdog has heard nothing from the engines. Alarms may be reaching nobody.\n\n\
                 When they were last heard, {} under way. {} due since.\n\n\
                 What to do now: go by the printed schedule, call the homes of the sessions under way yourself, \
                 and call whoever runs the system.\n\n{}",
                lasting(self.silent_for.as_seconds()),
                counted(u64::from(self.live_sessions), "session was", "sessions were"),
                counted(
                    u64::try_from(self.fallen_due).unwrap_or(u64::MAX),
                    "look has fallen",
                    "looks have fallen"
                ),
                self.repeats()
            ),
            (Trouble::AuditFailing, false) => format!(
                "An engine is running, but its own audit has not passed for half a minute. \
                 An alarm may be late or missing.\n\n\
                 What to do now: watch the sessions under way on the screen, go by the printed schedule, \
                 and call whoever runs the system.\n\n{}",
                self.repeats()
            ),
            (Trouble::PathBroken, false) => format!(
                "The engines are running, and twice in a row an alarm that was meant to arrive did not arrive in time. \
                 A real one may reach nobody by mail.\n\n\
                 What to do now: watch the sessions under way on the screen, go by the printed schedule, \
                 and call whoever runs the system and its mail.\n\n{}",
                self.repeats()
            ),
            (Trouble::PathBroken, true) => "An alarm that was meant to arrive has arrived in time again.\n\n\
                 Please open each session that was under way, and see that somebody has looked.\n"
                .into(),
            (Trouble::Silent, true) => {
                "The engines are heard again. What fell due in the meantime may be alarmed late.\n\n\
                 Please open each session that was under way, and see that somebody has looked.\n"
                    .into()
            }
            (Trouble::AuditFailing, true) => "Every engine that is heard passes its own audit again.\n\n\
                 Please open each session that was under way, and see that somebody has looked.\n"
                .into(),
        }
    }

    fn repeats(&self) -> String {
        format!("This is page {}. Another follows every minute until this is over.\n", self.number)
    }
}

fn lasting(seconds: i64) -> String {
    if seconds < 120 { format!("{seconds} seconds") } else { format!("{} minutes", seconds / 60) }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
